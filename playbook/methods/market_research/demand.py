"""Demand: what revenue will be month by month, how far to trust it, and whether the goal is within reach."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Objective
from playbook.methods.market_research.demand_figure import demand_figure
from playbook.methods.market_research.demand_goal import SUREST, Goal, revenue_goal
from playbook.methods.market_research.forecast import COMBINATION, NAIVE, Forecast, forecast
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["Demand", "demand"]

FEWEST_MONTHS = 3
SEASON = 12
HISTORY_PER_STEP = 3  # months of history for each month ahead
STRONG_SEASON = 1.10  # a peak month worth a sentence


@dataclass(frozen=True, kw_only=True)
class Demand(Result):
    """``history``: month, revenue; ``forecast``: month, revenue, low, high; the rest as in ``Forecast`` and ``Goal``."""

    history: pd.DataFrame = field(repr=False)
    forecast: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    coverage: float | None
    goal: Goal | None

    def figures(self) -> tuple[Figure, ...]:
        return (demand_figure(self.history, self.forecast, self.goal, self.fmt, self.tables[0].source),)


@section("demand", "What will revenue be?", promise="monthly revenue expected, its range, and the chance to reach the goal")
def demand(
    months: pd.DataFrame, fmt: Formats, as_of: date, objectives: tuple[Objective, ...] = (), *, horizon: int = 12
) -> Demand | Locked:
    """Forecast monthly revenue (client's currency) ``horizon`` months ahead, at most one for every three months of history.

    See ``forecast`` for the method and ``revenue_goal`` for the chance to reach a goal. Ranges of sums assume that all
    months miss in the same direction, which is the careful case. Locked below three complete months.
    """
    if len(months) < FEWEST_MONTHS:
        return Locked(
            fmt=fmt,
            headline="Not answered yet: What will revenue be?",
            promise=demand.section.promise,
            unlock=(f"orders of at least {FEWEST_MONTHS} complete months ({len(months)} so far)",),
        )
    history = months[["month", "revenue"]].reset_index(drop=True)
    steps = min(horizon, max(1, len(history) // HISTORY_PER_STEP))
    outlook = forecast(history.set_index("month")["revenue"], steps, SEASON)
    path = outlook.path.rename(columns={"period": "month", "value": "revenue"})
    goal = revenue_goal(history, path, objectives)
    source = f"orders, complete months up to {fmt.day(as_of)}"
    return Demand(
        fmt=fmt,
        headline=_headline(history, path, goal, fmt),
        findings=_findings(history, path, goal, outlook.season, fmt),
        tables=_tables(path, outlook.scores, source),
        assumptions=_assumptions(outlook, len(history), steps, steps < horizon, fmt),
        history=history,
        forecast=path,
        scores=outlook.scores,
        coverage=outlook.coverage,
        goal=goal,
    )


def _per(goal: Goal) -> str:
    return {1: "a month", 3: "a quarter", 12: "a year"}[goal.months]


def _headline(history: pd.DataFrame, path: pd.DataFrame, goal: Goal | None, fmt: Formats) -> str:
    if goal:
        gap = goal.expected - goal.target
        against = (
            f"{fmt.money(abs(gap))} {'short of' if gap < 0 else 'above'} the goal" if round(abs(gap)) else "right at the goal"
        )
        return f"Revenue is heading for {fmt.money(goal.expected)} {_per(goal)}, {against}"
    before = _year_before(history, path)
    change = f", {fmt.change(path['revenue'].sum() / before - 1)} on a year before" if before else ""
    return f"The next {_span(len(path))} should bring {fmt.money(path['revenue'].sum())}{change}"


def _span(months: int) -> str:
    return "month" if months == 1 else f"{months} months"


def _year_before(history: pd.DataFrame, path: pd.DataFrame) -> float:
    """Revenue of the same months a year earlier; 0 when the history does not hold all of them."""
    same = history[history["month"].isin(path["month"] - pd.DateOffset(years=1))]
    return float(same["revenue"].sum()) if len(same) == len(path) else 0.0


def _findings(history: pd.DataFrame, path: pd.DataFrame, goal: Goal | None, season: int, fmt: Formats) -> tuple[Finding, ...]:
    found = [_goal_finding(goal, fmt)] if goal else []
    total, low, high = path[["revenue", "low", "high"]].sum()
    before = _year_before(history, path)
    change = f", {fmt.change(total / before - 1)} on the same months a year before" if before else ""
    found.append(
        Finding(
            "demand-outlook",
            f"Revenue of the next {_span(len(path))} is expected to be {fmt.money(total)}{change}.",
            value=float(total),
            unit="money",
            low=float(low),
            high=float(high),
            n=len(history),
            evidence="likely" if before and not low <= before <= high else "indicative",
            action="Use the expected value for the budget and the low end of the range for commitments that cannot be undone.",
            owner="finance",
        )
    )
    if season > 1 and len(path) == season and path["revenue"].mean() > 0:
        peak, average = path.loc[path["revenue"].idxmax()], path["revenue"].mean()
        factor = peak["revenue"] / average
        if factor >= STRONG_SEASON:
            found.append(
                Finding(
                    "demand-peak",
                    f"{fmt.month(peak['month'])} should be the strongest month, {fmt.change(factor - 1)} against an average one.",
                    value=float(factor - 1),
                    unit="share",
                    low=float(peak["low"] / average - 1),
                    high=float(peak["high"] / average - 1),
                    n=len(history) // season,
                    evidence="likely" if peak["low"] > average else "indicative",
                    action="Order stock and plan people for the peak before it comes.",
                    owner="head of operations",
                )
            )
    return tuple(found)


def _goal_finding(goal: Goal, fmt: Formats) -> Finding:
    missed = goal.expected < goal.target
    later = ", the last we can forecast," if goal.beyond else ""
    return Finding(
        "demand-goal",
        f"Over the {_span(goal.window)} to {fmt.month(goal.month)}{later} revenue is expected to average "
        f"{fmt.money(goal.expected)} {_per(goal)}; "
        f"the goal of {fmt.money(goal.target)} is reached with a probability of {_chance(goal.reached, fmt)}.",
        value=goal.expected,
        unit="money",
        low=goal.low,
        high=goal.high,
        money=(goal.target - goal.expected) * SEASON / goal.months if missed else None,
        evidence="likely" if not goal.low <= goal.target <= goal.high else "indicative",
        action="Decide now what is to close the gap: the strategy report prices the options."
        if missed
        else "Stay the course, and check every month whether the forecast still holds.",
        owner="head of sales",
    )


def _chance(reached: float, fmt: Formats) -> str:
    if reached <= 1 - SUREST:
        return f"less than {fmt.share(1 - SUREST, 0)}"
    return f"more than {fmt.share(SUREST, 0)}" if reached >= SUREST else fmt.share(reached, 0)


def _assumptions(outlook: Forecast, n: int, steps: int, shortened: bool, fmt: Formats) -> tuple[Assumption, ...]:
    notes = [
        Assumption(
            "The coming months follow the pattern of the past: no new campaign, price change or competitor is in the forecast.",
            "medium",
            "high",
        )
    ]
    if outlook.n_origins:
        notes.append(
            Assumption(
                f"The forecast is the median of {len(outlook.scores) - 1} methods. {_test(outlook, fmt)}",
                "high",
                "low",
            )
        )
    else:
        notes.append(
            Assumption(
                f"{n} months are too few for a test: the last month is repeated, and the range is only a guess.", "low", "high"
            )
        )
    if steps > 1:
        notes.append(
            Assumption(
                "Ranges of several months together take all of them to miss in the same direction, so they are rather too wide.",
                "medium",
                "low",
            )
        )
    if outlook.coverage is not None:
        level, held = fmt.share(LEVEL), fmt.share(outlook.coverage)
        support = "high" if abs(outlook.coverage - LEVEL) <= 0.1 else "medium"
        notes.append(Assumption(f"The range is meant to hold {level} of months; in the test it held {held}.", support, "medium"))
    if outlook.season == 1:
        notes.append(Assumption(f"{n} months do not show a season: the forecast knows no strong and weak months.", "low", "high"))
    if shortened:
        notes.append(
            Assumption(f"We look ahead one month for every {HISTORY_PER_STEP} of history, and not further.", "high", "low")
        )
    if outlook.dropped:
        notes.append(
            Assumption(
                f"Left out because they failed on these figures: {', '.join(d.split(':')[0] for d in outlook.dropped)}.",
                "medium",
                "low",
            )
        )
    return tuple(notes)


def _test(outlook: Forecast, fmt: Formats) -> str:
    errors = outlook.scores.set_index("candidate")["mase"]
    naive = "repeating the same month of the year before" if outlook.season > 1 else "repeating the last month"
    missed = "as much as"
    if errors[NAIVE] > 0 and (more := errors[COMBINATION] / errors[NAIVE] - 1):
        missed = f"by {fmt.share(abs(more))} {'more' if more > 0 else 'less'} than"
    return f"On months it had not seen, from {outlook.n_origins} starting points, it missed {missed} {naive}."


def _tables(path: pd.DataFrame, scores: pd.DataFrame, source: str) -> tuple[Table, ...]:
    expected = Table(
        path,
        f"Expected revenue by month, with the {LEVEL:.0%} range.",
        source,
        {"month": ("Month", "month"), "revenue": ("Expected", "money"), "low": ("Low", "money"), "high": ("High", "money")},
    )
    tests = Table(
        scores,
        "Methods compared on months they had not seen; smaller is better, 1 is the naive forecast's usual error.",
        source,
        {"candidate": ("Method", "text"), "mase": ("Scaled error (MASE)", "number"), "origins": ("Starting points", "count")},
    )
    return expected, tests
