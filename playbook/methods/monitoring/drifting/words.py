"""Words of drift: how each matter is named, what is said of it by its grade, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType

from playbook.intake.frames.products import NO_GROUP
from playbook.locale import mark
from playbook.methods.monitoring.drifting.distance import ALL_OTHER, NOT_KNOWN
from playbook.methods.monitoring.drifting.grades import STRONG
from playbook.methods.monitoring.drifting.people import MAYBE_OPEN, MAYBE_SEASON
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.formats import Formats

__all__ = ["ACTIONS", "MATTERS", "MAYBE", "ROWS", "SALES", "SCORES_SHIFTED", "SHIFTED", "level_name", "row_name"]

MATTERS = MappingProxyType(  # as a sentence begins with it, as it goes on, and its grammatical number, for ``say_n``
    {
        "customers": (mark("The customer base"), mark("the customer base"), 1),
        "cases": (mark("The cases"), mark("the cases"), 2),
        "score": (mark("Scores"), mark("scores"), 2),
        "calibration": (mark("How well scores match results"), mark("how well scores match results"), 1),
        "segments": (mark("Segment sizes"), mark("segment sizes"), 2),
        "channel": (mark("Channels"), mark("channels"), 2),
        "mix": (mark("The product mix"), mark("the product mix"), 1),
        "price": (mark("Prices"), mark("prices"), 2),
    }
)
ROWS = {"customers": mark("customers"), "cases": mark("cases")}
MAYBE = {MAYBE_SEASON: mark("this may be the season"), MAYBE_OPEN: mark("this may be who is still open")}
SHIFTED = {
    STRONG: mark("{what} has shifted strongly against {when}: {change}."),
    "moderate": mark("{what} has shifted against {when}: {change}."),
    "slight": mark("{what} has shifted slightly against {when}: {change}."),
}
SCORES_SHIFTED = {
    STRONG: mark("The scores of {rows} have shifted strongly against those of {rows} with a known outcome: {means}."),
    "moderate": mark("The scores of {rows} have shifted against those of {rows} with a known outcome: {means}."),
    "slight": mark("The scores of {rows} have shifted slightly against those of {rows} with a known outcome: {means}."),
}
KEEPER = mark("owner of the score")
MARKETING, SALES = mark("head of marketing"), mark("head of sales")
ACTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "customers": (
            mark("Ask what changed in how customers are won or recorded; then retrain scores and redraw segments."), MARKETING,
        ),
        "cases": (mark("Ask what changed in how cases come in or are recorded; then retrain the score."), KEEPER),
        "score": (
            mark("Do not cut the list at last quarter's threshold: take a fixed number from the top, and retrain the score."),
            SALES,
        ),
        "calibration": (mark("Correct the chances by this much until the score has been retrained on recent cases."), KEEPER),
        "segments": (mark("Size budgets and lists by today's segments, not by last year's."), MARKETING),
        "channel": (mark("Check whether the shift was wanted; move service and budget where orders come from."), MARKETING),
        "mix": (mark("Check margins and supply of what grows; forecast by product group."), mark("head of purchasing")),
        "price": (mark("Check whether the change was decided; if not, find who gave the discounts."), SALES),
    }
)  # fmt: skip


def row_name(row, fmt: Formats) -> str:
    """What was compared, in words."""
    if row.kind == "score":
        return fmt.say("scores of {rows}", rows=fmt.told(row.name))
    if row.kind == "calibration":
        return fmt.say("scores of {rows} beside what happened", rows=fmt.told(row.name))
    return fmt.told(column_name(row.name) if row.kind in {"customers", "cases"} else row.name)


def level_name(level: str, fmt: Formats) -> str:
    """A value of a column as the client writes it; what stands for several values, or for none, in the reader's language."""
    return fmt.told(level) if level in {ALL_OTHER, NOT_KNOWN, NO_GROUP} else level
