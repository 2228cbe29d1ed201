"""Scorecard: every KPI now, against its goal, with its trend and what closing the gap is worth."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.engagement import Objective
from playbook.methods.needs_analysis.courses import draw_courses
from playbook.methods.needs_analysis.kpis import CATALOGUE, YEAR
from playbook.methods.needs_analysis.leaks import share_range
from playbook.methods.needs_analysis.standing import PERIODS, Data, Standing, customers_per, standing, worth
from playbook.result.contract import Assumption, Evidence, Figure, Finding, Locked, Result, Table, Tile
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Goal", "Scorecard", "scorecard"]

MOST_TILES, TILE_MONTHS = 6, 24
STILL = 0.0005  # a smaller change is written as none
SHORTEST_COURSE = 3  # points that make a line
_ORDER = ("revenue", "order_value", "customers", "repeat_rate", "conversion", "win_rate", "orders")


@dataclass(frozen=True)
class Goal:
    """One objective against where its KPI stands, both per the objective's own period; ``gap`` is positive when short."""

    objective: Objective
    standing: Standing | None
    now: float | None = None
    gap: float | None = None
    worth: float | None = None
    how: str = ""

    @property
    def label(self) -> str:
        return CATALOGUE[self.objective.kpi].label["en"]

    @property
    def met(self) -> bool:
        return self.gap is not None and self.gap <= 0


@dataclass(frozen=True, kw_only=True)
class Scorecard(Result):
    """Where the client stands: ``standings`` by KPI, and one ``goal`` per objective, the costliest gap first."""

    standings: dict[str, Standing]
    goals: tuple[Goal, ...]

    def figures(self) -> tuple[Figure, ...]:
        drawn = [s for s in self.standings.values() if len(s.course) >= SHORTEST_COURSE][:MOST_TILES]
        targets = {g.objective.kpi: _monthly_target(g.objective) for g in reversed(self.goals) if g.standing}
        return (draw_courses(drawn, targets, _source(self.standings, self.fmt), self.fmt),) if drawn else ()


@section(
    "scorecard",
    "Where does the client stand against its goals?",
    promise="every KPI with its goal, trend and the worth of the gap",
)
def scorecard(
    months: pd.DataFrame,
    objectives: tuple[Objective, ...],
    as_of: date,
    fmt: Formats,
    order_totals: pd.DataFrame | None = None,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
) -> Result:
    """Every KPI over the last twelve full months, against the objectives and its own past.

    Flows and levels are the average month, so that the season does not pass for progress; shares carry
    Wilson's interval (Wilson 1927). The trend is against the twelve months before, with less than 24
    months of data against the half before. Returns Locked when no KPI can be worked out.
    """
    data = Data(as_of, months, order_totals, journey_steps, opportunities)
    wanted = list(dict.fromkeys([*(o.kpi for o in objectives), *_ORDER]))
    standings = {kpi: stood for kpi in wanted if (stood := standing(kpi, data))}
    if not standings:
        return Locked(
            fmt=fmt, headline="Not answered yet: where the client stands", unlock=("orders of at least one full month",),
            promise=scorecard.section.promise, section=scorecard.section,
        )  # fmt: skip
    goals = tuple(sorted((_goal(o, standings, data) for o in objectives), key=lambda g: (g.met, -(g.worth or 0))))
    return Scorecard(
        fmt=fmt, headline=_headline(goals, standings, fmt), findings=_findings(goals, standings, as_of, fmt),
        tables=(_table(goals, standings, fmt),), tiles=tuple(_tile(s) for s in list(standings.values())[:MOST_TILES]),
        assumptions=_assumptions(goals), standings=standings, goals=goals,
    )  # fmt: skip


def _goal(objective: Objective, standings: dict[str, Standing], data: Data) -> Goal:
    stood = standings.get(objective.kpi)
    if stood is None:
        return Goal(objective, None)
    now = stood.now
    if stood.indicator.kind == "flow":
        now *= PERIODS["month"] / PERIODS[objective.per]
    elif objective.kpi == "customers" and objective.per != "month":
        now = customers_per(objective.per, data.order_totals, data.as_of)
        if now is None:
            return Goal(objective, None)
    gap = objective.target - now
    if gap <= 0:
        return Goal(objective, stood, now, gap, how="reached")
    if _partial(stood):
        return Goal(objective, stood, now, gap, how="not priced: the repeat rate needs a year of orders")
    return Goal(objective, stood, now, gap, *worth(stood, gap, now, data))


