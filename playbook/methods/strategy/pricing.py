"""Pricing: which prices should change and to what, and for deals which discount is worth giving."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.market_research.prices import Prices
from playbook.methods.strategy.setting_prices.deal_findings import deal_findings, deal_headline
from playbook.methods.strategy.setting_prices.deal_notes import deal_assumptions, deal_unlock
from playbook.methods.strategy.setting_prices.discounts import Discounts, discount_guide
from playbook.methods.strategy.setting_prices.figures import discount_figure, gains_figure, ways_figure
from playbook.methods.strategy.setting_prices.negotiation import DEALS, deal_proposals, deal_tables
from playbook.methods.strategy.setting_prices.price_lists import price_proposal, test_list
from playbook.methods.strategy.setting_prices.shelf import Shelf, price_shelf
from playbook.methods.strategy.setting_prices.shelf_findings import shelf_findings, shelf_headline
from playbook.methods.strategy.setting_prices.shelf_notes import shelf_assumptions
from playbook.methods.strategy.setting_prices.shelf_tables import SOURCE, shelf_tables
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Pricing", "pricing"]

LARGEST_STEP = 0.15
SHARED = ("pricing-total", "pricing-stay", "pricing-test")  # findings on products that stay when deals have theirs too
SALES = mark("orders (order_id, order_date, revenue, product_id, quantity)")


@dataclass(frozen=True, kw_only=True)
class Pricing(Result):
    """``shelf``: what is advised product by product (``shelf.sheet``), None without products sold in the last quarter.
    ``discounts``: what closed deals tell of discounts and the guide for open ones, None where too few deals are known."""

    shelf: Shelf | None = field(repr=False)
    discounts: Discounts | None = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        """Prices by three ways, what the changes bring, and expected margin against the discount."""
        drawn: list[Figure | None] = []
        if self.shelf:
            drawn += [ways_figure(self.shelf.changes, self.fmt, SOURCE), gains_figure(self.shelf.changes, self.fmt, SOURCE)]
        if self.discounts:
            known = self.discounts
            drawn.append(discount_figure(known.curve, known.best, known.given, self.fmt, DEALS))
        return tuple(figure for figure in drawn if figure)


@section(
    "pricing",
    "Which prices should change?",
    promise="prices by cost, competitors and value side by side, changes that pay, tests for the rest, and the discount"
    " worth giving",
    one_of=("product_weeks", "opportunities"),
)
def pricing(
    parameters: Assumptions,
    as_of: date,
    fmt: Formats,
    product_weeks: pd.DataFrame | None = None,
    prices: Prices | None = None,
    product_list: pd.DataFrame | None = None,
    competitor_weeks: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    *,
    largest_step: float = LARGEST_STEP,
) -> Pricing | Locked:
    """Prices by cost, by competitors and by value side by side, the changes that survive what is not known, and tests.

    Products: see ``price_shelf``; a price moves by at most ``largest_step`` at once. Deals: see ``discount_guide``. Locked when
    neither a product was sold in the last quarter nor enough deals ended at different discounts.
    """
    shelf = (
        price_shelf(product_weeks, prices, product_list, competitor_weeks, parameters, largest_step)
        if _any(product_weeks)
        else None
    )
    deals = discount_guide(opportunities, as_of, parameters) if _any(opportunities) else None
    if shelf is None and deals is None:
        return Locked(
            fmt=fmt, headline="Not answered yet: which prices should change", unlock=(SALES, deal_unlock(fmt)),
            promise=pricing.section.promise,
        )  # fmt: skip
    findings, tables, assumptions, proposals, worklists = [], [], [], [], []
    if shelf is not None:
        told = shelf_findings(shelf, fmt)
        findings += told if deals is None else [f for f in told if f.id in SHARED]
        tables += shelf_tables(shelf, fmt)
        assumptions += shelf_assumptions(shelf, fmt)
        proposals += [p for p in (price_proposal(shelf, fmt),) if p]
        worklists += [w for w in (test_list(shelf, fmt),) if w]
    if deals is not None:
        findings += deal_findings(deals, fmt)
        tables += deal_tables(deals, fmt)
        assumptions += deal_assumptions(deals, fmt)
        proposals += deal_proposals(deals, fmt)
    return Pricing(
        fmt=fmt, headline=_headline(shelf, deals, fmt),
        findings=tuple(findings), tables=tuple(tables), assumptions=tuple(assumptions),
        proposals=tuple(proposals), worklists=tuple(worklists), shelf=shelf, discounts=deals,
    )  # fmt: skip


def _headline(shelf: Shelf | None, deals: Discounts | None, fmt: Formats) -> str:
    if deals is None:
        return shelf_headline(shelf, fmt)
    if shelf is None:
        return deal_headline(deals, fmt)
    return fmt.say("{products}. {deals}", products=shelf_headline(shelf, fmt), deals=deal_headline(deals, fmt))


def _any(frame: pd.DataFrame | None) -> bool:
    return frame is not None and len(frame) > 0
