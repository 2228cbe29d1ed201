"""Letter: what the mail says, as plain values: the story, the scorecard, up to two charts. Nothing here is worked out anew."""

import re
from dataclasses import dataclass

from bs4 import Tag
from markupsafe import Markup

from playbook.delivery.edition import SUMMARY, Edition
from playbook.delivery.picture import png
from playbook.delivery.sender import sender
from playbook.delivery.words import one_line, words
from playbook.report.sections import Section
from playbook.report.story import bottom_line
from playbook.result.formats import Formats

__all__ = ["Chart", "Letter", "Scorecard", "Told", "write_letter"]

CHARTS, ROWS = 2, 8
SCORECARD = "scorecard"
HEAVY = 250_000  # bytes of a chart that a phone on the road would wait for
LONGEST_SUBJECT = 120  # characters; more is cut off by every list of mails
_EMPTY = {"", "–"}
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
        said = [[f"{head} {text}" for head, text in zip(self.heads, row, strict=True) if text not in _EMPTY] for row in self.rows]
        return tuple((row[0], "; ".join(parts[1:])) for row, parts in zip(self.rows, said, strict=True))


@dataclass(frozen=True)
class Chart:
    """A chart of the report as PNG, with its caption, and in words for those who do not see it."""

    section: str
    caption: str
    alt: str
    image: bytes


@dataclass(frozen=True)
class Letter:
    """All that one client's mail says; ``subject`` is one line, whatever the client is called."""

    language: str
    client: str
    subject: str
    greeting: str
    intro: str
    story: tuple[Told, ...]
    scorecard: Scorecard | None
    charts: tuple[Chart, ...]
    signature: str


def write_letter(edition: Edition, language: str | None = None) -> Letter:
    """The letter that goes with a report, in the client's language unless another one is named."""
    engagement = edition.engagement
    language = language or engagement.language
    told = words(language)
    client, whom = one_line(engagement.name) or engagement.client, one_line(engagement.prepared_for or "")
    named = {"client": client, "day": Formats(engagement.currency, language).day(edition.as_of), "whom": whom}
    story = tuple(Told(f["id"], f["section"], f["sentence"], told["evidence"][f["evidence"]]) for f in _story(edition))
    return Letter(
        language=language,
        client=client,
        subject=_short(told["subject"].format(**named), told["subject"], named),
        greeting=told["greeting"],
        intro=told["intro_for" if whom else "intro"].format(**named),
        story=story,
        scorecard=_scorecard(edition),
        charts=_charts(edition, [t.section for t in story]),
        signature=sender()[0],
    )


def _short(subject: str, pattern: str, named: dict[str, str]) -> str:
    """The subject with the client's name cut so that the day is still read."""
    over = len(subject) - LONGEST_SUBJECT
    if over <= 0:
        return subject
    return pattern.format(**{**named, "client": f"{named['client'][: -over - 1].rstrip()}…"})


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
    rows = [[re.sub(r" \([^()]*\)$", "", _said(c)) for c in row.find_all(["th", "td"])] for row in table.select("tbody tr")]
    rows = [row for row in rows if len(row) == len(heads)]
    rows = rows[:ROWS]
    told = [i for i in range(len(heads)) if any(row[i] not in _EMPTY for row in rows)]
    kept = [i for i in told if i != _GAP or i == max(told)]
    return Scorecard(tuple(heads[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows)) if rows else None


def _charts(edition: Edition, sections: list[str]) -> tuple[Chart, ...]:
    """The first chart of each section that the story comes from, until there are enough."""
    soups = [edition.soups[p.page] for p in edition.phases]
    found = []
    for section in dict.fromkeys(sections):
        part = next(filter(None, (soup.find("section", id=section) for soup in soups)), None)
        figure = part and part.select_one("figure.figure svg[role=img]")
        if figure and (chart := _chart(section, figure)) and len(found) < CHARTS:
            found.append(chart)
    return tuple(found)


def _chart(section: str, svg: Tag) -> Chart | None:
    caption = svg.find_parent("figure").figcaption
    text = re.sub(r"^Figure \d+\. ", "", _said(caption.b if caption and caption.b else caption) if caption else "")
    chart = Chart(section, text, " ".join(svg["aria-label"].split()), png(_cased(str(svg))))
    return chart if len(chart.image) <= HEAVY else None


def _cased(svg: str) -> str:
    """SVG's own spelling, which a parser of HTML puts into small letters."""
    for name in ("viewBox", "clipPath", "linearGradient", "gradientUnits", "preserveAspectRatio", "clipPathUnits", "textPath"):
        svg = re.sub(rf"\b{name.lower()}\b", name, svg)
    return svg


def _said(tag: Tag) -> str:
    return " ".join(tag.get_text().split())
