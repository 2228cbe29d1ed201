"""Segments: groups of customers who buy alike, in units a client knows and with names taken from their profile."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from playbook.methods.market_research.grouping import STABLE, Grouping, choose_grouping
from playbook.methods.market_research.habits import REGULAR, YEAR, buying_habits, came_back
from playbook.methods.market_research.segment_figures import choice_figure, profile_figure, share_figure
from playbook.methods.market_research.segment_names import name_groups, segment_kinds
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Segments", "segments"]

FEWEST_CUSTOMERS = 30  # below this a list of names tells more than groups
FEWEST_GROUPS = 3  # two groups, good and bad customers, are nothing to act on
CUSTOMERS_PER_GROUP = 10
SHORTEST_TENURE = 90  # days: rates of customers who only just came are not blown up
QUIET = 3  # a customer silent for this many of its usual gaps may be slipping away
SILENCES = (QUIET, 6, 12, np.inf)  # bands of silence within which customers are compared with those of LOOK_BACK
LOOK_BACK = 90  # days ago at which customers were just as silent: what became of them tells what to expect now
FEWEST_SILENT = 30  # of them, to say so
AT_RISK = "at-risk"
GONE = (AT_RISK, "lapsed")
OWNER = "head of customer marketing"
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
    customers = buying_habits(order_totals, pd.Timestamp(as_of))
    if len(customers) < FEWEST_CUSTOMERS:
        return _locked(fmt, f"orders of at least {FEWEST_CUSTOMERS} customers ({len(customers)} bought so far)")
    grouping = _group(customers, min(k_max, len(segment_kinds())))
    kinds = name_groups(customers, grouping.labels)
    language = "zh" if fmt.locale.startswith("zh") else "en"
    customers["kind"] = pd.Series(grouping.labels, index=customers.index).map(kinds)
    customers["segment"] = customers["kind"].map(lambda kind: segment_kinds()[kind].label[language])
    profiles = _profiles(customers)
    named = order_totals["customer_id"].notna()
    found = _best(profiles, fmt), _lost(customers, fmt), _slipping(customers, order_totals, as_of, fmt)
    return Segments(
        fmt=fmt,
        headline=_headline(profiles, fmt),
        findings=tuple(finding for finding in found if finding),
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


def _best(profiles: pd.DataFrame, fmt: Formats) -> Finding:
    top, descriptions = profiles.iloc[0], segment_kinds()
    return Finding(
        "segments-money",
        f"{fmt.count(top['customers'])} customers {descriptions[top['kind']].description['en']}: they brought "
        f"{fmt.money(top['revenue_year'])} in the last twelve months, "
        f"{fmt.share(top['revenue_share'])} of all revenue from known customers.",
        value=float(top["revenue_share"]),
        unit="share",
        n=int(top["customers"]),
        evidence="shown",
        action=f"Make sure that the {top['segment'].lower()} segment hears first of news and never waits for an answer.",
        owner=OWNER,
    )


def _lost(customers: pd.DataFrame, fmt: Formats) -> Finding | None:
    """Who has gone quiet. Only those at risk are still at stake: the revenue of the lapsed is history."""
    gone = customers[customers["kind"].isin(GONE)]
    worth, at_risk = (float(who["active_year"].sum()) for who in (gone, gone[gone["kind"] == AT_RISK]))
    if worth <= 0:
        return None
    return Finding(
        "segments-lost",
        f"{fmt.count(len(gone))} customers have gone quiet, half of them for {fmt.count(gone['recency_days'].median())} days or "
        f"more; in their last active year they brought {fmt.money(worth)}.",
        value=worth,
        unit="money",
        n=len(gone),
        money=at_risk if at_risk > 0 else None,
        evidence="shown",
        action="Try to win back those who brought the most, one small group first, and keep a comparison group.",
        owner=OWNER,
    )


def _slipping(customers: pd.DataFrame, order_totals: pd.DataFrame, as_of: date, fmt: Formats) -> Finding | None:
    """Who is silent for longer than usual, and what that puts at stake: most such customers may well come back."""
    silent = customers[~customers["kind"].isin(GONE) & (customers["orders"] >= REGULAR) & (customers["silence"] > QUIET)]
    worth = float(silent["active_year"].sum())
    if worth <= 0:
        return None
    past = came_back(order_totals, pd.Timestamp(as_of), SILENCES, LOOK_BACK)
    back = pd.cut(silent["silence"], SILENCES).map(past["share"]).astype(float).fillna(0.0)
    who = f"{fmt.count(len(silent))} otherwise active customers are silent for more than {QUIET} times their usual pause"
    told = past["cases"].sum() >= FEWEST_SILENT
    money = float((silent["active_year"] * (1 - back)).sum()) if told else None
    sentence = (
        f"{who}. Of customers as silent {LOOK_BACK} days earlier, {fmt.share(back.mean())} bought again; "
        f"if no more do now, {fmt.money(money)} a year is lost."
        if told
        else f"{who}; in their last active year they brought {fmt.money(worth)}."
    )
    return Finding(
        "segments-slipping", sentence, value=float(len(silent)), unit="count", n=len(silent), money=money or None,
        evidence="likely" if told else "indicative", action="Write to them now, while they still remember why they bought.",
        owner=OWNER,
    )  # fmt: skip


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
