"""The scorecard's tables, tiles and words: a KPI, its range, its trend, its goal."""

import pandas as pd

from playbook.methods.needs_analysis.kpis.data import YEAR
from playbook.methods.needs_analysis.kpis.goals import Goal
from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.methods.needs_analysis.kpis.words import (
    as_ratio,
    change_words,
    gap_words,
    moved_words,
    per_period,
    size_words,
    value_words,
)
from playbook.result.contract import Table, Tile
from playbook.result.formats import Formats

__all__ = ["goal_table", "kpi_table", "method_table", "tile"]

TILE_MONTHS = 24
NOTHING = "–"

MOST_GOALS = 6  # in the executive summary


def kpi_table(goals: tuple[Goal, ...], standings: dict[str, Standing], source: str, fmt: Formats) -> Table:
    """Every KPI with its range, trend, goal and the worth of the gap, those with a goal first."""
    spans = {s.span for s in standings.values() if s.change is not None}
    same = len(spans) == 1  # said once, above the table
    rows = [_row(g.standing, g, same, fmt) for g in goals if g.standing]
    covered = {g.objective.kpi for g in goals if g.standing}
    rows += [_row(stood, None, same, fmt) for kpi, stood in standings.items() if kpi not in covered]
    columns = {
        "kpi": ("KPI", "text"), "now": ("Now", "text"), "range": ("Range", "text"), "trend": ("Trend", "text"),
        "target": ("Goal", "text"), "gap": ("Gap", "text"), "worth": ("Worth a year", "money"),
    }  # fmt: skip
    frame = pd.DataFrame(rows).astype({"worth": "float64"})
    return Table(frame, _caption(spans, fmt), source, columns)


def _caption(spans: set[int], fmt: Formats) -> str:
    """The table's caption, with what trends are measured against where that is the same for all."""
    if len(spans) != 1:
        return fmt.say("KPIs and goals, average of the last full months (up to twelve)")
    if spans == {YEAR}:
        return fmt.say("KPIs and goals, average of the last full months (up to twelve); trend on the year before")
    return fmt.say_n(
        "KPIs and goals, average of the last full months; trend on the month before, another season",
        "KPIs and goals, average of the last full months; trend on the {n} months before, another season", *spans,
    )  # fmt: skip


def goal_table(goals: tuple[Goal, ...], table: Table, fmt: Formats) -> Table | None:
    """The goals' rows of the ``kpi_table``; None without a goal that can be measured."""
    measured = sum(g.standing is not None for g in goals)
    columns = {name: table.columns[name] for name in ("kpi", "now", "target", "gap", "worth")}
    caption = fmt.say("The goals, the costliest gap first")
    return Table(table.frame.head(min(measured, MOST_GOALS)), caption, table.source, columns) if measured else None


def method_table(goals: tuple[Goal, ...], standings: dict[str, Standing], source: str, fmt: Formats) -> Table:
    """How each KPI is worked out, and what stands behind the worth of its gap."""
    how = {g.objective.kpi: g.how for g in reversed(goals) if g.standing and not g.met}
    rows = [
        {
            "kpi": fmt.told(s.indicator.label), "formula": fmt.told(s.indicator.formula),
            "how": fmt.told(how.get(kpi, NOTHING)),
        }
        for kpi, s in standings.items()
    ]  # fmt: skip
    columns = {"kpi": ("KPI", "text"), "formula": ("Formula", "text"), "how": ("Worth of the gap", "text")}
    return Table(pd.DataFrame(rows), "How each KPI is worked out", source, columns, aside=True)


def tile(stood: Standing, fmt: Formats) -> Tile:
    """The KPI at a glance."""
    indicator = stood.indicator
    course = tuple(float(v) for v in stood.course.tail(TILE_MONTHS))
    label = fmt.told(indicator.label)
    if per_period(label, stood, "month", fmt) != label:
        label = fmt.say("{kpi}, average month", kpi=label)
    change = None if stood.change is None else as_ratio(stood, stood.change)
    kind = "points" if indicator.in_points else "change"
    return Tile(label, stood.now, indicator.unit, change, kind, indicator.good, course, stood.moved)


def _row(stood: Standing, goal: Goal | None, same: bool, fmt: Formats) -> dict:
    indicator = stood.indicator
    now = stood.now if goal is None else goal.now
    return {
        "kpi": per_period(fmt.told(indicator.label), stood, goal.objective.per if goal else "month", fmt),
        "now": value_words(now, indicator, fmt), "range": _range(stood, now, fmt), "trend": _trend(stood, same, fmt),
        "target": value_words(goal.objective.target, indicator, fmt) if goal else fmt.say("no goal"),
        "gap": _gap(goal, fmt),
        "worth": goal.worth if goal else None,
    }  # fmt: skip


def _gap(goal: Goal | None, fmt: Formats) -> str:
    if goal is None:
        return NOTHING
    if goal.early:
        return fmt.say("too early to tell")
    return fmt.say("reached") if goal.met else gap_words(goal, fmt)


def _range(stood: Standing, now: float, fmt: Formats) -> str:
    if stood.low is None or now != stood.now:
        return fmt.say("counted") if stood.indicator.kind in {"flow", "level", "ratio"} else NOTHING
    low, high = (value_words(end, stood.indicator, fmt) for end in (stood.low, stood.high))
    return fmt.say("{low} to {high}", low=low, high=high)


def _trend(stood: Standing, same: bool, fmt: Formats) -> str:
    """The change with its range; without its basis where that stands above the table."""
    if stood.change is None:
        return NOTHING
    words = change_words(stood, fmt) if same else moved_words(stood, fmt)
    if stood.change_low is None:
        return words
    low, high = (size_words(stood, end, fmt) for end in (stood.change_low, stood.change_high))
    return fmt.say("{value} ({low} to {high})", value=words, low=low, high=high)