def _partial(stood: Standing) -> bool:
    """Whether the data are too short for a rate that needs a whole year: it will still rise."""
    return stood.indicator.id == "repeat_rate" and stood.months < YEAR


def _headline(goals: tuple[Goal, ...], standings: dict[str, Standing], fmt: Formats) -> str:
    measured = [g for g in goals if g.standing]
    if not measured:
        first = next(iter(standings.values()))
        trend = "" if first.change is None else f", {_change(first, fmt)}"
        now = fmt.value(first.now, first.indicator.unit) + _per(first, "month")
        return f"{first.indicator.label['en']} {_verb(first)} at {now}{trend}"
    short = [g for g in measured if not g.met]
    if not short:
        return (
            f"All {len(measured)} goals are reached"
            if len(measured) > 1
            else f"The goal for {measured[0].label.lower()} is reached"
        )
    lacking = f"{short[0].label.lower()} is {_gap(short[0], fmt)} short"
    if len(measured) == 1:
        return f"The goal is not yet reached: {lacking}"
    if len(short) == len(measured):
        return f"None of the {len(measured)} goals is reached yet: {lacking}"
    return f"{len(short)} of {len(measured)} goals {'is' if len(short) == 1 else 'are'} not yet reached: {lacking}"


def _verb(stood: Standing) -> str:
    return "stand" if stood.indicator.unit == "count" else "stands"


def _per(stood: Standing, per: str) -> str:
    return f" a {per}" if stood.indicator.kind == "flow" or stood.indicator.id == "customers" else ""


def _gap(goal: Goal, fmt: Formats) -> str:
    unit = goal.standing.indicator.unit
    size = f"{fmt.number(abs(goal.gap) * 100, 1)} points" if unit == "share" else fmt.value(abs(goal.gap), unit)
    return size + _per(goal.standing, goal.objective.per)


def _change(stood: Standing, fmt: Formats) -> str:
    if stood.change is None:
        return "–"
    if abs(stood.change) < STILL:
        return f"unchanged {stood.against}"
    size = fmt.points(stood.change) if stood.indicator.unit == "share" else fmt.change(stood.change)
    return f"{size} {stood.against}"


def _findings(goals: tuple[Goal, ...], standings: dict[str, Standing], as_of: date, fmt: Formats) -> tuple[Finding, ...]:
    if goals:
        kpis = [goal.objective.kpi for goal in goals]
        repeated = [kpi in kpis[:place] for place, kpi in enumerate(kpis)]
        return tuple(_goal_finding(goal, again, as_of, fmt) for goal, again in zip(goals, repeated, strict=True))
    return tuple(
        Finding(
            f"scorecard-{_id(s.indicator.id)}",
            f"{s.indicator.label['en']} {_verb(s)} at {fmt.value(s.now, s.indicator.unit)}{_per(s, 'month')}"
            + ("." if s.change is None else f", {_change(s, fmt)}."),
            value=s.now, unit=s.indicator.unit, low=s.low, high=s.high, n=s.cases, evidence="shown",
        )
        for s in standings.values()
    )  # fmt: skip


def _id(kpi: str) -> str:
    return kpi.replace("_", "-")


