"""Segments: groups of customers who buy alike, in units a client knows and with names taken from their profile."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from playbook.methods.grouping import STABLE, Grouping, choose_grouping
from playbook.methods.segment_figures import choice_figure, profile_figure, share_figure
from playbook.methods.segment_names import name_groups, segment_kinds
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Segments", "segments"]

FEWEST_CUSTOMERS = 30  # below this a list of names tells more than groups
FEWEST_GROUPS = 3  # two groups, good and bad customers, are nothing to act on
CUSTOMERS_PER_GROUP = 10
YEAR = 365
SHORTEST_TENURE = 90  # days: rates of customers who only just came are not blown up
QUIET = 3.0  # a customer silent for this many of its usual gaps is slipping away
REGULAR = 3  # orders from which a customer has a usual gap
CENT = 0.005  # an order that came back whole is no purchase
GONE = ("at-risk", "lapsed")
SOURCE = "orders, net of returns"


@dataclass(frozen=True, kw_only=True)
class Segments(Result):
    """Who belongs to which segment, and what the segments are like.

    ``assignments``: customer_id, segment, kind, recency_days, orders, revenue, order_value;
    ``profiles``: segment, kind, customers, customer_share, revenue_year (last twelve months), revenue_share, orders_per_year,
    order_value and recency_days (medians); ``quality``: k, silhouette, stability of every number of groups tried.
    """

    assignments: pd.DataFrame = field(repr=False)
    profiles: pd.DataFrame = field(repr=False)
    quality: pd.DataFrame = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        shares, profile = share_figure(self.profiles, self.fmt, SOURCE), profile_figure(self.profiles, self.fmt, SOURCE)
        return (
            (shares, profile, choice_figure(self.quality, len(self.profiles), self.fmt, SOURCE))
            if len(self.quality) > 1
            else (shares, profile)
        )


@section(
    "segments", "Who are the customers?", promise="groups of customers who buy alike, what each brings, who is slipping away"
)
def segments(order_totals: pd.DataFrame, as_of: date, fmt: Formats, *, k_max: int = 8) -> Segments | Locked:
    """Group customers by recency (days since the last order), frequency (orders) and monetary value (total net revenue).

    The three are put on a log scale, standardised and grouped by k-means; see ``choose_grouping`` for the number of groups and
    ``name_groups`` for the names. Orders without a customer and customers who sent everything back are left out and counted.
    Locked when orders name no customer or fewer than 30 of them bought. Source: Hughes (1994) for RFM.
    """
    if "customer_id" not in order_totals:
        return _locked(fmt, "orders (customer_id)")
    customers = _customers(order_totals, pd.Timestamp(as_of))
    if len(customers) < FEWEST_CUSTOMERS:
        return _locked(fmt, f"orders of at least {FEWEST_CUSTOMERS} customers ({len(customers)} bought so far)")
    grouping = _group(customers, min(k_max, len(segment_kinds())))
    kinds = name_groups(customers, grouping.labels)
    language = "zh" if fmt.locale.startswith("zh") else "en"
    customers["kind"] = pd.Series(grouping.labels, index=customers.index).map(kinds)
    customers["segment"] = customers["kind"].map(lambda kind: segment_kinds()[kind].label[language])
    profiles = _profiles(customers)
    named = order_totals["customer_id"].notna()
    return Segments(
        fmt=fmt,
        headline=_headline(profiles, fmt),
        findings=_findings(customers, profiles, fmt),
        tables=(_table(profiles),),
        assumptions=_assumptions(
            grouping, len(customers), int((~named).sum()), order_totals.loc[named, "customer_id"].nunique(), fmt
        ),
        assignments=customers[["customer_id", "segment", "kind", "recency_days", "orders", "revenue", "order_value"]],
        profiles=profiles,
        quality=grouping.quality,
    )


def _locked(fmt: Formats, need: str) -> Locked:
    return Locked(fmt=fmt, headline="Not answered yet: Who are the customers?", unlock=(need,), promise=segments.section.promise)


def _customers(order_totals: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row per customer who bought; ``active_year`` is the revenue of the year before the last order, ``silence`` in gaps."""
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


def _within(day: pd.Series, end: pd.Timestamp | pd.Series) -> pd.Series:
    return (day > end - pd.Timedelta(days=YEAR)) & (day <= end)


