"""States: what was known of customers on a day, from their orders up to then and from what does not change about them."""

import numpy as np
import pandas as pd

from playbook.locale import mark, said

__all__ = ["LABELS", "STEADY", "WINDOWS", "customer_states"]

WINDOWS = (90, 180, 365)  # days; only as far back as the orders reach
STEADY = ("region", "channel", "age_group", "income_group", "household_size")  # columns of customers that were so before the day
LABELS = {
    "recency_days": mark("Days since the last order"), "gap_days": mark("Days between two orders"),
    "order_value": mark("Value of an order"), **{f"orders_{n}": said("Orders in {n} days", n=n) for n in WINDOWS},
    "region": mark("Region"), "channel": mark("Channel"), "age_group": mark("Age group"), "income_group": mark("Income group"),
    "household_size": mark("Household size"),
}  # fmt: skip


def customer_states(
    order_totals: pd.DataFrame, day: pd.Timestamp, customers: pd.DataFrame | None = None, windows: tuple[int, ...] = WINDOWS
) -> pd.DataFrame:
    """One row per customer who ordered before ``day``, indexed by customer_id in order: columns of LABELS that can be told.

    Counts orders with revenue above zero of the ``windows`` (days) before the day; gap_days is the mean time between orders of
    the longest window (missing below two), order_value the mean of that window (of all orders where it holds none).
    """
    rows = order_totals[(order_totals["day"] < day) & (order_totals["revenue"] > 0) & order_totals["customer_id"].notna()]
    who, known = pd.factorize(rows["customer_id"], sort=True)
    rows = rows[["day", "revenue"]].assign(who=who, age=(day - rows["day"]).dt.days)
    by = rows.groupby("who")
    states = pd.DataFrame({"recency_days": (day - by["day"].max()).dt.days.astype(float)})
    for window in windows:
        states[f"orders_{window}"] = np.bincount(who[rows["age"] <= window], minlength=len(known)).astype(float)
    if windows:
        late = rows[rows["age"] <= windows[-1]].groupby("who")
        first, last, size = late["day"].min(), late["day"].max(), late.size()
        gap = (last - first).dt.days / (size - 1).where(size > 1)
        states["gap_days"] = gap.reindex(states.index)
        states["order_value"] = late["revenue"].mean().reindex(states.index)
    else:
        states["order_value"] = np.nan
    states["order_value"] = states["order_value"].fillna(by["revenue"].mean())
    states = states.set_axis(pd.Index(known, name="customer_id"))
    if customers is not None:
        told = customers.drop_duplicates("customer_id").set_index("customer_id")
        states = states.join(told[[c for c in STEADY if c in told]])
    return states
