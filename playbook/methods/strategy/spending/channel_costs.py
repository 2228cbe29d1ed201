"""Channel costs: what each marketing channel cost and claims to have brought in the last 12 months."""

import pandas as pd

from playbook.locale import mark
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
SOURCE = mark("marketing, orders and revenue as the channels themselves report them")


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


def channel_table(costs: pd.DataFrame, margin: float | None, fmt: Formats, aside: bool = False) -> Table:
    """The costs as a table, with the warning that a claimed order is not a caused order.

    With a ``margin`` what a channel claims is gross margin for each unit of money spent, so that below 1 it does not even earn
    its cost by its own count; without one it is revenue.
    """
    labels = {
        "channel": ("Channel", "text"),
        "spend": ("Spent", "money"),
        "share": ("Share of spend", "share"),
        "click_rate": ("Clicks per time shown", "share"),
        "order_rate": ("Orders claimed per click", "share"),
        "orders": ("Orders claimed", "count"),
        "cost_per_order": ("Cost per order", "money"),
        "claimed": ("Revenue claimed per unit spent" if margin is None else "Gross margin claimed per unit spent", "number"),
    }
    shown = costs.assign(claimed=costs["claimed_return"] * (margin or 1.0)) if "claimed_return" in costs else costs
    return Table(
        shown,
        fmt.say(
            "What the channels cost in {time}. Claimed is not caused: many of these orders may have come anyway.",
            time=_span(costs, fmt),
        ),
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
    told = fmt.say(
        "By the channels' own count, an order costs {least} through {cheapest} and {most} through {dearest}, which took"
        " {spent} in {time}.",
        least=fmt.money(cheap["cost_per_order"]), cheapest=cheap["channel"], most=fmt.money(dear["cost_per_order"]),
        dearest=dear["channel"], spent=fmt.money(dear["spend"]), time=_span(costs, fmt),
    )  # fmt: skip
    loses = fmt.say("Even by its own count it earns only {earned} of gross margin.", earned=fmt.money(own * dear["spend"]))
    return Finding(
        "budget-channels",
        fmt.sentences(told, loses if short else ""),
        dear["cost_per_order"],
        "money",
        n=int(priced["orders"].sum()),
        evidence="indicative",
        action=_check(dear["channel"], short, fmt),
    )


def _check(channel: str, short: bool, fmt: Formats) -> str:
    """How to find out what a channel causes; one that falls ``short`` of its cost can give money away before."""
    if not short:
        return fmt.say(
            "Switch {channel} off in some regions or weeks and see how many orders are really lost before its budget is moved.",
            channel=channel,
        )
    return fmt.sentences(
        fmt.say("Take money that is needed elsewhere from {channel} first.", channel=channel),
        fmt.say("Switch {channel} off in some regions or weeks and see how many orders are really lost.", channel=channel),
    )


def budget_room(costs: pd.DataFrame, needed: float, limit: float | None, fmt: Formats) -> Finding | None:
    """Whether a yearly budget of ``limit`` has room for actions that need ``needed`` beside the channels; None without either."""
    if limit is None or needed == 0:
        return None
    spend = yearly_spend(costs)
    free = limit - spend
    money = {"free": fmt.money(abs(free)), "budget": fmt.money(limit), "needed": fmt.money(needed)}
    if costs["months"].iloc[0] < MONTHS:
        took = fmt.say("The channels take {spent} a year.", spent=fmt.money(spend))
    else:
        took = fmt.say("The channels took {spent} in the last 12 months.", spent=fmt.money(spend))
    if free >= needed:
        left = fmt.say("That leaves {free} of the budget of {budget}, enough for the actions at {needed}.", **money)
        return Finding("budget-room", fmt.sentences(took, left), free, "money", evidence="shown")
    if free > 0:
        left = fmt.say("That leaves {free} of the budget of {budget}; the actions need {needed}.", **money)
    else:
        left = fmt.say("That is {free} more than the budget of {budget}; the actions need {needed}.", **money)
    return Finding(
        "budget-room",
        fmt.sentences(took, left),
        free,
        "money",
        evidence="shown",
        action=fmt.say(
            "Take {missing} from the channels, the dearest orders first, or raise the budget.",
            missing=fmt.money(needed - max(free, 0.0)),
        ),
    )


def _span(costs: pd.DataFrame, fmt: Formats) -> str:
    months = int(costs["months"].iloc[0]) if len(costs) else MONTHS
    return fmt.say_n("the last month", "the last {n} months", months)
