"""Demand: what revenue will be in all, by product group and by product, how far to trust it, and whether the goal is in reach."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Objective
from playbook.methods.market_research.forecasting.lstm import lstm
from playbook.methods.market_research.outlook.drivers import driver_candidate
from playbook.methods.market_research.outlook.figure import demand_figure
from playbook.methods.market_research.outlook.findings import findings, headline
from playbook.methods.market_research.outlook.goal import Goal, revenue_goal
from playbook.methods.market_research.outlook.group_figure import group_figure
from playbook.methods.market_research.outlook.levels import levels
from playbook.methods.market_research.outlook.outlook import SumRange, outlook
from playbook.methods.market_research.outlook.tables import HISTORY_PER_STEP, assumptions, labelled, tables
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Demand", "demand"]

FEWEST_MONTHS = 3
SEASON = 12
LEVEL_COLUMNS = ["id", "month", "expected", "low", "high"]


@dataclass(frozen=True, kw_only=True)
class Demand(Result):
    """``history``: month, revenue; ``forecast``: month, revenue, low, high, the sum of what follows.

    ``groups`` and ``products``: id, month, expected, low, high (revenue; empty without product groups). Products add up to
    groups and groups to the total, to the cent: those not forecast on their own are a row "other products in ...".
    ``items``: one row a series with level, id, label, group, rest, kind (class of demand), expected, low, high (all months
    ahead), before, against, young, change. ``scores``, ``coverage`` and ``goal`` as in ``Forecast`` and ``Goal``, of the total.
    ``tests``: how forecasts of the total from past days missed.
    """

    history: pd.DataFrame = field(repr=False)
    forecast: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    coverage: float | None
    goal: Goal | None
    groups: pd.DataFrame = field(repr=False)
    products: pd.DataFrame = field(repr=False)
    items: pd.DataFrame = field(repr=False)
    tests: SumRange = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        source = self.tables[0].source
        drawn = [demand_figure(self.history, self.forecast, self.goal, self.fmt, source)]
        if (self.items["level"] == "group").any():
            drawn.append(group_figure(self.items, len(self.forecast), self.fmt, source))
        return tuple(drawn)


@section(
    "demand",
    "What will revenue be?",
    promise="monthly revenue expected in all, by product group and by product, its range, and the chance to reach the goal",
)
def demand(
    months: pd.DataFrame,
    fmt: Formats,
    as_of: date,
    objectives: tuple[Objective, ...] = (),
    category_months: pd.DataFrame | None = None,
    product_months: pd.DataFrame | None = None,
    product_weeks: pd.DataFrame | None = None,
    competitor_weeks: pd.DataFrame | None = None,
    product_list: pd.DataFrame | None = None,
    *,
    horizon: int = 12,
    deep: bool = False,
) -> Demand | Locked:
    """Forecast monthly revenue (client's currency) ``horizon`` months ahead, at most one for every three months of history.

    See ``forecast`` for the method, ``levels`` and ``outlook`` for groups and products, ``revenue_goal`` for the chance to reach
    a goal. Prices, promotions and competitors' prices enter a regression where they are known for all months. ``deep`` lets a
    small neural network take part (needs the extra ``playbook[deep]``). Locked below three complete months.
    """
    if len(months) < FEWEST_MONTHS:
        return Locked(
            fmt=fmt,
            headline="Not answered yet: What will revenue be?",
            promise=demand.section.promise,
            unlock=(
                fmt.say(
                    "orders of at least {fewest} complete months ({n} so far)", fewest=FEWEST_MONTHS, n=fmt.count(len(months))
                ),
            ),
        )
    history = months[["month", "revenue"]].reset_index(drop=True)
    steps = min(horizon, max(1, len(history) // HISTORY_PER_STEP))
    panel = levels(history, category_months, product_months)
    extra, drivers = driver_candidate(panel, steps, product_weeks, competitor_weeks)
    found = outlook(panel, steps, SEASON, {**extra, **({"LSTM": lstm} if deep else {})})
    items = labelled(found.items, product_list, fmt)
    total = found.path[found.path["level"] == "total"]
    path = total.rename(columns={"expected": "revenue"})[["month", "revenue", "low", "high"]].reset_index(drop=True)
    goal = revenue_goal(history, path, objectives, found.sums.width)
    source = fmt.say("orders, complete months up to {day}", day=fmt.day(as_of))
    return Demand(
        fmt=fmt,
        headline=headline(history, path, goal, items.iloc[0], fmt),
        findings=findings(history, path, goal, found, items, fmt),
        tables=tables(path, found.total.scores, items, source, fmt),
        assumptions=assumptions(found, items, drivers, len(history), steps, steps < horizon, fmt),
        history=history,
        forecast=path,
        scores=found.total.scores,
        coverage=found.coverage,
        goal=goal,
        groups=_of_level(found.path, "group"),
        products=_of_level(found.path, "product"),
        items=items,
        tests=found.sums,
    )


def _of_level(path: pd.DataFrame, level: str) -> pd.DataFrame:
    return path.loc[path["level"] == level, LEVEL_COLUMNS].reset_index(drop=True)
