"""Letter: what the mail says, as plain values: the story, the scorecard, up to two charts. Nothing here is worked out anew."""

import re
from dataclasses import dataclass
from itertools import islice

from bs4 import Tag
from markupsafe import Markup

from playbook.delivery.edition import SUMMARY, Edition
from playbook.delivery.picture import png
from playbook.delivery.sender import sender
from playbook.delivery.words import one_line
from playbook.report.sections import Section
from playbook.report.story import EVIDENCE, bottom_line
from playbook.result.formats import LEVEL, Formats

__all__ = ["Chart", "Letter", "Scorecard", "Told", "write_letter"]

CHARTS, ROWS = 2, 8
SCORECARD = "scorecard"
HEAVY = 250_000  # bytes of a chart that a phone on the road would wait for
LONGEST_SUBJECT = 120  # characters; more is cut off by every list of mails
_EMPTY = {"", "–"}
_REMARK = re.compile(r"(?: \([^()]*\)|（[^（）]*）)$")  # behind a value
_GAP = 3  # column of the scorecard that a phone has no room for, where what the gap is worth stands beside it


@dataclass(frozen=True)
class Told:
    """One sentence of the story with the finding that it is: ``id``, ``section``, and how sure we are in the reader's words."""

    id: str
    section: str
    sentence: str
    evidence: str


@dataclass(frozen=True)
class Scorecard:
    """KPIs as the report's summary shows them: heads, and a row of texts for each KPI."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Each KPI's name and what there is to say of it, for those who read plain text."""
        pairs = [list(zip(self.heads, row, strict=True))[1:] for row in self.rows]
        said = [" · ".join(f"{head} {text}" for head, text in told if text not in _EMPTY) for told in pairs]
        return tuple((row[0], parts) for row, parts in zip(self.rows, said, strict=True))


@dataclass(frozen=True)
class Chart:
    """A chart of the report as PNG, with its caption, and in words for those who do not see it."""

    section: str
    caption: str
    alt: str
    image: bytes


@dataclass(frozen=True)
class Letter:
    """What one client's mail says; ``subject`` is one line, whatever the client is called; ``grades`` say what ``story`` means by
    each word for how sure we are; ``signature`` is whose mail it is: the sender's name, else the brand's, or nothing."""

    language: str
    client: str
    subject: str
    greeting: str
    intro: str
    story: tuple[Told, ...]
    grades: tuple[tuple[str, str], ...]
    scorecard: Scorecard | None
    charts: tuple[Chart, ...]
    signature: str


def write_letter(edition: Edition) -> Letter:
    """The letter that goes with a report, in the report's language."""
    engagement, fmt = edition.engagement, edition.fmt
    client, whom = one_line(engagement.name) or engagement.client, one_line(engagement.prepared_for or "")
    day, found = fmt.day(edition.as_of), _story(edition)
    return Letter(
        language=fmt.language,
        client=client,
        subject=_subject(client, day, fmt),
        greeting=fmt.say("Dear all,"),
        intro=_intro(client, whom, day, fmt),
        story=tuple(Told(f["id"], f["section"], f["sentence"], fmt.told(f["evidence"])) for f in found),
        grades=_grades({f["evidence"] for f in found}, fmt),
        scorecard=_scorecard(edition),
        charts=_charts(edition, [f["section"] for f in found]),
        signature=one_line(sender()[0] or engagement.brand.name or ""),
    )


def _subject(client: str, day: str, fmt: Formats) -> str:
    """The client and the day; a long name is cut so that the day is still read."""
    subject = fmt.say("{client}: report with data to {day}", client=client, day=day)
    over = len(subject) - LONGEST_SUBJECT
    return subject if over <= 0 else _subject(f"{client[: -over - 1].rstrip()}…", day, fmt)


def _intro(client: str, whom: str, day: str, fmt: Formats) -> str:
    if whom:
        return fmt.say("here is our report on {client} for {whom}, with data up to {day}.", client=client, whom=whom, day=day)
    return fmt.say("here is our report on {client}, with data up to {day}.", client=client, day=day)


def _grades(used: set[str], fmt: Formats) -> tuple[tuple[str, str], ...]:
    """The words for how sure we are that are used, with what the report means by them."""
    return tuple((fmt.told(w), fmt.say(meaning, level=fmt.share(LEVEL))) for w, meaning in EVIDENCE.items() if w in used)


def _story(edition: Edition) -> list[dict]:
    """The findings that open the report's summary, by the same rule."""
    groups: dict[tuple[str, str], list[dict]] = {}
    for finding in edition.findings:
        groups.setdefault((finding["phase"], finding["section"]), []).append(finding)
    empty = Markup("")
    return bottom_line(
        (phase, "", Section(section, "", empty, empty, ({"id": section, "findings": found},)))
        for (phase, section), found in groups.items()
    )


def _scorecard(edition: Edition) -> Scorecard | None:
    """The table of the summary's scorecard, without columns that say nothing; None for a client without goals."""
    part = edition.soups[SUMMARY].find("section", id=SCORECARD)
    table = part and part.find("table")
    if table is None:
        return None
    heads = [_said(h) for h in table.select("thead th")]
    rows = [[_REMARK.sub("", _said(c)) for c in row.find_all(["th", "td"])] for row in table.select("tbody tr")]
    rows = [row for row in rows if len(row) == len(heads)][:ROWS]
    told = [i for i in range(len(heads)) if any(row[i] not in _EMPTY for row in rows)]
    kept = [i for i in told if i != _GAP or i == max(told)]
    return Scorecard(tuple(heads[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows)) if rows else None


def _charts(edition: Edition, sections: list[str]) -> tuple[Chart, ...]:
    """The first chart of each section that the story comes from, until there are enough."""
    soups = [edition.soups[p.page] for p in edition.phases]
    parts = ((s, next(filter(None, (soup.find("section", id=s) for soup in soups)), None)) for s in dict.fromkeys(sections))
    drawings = ((section, part and part.select_one("figure.figure svg[role=img]")) for section, part in parts)
    charts = (_chart(section, svg, edition.fmt) for section, svg in drawings if svg)
    return tuple(islice(filter(None, charts), CHARTS))


def _chart(section: str, svg: Tag, fmt: Formats) -> Chart | None:
    caption = svg.find_parent("figure").figcaption
    numbered = re.escape(fmt.say("Figure {n}.", n="\0")).replace(re.escape("\0"), r"\d+")
    text = re.sub(rf"^{numbered}\s*", "", _said(caption.b if caption and caption.b else caption) if caption else "")
    chart = Chart(section, text, " ".join(svg["aria-label"].split()), png(_cased(str(svg))))
    return chart if len(chart.image) <= HEAVY else None


def _cased(svg: str) -> str:
    """SVG's own spelling, which a parser of HTML puts into small letters."""
    for name in ("viewBox", "clipPath", "linearGradient", "gradientUnits", "preserveAspectRatio", "clipPathUnits", "textPath"):
        svg = re.sub(rf"\b{name.lower()}\b", name, svg)
    return svg


def _said(tag: Tag) -> str:
    return " ".join(tag.get_text().split())
