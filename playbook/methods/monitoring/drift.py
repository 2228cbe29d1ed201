"""Drift: whether customers, scores, segments, channels, products and prices are still what plans and models were made for."""

from dataclasses import dataclass, field

import pandas as pd

from playbook.locale import mark, said, said_n
from playbook.methods.market_research.grouping.habits import YEAR
from playbook.methods.market_research.grouping.migration import days_back
from playbook.methods.market_research.segments import Segments
from playbook.methods.monitoring.drifting.figures import calibration_figure, drift_figure, shares_figure
from playbook.methods.monitoring.drifting.findings import Told, findings, headline, moves_finding
from playbook.methods.monitoring.drifting.grades import COLUMNS, graded
from playbook.methods.monitoring.drifting.people import (
    MAYBE_OPEN,
    MAYBE_SEASON,
    calibration_rows,
    case_groups,
    customer_groups,
    feature_rows,
    score_rows,
    segment_rows,
)
from playbook.methods.monitoring.drifting.sales import QUARTER, channel_rows, mix_rows, price_rows, shares, weekly_orders, windows
from playbook.methods.monitoring.drifting.tables import assumptions, tables
from playbook.methods.strategy.scoring import Scoring
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Drift", "drift"]


@dataclass(frozen=True, kw_only=True)
class Drift(Result):
    """``rows``: every comparison, see ``graded``; ``judged``: the latest rows scored, with probability and outcome; ``parts``:
    shares before and now by title; ``when``: what these are compared with. Titles and ``when`` are words to be ``told``."""

    rows: pd.DataFrame = field(repr=False)
    judged: pd.DataFrame = field(repr=False)
    parts: dict[str, pd.DataFrame] = field(repr=False)
    when: str

    def figures(self) -> tuple[Figure, ...]:
        drawn = (
            drift_figure(self.rows, self.fmt),
            shares_figure(self.parts, self.when, self.fmt),
            calibration_figure(self.judged, self.fmt),
        )
        return tuple(one for one in drawn if one is not None)


@section(
    "drift",
    "Is the business still the one that plans and scores were made for?",
    promise="what shifted in customers, scores, segments, channels, products and prices, and whether scores still hold",
    one_of=("customer_snapshots", "labelled_cases", "product_weeks", "order_totals"),
)
def drift(
    fmt: Formats,
    customer_snapshots: pd.DataFrame | None = None,
    labelled_cases: pd.DataFrame | None = None,
    product_weeks: pd.DataFrame | None = None,
    order_totals: pd.DataFrame | None = None,
    segments: Segments | None = None,
    scoring: Scoring | None = None,
) -> Drift | Locked:
    """Compare what is with what was, column by column, and raise an alert where the difference is large and more than chance.

    Customers (as they stood a year ago) and open cases (with closed ones): population stability index and Kolmogorov-Smirnov or
    chi square; scores given to open rows, and scores of the latest closed rows beside what happened; customers by segment; of the
    last 13 weeks, against the same of the year before, channels, product mix and prices paid. All tests are corrected for their
    number, see ``graded``. Locked where nothing can be compared.
    """
    rows: list[dict] = []
    when: dict[str, str] = {}
    caveat = {"calibration": ""}
    leaks = tuple(scoring.learned.dropped["column"]) if scoring is not None and scoring.asked.kind == "cases" else ()
    groups = [customer_groups(customer_snapshots)] if customer_snapshots is not None else []
    groups += [case_groups(labelled_cases, leaks)] if labelled_cases is not None and len(labelled_cases) else []
    for group in (one for one in groups if one is not None):
        rows += feature_rows(group)
        when[group.kind], caveat[group.kind] = group.when, group.caveat
    judged = pd.DataFrame({"probability": [], "outcome": []})
    if scoring is not None:
        kept, judged = calibration_rows(scoring)
        rows += [*score_rows(scoring), *kept]
        caveat["score"] = MAYBE_SEASON if scoring.asked.kind == "customers" else MAYBE_OPEN
    moved = None
    if segments is not None:
        rows += segment_rows(segments.migration)
        then, caveat["segments"] = _segments_then(order_totals)
        when["segments"], moved = said("that of {then}", then=then), moves_finding(segments.migration, then, fmt)
    parts = {}
    if product_weeks is not None and len(product_weeks):
        rows += [*mix_rows(product_weeks), *price_rows(product_weeks)]
        _weeks(product_weeks["week"], ("mix", "price"), when, caveat)
        parts[mark("Revenue by product group")] = shares(product_weeks, "category", "revenue")
    if order_totals is not None and "channel" in order_totals:
        orders = weekly_orders(order_totals)
        rows += channel_rows(orders)
        _weeks(orders["week"], ("channel",), when, caveat)
        parts[mark("Orders by channel")] = shares(orders, "channel", "orders")
    if not rows:
        days = [t[c] for t, c in ((product_weeks, "week"), (order_totals, "day")) if t is not None and len(t)]
        long = any(one.max() - one.min() >= pd.Timedelta(weeks=2 * QUARTER) for one in days)
        return Locked(
            fmt=fmt,
            headline="Nothing can be compared yet: too little is known of who buys what, by which channel"
            if long
            else "Nothing can be compared yet: the history is too short",
            unlock=("orders (customer_id, product_id, quantity) over at least 26 weeks, or cases with 50 open and 50 closed",),
            promise=drift.section.promise,
        )
    found = graded(pd.DataFrame(rows, columns=COLUMNS))
    told = Told(fmt, when, caveat, _quarter(product_weeks))
    return Drift(
        fmt=fmt,
        headline=headline(found, told),
        findings=findings(found, told, (moved,)),
        tables=tables(found, fmt),
        assumptions=assumptions(found, fmt),
        rows=found,
        judged=judged,
        parts={title: table for title, table in parts.items() if table is not None and len(table) > 1},
        when=when.get("channel", when.get("mix", "")),
    )


def _weeks(weeks: pd.Series, kinds: tuple[str, ...], when: dict[str, str], caveat: dict[str, str]) -> None:
    found = windows(weeks)
    for kind in kinds if found else ():
        when[kind], caveat[kind] = found.when, "" if found.seasonal else MAYBE_SEASON


def _segments_then(order_totals: pd.DataFrame | None) -> tuple[str, str]:
    """The day with which the segments compare today, in words to be ``told``, and what else could explain a difference."""
    if order_totals is None:
        return mark("an earlier day"), MAYBE_SEASON
    back = days_back((order_totals["day"].max() - order_totals["day"].min()).days + 1)
    return (mark("a year ago"), "") if back == YEAR else (said_n("{n} day ago", "{n} days ago", back), MAYBE_SEASON)


def _quarter(product_weeks: pd.DataFrame | None) -> float | None:
    """Revenue of the latest weeks, for what a change of prices is worth."""
    found = windows(product_weeks["week"]) if product_weeks is not None and len(product_weeks) else None
    return None if found is None else float(product_weeks.loc[product_weeks["week"].isin(found.now), "revenue"].sum())
