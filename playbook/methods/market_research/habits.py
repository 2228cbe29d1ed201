"""Habits: how often, how lately and for how much each customer buys, and whether customers who fell silent came back."""

from collections.abc import Sequence

import pandas as pd

__all__ = ["REGULAR", "YEAR", "buying_habits", "came_back"]

YEAR = 365  # days
REGULAR = 3  # orders from which a customer has a usual gap
CENT = 0.005  # an order that came back whole is no purchase


def buying_habits(order_totals: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row per customer who bought by ``as_of``.

    Takes [customer_id, day, revenue]. Gives customer_id, orders, revenue (net of returns), revenue_year (of the last 365 days),
    active_year (of the 365 days before the customer's last order), order_value, recency_days and first_days (days since the last
    and the first order), and silence: the recency in the customer's own mean gaps between orders.
    """
    rows = order_totals[order_totals["customer_id"].notna() & (order_totals["day"] <= as_of)]
    rows = rows[["customer_id", "day", "revenue"]].assign(
        bought=rows["revenue"] > CENT, recent=rows["revenue"].where(_within(rows["day"], as_of), 0.0)
    )
    bought = rows[rows["bought"]].groupby("customer_id")["day"].agg(first="min", last="max", orders="size")
    total = rows.groupby("customer_id").agg(revenue=("revenue", "sum"), revenue_year=("recent", "sum"))
    frame = bought.join(total)
    last = frame["last"].reindex(rows["customer_id"]).set_axis(rows.index)
    active = rows["revenue"].where(_within(rows["day"], last) | (rows["day"] > last), 0.0).groupby(rows["customer_id"]).sum()
    frame["recency_days"] = (as_of - frame["last"]).dt.days
    frame["first_days"] = (as_of - frame["first"]).dt.days
    frame["order_value"] = frame["revenue"] / frame["orders"]
    gap = ((frame["last"] - frame["first"]).dt.days / (frame["orders"] - 1)).where(frame["orders"] > 1)
    usual = gap.median() if gap.notna().any() else frame["recency_days"].median()
    frame["silence"] = frame["recency_days"] / gap.fillna(usual).clip(lower=1)
    # Without the reindex an empty frame would take the customers of the series.
    return frame.assign(active_year=active.reindex(frame.index)).drop(columns=["first", "last"]).reset_index()


def came_back(order_totals: pd.DataFrame, as_of: pd.Timestamp, bands: Sequence[float], days: int) -> pd.DataFrame:
    """Regular customers by the band of silence they were in ``days`` ago: cases, and the share of them that bought since.

    ``bands`` are bounds of silence in usual gaps, the lower one of each outside it; the index is that of ``pandas.cut``.
    """
    then = as_of - pd.Timedelta(days=days)
    before = buying_habits(order_totals, then).query("orders >= @REGULAR")
    since = order_totals[(order_totals["day"] > then) & (order_totals["day"] <= as_of) & (order_totals["revenue"] > CENT)]
    returned = before["customer_id"].isin(since["customer_id"])
    return returned.groupby(pd.cut(before["silence"], bands), observed=False).agg(cases="size", share="mean")


def _within(day: pd.Series, end: pd.Timestamp | pd.Series) -> pd.Series:
    return (day > end - pd.Timedelta(days=YEAR)) & (day <= end)
