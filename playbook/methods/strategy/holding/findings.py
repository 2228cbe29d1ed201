"""Stock findings: what to order today, what empty shelves cost, what lies for nothing, what the policy would have kept."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["LOST", "OWNER", "USUAL_HOLDING", "Held", "findings", "headline", "holding_rate"]

OWNER = mark("head of purchasing")
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
    money = fmt.money(tied)
    if not orders and tied > 0:
        return fmt.say("Nothing has to be reordered today; {money} lies in stock beyond a year's demand", money=money)
    if not orders:
        return fmt.say("Nothing has to be reordered today")
    if tied > 0:
        return fmt.say_n(
            "{n} product to reorder today; {money} lies in stock beyond a year's demand",
            "{n} products to reorder today; {money} lies in stock beyond a year's demand",
            orders,
            money=money,
        )
    return fmt.say_n("{n} product to reorder today", "{n} products to reorder today", orders)


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
    price = fmt.say("Buying them takes {money} of working capital.", money=fmt.money(worth))
    return Finding(
        "stock-orders",
        fmt.sentences(
            fmt.say_n(
                "{n} of {all} products is at or below its reorder point, set so that {level} of order cycles pass"
                " without running out.",
                "{n} of {all} products are at or below their reorder points, set so that {level} of order cycles pass"
                " without running out.",
                len(orders),
                all=fmt.count(len(told.products)),
                level=fmt.share(told.parameters.service_level),
            ),
            _urgent(orders.iloc[0], fmt),
            price if worth > 0 else "",
        ),
        float(len(orders)),
        "count",
        n=len(told.products),
        evidence="likely",
        action="Order the quantities of the list today.",
        owner=OWNER,
    )


def _urgent(row: pd.Series, fmt: Formats) -> str:
    """How long the most urgent product lasts."""
    name = _name(row)
    if row["on_hand"] <= 0:
        return fmt.say("Most urgent: {product}, which is out of stock.", product=name)
    time = fmt.say_n("{n} week", "{n} weeks", round(row["weeks_left"], 1), n=fmt.number(row["weeks_left"], 1))
    if row["on_order"] > 0:
        under_way = fmt.count(row["on_order"])
        return fmt.say("Most urgent: {product}, which lasts {time} ({n} units under way).", product=name, time=time, n=under_way)
    return fmt.say("Most urgent: {product}, which lasts {time}.", product=name, time=time)


def _name(row: pd.Series) -> str:
    return row["name"] if isinstance(row["name"], str) else row["product_id"]


def _missed(told: Held) -> Finding | None:
    rows = told.products[told.products["missed"] > 0]
    if rows.empty:
        return None
    total, fmt = rows["missed"].sum(), told.fmt
    worst = rows.loc[rows["missed"].idxmax()]
    return Finding(
        "stock-missed",
        fmt.sentences(
            fmt.say_n(
                "{n} product was out of stock at one count or more in the last year; the missed sales cost about {money}"
                " of margin.",
                "{n} products were out of stock at one count or more in the last year; the missed sales cost about"
                " {money} of margin.",
                len(rows),
                money=fmt.money(total * LOST["value"]),
            ),
            fmt.say("Most often: {product} ({share} of its counts).", product=_name(worst), share=fmt.share(worst["out"])),
        ),
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
    unsold = fmt.say("{n} of them sold nothing in the last year.", n=fmt.count(len(never)))
    cost = tied * holding_rate(told)
    return Finding(
        "stock-dead",
        fmt.sentences(
            fmt.say_n(
                "{n} product has more than a year's demand in stock.",
                "{n} products have more than a year's demand in stock.",
                len(rows),
            ),
            "" if never.empty else unsold,
            fmt.say("The excess cost {tied}; holding it costs about {cost} a year.", tied=fmt.money(tied), cost=fmt.money(cost))
            if tied > 0
            else "",
        ),
        float(tied),
        "money",
        n=len(rows),
        money=float(cost),
        evidence="shown",
        action="Sell off or return what nobody buys, and stop ordering the rest.",
        owner=OWNER,
    )


def _replay(told: Held) -> Finding | None:
    fmt = told.fmt
    if told.replayed < FEWEST_REPLAYED:
        return None
    as_it_was = fmt.say(
        "In fact an average of {units} units, dead stock included, met {share}.",
        units=fmt.count(told.lay),
        share=_served(told.was, fmt),
    )
    return Finding(
        "stock-replay",
        fmt.sentences(
            fmt.say(
                "Replayed over the last {n} weeks, each with a forecast made before it, such reorder points would have"
                " met {share} of demand from an average stock of {units} units.",
                n=fmt.count(told.replayed),
                share=_served(told.served, fmt),
                units=fmt.count(told.average),
            ),
            as_it_was if np.isfinite(told.was) else "",
        ),
        float(told.served),
        "share",
        n=len(told.products),
        evidence="indicative",
    )


def _served(share: float, fmt: Formats) -> str:
    return fmt.say("practically all") if 0.9995 <= share < 1 else fmt.share(share, 1 if share < 1 else 0)
