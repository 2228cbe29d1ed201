"""Recommendations tables: ways of choosing, what to name in each segment, bundles, new products; and what it rests on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.recommending.figures import COLUMNS, SOURCE, told_ways
from playbook.methods.strategy.recommending.findings import Offered
from playbook.methods.strategy.recommending.lists import CAUSED
from playbook.result.contract import Assumption, Table

__all__ = ["assumptions", "tables"]

LISTS = mark("purchases up to the last day, product list and stock")


def tables(told: Offered) -> tuple[Table, ...]:
    """The three products most often named by segment first."""
    found = [
        _by_segment(told),
        Table(
            told_ways(told.chosen.table, told.fmt), "Ways of choosing, judged on the last period.", SOURCE, COLUMNS, aside=True
        ),
        _new(told),
        _bundles(told),
    ]
    return tuple(t for t in found if t)


def _by_segment(told: Offered) -> Table | None:
    if told.offers.empty:
        return None
    group = pd.Series(told.fmt.say("All customers"), told.offers.index)
    if told.segments is not None:
        group = told.offers["customer_id"].map(told.segments).fillna(told.fmt.say("Others"))
    counted = told.offers.assign(group=group).groupby(["group", "name"]).agg(named=("name", "size"), brings=("brings", "sum"))
    counted = counted.reset_index().sort_values(["group", "named", "name"], ascending=[True, False, True], kind="stable")
    rows = []
    for segment, named in counted.groupby("group", sort=True):
        best = list(named["name"].head(3)) + ["–"] * 3
        customers = told.offers.loc[group == segment, "customer_id"].nunique()
        rows.append((segment, customers, *best[:3]))
    columns = ["segment", "customers", "first", "second", "third"]
    return Table(
        pd.DataFrame(rows, columns=columns).sort_values("customers", ascending=False, kind="stable", ignore_index=True),
        "Products recommended most often in each segment.",
        LISTS,
        {
            "segment": ("Segment", "text"),
            "customers": ("Customers", "count"),
            "first": ("Most often", "text"),
            "second": ("Then", "text"),
            "third": ("Then", "text"),
        },
    )


def _new(told: Offered) -> Table | None:
    if told.fresh.empty:
        return None
    rows = told.fresh.groupby(["item", "name", "like"], sort=False).size().rename("customers").reset_index()
    return Table(
        rows,
        "Products with few buyers or none, and for each the known product that its description resembles most.",
        LISTS,
        {"name": ("Product", "text"), "like": ("Most like", "text"), "customers": ("Customers on the list", "count")},
        aside=True,
    )


def _bundles(told: Offered) -> Table | None:
    if told.bundles is None or told.bundles.empty:
        return None
    return Table(
        told.bundles,
        "Bundles: what to offer with what, from the baskets section.",
        "orders",
        {
            "lead_name": ("With", "text"),
            "addon_name": ("Offer", "text"),
            "confidence": ("Buy both today", "share"),
            "extra_revenue": ("Extra revenue a year", "money"),
        },
        aside=True,
    )


def assumptions(told: Offered) -> tuple[Assumption, ...]:
    """What the lists and the money rest on."""
    fmt = told.fmt
    low, middle, high = (fmt.share(CAUSED[edge], 0) for edge in ("value_low", "value", "value_high"))
    stated = [
        Assumption(
            fmt.say(
                "Of the purchases of a recommended product, the recommendation causes {middle} ({low} to {high}); the"
                " rest would come anyway. In a large web shop, at least three quarters of the clicks on recommendations"
                " would have come anyway (Sharma, Hofman & Watts 2015). Only a control group can measure it here.",
                low=low,
                middle=middle,
                high=high,
            ),
            "low",
            "high",
        ),  # fmt: skip
        Assumption("Customers will go on choosing as they did in the last period.", "medium", "medium"),
    ]
    if told.left_out:
        text = fmt.say_n(
            "1 product with fewer than five buyers can only be placed by its description: too few bought it to see who likes it.",
            "{n} products with fewer than five buyers can only be placed by their descriptions: too few bought them to"
            " see who likes them.",
            told.left_out,
        )
        stated.append(Assumption(text, "high", "low"))
    if told.parameters.contact_cost is None:
        stated.append(Assumption("No contact_cost is stated: recommending products is taken to cost nothing.", "low", "medium"))
    if told.parameters.gross_margin is None:
        stated.append(Assumption("No gross margin is stated, so every value is revenue and not profit.", "high", "high"))
    return tuple(stated)
