"""The story of a page: which findings open it, what it rests on, how a tile's course is drawn."""

from collections.abc import Iterable

from markupsafe import Markup

from playbook.locale import mark
from playbook.report.page import Page
from playbook.report.sections import Section
from playbook.result.formats import Formats
from playbook.result.html import confidence, emphasised

__all__ = ["EVIDENCE", "bottom_line", "drawn", "lead", "learned", "open_questions", "rests_on", "told_finding"]

_UPKEEP = {"data-audit"}  # what the consultant and the client's data people settle between them heads no page
_LESSON = "needs-lesson-"  # ids of findings that an earlier evaluation handed over: they open the page, and are told once
# Findings about the gap of one goal, that of revenue, by the beginning of their id; the first of them tells it best.
_GAP = ("scorecard-revenue", "needs-revenue", "demand-goal", "scenario-goal")
ALIKE = 0.10  # amounts no further apart are the same gap to those who decide
MOST, LEAST = 5, 3  # findings at the top of a page; what was not shown only fills up to the least
EVIDENCE = {
    "shown": mark("Plainly counted, or a test finds that chance alone would hardly do this (95% sure)."),
    "harmful": mark("As sure as “shown”, and it does damage."),
    "likely": mark("The whole {level} range lies on one side: more likely than not by far, yet not proven."),
    "indicative": mark("The figures point this way; treat it as a lead to follow up."),
    "not shown": mark("With the data at hand nobody can tell this from chance. That does not prove that there is nothing."),
}
GRADES = ("low", "medium", "high")
SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 90, 27, 2


def bottom_line(parts: Iterable[tuple[str, str, Section]]) -> list[dict]:
    """The findings that open a page: most money at stake first, then strongest evidence; one a group before a second from any.

    ``parts`` are (group, address, section) triples. The same sum is not told twice: it is the same money
    seen from two sides; nor is the gap of a goal (``_GAP``) to which another section puts about the same amount.
    Each finding carries its ``group`` and ``href``, its sentence as HTML with the figures in bold (``html``), and
    its ``confidence``.
    """
    groups: dict[str, list[dict]] = {}
    for group, href, section in parts:
        answers = [a for a in section.answers if a["id"] not in _UPKEEP]
        found = [told_finding(f, group, href) for a in answers for f in a["findings"] if not f["id"].startswith(_LESSON)]
        groups[group] = groups.get(group, []) + found
    again = {id(f) for f in _gaps_told_again([f for found in groups.values() for f in found])}
    told: dict[str, dict] = {}
    for rank in _by_rank([f for f in found if id(f) not in again] for found in groups.values()):
        for finding in rank:
            told.setdefault(finding["money_text"] or finding["sentence"], finding)
    telling = [f for f in told.values() if f["evidence"] != "not shown"][:MOST]
    silent = [f for f in told.values() if f["evidence"] == "not shown"][: max(LEAST - len(telling), 0)]
    return telling + silent


def _gaps_told_again(found: list[dict]) -> list[dict]:
    """Findings about a goal's gap whose amount one that comes before them in ``_GAP`` has told already."""
    gaps = [f for start in _GAP for f in found if f["id"].startswith(start) and f["money"]]
    told, again = [], []
    for gap in gaps:
        alike = any(abs(gap["money"] - one["money"]) <= ALIKE * abs(one["money"]) for one in told)
        (again if alike else told).append(gap)
    return again


def learned(parts: Iterable[tuple[str, str, Section]]) -> list[dict]:
    """The lessons of the last evaluation, which open the page; ``parts`` and what each carries as in ``bottom_line``."""
    found = [(group, href, f) for group, href, section in parts for a in section.answers for f in a["findings"]]
    return [told_finding(f, group, href) for group, href, f in found if f["id"].startswith(_LESSON)]


def _by_rank(groups: Iterable[list[dict]]) -> tuple[list[dict], list[dict]]:
    """The first of each group, then all others, each by weight."""
    ranked = [sorted(found, key=_weight) for found in groups if found]
    return sorted((found[0] for found in ranked), key=_weight), sorted((f for found in ranked for f in found[1:]), key=_weight)


def told_finding(finding: dict, group: str, href: str) -> dict:
    """A finding of ``payload`` as a page tells it: ``html`` with its figures in bold, ``confidence``, where it leads."""
    sentence = emphasised(finding["sentence"], (finding["value_text"], finding["money_text"]))
    return {**finding, "group": group, "href": href, "html": sentence, "confidence": confidence(finding)}


def _weight(finding: dict) -> tuple[float, int]:
    return -abs(finding["money"] or 0), list(EVIDENCE).index(finding["evidence"])


def lead(page: Page, parts: Iterable[Section]) -> Section | None:
    """The section whose headline heads the page: the phase's lead section, else the one with most at stake; None without any."""
    answered = [s for s in parts if s.answer and s.answer["status"] == "answered"]
    heavy = sorted(answered, key=lambda s: min(map(_weight, s.answer["findings"]), default=(0.0, len(EVIDENCE))))
    return next((s for s in answered if s.answer["id"] == page.lead), None) or next(iter(heavy), None)


def rests_on(parts: Iterable[Section]) -> list[dict]:
    """The assumptions of all sections, each once with the sections that make it: weakest support first, then largest impact."""
    found: dict[str, dict] = {}
    for section in parts:
        for assumption in (a for answer in section.answers for a in answer["assumptions"]):
            entry = found.setdefault(assumption["text"], {**assumption, "sections": []})
            if section not in entry["sections"]:
                entry["sections"].append(section)
    return sorted(found.values(), key=lambda a: (GRADES.index(a["support"]), -GRADES.index(a["impact"])))


def open_questions(answers: Iterable[dict], fmt: Formats) -> list[dict]:
    """What is still locked, by what would unlock it: [unlock (words), questions]; what unlocks most comes first."""
    found: dict[tuple[str, ...], list[str]] = {}
    for answer in answers:
        if answer["status"] == "locked":
            found.setdefault(tuple(answer["unlock"]), []).append(answer["question"])
    return [
        {"unlock": fmt.listed(unlock), "questions": fmt.sentences(*questions)}
        for unlock, questions in sorted(found.items(), key=lambda entry: -len(entry[1]))
    ]


def drawn(tiles: Iterable[dict]) -> list[dict]:
    """Tiles, each label once, with their course as the points of a polyline."""
    once = {tile["label"]: tile for tile in reversed(list(tiles))}
    return [{**tile, "points": Markup(_points(tile["course"]))} for tile in reversed(once.values())]


def _points(course: list[float | None]) -> str:
    values = [v for v in course if v is not None and v == v]  # a gap in the course is drawn over
    if len(values) < 2:
        return ""
    low, span = min(values), max(values) - min(values) or 1
    step = (SPARK_WIDTH - 2 * SPARK_MARGIN) / (len(values) - 1)
    height = SPARK_HEIGHT - 2 * SPARK_MARGIN
    heights = [SPARK_MARGIN + height * (1 - (v - low) / span) for v in values]
    return " ".join(f"{SPARK_MARGIN + i * step:.1f},{y:.1f}" for i, y in enumerate(heights))
