"""Purchase histories: orders of each customer folded into the few figures that the models of buying need."""

import numpy as np
import pandas as pd

__all__ = ["WEEK", "purchase_histories", "repeats_between"]

WEEK = 7.0  # days; time is counted in weeks that need not be whole
CENT = 0.005  # an order that came back whole is no purchase


def purchase_histories(order_totals: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """One row per customer who bought by ``until``, in order of id.

    Takes [customer_id, day, revenue]. Orders of one customer on one day count as one purchase, negative and empty ones as none;
    the first purchase makes the customer and is no repeat. Gives customer_id, repeats, recency (weeks from the first to the last
    purchase), age (weeks from the first purchase to ``until``), log_gaps (sum of the logarithms of the gaps in weeks), revenue
    (net of returns, zero at least), value (revenue per purchase) and log_value (mean logarithm of the purchases' values, each
    lessened by the customer's share of returns).
    """
    rows = order_totals[order_totals["customer_id"].notna() & (order_totals["day"] <= until)]
    revenue = rows.groupby("customer_id")["revenue"].sum()
    days = _purchase_days(rows)
    gap = days.groupby("customer_id")["day"].diff().dt.days / WEEK
    days["log_value"] = np.log(days["bought"])
    days["log_gap"] = np.log(gap.where(gap > 0, 1.0)).where(gap.notna(), 0.0)
    table = days.groupby("customer_id").agg(
        first=("day", "min"), last=("day", "max"), purchases=("day", "size"), log_gaps=("log_gap", "sum"),
        bought=("bought", "sum"), log_value=("log_value", "mean"),
    )  # fmt: skip
    total = revenue.reindex(table.index).clip(lower=0.0)
    with np.errstate(divide="ignore"):
        log_value = table["log_value"] + np.log(total / table["bought"])
    return pd.DataFrame(
        {
            "repeats": table["purchases"] - 1,
            "recency": (table["last"] - table["first"]).dt.days / WEEK,
            "age": (pd.Timestamp(until) - table["first"]).dt.days / WEEK,
            "log_gaps": table["log_gaps"],
            "revenue": total,
            "value": total / table["purchases"],
            "log_value": log_value,
        }
    ).reset_index()


def repeats_between(order_totals: pd.DataFrame, customers: pd.Series, after: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Purchases of ``customers`` after the end of one day and up to the end of another: customer_id, day."""
    days = _purchase_days(order_totals[order_totals["customer_id"].isin(customers)])
    return days[(days["day"] > after) & (days["day"] <= until)].reset_index(drop=True)


def _purchase_days(rows: pd.DataFrame) -> pd.DataFrame:
    bought = rows.loc[rows["revenue"] > CENT, ["customer_id", "day", "revenue"]]
    return bought.groupby(["customer_id", "day"], sort=True)["revenue"].sum().rename("bought").reset_index()