def _goal_finding(goal: Goal, again: bool, as_of: date, fmt: Formats) -> Finding:
    objective, stood = goal.objective, goal.standing
    name = f"scorecard-{_id(objective.kpi)}" + (f"-{objective.by}" if again else "")  # a KPI may have goals for several days
    if stood is None:
        need = " and ".join(CATALOGUE[objective.kpi].unlock)
        return Finding(
            name, f"The goal for {goal.label.lower()} cannot be measured: it needs {need}.", evidence="not shown",
            action=f"Send {need}, or choose a goal that today's data can show.",
        )  # fmt: skip
    unit = stood.indicator.unit
    now = f"{goal.label} {_verb(stood)} at {fmt.value(goal.now, unit)}{_per(stood, objective.per)}"
    now += f" over the {stood.months} months of data" if _partial(stood) else ""
    due = "that was due on" if objective.by < as_of else "by"
    target = f"the goal of {fmt.value(objective.target, unit)} {due} {fmt.day(objective.by)}"
    if goal.met:
        sentence, action = f"{now} and has reached {target}.", "Hold it, and set the next goal."
    else:
        money = f"; closing the gap is worth {fmt.money(goal.worth)} a year" if goal.worth else ""
        sentence, action = (
            f"{now}, {_gap(goal, fmt)} short of {target}{money}.",
            stood.indicator.lever["en"],
        )
    return Finding(
        name, sentence, value=goal.now, unit=unit, low=stood.low, high=stood.high, n=stood.cases,
        money=goal.worth, evidence=_evidence(goal), action=action,
    )  # fmt: skip


def _evidence(goal: Goal) -> Evidence:
    """A plain count is shown; of a share, whether its distance to the target is beyond chance."""
    stood, target = goal.standing, goal.objective.target
    if stood.cases is None:
        return "shown"
    if _partial(stood):
        return "indicative"
    low, high = share_range(stood.hits, stood.cases, level=0.95)
    if not low <= target <= high:
        return "shown"
    return "indicative" if stood.low <= target <= stood.high else "likely"


def _table(goals: tuple[Goal, ...], standings: dict[str, Standing], fmt: Formats) -> Table:
    rows = [
        {
            "kpi": g.label + _per(g.standing, g.objective.per), "now": fmt.value(g.now, g.standing.indicator.unit),
            "target": fmt.value(g.objective.target, g.standing.indicator.unit), "gap": "reached" if g.met else _gap(g, fmt),
            "worth": g.worth, "trend": _change(g.standing, fmt), "how": g.how,
        }
        for g in goals if g.standing
    ]  # fmt: skip
    covered = {g.objective.kpi for g in goals if g.standing}
    rows += [
        {
            "kpi": s.indicator.label["en"] + _per(s, "month"), "now": fmt.value(s.now, s.indicator.unit), "target": "no goal",
            "gap": "–", "worth": None, "trend": _change(s, fmt), "how": "–",
        }
        for kpi, s in standings.items() if kpi not in covered
    ]  # fmt: skip
    columns = {
        "kpi": ("KPI", "text"), "now": ("Now", "text"), "target": ("Goal", "text"), "gap": ("Short by", "text"),
        "worth": ("Worth a year", "money"), "trend": ("Trend", "text"), "how": ("How the worth is found", "text"),
    }  # fmt: skip
    frame = pd.DataFrame(rows).astype({"worth": "float64"})
    return Table(frame, "KPIs and goals, average of the last full months (up to twelve)", _source(standings, fmt), columns)


def _source(standings: dict[str, Standing], fmt: Formats) -> str:
    tables = dict.fromkeys(table for s in standings.values() for table in s.indicator.needs)
    last = max(s.course.index[-1] for s in standings.values())
    return f"{', '.join(tables)}, to {fmt.month(last)}"


def _tile(stood: Standing) -> Tile:
    indicator, share = stood.indicator, stood.indicator.unit == "share"
    course = tuple(float(v) for v in stood.course.tail(TILE_MONTHS))
    label = indicator.label["en"] + (", average month" if _per(stood, "month") else "")
    return Tile(label, stood.now, indicator.unit, stood.change, "points" if share else "change", indicator.good, course)


def _assumptions(goals: tuple[Goal, ...]) -> tuple[Assumption, ...]:
    listed = [
        Assumption(
            "The average of the last twelve full months stands for today; a goal is compared with it, not with one month.",
            "high",
            "medium",
        )
    ]
    if any(g.worth for g in goals):
        listed.append(
            Assumption(
                "Each gap is priced as if it alone were closed. Goals overlap, so their worth must not be added up.",
                "medium",
                "high",
            )
        )
    return tuple(listed)


def _monthly_target(objective: Objective) -> float | None:
    if CATALOGUE[objective.kpi].kind == "flow":
        return objective.target * PERIODS[objective.per] / PERIODS["month"]
    return None if objective.kpi == "customers" and objective.per != "month" else objective.target
