"""Channel costs: what each marketing channel cost and claims to have brought in the last 12 months."""

import pandas as pd

from playbook.result.contract import Finding, Table
from playbook.result.formats import Formats

__all__ = ["budget_room", "channel_costs", "channel_finding", "channel_table"]

MONTHS = 12
SOURCE = "marketing, orders and revenue as the channels themselves report them"


def channel_costs(channel_months: pd.DataFrame) -> pd.DataFrame:
    """One row per channel over the last 12 months of the frame: channel, spend, share, and where known orders, revenue,
    cost_per_order (spend / orders) and claimed_return (revenue / spend); largest spend first. Unknown ratios are NaN."""
    columns = [c for c in ("spend", "orders", "revenue") if c in channel_months]
    if channel_months.empty:
        return pd.DataFrame(columns=["channel", *columns, "share"])
    recent = channel_months[channel_months["month"] > channel_months["month"].max() - pd.DateOffset(months=MONTHS)]
    costs = (
        recent.groupby("channel", as_index=False)[columns]
        .sum()
        .sort_values("spend", ascending=False, kind="stable", ignore_index=True)
    )
    costs["share"] = costs["spend"] / costs["spend"].sum() if costs["spend"].sum() > 0 else float("nan")
    if "orders" in costs:
        costs["cost_per_order"] = (costs["spend"] / costs["orders"]).where(costs["orders"] > 0)
    if "revenue" in costs:
        costs["claimed_return"] = (costs["revenue"] / costs["spend"]).where(costs["spend"] > 0)
    return costs


def channel_table(costs: pd.DataFrame) -> Table:
    """The costs as a table, with the warning that a claimed order is not a caused order."""
    labels = {
        "channel": ("Channel", "text"),
        "spend": ("Spent", "money"),
        "share": ("Share of spend", "share"),
        "orders": ("Orders claimed", "count"),
        "cost_per_order": ("Cost per order", "money"),
        "claimed_return": ("Revenue claimed per unit spent", "number"),
    }
    return Table(
        costs,
        "What the channels cost in the last 12 months. Claimed is not caused: many of these orders would have come anyway.",
        SOURCE,
        {c: label for c, label in labels.items() if c in costs},
    )


def channel_finding(costs: pd.DataFrame, fmt: Formats) -> Finding | None:
    """The dearest and the cheapest channel by cost per claimed order; None with fewer than two such channels."""
    priced = costs.dropna(subset=["cost_per_order"]).sort_values("cost_per_order") if "cost_per_order" in costs else costs.head(0)
    if len(priced) < 2:
        return None
    cheap, dear = priced.iloc[0], priced.iloc[-1]
    return Finding(
        "budget-channels",
        f"By the channels' own count an order costs {fmt.money(cheap['cost_per_order'])} through {cheap['channel']} and"
        f" {fmt.money(dear['cost_per_order'])} through {dear['channel']}, which took {fmt.money(dear['spend'])} in the last 12"
        " months.",
        dear["cost_per_order"],
        "money",
        n=int(priced["orders"].sum()),
        evidence="indicative",
        action=(
            f"Switch {dear['channel']} off in some regions or weeks and see how many orders are really lost before its budget is"
            " moved."
        ),
    )


def budget_room(costs: pd.DataFrame, needed: float, limit: float | None, fmt: Formats) -> Finding | None:
    """Whether a yearly budget of ``limit`` has room for actions that need ``needed`` beside the channels; None without either."""
    if limit is None or needed == 0:
        return None
    spend = costs["spend"].sum()
    free = limit - spend
    if free >= needed:
        sentence = (
            f"The channels took {fmt.money(spend)} in the last 12 months. That leaves {fmt.money(free)} of the budget, enough for"
            f" the actions at {fmt.money(needed)}."
        )
        return Finding("budget-room", sentence, free, "money", evidence="shown")
    rest = f"leaves {fmt.money(free)} of the budget" if free > 0 else f"is {fmt.money(-free)} more than the budget"
    return Finding(
        "budget-room",
        f"The {fmt.money(spend)} that the channels took in the last 12 months {rest}; the actions need {fmt.money(needed)}.",
        free,
        "money",
        evidence="shown",
        action=f"Take {fmt.money(needed - max(free, 0.0))} from the channels, the dearest orders first, or raise the budget.",
    )
