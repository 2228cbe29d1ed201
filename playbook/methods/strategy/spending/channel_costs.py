"""Channel costs: what each marketing channel cost and claims to have brought in the last 12 months."""

import pandas as pd

from playbook.result.contract import Finding, Table
from playbook.result.formats import Formats

__all__ = ["budget_room", "channel_costs", "channel_finding", "channel_table", "yearly_spend"]

MONTHS = 12
_RATIOS = {
    "click_rate": ("clicks", "impressions"),
    "order_rate": ("orders", "clicks"),
    "cost_per_order": ("spend", "orders"),
    "claimed_return": ("revenue", "spend"),
}
SOURCE = "marketing, orders and revenue as the channels themselves report them"


def channel_costs(channel_months: pd.DataFrame) -> pd.DataFrame:
    """One row per channel over the last 12 months of the frame: channel, spend, share, months (covered by the frame, the same
    in every row), and where known impressions, clicks, orders, revenue, click_rate (clicks / impressions), order_rate (orders /
    clicks), cost_per_order (spend / orders) and claimed_return (revenue / spend); largest spend first. Unknown ratios are NaN."""
    columns = [c for c in ("spend", "impressions", "clicks", "orders", "revenue") if c in channel_months]
    if channel_months.empty:
        return pd.DataFrame(columns=["channel", *columns, "share", "months"])
    recent = channel_months[channel_months["month"] > channel_months["month"].max() - pd.DateOffset(months=MONTHS)]
    costs = (
        recent.groupby("channel", as_index=False)[columns]
        .sum()
        .sort_values("spend", ascending=False, kind="stable", ignore_index=True)
    )
    costs["share"] = costs["spend"] / costs["spend"].sum() if costs["spend"].sum() > 0 else float("nan")
    costs["months"] = recent["month"].dt.to_period("M").nunique()
    for ratio, (above, below) in _RATIOS.items():
        if above in costs and below in costs:
            costs[ratio] = (costs[above] / costs[below]).where(costs[below] > 0)
    return costs


def yearly_spend(costs: pd.DataFrame) -> float:
    """What all channels take in a year; fewer months of data are brought to a year."""
    return float(costs["spend"].sum() * MONTHS / costs["months"].iloc[0]) if len(costs) else 0.0


def channel_table(costs: pd.DataFrame, margin: float | None, aside: bool = False) -> Table:
    """The costs as a table, with the warning that a claimed order is not a caused order.

    With a ``margin`` what a channel claims is gross margin for each unit of money spent, so that below 1 it does not even earn
    its cost by its own count; without one it is revenue.
    """
    claim = "Revenue" if margin is None else "Gross margin"
    labels = {
        "channel": ("Channel", "text"),
        "spend": ("Spent", "money"),
        "share": ("Share of spend", "share"),
        "click_rate": ("Clicks per time shown", "share"),
        "order_rate": ("Orders claimed per click", "share"),
        "orders": ("Orders claimed", "count"),
        "cost_per_order": ("Cost per order", "money"),
        "claimed": (f"{claim} claimed per unit spent", "number"),
    }
    shown = costs.assign(claimed=costs["claimed_return"] * (margin or 1.0)) if "claimed_return" in costs else costs
    return Table(
        shown,
        f"What the channels cost in {_span(costs)}. Claimed is not caused: many of these orders would have come anyway.",
        SOURCE,
        {c: label for c, label in labels.items() if c in shown},
        aside=aside,
    )


def channel_finding(costs: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding | None:
    """The dearest and the cheapest channel by cost per claimed order; None with fewer than two such channels."""
    priced = costs.dropna(subset=["cost_per_order"]).sort_values("cost_per_order") if "cost_per_order" in costs else costs.head(0)
    if len(priced) < 2:
        return None
    cheap, dear = priced.iloc[0], priced.iloc[-1]
    own = dear["claimed_return"] * margin if margin is not None and "claimed_return" in dear else float("nan")
    short = own < 1  # false as well where it is not known
    first = f"Take money that is needed elsewhere from {dear['channel']} first. " if short else ""
    loses = f" Even by its own count it earns only {fmt.money(own * dear['spend'])} of gross margin." if short else ""
    return Finding(
        "budget-channels",
        f"By the channels' own count an order costs {fmt.money(cheap['cost_per_order'])} through {cheap['channel']} and"
        f" {fmt.money(dear['cost_per_order'])} through {dear['channel']}, which took {fmt.money(dear['spend'])} in"
        f" {_span(costs)}.{loses}",
        dear["cost_per_order"],
        "money",
        n=int(priced["orders"].sum()),
        evidence="indicative",
        action=f"{first}Switch {dear['channel']} off in some regions or weeks and see how many orders are really lost"
        f"{'' if short else ' before its budget is moved'}.",
    )


def budget_room(costs: pd.DataFrame, needed: float, limit: float | None, fmt: Formats) -> Finding | None:
    """Whether a yearly budget of ``limit`` has room for actions that need ``needed`` beside the channels; None without either."""
    if limit is None or needed == 0:
        return None
    spend = yearly_spend(costs)
    free = limit - spend
    took = f"{fmt.money(spend)} {'a year' if costs['months'].iloc[0] < MONTHS else 'in the last 12 months'}"
    if free >= needed:
        sentence = (
            f"The channels took {took}. That leaves {fmt.money(free)} of the budget of {fmt.money(limit)}, enough for the actions"
            f" at {fmt.money(needed)}."
        )
        return Finding("budget-room", sentence, free, "money", evidence="shown")
    left = f"leaves {fmt.money(free)} of the budget of" if free > 0 else f"is {fmt.money(-free)} more than the budget of"
    return Finding(
        "budget-room",
        f"What the channels took, {took}, {left} {fmt.money(limit)}; the actions need {fmt.money(needed)}.",
        free,
        "money",
        evidence="shown",
        action=f"Take {fmt.money(needed - max(free, 0.0))} from the channels, the dearest orders first, or raise the budget.",
    )


def _span(costs: pd.DataFrame) -> str:
    months = int(costs["months"].iloc[0]) if len(costs) else MONTHS
    return "the last month" if months == 1 else f"the last {months} months"
