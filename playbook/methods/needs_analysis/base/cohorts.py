"""Cohorts: customers by the time of their first order, and how many of each still order later on."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from playbook.methods.market_research.grouping.habits import CENT
from playbook.result.formats import LEVEL

__all__ = ["Cohorts", "Retention", "cohorts", "compare"]

LONG = 18  # months of data from which quarters are told instead of months
LEAST_LEAD = 90  # days at the start of the data in which nobody counts as new
USUAL = 0.9  # share of customers whose usual pause the lead-in has to cover
SLACK = 10  # days by which the lead-in may be shorter, so that a month or quarter that just misses it is not lost
FEWEST = 20  # customers on each side of a comparison


@dataclass(frozen=True)
class Cohorts:
    """``rows``: start (first day of the cohort's period; NaT for customers already known), customers, n (periods after the
    first), active and retention (share of the cohort that ordered in that period), complete periods only. ``unit``: month or
    quarter; ``new_from``: first day from which a first order makes a new customer; ``known``: customers seen before."""

    rows: pd.DataFrame = field(repr=False)
    unit: str
    new_from: pd.Timestamp
    known: int


@dataclass(frozen=True)
class Retention:
    """Share of new customers that ordered again in the period after their first, of newer and of older cohorts: customers, share,
    ``difference`` with its range at ``LEVEL``, and the ``chance`` of such a difference without a cause. ``since``: the first
    newer one."""

    newer: int
    newer_share: float
    older: int
    older_share: float
    difference: float
    low: float
    high: float
    chance: float
    since: pd.Timestamp


def cohorts(order_totals: pd.DataFrame, as_of: pd.Timestamp) -> Cohorts | None:
    """Cohorts by month, or by quarter where the data hold more than 18 months; None with less than four periods.

    Takes [customer_id, day, revenue]. Quarters end with the last complete month. Who is seen at the start of the data may have
    been a customer for long: first orders count as new only after a lead-in of 90 days or the usual pause of nine customers in
    ten, whichever is longer, but never after the middle of the data.
    """
    end = (as_of + pd.Timedelta(days=1)).to_period("M").to_timestamp() - pd.Timedelta(days=1)
    bought = order_totals[order_totals["customer_id"].notna() & (order_totals["revenue"] > CENT) & (order_totals["day"] <= end)]
    if bought.empty:
        return None
    first_day = bought["day"].min()
    months = (end.to_period("M") - first_day.to_period("M")).n + 1
    unit = "quarter" if months > LONG else "month"
    frequency = f"Q-{end.strftime('%b').upper()}" if unit == "quarter" else "M"
    start, last = (day.to_period(frequency) for day in (first_day, end))
    periods = (last - start).n + 1
    if periods < 4:
        return None
    known_by = first_day + pd.Timedelta(days=_lead_days(bought) - SLACK)
    lead = int(np.clip((known_by.to_period(frequency) - start).n + 1, 1, periods // 2))
    seen = pd.DataFrame({"customer_id": bought["customer_id"], "period": _ordinal(bought["day"], frequency) - start.ordinal})
    seen = seen.drop_duplicates()
    cohort = seen.groupby("customer_id")["period"].min().clip(lower=lead - 1)
    seen["cohort"] = seen["customer_id"].map(cohort)
    seen["n"] = (seen["period"] - seen["cohort"]).clip(lower=0)
    sizes = cohort.value_counts().sort_index()
    active = seen.groupby(["cohort", "n"])["customer_id"].nunique()
    grid = [(c, n) for c in sizes.index for n in range(periods - c)]
    rows = pd.DataFrame(grid, columns=["cohort", "n"])
    rows["active"] = active.reindex(pd.MultiIndex.from_frame(rows)).fillna(0).astype(int).to_numpy()
    rows["customers"] = rows["cohort"].map(sizes)
    rows["retention"] = rows["active"] / rows["customers"]
    days = {c: pd.NaT if c < lead else (start + c).start_time for c in sizes.index}
    rows["start"] = pd.to_datetime(rows["cohort"].map(days))
    return Cohorts(
        rows[["start", "customers", "n", "active", "retention"]], unit, (start + lead).start_time, int(sizes.get(lead - 1, 0))
    )


def compare(rows: pd.DataFrame) -> Retention | None:
    """Newer against older half of the new cohorts, in the first period after the first order; None with too few customers.

    ``rows`` as in ``Cohorts``. The range is Newcombe's (1998) for two proportions, the chance that of Fisher's exact test.
    """
    told = rows[rows["start"].notna() & (rows["n"] == 1)].sort_values("start", ignore_index=True)
    sides = told.iloc[len(told) // 2 :], told.iloc[: len(told) // 2]
    (newer, again), (older, before) = ((int(side["customers"].sum()), int(side["active"].sum())) for side in sides)
    if min(newer, older) < FEWEST:
        return None
    low, high = confint_proportions_2indep(again, newer, before, older, method="newcomb", alpha=1 - LEVEL)
    chance = fisher_exact([[again, newer - again], [before, older - before]])[1]
    share, old = again / newer, before / older
    since = sides[0]["start"].iloc[0]
    return Retention(newer, share, older, old, share - old, float(low), float(high), float(chance), since)


def _lead_days(bought: pd.DataFrame) -> float:
    """The pause between orders that nine of ten customers with two or more orders do not exceed on average, at least 90 days."""
    spans = bought.groupby("customer_id")["day"].agg(["min", "max", "size"])
    spans = spans[spans["size"] > 1]
    if spans.empty:
        return LEAST_LEAD
    return max(LEAST_LEAD, float(((spans["max"] - spans["min"]).dt.days / (spans["size"] - 1)).quantile(USUAL)))


def _ordinal(days: pd.Series, frequency: str) -> np.ndarray:
    return pd.PeriodIndex(days, freq=frequency).asi8
