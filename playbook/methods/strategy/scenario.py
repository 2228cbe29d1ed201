"""Scenario: what revenue and profit become when conversion, order value, frequency, price and cost move together."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions, Objective
from playbook.locale import mark
from playbook.methods.market_research.demand import Demand
from playbook.methods.market_research.prices import Prices
from playbook.methods.strategy.whatif.business import (
    MONTHS,
    Business,
    contract_business,
    pipeline_business,
    shop_business,
    visit_months,
)
from playbook.methods.strategy.whatif.figures import tornado_figure, years_figure
from playbook.methods.strategy.whatif.outcomes import Outcomes, break_even, play, tornado, years
from playbook.methods.strategy.whatif.ranges import WIDTH, Ranges, driver_ranges
from playbook.methods.strategy.whatif.words import assumptions, findings, headline, tables
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Scenario", "revenue_target", "scenario", "what_if"]

A_YEAR = {"week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
FEWEST_MONTHS = 3


@dataclass(frozen=True, kw_only=True)
class Scenario(Result):
    """``business``: drivers, levels and what they make; ``ranges``: how far they may move; ``outcomes``: possible years;
    ``tornado``, ``even`` (break-even) and ``years`` as ``whatif.outcomes`` makes them; ``goal``: revenue of twelve months that
    the objectives ask for, and ``reached``: in which share of possible years (None without such an objective). Money is the
    client's currency, for the twelve months after the as-of day.
    """

    business: Business = field(repr=False)
    ranges: Ranges = field(repr=False)
    outcomes: Outcomes = field(repr=False)
    tornado: pd.DataFrame = field(repr=False)
    even: pd.DataFrame = field(repr=False)
    years: pd.DataFrame = field(repr=False)
    goal: float | None
    reached: float | None
    source: str

    def figures(self) -> tuple[Figure, ...]:
        return (
            tornado_figure(self.tornado, self.business, self.source, self.fmt),
            years_figure(self.outcomes, self.goal, self.source, self.fmt),
        )


@section(
    "scenario",
    "What if things go better or worse than planned?",
    promise="the range of next year's revenue and profit, which driver decides it, and how far each may move",
    one_of=("months", "opportunities", "contracts"),
)
def scenario(
    as_of: date,
    fmt: Formats,
    parameters: Assumptions,
    months: pd.DataFrame | None = None,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    contracts: pd.DataFrame | None = None,
    demand: Demand | None = None,
    prices: Prices | None = None,
    objectives: Sequence[Objective] = (),
    stages: tuple[str, ...] = (),
) -> Scenario | Locked:
    """Move the drivers of revenue within their ranges, together (Monte Carlo, seeded), one by one, and up to the break-even.

    Contracts with a fee or orders, whatever brings more, make the business, a pipeline where there are neither. Revenue without
    a move is the forecast of ``demand`` where it reaches twelve months ahead, else that of the last twelve months. Locked with
    less than three complete months of orders and nothing else.
    """
    day = pd.Timestamp(as_of)
    stated = {"margin": parameters.gross_margin, "fixed": parameters.budget or 0.0}
    found = _business(day, months, journey_steps, opportunities, contracts, prices, stages, stated)
    if found is None:
        return Locked(
            fmt=fmt,
            headline="Not answered yet: What if things go better or worse than planned?",
            unlock=(
                fmt.say(
                    "orders of at least {n} complete months, won deals in the pipeline (closed_on, amount), or contracts"
                    " (acquired_on, left_on, fee)",
                    n=fmt.count(FEWEST_MONTHS),
                ),
            ),
            promise=scenario.section.promise,
        )
    forecast = demand if found.kind == "shop" and demand is not None and len(demand.forecast) >= MONTHS else None
    spread = None
    if forecast is not None and (total := float(forecast.forecast["revenue"].head(MONTHS).sum())) > 0:
        found = replace(found, revenue=total)
        whole = forecast.items[forecast.items["level"] == "total"].iloc[0]
        spread = float(np.log(whole["high"] / whole["low"])) / 2 / WIDTH if 0 < whole["low"] < whole["high"] else None
    ranges = driver_ranges(found, spread)
    outcomes, goal = play(found, ranges), revenue_target(objectives, day)
    table, even, cases = tornado(found, ranges), break_even(found, goal), years(found, outcomes)
    source = _SOURCES["forecast" if forecast is not None else found.kind]
    return Scenario(
        fmt=fmt,
        headline=headline(found, outcomes, fmt),
        findings=findings(found, ranges, outcomes, table, even, goal, fmt),
        tables=tables(found, ranges, cases, even, goal, source, fmt),
        assumptions=assumptions(found, ranges, forecast is not None, fmt),
        business=found, ranges=ranges, outcomes=outcomes, tornado=table, even=even, years=cases,
        goal=goal, reached=None if goal is None else float((outcomes.revenue >= goal).mean()), source=source,
    )  # fmt: skip


_SOURCES = {
    "shop": mark("orders of the last twelve months"),
    "forecast": mark("orders of the last twelve months, forecast of market research"),
    "pipeline": mark("deals closed in the last twelve months"),
    "contracts": mark("contracts"),
}


def what_if(business: Business, **factors: float) -> tuple[float, float]:
    """Revenue and profit of twelve months when drivers are multiplied: ``what_if(business, conversion=1.5, order_value=1.2)``.

    Raises ValueError for a driver that the business does not have.
    """
    if unknown := sorted(set(factors) - {*business.base, "price", "cost"}):
        raise ValueError(f"no such driver: {', '.join(unknown)}; there are {', '.join(business.drivers)}")
    revenue, profit = business.outcome({name: np.float64(factor) for name, factor in factors.items()})
    return float(revenue), float(profit)


def revenue_target(objectives: Sequence[Objective], day: pd.Timestamp) -> float | None:
    """Revenue of twelve months by the nearest revenue objective still ahead of ``day``; None without one."""
    ahead = sorted((o for o in objectives if o.kpi == "revenue" and pd.Timestamp(o.by) > day), key=lambda o: o.by)
    return ahead[0].target * A_YEAR[ahead[0].per] if ahead else None


def _business(
    day: pd.Timestamp,
    months: pd.DataFrame | None,
    journey_steps: pd.DataFrame | None,
    opportunities: pd.DataFrame | None,
    contracts: pd.DataFrame | None,
    prices: Prices | None,
    stages: tuple[str, ...],
    stated: dict,
) -> Business | None:
    """What brings most: contracts or orders; the pipeline where there are neither."""
    found = []
    if contracts is not None and "fee" in contracts and contracts["end"].notna().any():
        fee = contracts.loc[contracts["end"].isna(), "fee"].astype(float).mean()
        found.append(contract_business(contracts, fee, day, **stated))
    if months is not None and len(months) >= FEWEST_MONTHS:
        visits = None if journey_steps is None or journey_steps.empty else visit_months(journey_steps, stages, day)
        found.append(shop_business(months, visits, **stated, **_elasticity(prices)))
    found = [business for business in found if business]
    if found:
        return max(found, key=lambda business: business.revenue)
    return None if opportunities is None else pipeline_business(opportunities, day, **stated)


def _elasticity(prices: Prices | None) -> dict[str, float]:
    """The mean of the product groups' elasticities, each counted by its products, and its standard error."""
    if prices is None or prices.groups.empty:
        return {}
    groups = prices.groups
    weight = groups["products"] / groups["products"].sum()
    mean = float((weight * groups["elasticity"]).sum())
    return {"elasticity": mean, "elasticity_error": float(np.sqrt((weight**2 * groups["error"] ** 2).sum()))}
