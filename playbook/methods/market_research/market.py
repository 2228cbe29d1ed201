"""Market: how large it is and how it grows, the client's share of it, and its share of what customers spend."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.share.course import ALL, Course, compare_years, market_course
from playbook.methods.market_research.share.figures import index_figure, share_figure
from playbook.methods.market_research.share.findings import best_finding, lost_finding, size_finding, standing_finding
from playbook.methods.market_research.share.moves import headline
from playbook.methods.market_research.share.notes import group_table, market_notes, wallet_table
from playbook.methods.market_research.share.wallet import FEWEST_ANSWERS, Wallet, share_of_wallet, wallets_by_segment
from playbook.methods.market_research.share.wallet_findings import segment_finding, wallet_finding
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Market", "market"]

NAMES = ("size", "growth", "own", "own_before", "own_growth", "share", "share_before", "points", "low", "high", "evidence")
UNLOCK = (mark("market (period, category, size) or surveys (customer_id, total_spend)"),)


@dataclass(frozen=True, kw_only=True)
class Market(Result):
    """The market and the client in it.

    ``groups``: one row a product group and a last one for all whose figures are known (``ALL``): category, size, size_before,
    growth, own, own_before, own_growth, share, share_before, points (low, high, evidence, chance), lost, hold, opportunity (money
    a year; see ``compare_years``); ``course``: size, own and share by group and period; ``periods``: compared on each
    side; ``size``, ``growth``, ``share``, ``points``: of all groups together (NaN where unknown); ``wallet``: share of wallet of
    those who answered, ``wallet_segments`` the same by segment.
    Without a market table the first fields are empty, without answers on spending the last ones are.
    """

    groups: pd.DataFrame = field(repr=False)
    course: Course | None = field(repr=False)
    periods: int
    size: float
    growth: float
    share: float
    points: float
    wallet: Wallet | None
    wallet_segments: pd.DataFrame = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        if self.course is None:
            return ()
        drawn = index_figure(self.course, self.fmt), share_figure(self.groups, self.fmt)
        return tuple(figure for figure in drawn if figure)


@section(
    "market", "How large is the market, and is the client gaining or losing in it?",
    promise="size, growth and share of the market by product group, and the client's share of what customers spend",
    one_of=("market_sizes", "wallets"),
)  # fmt: skip
def market(
    fmt: Formats,
    as_of: date,
    market_sizes: pd.DataFrame | None = None,
    wallets: pd.DataFrame | None = None,
    category_months: pd.DataFrame | None = None,
    months: pd.DataFrame | None = None,
    segments: Result | None = None,
) -> Market | Locked:
    """Set the client's sales against the market's, a year apart, and against what customers spend with all suppliers.

    Shares are those of the market table, or own sales of the orders over its sizes. Growth compares the last year of finished
    periods with the one before (see ``compare_years``); share of wallet rests on what customers said (see ``share_of_wallet``).
    """
    course = None
    if market_sizes is not None and len(market_sizes):
        first = months["month"].min() if months is not None and len(months) else None
        course = market_course(market_sizes, category_months, first, pd.Timestamp(as_of))
    wallet = share_of_wallet(wallets) if wallets is not None else None
    if course is None and wallet is None:
        few = fmt.say("surveys of at least {n} customers with total_spend", n=FEWEST_ANSWERS)
        return Locked(
            fmt=fmt,
            headline="Not answered yet: How large is the market?",
            unlock=(few,) if wallets is not None and len(wallets) else UNLOCK,
            promise=market.section.promise,
        )
    groups, periods = compare_years(course) if course else (pd.DataFrame(), 0)
    whole = _whole(groups)
    by_segment = wallets_by_segment(wallets, segments.assignments) if wallet and segments is not None else pd.DataFrame()
    found = []
    if course:
        length = periods * 12 // course.a_year
        found = [size_finding(groups, whole, course, length, fmt), standing_finding(whole, fmt)]
        found += [lost_finding(groups, fmt), best_finding(groups, fmt)]
    if wallet:
        found += [wallet_finding(wallet, wallets, by_segment, fmt), segment_finding(by_segment, fmt)]
    tables = (group_table(groups, fmt) if course else None, wallet_table(by_segment) if len(by_segment) else None)
    return Market(
        fmt=fmt,
        headline=headline(groups, whole, wallet, fmt),
        findings=tuple(f for f in found if f),
        tables=tuple(t for t in tables if t),
        assumptions=market_notes(course, groups, course is None or periods == course.a_year, wallet, wallets, fmt),
        groups=groups,
        course=course,
        periods=periods,
        size=float(groups.loc[groups["category"] != ALL, "size"].sum()) if course else np.nan,
        **{name: float(whole[name]) for name in ("growth", "share", "points")},
        wallet=wallet,
        wallet_segments=by_segment,
    )


def _whole(groups: pd.DataFrame) -> pd.Series:
    """The row of all groups together; NaN throughout where none is known."""
    found = groups[groups["category"] == ALL] if len(groups) else groups
    return found.iloc[0] if len(found) else pd.Series(np.nan, index=NAMES)
