"""Market: how large it is and how it grows, the client's share of it, and its share of what customers spend."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from playbook.methods.market_research.share.course import ALL, Course, compare_years, market_course, yearly_growth
from playbook.methods.market_research.share.figures import index_figure, share_figure
from playbook.methods.market_research.share.notes import group_table, market_notes, wallet_table
from playbook.methods.market_research.share.wallet import FEWEST_ANSWERS, Wallet, share_of_wallet, wallets_by_segment
from playbook.result.contract import Figure, Finding, Locked, Result
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["Market", "market"]

STILL = 0.0005  # of share: half of a tenth of a point is no change
ENOUGH = 30  # answers from which a share of wallet is shown
TOLD = 3
NAMES = ("size", "growth", "own", "own_before", "own_growth", "share", "share_before", "points", "low", "high", "evidence")
OWNER = "head of sales"
UNLOCK = ("market (period, category, size) or surveys (customer_id, total_spend)",)


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
        few = (
            (f"surveys of at least {FEWEST_ANSWERS} customers with total_spend",)
            if wallets is not None and len(wallets)
            else UNLOCK
        )
        return Locked(
            fmt=fmt, headline="Not answered yet: how large is the market?", unlock=few, promise=market.section.promise
        )  # fmt: skip
    groups, periods = compare_years(course) if course else (pd.DataFrame(), 0)
    whole = _whole(groups)
    by_segment = wallets_by_segment(wallets, segments.assignments) if wallet and segments is not None else pd.DataFrame()
    found = []
    if course:
        length, last = periods * 12 // course.a_year, fmt.month(course.last_day)
        span = last if length == 1 else f"the {fmt.count(length)} months to {last}"
        found = [_size(groups, whole, span, course, fmt), _standing(whole, fmt), _lost(groups, fmt), _best(groups, fmt)]
    if wallet:
        found += [_wallet(wallet, wallets, by_segment, fmt), _segment(by_segment, fmt)]
    tables = (group_table(groups) if course else None, wallet_table(by_segment) if len(by_segment) else None)
    return Market(
        fmt=fmt,
        headline=_headline(groups, whole, wallet, fmt),
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


def _moved(growth: float, fmt: Formats) -> str:
    if abs(growth) < STILL:
        return "stood still"
    return f"{'grew' if growth > 0 else 'shrank'} {fmt.share(abs(growth))}"


def _own(row: pd.Series, fmt: Formats) -> str:
    """How own sales moved, of which there may have been none a year before."""
    if np.isnan(row["own_growth"]):
        return "are new" if row["own"] > 0 else "are none"
    return _moved(row["own_growth"], fmt)


def _headline(groups: pd.DataFrame, whole: pd.Series, wallet: Wallet | None, fmt: Formats) -> str:
    if groups.empty:
        return f"Of what customers who were asked spend on such goods, {fmt.share(wallet.share)} goes to the client"
    if not np.isnan(whole["points"]):
        still = abs(whole["points"]) < STILL
        share = f"{'still' if still else 'up to' if whole['points'] > 0 else 'down to'} {fmt.share(whole['share'])}"
        return f"The market {_moved(whole['growth'], fmt)}, own sales {_own(whole, fmt)}: share {share}"
    size = fmt.money(groups.loc[groups["category"] != ALL, "size"].sum())
    if not np.isnan(whole["share"]):
        return f"Own sales are {fmt.share(whole['share'])} of a market of {size}"
    return f"The market is worth {size}; the client's share of it is not known"


def _size(groups: pd.DataFrame, whole: pd.Series, span: str, course: Course, fmt: Formats) -> Finding:
    size = float(groups.loc[groups["category"] != ALL, "size"].sum())
    told = "" if np.isnan(whole["share"]) else f"; the client sold {fmt.money(whole['own'])} of it, {fmt.share(whole['share'])}"
    part = groups[(groups["category"] != ALL) & groups["own"].isna()]
    if told and len(part):
        told = (
            f"; where own sales are known, the client sold {fmt.money(whole['own'])} of {fmt.money(whole['size'])}, "
            f"{fmt.share(whole['share'])}"
        )
    years = yearly_growth(course)
    course_told = ""
    if len(years) > 1:
        low, high = fmt.change(min(years)), fmt.change(max(years))
        course_told = f" In the last {len(years)} years it changed by {low} to {high} a year."
    return Finding(
        "market-size", f"All suppliers together sold {fmt.money(size)} in {span}{told}.{course_told}",
        value=size, unit="money", n=int(groups["category"].ne(ALL).sum()),
        evidence="indicative" if (groups["share"] > 1).any() else "likely",
    )  # fmt: skip


def _standing(whole: pd.Series, fmt: Formats) -> Finding | None:
    points = whole["points"]
    if np.isnan(points):
        return None
    if abs(points) < STILL:
        moved = f"the share stayed at {fmt.share(whole['share'])}"
    else:
        worth = fmt.money(abs(points) * whole["size"])
        moved = (
            f"the share went from {fmt.share(whole['share_before'], 1)} to {fmt.share(whole['share'], 1)} "
            f"({fmt.points(points)}), {worth} {'more' if points > 0 else 'less'} than at the share of a year before"
        )
    return Finding(
        "market-standing",
        f"The market {_moved(whole['growth'], fmt)} on a year before, own sales {_own(whole, fmt)}: {moved}.",
        value=float(points), unit="points", low=_number(whole["low"]), high=_number(whole["high"]), evidence=whole["evidence"],
        action=None if points > -STILL else "Find out where the lost customers buy now, before prices are touched.", owner=OWNER,
    )  # fmt: skip


def _lost(groups: pd.DataFrame, fmt: Formats) -> Finding | None:
    """Groups that lost share, those in growing markets named first. Of many groups some swing far by chance: of those named, at
    most one in five is expected to (Benjamini and Hochberg 1995); where nothing tells how sure a change is, all count."""
    each = groups[groups["category"] != ALL].assign(named=True)
    known = each["chance"].notna()
    each.loc[known, "named"] = stats.false_discovery_control(each.loc[known, "chance"]) <= 1 - LEVEL if known.any() else True
    lost = each[(each["points"] < -STILL) & each["named"]]
    if lost.empty:
        return None
    lost = lost.assign(grows=lost["growth"] > STILL).sort_values(["grows", "lost"], ascending=False)
    named = "; ".join(
        f"{r.category} (market {_moved(r.growth, fmt)}, own sales {_moved(r.own_growth, fmt)})"
        for r in lost.head(TOLD).itertuples()
    )
    more = f" and {fmt.count(len(lost) - TOLD)} more" if len(lost) > TOLD else ""
    where = "one product group" if len(lost) == 1 else f"{fmt.count(len(lost))} product groups"
    money = float(lost["lost"].sum())
    return Finding(
        "market-lost",
        f"In {where} the client lost share: {named}{more}. At the shares of a year before they would bring "
        f"{fmt.money(money)} more a year.",
        value=money, unit="money", n=len(lost), money=money, evidence="indicative" if lost["low"].isna().any() else "likely",
        action=f"Begin with {lost.iloc[0]['category']}: compare range, price and delivery with those who gained.", owner=OWNER,
    )  # fmt: skip


def _best(groups: pd.DataFrame, fmt: Formats) -> Finding | None:
    known = groups[(groups["category"] != ALL) & (groups["opportunity"] > 0)]
    if len(known) < 2:
        return None
    top = known.iloc[0]
    back = f"; winning back the share of a year before, {fmt.money(top['lost'])}" if top["lost"] > 0 else ""
    grow = f"a further year of such growth is worth {fmt.money(top['hold'])} at the present share" if top["hold"] > 0 else ""
    told = f"{grow}{back}" if grow else back.removeprefix("; ") + " a year"
    return Finding(
        "market-opportunity",
        f"The most is to be had in {top['category']}, a market of {fmt.money(top['size'])} that {_moved(top['growth'], fmt)}: "
        f"{told}.",
        value=float(top["opportunity"]), unit="money", evidence="indicative", owner=OWNER,
        action=f"Give {top['category']} the first claim on range, stock and advertising.",
    )  # fmt: skip


def _wallet(wallet: Wallet, wallets: pd.DataFrame, by_segment: pd.DataFrame, fmt: Formats) -> Finding:
    """What those who answered spend elsewhere, and carried to all customers: by segment where there are some, else at large."""
    customers = int(wallets["customers"].max())
    middle, error = customers * wallet.gap, customers * (wallet.gap_high - wallet.gap)
    who = f"all {fmt.count(customers)} customers of the last year"
    if len(by_segment) > 1:
        customers, sizes = int(by_segment["customers"].sum()), by_segment["customers"]
        middle, error = float((sizes * by_segment["gap"]).sum()), float(np.sqrt(((sizes * by_segment["reach"]) ** 2).sum()))
        who = f"all {fmt.count(customers)} customers, segment by segment,"
    told = ""
    if customers > wallet.answers and middle > 0:
        low, high = (fmt.money(max(0.0, middle + side * error)) for side in (-1, 1))
        amount = f"about {high}" if low == high else f"{low} to {high}"
        told = f" Were {who} like those who answered, {amount} a year would be spent elsewhere."
    sure = wallet.answers >= ENOUGH and 2 * wallet.above <= wallet.answers
    action = "Ask the largest of them what they buy elsewhere, and why." if wallet.elsewhere > 0 else None
    return Finding(
        "market-wallet",
        f"{fmt.count(wallet.answers)} customers said what they spend a year on such goods: {fmt.share(wallet.share)} of it with "
        f"the client; {fmt.money(wallet.elsewhere)} goes to others.{told}",
        value=wallet.share, unit="share", low=wallet.low, high=wallet.high, n=wallet.answers,
        evidence="shown" if sure else "indicative", action=action, owner=OWNER if action else None,
    )  # fmt: skip


def _segment(by_segment: pd.DataFrame, fmt: Formats) -> Finding | None:
    if len(by_segment) < 2 or by_segment["gap"].iloc[0] <= 0:
        return None
    top = by_segment.iloc[0]
    return Finding(
        "market-wallet-segment",
        f"The segment {top['segment']} has most to give: it spends {fmt.share(top['share'])} of its money with the client, and "
        f"{fmt.money(top['gap'])} a customer and year elsewhere.",
        value=float(top["share"]), unit="share", low=float(top["low"]), high=float(top["high"]), n=int(top["answers"]),
        evidence="indicative", action=f"Offer the segment {top['segment']} what it now buys elsewhere.", owner=OWNER,
    )  # fmt: skip


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
