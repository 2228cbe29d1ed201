"""Windows: orders as revenue per customer and week, before an intervention and while it ran."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

__all__ = ["PRE_LEAST", "WEEK", "Windows", "customer_windows"]

WEEK = 7
PRE_MULTIPLE, PRE_LEAST, PRE_MOST = 2, 4, 26  # the time before is twice as long as the intervention, within these weeks


@dataclass(frozen=True)
class Windows:
    """Revenue per customer and week. ``weekly``: customers x weeks (0 is the first week of the intervention), in money a week;
    ``before`` and ``during``: one value a customer; ``known``: customers with an order before the start."""

    weekly: pd.DataFrame
    before: pd.Series
    during: pd.Series
    weeks_before: int
    weeks_during: float


def customer_windows(
    order_totals: pd.DataFrame, start: date, end: date, members: pd.Index | None = None, already: pd.Index | None = None
) -> Windows:
    """Weekly revenue of each customer before and during an intervention.

    Weeks are counted from ``start``; ``end`` is the last day that counts. The time before is twice as long, at least 4 and at
    most 26 weeks, and never reaches back beyond the first order. Customers are those with an order before the start, of
    ``members`` when given (``already`` names others who were customers by then), else with an order in the time before
    (the comparison must be active customers).
    A customer without an order in a week has zero there. ``weeks_before`` is 0 when the orders begin too late.
    """
    first_day = pd.Timestamp(start)
    orders = order_totals.dropna(subset=["customer_id"])
    days_during = (pd.Timestamp(end) - first_day).days + 1
    history = (first_day - order_totals["day"].min()).days // WEEK if len(order_totals) else 0
    weeks_before = max(min(max(PRE_MULTIPLE * -(-days_during // WEEK), PRE_LEAST), PRE_MOST, history), 0)
    since = first_day - pd.Timedelta(weeks=weeks_before)
    prior = orders[orders["day"] < first_day]
    if members is None:
        known = pd.Index(prior.loc[prior["day"] >= since, "customer_id"].unique())
    else:
        known = pd.Index(prior["customer_id"].unique())
        known = members.intersection(known if already is None else known.union(already))
    inside = orders[orders["day"].between(since, pd.Timestamp(end)) & orders["customer_id"].isin(known)]
    week = (inside["day"] - first_day).dt.days // WEEK
    weeks = range(-weeks_before, -(-days_during // WEEK))
    totals = inside.groupby(["customer_id", week.rename("week")])["revenue"].sum().unstack(fill_value=0.0)
    totals = totals.reindex(index=known.sort_values(), columns=weeks, fill_value=0.0).astype(float)
    before = totals.loc[:, :-1].sum(axis=1) / weeks_before if weeks_before else totals.loc[:, :-1].sum(axis=1)
    last_week = days_during % WEEK or WEEK
    weekly = totals.copy()
    weekly.iloc[:, -1] *= WEEK / last_week
    return Windows(weekly, before, totals.loc[:, 0:].sum(axis=1) * WEEK / days_during, weeks_before, days_during / WEEK)
