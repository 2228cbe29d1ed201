"""Stock tables: today's orders, what lies for nothing, all products; and what it all rests on."""

from playbook.locale import mark
from playbook.methods.strategy.holding.findings import LOST, USUAL_HOLDING, Held
from playbook.methods.strategy.holding.policy import COVER_WEEKS
from playbook.result.contract import Assumption, Table

__all__ = ["SOURCE", "assumptions", "tables"]

SOURCE = mark("stock counts and units sold week by week")


def tables(told: Held) -> tuple[Table, ...]:
    """Orders of today and dead stock open, the rest folded."""
    name = {"name": ("Product", "text")} if told.products["name"].notna().any() else {"product_id": ("Product", "text")}
    found = []
    if len(told.orders):
        found.append(
            Table(
                told.orders,
                "To reorder today, the most urgent first.",
                SOURCE,
                name
                | {
                    "on_hand": ("In stock", "count"),
                    "on_order": ("Under way", "count"),
                    "point": ("Reorder at", "count"),
                    "order": ("Order now", "count"),
                    "weeks_left": ("Lasts, weeks", "number"),
                },
            )
        )
    if len(told.dead):
        found.append(
            Table(
                told.dead,
                "In stock beyond a year's demand.",
                SOURCE,
                name
                | {
                    "on_hand": ("In stock", "count"),
                    "mean": ("Sold a week", "number"),
                    "dead": ("Beyond a year", "count"),
                    "tied": ("At a cost of", "money"),
                },
            )
        )
    found.append(
        Table(
            told.products.sort_values(["abc", "xyz", "product_id"], ignore_index=True),
            "All products: class, reorder point, order.",
            SOURCE,
            name
            | {
                "abc": ("ABC", "text"),
                "xyz": ("XYZ", "text"),
                "mean": ("Sold a week", "number"),
                "lead": ("Lead time, weeks", "number"),
                "safety": ("Safety stock", "number"),
                "point": ("Reorder at", "count"),
                "quantity": ("Units to order", "count"),
                "fill": ("Demand served", "share"),
            },
            aside=True,
        )
    )
    return tuple(found)


def assumptions(told: Held) -> tuple[Assumption, ...]:
    """What points, orders and money rest on."""
    fmt, given = told.fmt, told.parameters
    low, middle, high = (fmt.share(LOST[e], 0) for e in ("value_low", "value", "value_high"))
    if told.seasonal:
        follows = fmt.say(
            "Demand until the next delivery follows the level of past weeks and the season, with errors as large as such"
            " forecasts have made; a promotion needs more."
        )
    else:
        follows = fmt.say(
            "Demand until the next delivery follows the level of past weeks, with errors as large as such forecasts have"
            " made; a promotion needs more."
        )
    stated = [
        Assumption(follows, "medium", "high"),
        Assumption(
            fmt.say(
                "When a product is out of stock, {share} ({low} to {high}) of its demand is lost, as Gruen, Corsten and"
                " Bharadwaj (2002) found in shops; the rest waits or takes another product.",
                share=middle,
                low=low,
                high=high,
            ),
            "medium",
            "medium",
        ),
        Assumption("Weeks that began without stock say nothing about demand and are left out.", "high", "medium"),
    ]
    if old := int(told.products["stale"].sum()):
        text = fmt.say_n(
            "{n} product has not been counted for weeks, so no order is given for it and it is not called dead stock.",
            "{n} products have not been counted for weeks, so no orders are given for them and they are not called dead stock.",
            old,
        )
        stated.append(Assumption(text, "low", "medium"))
    if given.order_cost is None or given.holding_rate is None:
        stated.append(
            Assumption(
                fmt.say(
                    "Without order_cost and holding_rate in client.yml, an order covers {n} weeks of demand.",
                    n=fmt.count(COVER_WEEKS),
                ),
                "low",
                "medium",
            )
        )
    if given.holding_rate is None:
        text = fmt.say("Holding stock is taken to cost {share} of its value a year.", share=fmt.share(USUAL_HOLDING))
        stated.append(Assumption(text, "low", "low"))
    return tuple(stated)