def _group(customers: pd.DataFrame, k_max: int) -> Grouping:
    logs = np.log1p(customers[["recency_days", "orders", "revenue"]].clip(lower=0).to_numpy(dtype=float))
    most = min(k_max, len(customers) // CUSTOMERS_PER_GROUP, len(np.unique(logs, axis=0)))
    return choose_grouping(StandardScaler().fit_transform(logs), range(min(FEWEST_GROUPS, most), most + 1))


def _profiles(customers: pd.DataFrame) -> pd.DataFrame:
    groups = customers.assign(tenure=customers["first_days"].clip(lower=SHORTEST_TENURE)).groupby(["segment", "kind"], sort=False)
    frame = groups.agg(
        customers=("customer_id", "size"),
        revenue_year=("revenue_year", "sum"),
        orders=("orders", "sum"),
        tenure=("tenure", "sum"),
        order_value=("order_value", "median"),
        recency_days=("recency_days", "median"),
    ).reset_index()
    year = frame["revenue_year"].sum()
    frame["customer_share"] = frame["customers"] / frame["customers"].sum()
    frame["revenue_share"] = frame["revenue_year"] / year if year > 0 else 0.0
    frame["orders_per_year"] = frame["orders"] / frame["tenure"] * YEAR
    columns = [
        "segment",
        "kind",
        "customers",
        "customer_share",
        "revenue_year",
        "revenue_share",
        "orders_per_year",
        "order_value",
        "recency_days",
    ]
    return frame.sort_values(["revenue_year", "customers"], ascending=False, ignore_index=True)[columns]


def _headline(profiles: pd.DataFrame, fmt: Formats) -> str:
    top = profiles.iloc[0]
    if len(profiles) == 1:
        return f"All {fmt.count(top['customers'])} customers buy alike: one group"
    customers, revenue = fmt.share(top["customer_share"]), fmt.share(top["revenue_share"])
    return f"{top['segment']} are {customers} of customers and bring {revenue} of revenue"


def _findings(customers: pd.DataFrame, profiles: pd.DataFrame, fmt: Formats) -> tuple[Finding, ...]:
    top, descriptions = profiles.iloc[0], segment_kinds()
    found = [
        Finding(
            "segments-money",
            f"{fmt.count(top['customers'])} customers {descriptions[top['kind']].description['en']}: they brought "
            f"{fmt.money(top['revenue_year'])} in the last twelve months, "
            f"{fmt.share(top['revenue_share'])} of all revenue from known customers.",
            value=float(top["revenue_share"]),
            unit="share",
            n=int(top["customers"]),
            money=float(top["revenue_year"]),
            evidence="shown",
            action=f"Make sure that the {top['segment'].lower()} segment hears first of news and never waits for an answer.",
            owner="head of customer marketing",
        )
    ]
    gone = customers[customers["kind"].isin(GONE)]
    if len(gone) and (worth := float(gone["active_year"].sum())) > 0:
        found.append(
            Finding(
                "segments-lost",
                f"{fmt.count(len(gone))} customers have gone quiet, half of them for "
                f"{fmt.count(gone['recency_days'].median())} days or more; "
                f"in their last active year they brought {fmt.money(worth)}.",
                value=worth,
                unit="money",
                n=len(gone),
                money=worth,
                evidence="shown",
                action="Try to win back those who brought the most, one small group first, and keep a comparison group.",
                owner="head of customer marketing",
            )
        )
    slipping = customers[~customers["kind"].isin(GONE) & (customers["orders"] >= REGULAR) & (customers["silence"] > QUIET)]
    if len(slipping) and (worth := float(slipping["active_year"].sum())) > 0:
        found.append(
            Finding(
                "segments-slipping",
                f"{fmt.count(len(slipping))} otherwise active customers are silent for more than {QUIET:.0f} times their "
                f"usual pause; "
                f"{fmt.money(worth)} a year is at stake.",
                value=float(len(slipping)),
                unit="count",
                n=len(slipping),
                money=worth,
                evidence="shown",
                action="Write to them now, while they still remember why they bought.",
                owner="head of customer marketing",
            )
        )
    return tuple(found)


def _assumptions(grouping: Grouping, customers: int, unnamed: int, named: int, fmt: Formats) -> tuple[Assumption, ...]:
    steady = grouping.stability >= STABLE
    notes = [
        Assumption(
            f"{'The same groups come back' if steady else 'The borders between groups move'} when customers are drawn again: "
            f"agreement {fmt.number(grouping.stability)} of 1 for {grouping.k} groups. "
            f"Customers near a border could stand on either side.",
            "high" if steady else "low",
            "medium",
        )
    ]
    if unnamed:
        notes.append(Assumption(f"{fmt.count(unnamed)} orders name no customer and are left out.", "high", "low"))
    if named > customers:
        notes.append(
            Assumption(f"{fmt.count(named - customers)} customers sent back all they bought and are left out.", "high", "low")
        )
    return tuple(notes)


def _table(profiles: pd.DataFrame) -> Table:
    return Table(
        profiles,
        "Segments in figures: medians per customer, revenue of the last twelve months.",
        SOURCE,
        {
            "segment": ("Segment", "text"),
            "customers": ("Customers", "count"),
            "customer_share": ("Share of customers", "share"),
            "revenue_year": ("Revenue, 12 months", "money"),
            "revenue_share": ("Share of revenue", "share"),
            "orders_per_year": ("Orders a year", "number"),
            "order_value": ("Order value", "money"),
            "recency_days": ("Days since last order", "count"),
        },
    )
