"""Stock findings: what to order today, what empty shelves cost, what lies for nothing, what the policy would have kept."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["LOST", "Held", "findings", "headline", "holding_rate"]

OWNER = "head of purchasing"
# Of the demand that meets an empty shelf, the share that is lost to the shop; the rest waits or takes another product. Gruen,
# Corsten and Bharadwaj (2002, Retail out-of-stocks): about four in ten cases end in a lost sale for the retailer, two to six by
# product group.
LOST = {"value_low": 0.2, "value": 0.4, "value_high": 0.6}
FEWEST_REPLAYED = 13  # weeks
USUAL_HOLDING = 0.20  # of the value a year, where the client states none: a planning assumption


@dataclass(frozen=True)
class Held:
    """As in ``Stock``."""

    fmt: Formats
    products: pd.DataFrame
    parameters: Assumptions
    as_of: date
    served: float
    average: float
    was: float
    lay: float
    replayed: int
    seasonal: bool

    @property
    def orders(self) -> pd.DataFrame:
        """Products to order today, the most urgent first."""
        return self.products[self.products["order"] > 0].sort_values(
            ["weeks_left", "product_id"], kind="stable", ignore_index=True
        )

    @property
    def dead(self) -> pd.DataFrame:
        """Products with more than a year's demand in stock, the dearest first."""
        rows = self.products[self.products["dead"] > 0]
        return rows.sort_values(["tied", "product_id"], ascending=[False, True], kind="stable", ignore_index=True)


def holding_rate(told: Held) -> float:
    """Yearly cost of holding stock as a share of its value."""
    return USUAL_HOLDING if told.parameters.holding_rate is None else told.parameters.holding_rate


def headline(told: Held) -> str:
    """What is to be ordered today and what lies for nothing."""
    fmt, orders, tied = told.fmt, len(told.orders), told.dead["tied"].sum()
    first = (
        "Nothing has to be reordered today"
        if not orders
        else f"{orders} {'product' if orders == 1 else 'products'} to reorder today"
    )
    return f"{first}; {fmt.money(tied)} lies in stock beyond a year's demand" if tied > 0 else first


def findings(told: Held) -> tuple[Finding, ...]:
    """Up to four."""
    return tuple(f for f in (_orders(told), _missed(told), _dead(told), _replay(told)) if f)


def _orders(told: Held) -> Finding:
    orders, fmt = told.orders, told.fmt
    if orders.empty:
        return Finding(
            "stock-orders",
            "Stock and orders under way cover demand until the next delivery for every product.",
            0.0,
            "count",
            n=len(told.products),
            evidence="likely",
        )
    worth = (orders["order"] * orders["cost"]).sum()
    urgent = orders.iloc[0]
    name = urgent["name"] if isinstance(urgent["name"], str) else urgent["product_id"]
    under = f" ({fmt.count(urgent['on_order'])} under way)" if urgent["on_order"] > 0 else ""
    empty = "is out of stock" if urgent["on_hand"] <= 0 else f"lasts {fmt.number(urgent['weeks_left'], 1)} weeks" + under
    price = f" Buying them takes {fmt.money(worth)} of working capital." if worth > 0 else ""
    return Finding(
        "stock-orders",
        f"{len(orders)} of {len(told.products)} products {'is' if len(orders) == 1 else 'are'} at or below the reorder point"
        f" ({fmt.share(told.parameters.service_level)} of cycles without a stock-out). Most urgent: {name}, which"
        f" {empty}.{price}",
        float(len(orders)),
        "count",
        n=len(told.products),
        evidence="likely",
        action="Order the quantities of the list today.",
        owner=OWNER,
    )


def _missed(told: Held) -> Finding | None:
    rows = told.products[told.products["missed"] > 0]
    if rows.empty:
        return None
    total, fmt = rows["missed"].sum(), told.fmt
    worst = rows.loc[rows["missed"].idxmax()]
    name = worst["name"] if isinstance(worst["name"], str) else worst["product_id"]
    return Finding(
        "stock-missed",
        f"{len(rows)} {'product was' if len(rows) == 1 else 'products were'} out of stock at some count of the last year; what"
        f" was asked for then cost about {fmt.money(total * LOST['value'])} of margin. Most: {name} ({fmt.share(worst['out'])} of"
        " its counts).",
        total * LOST["value"],
        "money",
        total * LOST["value_low"],
        total * LOST["value_high"],
        len(rows),
        total * LOST["value"],
        evidence="indicative",
        action="Raise their reorder points to those of the list.",
        owner=OWNER,
    )


def _dead(told: Held) -> Finding | None:
    rows, fmt = told.dead, told.fmt
    if rows.empty:
        return None
    tied, never = rows["tied"].sum(), rows[rows["mean"] <= 0]
    unsold = "" if never.empty else f" {len(never)} of them sold nothing in the last year."
    cost = tied * holding_rate(told)
    return Finding(
        "stock-dead",
        f"{len(rows)} {'product lies' if len(rows) == 1 else 'products lie'} in stock beyond a year's demand, at a cost of"
        f" {fmt.money(tied)}.{unsold} Holding that takes about {fmt.money(cost)} a year.",
        float(tied),
        "money",
        n=len(rows),
        money=float(cost),
        evidence="shown",
        action="Sell off or send back what nobody buys, and stop ordering the rest.",
        owner=OWNER,
    )


def _replay(told: Held) -> Finding | None:
    fmt = told.fmt
    if told.replayed < FEWEST_REPLAYED:
        return None
    as_it_was = (
        f" As it was, {fmt.count(told.lay)} units, dead stock included, served {_served(told.was, fmt)}."
        if np.isfinite(told.was)
        else ""
    )
    return Finding(
        "stock-replay",
        f"Played over the last {told.replayed} weeks, each with a forecast made before it, such reorder points would have served"
        f" {_served(told.served, fmt)} of demand from an average of {fmt.count(told.average)} units.{as_it_was}",
        float(told.served),
        "share",
        n=len(told.products),
        evidence="indicative",
    )


def _served(share: float, fmt: Formats) -> str:
    return "all but a trace" if 0.9995 <= share < 1 else fmt.share(share, 1 if share < 1 else 0)
