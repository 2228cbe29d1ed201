"""Recommendations proposal: three products for each customer as a list to mail from; new products as a list of their own."""

import pandas as pd

from playbook.methods.strategy.recommending.findings import OWNER, Offered
from playbook.result.contract import LINES, Proposal, Worklist

__all__ = ["proposal", "worklists"]

LEAD_DAYS = 28


def proposal(told: Offered) -> tuple[Proposal, ...]:
    """Name products to the customers with whom that should bring more than it costs; empty where it pays with nobody, and where
    the lists are no better than bestsellers."""
    gains, fmt = told.gains, told.fmt
    gains = gains[gains["value"] > gains["cost"]].sort_values("value", ascending=False, kind="stable")
    if gains.empty or told.lead == "not shown":
        return ()
    wide = told.offers.pivot(index="customer_id", columns="place", values="name").reindex(columns=[0, 1, 2])
    first = told.offers[told.offers["place"] == 0].set_index("customer_id")
    listed = gains.join(wide.rename(columns={0: "first", 1: "second", 2: "third"}))
    listed = listed.join(first["because"]).rename_axis("customer_id").reset_index()
    lines = listed.rename(columns={"customer_id": "key"})[list(LINES)]
    words = Worklist(
        "recommendations",
        "Products to recommend",
        "Recommend these products to each customer, the first one first; the customer has bought none of them before."
        " Leave out one customer in ten, drawn by lot.",
        listed.assign(because=listed["because"].fillna(fmt.say("bestseller"))),
        {
            "customer_id": ("Customer", "text"),
            "first": ("First", "text"),
            "because": ("Because of", "text"),
            "second": ("Second", "text"),
            "third": ("Third", "text"),
            "cost": ("Costs a year", "money"),
            "value": ("Should bring a year", "money"),
        },
        "customer_id",
    )
    return (
        Proposal(
            id="recommendations",
            name="personal recommendations",
            action="Recommend three products chosen for the customer in every mail, on the website and in sales talks.",
            whom="customers who bought before",
            owner=OWNER,
            kpi=fmt.say("{meant} per customer, against those who are shown bestsellers", meant=told.meant),
            stop_rule="Stop if, after one period, those who are shown bestsellers buy as much.",
            pool="purchases",
            lines=lines,
            lead_days=LEAD_DAYS,
            review_days=told.days,
            worklist=words,
        ),
    )


def worklists(told: Offered) -> tuple[Worklist, ...]:
    """Whom to show products that few have bought."""
    if told.fresh.empty:
        return ()
    frame = told.fresh.assign(key=told.fresh["item"].astype(str) + " / " + told.fresh["customer_id"].astype(str))
    return (
        Worklist(
            "new-products",
            "New products: whom to show",
            "Products with few buyers or none, and for each the customers whose purchases its description resembles most.",
            pd.DataFrame(frame),
            {
                "name": ("Product", "text"),
                "customer_id": ("Customer", "text"),
                "place": ("Rank", "count"),
                "like": ("Most like", "text"),
            },
            "key",
        ),
    )
