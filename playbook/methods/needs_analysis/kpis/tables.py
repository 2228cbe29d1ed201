"""The scorecard's tables, tiles and words: a KPI, its range, its trend, its goal."""

import pandas as pd

from playbook.methods.needs_analysis.kpis.catalogue import Indicator
from playbook.methods.needs_analysis.kpis.goals import Goal, per_period
from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.result.contract import Table, Tile
from playbook.result.formats import Formats

__all__ = ["change_words", "gap_words", "kpi_table", "method_table", "tile", "value_words"]

STILL = 0.0005  # a smaller change is written as none
TILE_MONTHS = 24
NOTHING = "–"


def change_words(stood: Standing, fmt: Formats) -> str:
    """How the KPI moved and against what: '+25% on the year before'."""
    if stood.change is None:
        return NOTHING
    if abs(_as_ratio(stood, stood.change)) < STILL:
        return f"unchanged {stood.against}"
    return f"{_size(stood, stood.change, fmt)} {stood.against}"


def gap_words(goal: Goal, fmt: Formats) -> str:
    """How far a goal is away, with its period."""
    indicator = goal.standing.indicator
    gap = abs(goal.gap)
    size = f"{fmt.number(gap * 100, 1)} points" if indicator.unit == "share" else value_words(gap, indicator, fmt)
    return size + per_period(goal.standing, goal.objective.per)


def kpi_table(goals: tuple[Goal, ...], standings: dict[str, Standing], source: str, fmt: Formats) -> Table:
    """Every KPI with its range, trend, goal and the worth of the gap, those with a goal first."""
    bases = {s.against for s in standings.values() if s.change is not None}
    same = next(iter(bases)) if len(bases) == 1 else ""  # said once, above the table
    rows = [_row(g.standing, g, same, fmt) for g in goals if g.standing]
    covered = {g.objective.kpi for g in goals if g.standing}
    rows += [_row(stood, None, same, fmt) for kpi, stood in standings.items() if kpi not in covered]
    columns = {
        "kpi": ("KPI", "text"), "now": ("Now", "text"), "range": ("Range", "text"), "trend": ("Trend", "text"),
        "target": ("Goal", "text"), "gap": ("Gap", "text"), "worth": ("Worth a year", "money"),
    }  # fmt: skip
    frame = pd.DataFrame(rows).astype({"worth": "float64"})
    caption = "KPIs and goals, average of the last full months (up to twelve)" + (f"; trend {same}" if same else "")
    return Table(frame, caption, source, columns)


def method_table(goals: tuple[Goal, ...], standings: dict[str, Standing], source: str) -> Table:
    """How each KPI is worked out, and what stands behind the worth of its gap."""
    how = {g.objective.kpi: g.how for g in reversed(goals) if g.standing and not g.met}
    rows = [
        {"kpi": s.indicator.label["en"], "formula": s.indicator.formula["en"], "how": how.get(kpi, NOTHING)}
        for kpi, s in standings.items()
    ]
    columns = {"kpi": ("KPI", "text"), "formula": ("Formula", "text"), "how": ("Worth of the gap", "text")}
    return Table(pd.DataFrame(rows), "How each KPI is worked out", source, columns, aside=True)


def tile(stood: Standing) -> Tile:
    """The KPI at a glance."""
    indicator = stood.indicator
    course = tuple(float(v) for v in stood.course.tail(TILE_MONTHS))
    label = indicator.label["en"] + (", average month" if per_period(stood, "month") else "")
    change = None if stood.change is None else _as_ratio(stood, stood.change)
    kind = "points" if indicator.in_points else "change"
    return Tile(label, stood.now, indicator.unit, change, kind, indicator.good, course, stood.moved)


def _row(stood: Standing, goal: Goal | None, basis: str, fmt: Formats) -> dict:
    indicator = stood.indicator
    now = stood.now if goal is None else goal.now
    return {
        "kpi": indicator.label["en"] + per_period(stood, goal.objective.per if goal else "month"),
        "now": value_words(now, indicator, fmt), "range": _range(stood, now, fmt), "trend": _trend(stood, basis, fmt),
        "target": value_words(goal.objective.target, indicator, fmt) if goal else "no goal",
        "gap": _gap(goal, fmt),
        "worth": goal.worth if goal else None,
    }  # fmt: skip


def _gap(goal: Goal | None, fmt: Formats) -> str:
    if goal is None:
        return NOTHING
    return "too early to tell" if goal.early else "reached" if goal.met else gap_words(goal, fmt)


def _range(stood: Standing, now: float, fmt: Formats) -> str:
    if stood.low is None or now != stood.now:
        return "counted" if stood.indicator.kind in {"flow", "level", "ratio"} else NOTHING
    return f"{value_words(stood.low, stood.indicator, fmt)} to {value_words(stood.high, stood.indicator, fmt)}"


def _trend(stood: Standing, basis: str, fmt: Formats) -> str:
    """The change with its range; without its basis where that stands above the table."""
    words = change_words(stood, fmt).removesuffix(f" {basis}") if basis else change_words(stood, fmt)
    if stood.change is None or stood.change_low is None:
        return words
    return f"{words} ({_size(stood, stood.change_low, fmt)} to {_size(stood, stood.change_high, fmt)})"


def _size(stood: Standing, change: float, fmt: Formats) -> str:
    return fmt.points(_as_ratio(stood, change)) if stood.indicator.in_points else fmt.change(change)


def _as_ratio(stood: Standing, change: float) -> float:
    """A change of scores counts in hundredths, as one of shares does."""
    return change / 100 if stood.indicator.kind == "score" else change


def value_words(value: float, indicator: Indicator, fmt: Formats) -> str:
    """A value of the KPI in its unit."""
    return fmt.number(value, 1) if indicator.unit == "number" else fmt.value(value, indicator.unit)
