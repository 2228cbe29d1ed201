"""Segments: groups of customers who buy alike, in units a client knows, named from their profile or by the client's rules."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import SegmentRule
from playbook.errors import UsageError, did_you_mean
from playbook.locale import mark
from playbook.methods.market_research.grouping.figures import choice_figure, profile_figure, share_figure
from playbook.methods.market_research.grouping.findings import (
    AT_RISK,
    best_finding,
    lost_finding,
    moved_finding,
    slipping_finding,
)
from playbook.methods.market_research.grouping.groups import STABLE, Grouping
from playbook.methods.market_research.grouping.habits import QUIET, YEAR, slipping
from playbook.methods.market_research.grouping.migration import ago, days_back, migrate, moves
from playbook.methods.market_research.grouping.rfm import rfm_scores
from playbook.methods.market_research.grouping.rules import MEASURES, default_rules
from playbook.methods.market_research.grouping.stages import customer_stages
from playbook.methods.market_research.grouping.tables import (
    SOURCE,
    agreement_table,
    migration_table,
    profile_table,
    stage_frame,
    stage_table,
    tree_table,
)
from playbook.methods.market_research.grouping.tree import Explanation, explain
from playbook.methods.market_research.grouping.ways import SHORTEST_TENURE, Way, by_groups, by_rfm, by_rules, customer_measures
from playbook.result.contract import Assumption, Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Segments", "segments"]

FEWEST_CUSTOMERS = 30  # below this a list of names tells more than groups
SHOWN = 12  # segments in a figure
WAYS = ("auto", "groups", "rules", "rfm")
POOR = 0.8  # share of customers placed right below which the sentences are a rough guide
CALLED = {
    "groups": mark("Groups found in the data"),
    "rules": mark("Rules"),
    "rfm": mark("Recency, frequency and revenue scores"),
}


@dataclass(frozen=True, kw_only=True)
class Segments(Result):
    """Who belongs to which segment, and what the segments are like.

    ``assignments``: customer_id, segment, kind, recency_days, orders, revenue, revenue_year, order_value, stage;
    ``profiles``: segment, kind, customers, customer_share, revenue_year (last twelve months), revenue_share, orders_per_year,
    order_value and recency_days (medians), at_risk and potential (money a year); ``quality``: k, silhouette, stability, gap,
    gap_error, votes of every number of groups tried; ``by``: the way that made the segments (groups, rules, rfm);
    ``rfm``: customer_id, r, f, m, kind; ``rules``: customer_id, rule; ``tree``: sentences that explain the segments;
    ``migration``: then, now, customers, revenue_before, revenue_after; ``stages``: stage, segment, customers, revenue_year.
    """

    assignments: pd.DataFrame = field(repr=False)
    profiles: pd.DataFrame = field(repr=False)
    quality: pd.DataFrame = field(repr=False)
    by: str = "groups"
    rfm: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    rules: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    tree: tuple[str, ...] = field(default=(), repr=False)
    migration: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    stages: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    def figures(self) -> tuple[Figure, ...]:
        shown = self.profiles.head(SHOWN)
        shares, profile = share_figure(shown, self.fmt, SOURCE), profile_figure(shown, self.fmt, SOURCE)
        if self.by != "groups" or len(self.quality) < 2:
            return shares, profile
        return shares, profile, choice_figure(self.quality, len(self.profiles), self.fmt, SOURCE)


@section(
    "segments", "Who are the customers?", promise="groups of customers who buy alike, what each brings, who is slipping away"
)
def segments(
    order_totals: pd.DataFrame,
    as_of: date,
    fmt: Formats,
    segment_rules: tuple[SegmentRule, ...] = (),
    *,
    k_max: int = 8,
    by: str = "auto",
) -> Segments | Locked:
    """Sort customers in three ways, make one the segments, and tell what they are, bring, risk and how customers moved.

    ``by="groups"``: k-means on recency (days since the last order), frequency (orders) and monetary value (total net revenue),
    see ``choose_grouping`` for their number; ``"rules"``: ``segment_rules`` of client.yml, or those that come with the playbook;
    ``"rfm"``: the cells of the RFM scores (Hughes 1994); ``"auto"``: rules where client.yml holds some, else groups. Orders
    without a customer and customers who sent everything back are left out and counted. Locked when orders name no customer or
    fewer than 30 of them bought. Raises UsageError for an unknown ``by`` and EngagementError for rules that cannot be applied.
    """
    if by not in WAYS:
        raise UsageError(f"segments cannot be made by {by!r}.{did_you_mean(by, WAYS)} Known: {', '.join(WAYS)}.")
    if "customer_id" not in order_totals:
        return _locked(fmt, fmt.say("orders (customer_id)"))
    day = pd.Timestamp(as_of)
    customers = customer_measures(order_totals, day)
    if len(customers) < FEWEST_CUSTOMERS:
        need = fmt.say(
            "orders of at least {fewest} customers ({n} bought so far)", fewest=FEWEST_CUSTOMERS, n=fmt.count(len(customers))
        )
        return _locked(fmt, need)
    groups, grouping = by_groups(customers, k_max, fmt)
    ways = {
        "groups": groups,
        "rules": by_rules(customers, segment_rules or default_rules(fmt), fmt),
        "rfm": by_rfm(customers, fmt),
    }
    by = by if by != "auto" else "rules" if segment_rules else "groups"
    way = ways[by]
    span = (day - order_totals["day"].min()).days + 1
    customers = customers.assign(segment=way.names, kind=way.kinds, stage=customer_stages(customers, span))
    slip = slipping(customers[customers["recency_days"] < YEAR], order_totals, day)
    profiles = _profiles(customers, slip.customers["at_risk"], span)
    order = profiles["segment"].tolist()
    told = explain(customers, way.names, fmt, tuple(MEASURES) if by == "rules" else ("recency_days", "orders", "revenue"))
    flows = migrate(order_totals, customers, day, span, way.sort, by == "groups")
    stages = stage_frame(customers)
    others = {fmt.told(CALLED[name]): other.names for name, other in ways.items() if name != by}
    worth = (profiles["revenue_year"] / profiles["customers"]).sort_values(ascending=False, kind="stable").index
    findings = (
        best_finding(profiles, way.words[order[0]], fmt),
        lost_finding(customers, fmt),
        slipping_finding(slip, fmt),
        moved_finding(moves(flows, profiles.loc[worth, "segment"].tolist()), days_back(span), fmt),
    )
    tables = (profile_table(profiles), tree_table(told, fmt), agreement_table(way.names, others, order, fmt))
    if len(flows):
        tables += (migration_table(flows, order, ago(days_back(span), fmt), fmt),)
    named = order_totals["customer_id"].notna()
    return Segments(
        fmt=fmt,
        headline=_headline(profiles, by, fmt),
        findings=tuple(finding for finding in findings if finding),
        tables=(*tables, stage_table(stages, order, fmt)),
        assumptions=(
            *(_grouped(grouping, fmt) if by == "groups" and grouping.k > 1 else ()),
            *_explained(told, way, fmt),
            *_worth(fmt),
            *_left_out(len(customers), int((~named).sum()), order_totals.loc[named, "customer_id"].nunique(), fmt),
        ),
        assignments=customers[
            ["customer_id", "segment", "kind", "recency_days", "orders", "revenue", "revenue_year", "order_value", "stage"]
        ],
        profiles=profiles,
        quality=grouping.quality,
        by=by,
        rfm=pd.concat([customers[["customer_id"]], rfm_scores(customers)], axis=1),
        rules=pd.DataFrame({"customer_id": customers["customer_id"], "rule": ways["rules"].names}),
        tree=tuple(
            fmt.say(
                "{rule}: {segment} ({right} of {n} are)",
                rule=r.rule,
                segment=r.segment,
                right=fmt.share(r.right),
                n=fmt.count(r.customers),
            )
            for r in told.sentences.itertuples()
        ),  # fmt: skip
        migration=flows,
        stages=stages,
    )


def _locked(fmt: Formats, need: str) -> Locked:
    return Locked(fmt=fmt, headline="Not answered yet: Who are the customers?", unlock=(need,), promise=segments.section.promise)


def _profiles(customers: pd.DataFrame, at_risk: pd.Series, span: int) -> pd.DataFrame:
    rows = customers.assign(
        tenure=customers["first_days"].clip(lower=SHORTEST_TENURE),
        # Of customers at risk all is at stake, of the others what the silent among them may not bring again.
        at_risk=at_risk.reindex(customers.index, fill_value=0.0).where(customers["kind"] != AT_RISK, customers["active_year"]),
        potential=_room(customers, span),
    )
    frame = rows.groupby(["segment", "kind"], sort=False).agg(
        customers=("customer_id", "size"),
        revenue_year=("revenue_year", "sum"),
        orders=("orders", "sum"),
        tenure=("tenure", "sum"),
        order_value=("order_value", "median"),
        recency_days=("recency_days", "median"),
        at_risk=("at_risk", "sum"),
        potential=("potential", "sum"),
    )
    frame = frame.reset_index()
    year = frame["revenue_year"].sum()
    frame["customer_share"] = frame["customers"] / frame["customers"].sum()
    frame["revenue_share"] = frame["revenue_year"] / year if year > 0 else 0.0
    frame["orders_per_year"] = frame["orders"] / frame["tenure"] * YEAR
    columns = ["segment", "kind", "customers", "customer_share", "revenue_year", "revenue_share", "orders_per_year"]
    columns += ["order_value", "recency_days", "at_risk", "potential"]
    return frame.sort_values(["revenue_year", "customers"], ascending=False, kind="stable", ignore_index=True)[columns]


def _room(customers: pd.DataFrame, span: int) -> pd.Series:
    """How far each customer's year lies below the upper quartile of its segment; only of customers who were there all the
    year."""
    whole = customers["tenure_days"] >= min(YEAR, 3 * span // 4)
    year = customers["revenue_year"].where(whole)
    upper = year.groupby(customers["segment"]).transform(lambda values: values.quantile(0.75))
    return (upper.clip(lower=0) - year).clip(lower=0).fillna(0.0)


def _headline(profiles: pd.DataFrame, by: str, fmt: Formats) -> str:
    top, everybody = profiles.iloc[0], fmt.count(profiles["customers"].sum())
    if len(profiles) == 1 and by == "groups":
        return fmt.say("All {n} customers buy alike: one group", n=everybody)
    if len(profiles) == 1:
        return fmt.say("All {n} customers stand in one segment: {segment}", n=everybody, segment=top["segment"])
    if top["revenue_year"] <= 0:
        return fmt.say("None of the {n} customers brought revenue in the last twelve months", n=everybody)
    return fmt.say(
        "{customers} of customers, the segment {segment}, bring {revenue} of revenue",
        segment=top["segment"], customers=fmt.share(top["customer_share"]), revenue=fmt.share(top["revenue_share"]),
    )  # fmt: skip


def _grouped(grouping: Grouping, fmt: Formats) -> tuple[Assumption, ...]:
    steady = grouping.stability >= STABLE
    score = {"agreement": fmt.number(grouping.stability), "k": fmt.count(grouping.k)}
    text = (
        fmt.say(
            "The same groups come back when customers are drawn again: agreement {agreement} of 1 for {k} groups. Customers near "
            "a border could stand on either side.", **score,
        )
        if steady
        else fmt.say(
            "The borders between groups move when customers are drawn again: agreement {agreement} of 1 for {k} groups. "
            "Customers near a border could stand on either side.", **score,
        )
    )  # fmt: skip
    return (Assumption(text, "high" if steady else "low", "medium"),)


def _explained(told: Explanation, way: Way, fmt: Formats) -> tuple[Assumption, ...]:
    unsaid = sorted(set(way.names) - set(told.sentences["segment"]))
    notes = []
    if told.right < POOR:
        rough = fmt.say(
            "The sentences that explain the segments put only {right} of customers where they belong.",
            right=fmt.share(told.right),
        )
        notes.append(Assumption(rough, "low", "low"))
    if unsaid:
        notes.append(
            Assumption(fmt.say("No short sentence leads to {segments}.", segments=fmt.listed(unsaid, "or")), "medium", "low")
        )
    return tuple(notes)


def _worth(fmt: Formats) -> tuple[Assumption, ...]:
    at_risk = fmt.say(
        "At risk a year: what customers silent for more than {quiet} of their usual pauses brought in their last active "
        "year, less the share of equally silent customers who came back in the past; for a segment at risk, the whole of it.",
        quiet=QUIET,
    )
    return (
        Assumption(at_risk, "medium", "medium"),
        Assumption(
            "Ceiling a year: what a segment would add if all its customers reached the yearly revenue of its own upper "
            "quarter. No action will reach all of it; it shows where to look first.",
            "low",
            "low",
        ),
    )


def _left_out(customers: int, unnamed: int, named: int, fmt: Formats) -> tuple[Assumption, ...]:
    notes = []
    if unnamed:
        text = fmt.say_n("{n} order names no customer and is left out.", "{n} orders name no customer and are left out.", unnamed)
        notes.append(Assumption(text, "high", "low"))
    if named > customers:
        text = fmt.say_n(
            "{n} customer sent back all it bought and is left out.", "{n} customers sent back all they bought and are left out.",
            named - customers,
        )  # fmt: skip
        notes.append(Assumption(text, "high", "low"))
    return tuple(notes)
