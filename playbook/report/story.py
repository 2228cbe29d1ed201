"""The story of a page: which findings open it, what its headline says, how a tile's course is drawn."""

from collections.abc import Iterable

from playbook.report.page import Page
from playbook.report.sections import Section

__all__ = ["bottom_line", "drawn", "headline"]

BOTTOM_LINE = 5  # findings at the top of a page, at most
EVIDENCE = ("shown", "harmful", "likely", "indicative", "not shown")
SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 90, 27, 2


def bottom_line(answers: Iterable[dict]) -> list[dict]:
    """The findings that open a page: most money at stake first, then strongest evidence; one a section before a second from any."""
    ranked = [sorted(a["findings"], key=_weight) for a in answers if a["findings"]]
    first = sorted((findings[0] for findings in ranked), key=_weight)
    rest = sorted((f for findings in ranked for f in findings[1:]), key=_weight)
    return (first + rest)[:BOTTOM_LINE]


def _weight(finding: dict) -> tuple[float, int]:
    return -abs(finding["money"] or 0), EVIDENCE.index(finding["evidence"])


def headline(page: Page, parts: Iterable[Section]) -> str:
    """The computed headline of the page's lead section, else of the first one that is answered, else the phase's title."""
    answered = [s.answer for s in parts if s.answer and s.answer["status"] == "answered"]
    lead = next((a for a in answered if a["id"] == page.lead), None) or next(iter(answered), None)
    return lead["headline"] if lead else page.title


def drawn(tiles: Iterable[dict]) -> list[dict]:
    """Tiles with their course as the points of a polyline."""
    return [{**tile, "points": _points(tile["course"])} for tile in tiles]


def _points(course: list[float | None]) -> str:
    values = [v for v in course if v is not None]
    if len(values) < 2:
        return ""
    low, span = min(values), max(values) - min(values) or 1
    step = (SPARK_WIDTH - 2 * SPARK_MARGIN) / (len(values) - 1)
    height = SPARK_HEIGHT - 2 * SPARK_MARGIN
    return " ".join(f"{SPARK_MARGIN + i * step:.1f},{SPARK_MARGIN + height * (1 - (v - low) / span):.1f}" for i, v in enumerate(values))
