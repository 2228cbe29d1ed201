"""Stock lists: what to order today, and what lies there for nothing; as lists to work from and as proposals."""

from datetime import timedelta

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.holding.findings import LOST, OWNER, Held, holding_rate
from playbook.result.contract import LINES, Proposal, Worklist

__all__ = ["proposals", "worklists"]

NEVER, SLOW = mark("sell off or return"), mark("stop ordering; offer in a bundle")


def proposals(told: Held) -> tuple[Proposal, ...]:
    """Reorder by the points, for the margin of the sales otherwise missed; clear dead stock, for the cost of holding it."""
    found = []
    missed = told.products[told.products["missed"] > 0]
    if len(missed):
        lines = pd.DataFrame(
            {"key": missed["product_id"], "cost": 0.0} | {e: missed["missed"] * share for e, share in LOST.items()}
        )
        listed = missed.assign(value=lines["value"])
        found.append(
            Proposal(
                id="reorder-points",
                name="reorder points",
                action="Order at the reorder points on the list, and count stock once a week.",
                whom="products that ran out last year",
                owner=OWNER,
                kpi="share of counts with stock, and stock in weeks",
                stop_rule="Lower a reorder point again if a product that used to run out now stays in stock for more"
                " than twelve weeks.",
                pool="stock",
                lines=lines[list(LINES)].reset_index(drop=True),
                lead_days=7,
                review_days=91,
                waits=False,
                worklist=Worklist(
                    "reorder-points",
                    "Reorder points",
                    "Products that ran out, with the point at which to reorder each from now on.",
                    listed.reset_index(drop=True),
                    {
                        "product_id": ("Product", "text"),
                        "name": ("Name", "text"),
                        "out": ("Counts without stock", "share"),
                        "point": ("Reorder at", "count"),
                        "safety": ("Safety stock", "number"),
                        "quantity": ("Units to order", "count"),
                        "value": ("Margin saved a year", "money"),
                    },
                    "product_id",
                ),
            )
        )
    dead = told.dead[told.dead["tied"] > 0]
    if len(dead):
        saved = dead["tied"] * holding_rate(told)
        lines = pd.DataFrame(
            {"key": dead["product_id"], "cost": 0.0, "value_low": 0.5 * saved, "value": saved, "value_high": saved}
        )
        listed = dead.assign(remedy=np.where(dead["mean"] <= 0, told.fmt.told(NEVER), told.fmt.told(SLOW)), value=saved)
        found.append(
            Proposal(
                id="clear-stock",
                name="stock clearance",
                action="Clear what exceeds a year's demand: sell off, return, bundle.",
                whom="products with more than a year's stock",
                owner=OWNER,
                kpi="stock beyond a year's demand, at cost",
                stop_rule="Stop when the sale price falls below what a clearance dealer would pay.",
                pool="stock",
                lines=lines[list(LINES)].reset_index(drop=True),
                lead_days=28,
                review_days=91,
                waits=False,
                worklist=Worklist(
                    "clear-stock",
                    "Stock to clear",
                    "Products with more than a year's demand in stock, the dearest first.",
                    listed.reset_index(drop=True),
                    {
                        "product_id": ("Product", "text"),
                        "name": ("Name", "text"),
                        "on_hand": ("In stock", "count"),
                        "dead": ("Beyond a year's demand", "count"),
                        "tied": ("At a cost of", "money"),
                        "remedy": ("Remedy", "text"),
                        "value": ("Holding saved a year", "money"),
                    },
                    "product_id",
                ),
            )
        )
    return tuple(found)


def worklists(told: Held) -> tuple[Worklist, ...]:
    """Today's orders: working capital, and so no part of the plan's budget."""
    orders = told.orders
    if orders.empty:
        return ()
    left = orders["weeks_left"].replace(np.inf, 0.0) - orders["lead"]
    by = [told.as_of + timedelta(days=max(int(weeks * 7), 1)) for weeks in left]
    frame = orders.assign(by=pd.to_datetime(by), pays=orders["order"] * orders["cost"])
    return (
        Worklist(
            "reorder-today",
            "To reorder today",
            "Products at or below their reorder point, the most urgent first. Order by the day named, or they will run out.",
            frame,
            {
                "product_id": ("Product", "text"),
                "name": ("Name", "text"),
                "on_hand": ("In stock", "count"),
                "on_order": ("Under way", "count"),
                "point": ("Reorder at", "count"),
                "order": ("Order now", "count"),
                "by": ("Order by", "date"),
                "pays": ("Costs", "money"),
            },
            "product_id",
        ),
    )
