"""Habits: how often, how lately and for how much each customer buys, and whether customers who fell silent came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from playbook.result.formats import Formats

__all__ = ["CENT", "LOOK_BACK", "QUIET", "YEAR", "Slipping", "buying_habits", "came_back", "slipping"]

YEAR = 365  # days
REGULAR = 3  # orders from which a customer has a usual gap
CENT = 0.005  # an order that came back whole is no purchase
QUIET = 3  # a customer silent for this many of its usual gaps may be slipping away
SILENCES = (QUIET, 6, 12, np.inf)  # bands of silence within which customers are compared with those of LOOK_BACK
LOOK_BACK = 90  # days ago at which customers were just as silent: what became of them tells what to expect now
FEWEST_SILENT = 30  # of them, to say so


@dataclass(frozen=True)
class Slipping:
    """Customers who are silent beyond their habit. ``customers``: as in ``buying_habits``, with ``back`` (share of customers as
    silent ``LOOK_BACK`` days earlier who have bought since) and ``at_risk`` (active_year x (1 - back), money a year); ``told``
    whether there were enough of them to say so: otherwise back is 0 and all of the active year is at risk."""

    customers: pd.DataFrame
    told: bool

    @property
    def back(self) -> float:
        return float(self.customers["back"].mean())

    @property
    def worth(self) -> float:
        return float(self.customers["active_year"].sum())

    @property
    def at_risk(self) -> float:
        return float(self.customers["at_risk"].sum())

    def bands(self, fmt: Formats) -> pd.DataFrame:
        """One row a band of silence: customers, active_year, back (mean), at_risk and band (in words)."""
        words = [fmt.say("{low} to {high} usual pauses", low=low, high=high) for low, high in pairwise(SILENCES[:-1])]
        words.append(fmt.say("over {low} usual pauses", low=SILENCES[-2]))
        band = pd.cut(self.customers["silence"], SILENCES, labels=words)
        groups = self.customers.groupby(band, observed=False)
        frame = groups.agg(
            customers=("silence", "size"), active_year=("active_year", "sum"), back=("back", "mean"), at_risk=("at_risk", "sum")
        )
        return frame.rename_axis("band").reset_index().astype({"band": str})


def buying_habits(order_totals: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row per customer who bought by ``as_of``.

    Takes [customer_id, day, revenue]. Gives customer_id, orders, revenue (net of returns), revenue_year (of the last 365 days),
    active_year (of the 365 days before the customer's last order), order_value, recency_days and first_days (days since the last
    and the first order), and silence: the recency in the customer's own mean gaps between orders.
    """
    orders = order_totals[order_totals["customer_id"].notna() & (order_totals["day"] <= as_of)]
    codes, customers = pd.factorize(orders["customer_id"], sort=True)  # numbers, because names are slow to look up
    day, revenue = orders["day"], orders["revenue"]
    rows = pd.DataFrame({"revenue": revenue, "recent": revenue.where(_within(day, as_of), 0.0)}).set_axis(codes)
    bought = (revenue > CENT).to_numpy()
    spans = day.set_axis(codes)[bought].groupby(level=0).agg(first="min", last="max", orders="size")
    last = spans["last"].reindex(range(len(customers))).take(codes).set_axis(day.index)
    rows["active"] = revenue.where(_within(day, last) | (day > last), 0.0).to_numpy()
    sums = rows.groupby(level=0).sum().reindex(spans.index)
    frame = spans.assign(revenue=sums["revenue"], revenue_year=sums["recent"])
    frame["recency_days"] = (as_of - frame["last"]).dt.days
    frame["first_days"] = (as_of - frame["first"]).dt.days
    frame["order_value"] = frame["revenue"] / frame["orders"]
    gap = ((frame["last"] - frame["first"]).dt.days / (frame["orders"] - 1)).where(frame["orders"] > 1)
    usual = gap.median() if gap.notna().any() else frame["recency_days"].median()
    frame["silence"] = frame["recency_days"] / gap.fillna(usual).clip(lower=1)
    frame.insert(0, "customer_id", customers.take(frame.index))
    return frame.assign(active_year=sums["active"]).drop(columns=["first", "last"]).reset_index(drop=True)


def came_back(order_totals: pd.DataFrame, as_of: pd.Timestamp, bands: Sequence[float], days: int) -> pd.DataFrame:
    """Regular customers by the band of silence they were in ``days`` ago: cases, and the share of them that bought since.

    ``bands`` are bounds of silence in usual gaps, the lower one of each outside it; the index is that of ``pandas.cut``.
    """
    then = as_of - pd.Timedelta(days=days)
    before = buying_habits(order_totals, then).query("orders >= @REGULAR")
    since = order_totals[(order_totals["day"] > then) & (order_totals["day"] <= as_of) & (order_totals["revenue"] > CENT)]
    returned = before["customer_id"].isin(since["customer_id"])
    return returned.groupby(pd.cut(before["silence"], bands), observed=False).agg(cases="size", share="mean")


def _fell_silent(customers: pd.DataFrame) -> pd.Series:
    """Who has a usual gap and is silent for more than ``QUIET`` of them. Takes ``buying_habits``."""
    return (customers["orders"] >= REGULAR) & (customers["silence"] > QUIET)


def slipping(customers: pd.DataFrame, order_totals: pd.DataFrame, as_of: pd.Timestamp) -> Slipping:
    """What is at stake with the silent among ``customers`` (rows of ``buying_habits``): most of them may well come back."""
    silent = customers[_fell_silent(customers)]
    past = came_back(order_totals, as_of, SILENCES, LOOK_BACK)
    told = bool(past["cases"].sum() >= FEWEST_SILENT)
    back = pd.cut(silent["silence"], SILENCES).map(past["share"]).astype(float).fillna(0.0) if told else 0.0
    return Slipping(silent.assign(back=back, at_risk=silent["active_year"] * (1 - back)), told)


def _within(day: pd.Series, end: pd.Timestamp | pd.Series) -> pd.Series:
    return (day > end - pd.Timedelta(days=YEAR)) & (day <= end)
