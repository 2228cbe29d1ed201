"""Prices: how customers answer to prices, how prices stand against competitors', and where a step would pay."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.market_research.pricing.cross_prices import (
    CROSS_COLUMNS,
    PAIR_COLUMNS,
    Rivalry,
    answer_to_rivals,
    cross_groups,
    cross_pairs,
)
from playbook.methods.market_research.pricing.elasticity import Response, measure_response
from playbook.methods.market_research.pricing.figures import map_figure, position_figure, reaction_figure, steps_figure
from playbook.methods.market_research.pricing.findings import promotion_finding, reaction_findings, told_groups
from playbook.methods.market_research.pricing.headline import headline
from playbook.methods.market_research.pricing.panel import price_panel
from playbook.methods.market_research.pricing.position import AGAINST_COLUMNS, MONTH_COLUMNS, price_position
from playbook.methods.market_research.pricing.rival_findings import cross_finding, position_finding, rivals_finding
from playbook.methods.market_research.pricing.step_findings import step_findings
from playbook.methods.market_research.pricing.steps import STEP_COLUMNS, price_steps
from playbook.methods.market_research.pricing.tables import (
    left_out_products,
    price_assumptions,
    price_tables,
    product_answers,
    product_names,
)
from playbook.result.contract import Figure, Finding, Locked, Result
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["Prices", "prices"]

SOURCE = mark("orders by product and week, returns left out")
MONTHLY, RIVALS = mark("competitors' prices and orders, by month"), mark("competitors' prices and orders")
NEEDS = mark("orders in which prices change: a price test of a few weeks on a few products would do")
GROUP_COLUMNS = ("category", "elasticity", "error", "between", "low", "high", "products", "n_weeks")


@dataclass(frozen=True, kw_only=True)
class Prices(Result):
    """Answers to prices, and where prices stand. Frames are empty where the data do not tell.

    ``elasticities``: product_id, name, category, elasticity, error, low, high (drawn to the group's mean), own, own_error (from
    its own weeks alone), n_weeks, price_low, price_high (prices seen);
    ``groups``: category, elasticity, error, between (standard deviation between its products), low, high, products, n_weeks;
    ``cross``: category, cross, error, low, high, stands_out (all neighbours dearer);
    ``pairs``: product_id, other_id, category, cross, low, high, stands_out (the other dearer);
    ``position``: category, competitor, month, index (1.05 is five percent above the competitor), products;
    ``against``: product_id, category, against, cheaper, dearer, n_weeks (last quarter);
    ``steps``: see ``price_steps``; ``left_out``: product_id, reason, category;
    ``promotion``: relative lift beyond the price, ``rivals``: answer to competitors' prices (None where unknown).
    Ranges hold 80 percent.
    """

    elasticities: pd.DataFrame = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    cross: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    position: pd.DataFrame = field(repr=False)
    against: pd.DataFrame = field(repr=False)
    steps: pd.DataFrame = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)
    promotion: float | None
    rivals: Rivalry | None

    def figures(self) -> tuple[Figure, ...]:
        names = self.elasticities.set_index("product_id")["name"]
        drawn = (
            reaction_figure(told_groups(self.groups), self.fmt, SOURCE),
            steps_figure(self.steps, names, self.fmt, SOURCE),
            position_figure(self.position, self.fmt, MONTHLY),
            map_figure(self.elasticities, self.against, self.steps, names, self.fmt, RIVALS),
        )
        return tuple(figure for figure in drawn if figure)


@section(
    "prices",
    "How do customers respond to prices, and where are they too high or too low?",
    promise="by how much sales fall when a price rises, group by group; prices against competitors; steps that would pay",
)
def prices(
    product_weeks: pd.DataFrame,
    fmt: Formats,
    competitor_weeks: pd.DataFrame | None = None,
    product_list: pd.DataFrame | None = None,
    parameters: Assumptions | None = None,
) -> Prices | Locked:
    """Own and cross-price elasticities, position against competitors, and steps of a price that would pay.

    Elasticities come from ``measure_response``, cross prices from ``cross_groups`` and ``cross_pairs``, positions from
    ``price_position``, steps from ``price_steps``. Locked when no product's price moved enough to tell and no
    competitor's price is known.
    """
    panel = price_panel(product_weeks)
    response, position = measure_response(panel, LEVEL), price_position(product_weeks, competitor_weeks)
    if response is None and position is None:
        return Locked(
            fmt=fmt, headline="Not answered yet: How do customers respond to prices?", unlock=(NEEDS,),
            promise=prices.section.promise,
        )  # fmt: skip
    names = product_names(product_weeks, product_list)
    months, against = (position.months, position.products) if position else _empty(MONTH_COLUMNS, AGAINST_COLUMNS)
    findings: list[Finding | None] = [position_finding(position, fmt)] if position else []
    rivals, (cross, pairs, steps, groups) = None, _empty(CROSS_COLUMNS, PAIR_COLUMNS, STEP_COLUMNS, GROUP_COLUMNS)
    if response:
        groups = response.groups[list(GROUP_COLUMNS)]
        cross, pairs = cross_groups(panel, response.kind, LEVEL), cross_pairs(panel, response.kind, LEVEL)
        rivals = answer_to_rivals(panel, competitor_weeks, response.kind, LEVEL)
        steps = price_steps(response, panel, product_list, parameters.gross_margin if parameters else None)
        findings = [
            *reaction_findings(response, fmt), *step_findings(steps, names, position, fmt), *findings,
            promotion_finding(response, fmt), rivals_finding(rivals, fmt) if rivals else None,
            cross_finding(cross, pairs, names, fmt),
        ]  # fmt: skip
    products, left_out = product_answers(response, names), left_out_products(panel, response)
    return Prices(
        fmt=fmt,
        headline=headline(response, position, fmt),
        findings=tuple(finding for finding in findings if finding),
        tables=price_tables(groups, products, steps, against, left_out, names, SOURCE, fmt),
        assumptions=price_assumptions(panel, response, steps, position, fmt),
        elasticities=products, groups=groups, cross=cross, pairs=pairs, position=months, against=against, steps=steps,
        left_out=left_out, promotion=_lift(response), rivals=rivals,
    )  # fmt: skip


def _empty(*columns: tuple[str, ...]) -> tuple[pd.DataFrame, ...]:
    return tuple(pd.DataFrame(columns=list(names)) for names in columns)


def _lift(response: Response | None) -> float | None:
    return float(np.expm1(response.promotion)) if response and np.isfinite(response.promotion) else None
