"""The scorecard's words: a KPI's value with its period, how it moved, how far its goal is away."""

from types import MappingProxyType

from playbook.engagement import Period
from playbook.locale import mark
from playbook.methods.needs_analysis.kpis.catalogue import Indicator
from playbook.methods.needs_analysis.kpis.data import YEAR
from playbook.methods.needs_analysis.kpis.goals import Goal
from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.result.formats import Formats

__all__ = ["as_ratio", "change_words", "gap_words", "moved_words", "per_period", "size_words", "value_words"]

STILL = 0.0005  # a smaller change is written as none
_PER = MappingProxyType(
    {"week": mark("{value} a week"), "month": mark("{value} a month"), "quarter": mark("{value} a quarter"),
     "year": mark("{value} a year")}
)  # fmt: skip


def per_period(words: str, stood: Standing, per: Period, fmt: Formats) -> str:
    """Words followed by their period, as in ``orders a month``, where the KPI counts per period."""
    if stood.indicator.id == "sales_velocity":
        per = "month"
    elif not (stood.indicator.kind == "flow" or stood.indicator.id == "customers"):
        return words
    return fmt.say(_PER[per], value=words)


def value_words(value: float, indicator: Indicator, fmt: Formats) -> str:
    """A value of the KPI in its unit."""
    return fmt.number(value, 1) if indicator.unit == "number" else fmt.value(value, indicator.unit)


def moved_words(stood: Standing, fmt: Formats) -> str | None:
    """How the KPI moved and against what, '+25% on the year before'; None where that is not known."""
    if stood.change is None:
        return None
    change = change_words(stood, fmt)
    if stood.span == YEAR:
        return fmt.say("{change} on the year before", change=change)
    return fmt.say_n(
        "{change} on the month before, another season", "{change} on the {n} months before, another season",
        stood.span, change=change,
    )  # fmt: skip


def change_words(stood: Standing, fmt: Formats) -> str:
    """How much the KPI moved."""
    if abs(as_ratio(stood, stood.change)) < STILL:
        return fmt.say("unchanged")
    return size_words(stood, stood.change, fmt)


def size_words(stood: Standing, change: float, fmt: Formats) -> str:
    """A change of the KPI, in points or percent."""
    return fmt.points(as_ratio(stood, change)) if stood.indicator.in_points else fmt.change(change)


def as_ratio(stood: Standing, change: float) -> float:
    """A change of scores counts in hundredths, as one of shares does."""
    return change / 100 if stood.indicator.kind == "score" else change


def gap_words(goal: Goal, fmt: Formats) -> str:
    """How far a goal is away, with its period."""
    indicator = goal.standing.indicator
    gap = abs(goal.gap)
    if indicator.unit == "share":
        points = round(gap * 100, 1)
        return fmt.say_n("{n} point", "{n} points", points, n=fmt.number(points, 1))
    return per_period(value_words(gap, indicator, fmt), goal.standing, goal.objective.per, fmt)
