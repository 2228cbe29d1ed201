"""Explain: for one change of revenue, what it is made of and which group stands out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.alerting.contributions import REST, contributions, price_parts, surprise
from playbook.methods.monitoring.alerting.dimensions import OTHERS, UNKNOWN
from playbook.result.contract import Evidence
from playbook.result.formats import LEVEL

__all__ = ["BY_EFFECT", "BY_FACTOR", "LIKELY", "NAMELESS", "Cause", "explain_months", "explain_weeks"]

USUAL = 26  # weeks before a change that tell the usual shares
PAST = 78  # weeks whose changes of shares tell what is ordinary
FEWEST = 12  # of such weeks, to say that a change of shares is not
LIKELY = 1 - LEVEL
LEAST = 0.25  # of the whole change: a group that explains less is no cause
NAMELESS = frozenset({REST, OTHERS, UNKNOWN})  # what they hold nobody can act on
BY_FACTOR, BY_EFFECT = mark("orders and order value"), mark("prices, units and mix")  # beside the dimensions
COLUMNS = ["by", "group", "expected", "actual", "change"]


@dataclass(frozen=True)
class Cause:
    """What a change is made of.

    ``parts``: by, group, expected, actual, change; the changes of every ``by`` add up to ``change``. ``by`` and ``group``
    name what stands out (None where nothing does), with the money in it (``amount``), its usual share of revenue, and the
    evidence. ``effects``: change by price, volume, mix and other, None where units are not known.
    """

    change: float
    parts: pd.DataFrame = field(repr=False)
    effects: pd.Series | None = field(default=None, repr=False)
    by: str | None = None
    group: str | None = None
    amount: float = np.nan
    share: float = np.nan
    evidence: Evidence = "indicative"


def explain_weeks(
    since: pd.Timestamp,
    until: pd.Timestamp,
    expected: float,
    total: float,
    dimensions: Mapping[str, pd.DataFrame],
    products: pd.DataFrame | None = None,
) -> Cause:
    """The change of the weeks from ``since`` to ``until`` (Mondays) against ``expected`` revenue in all.

    Usual shares are those of the USUAL weeks before. A dimension stands out when its shares moved further than in all but few
    windows of as many weeks of the weeks before (rank test, for as many dimensions as were looked at); of those that
    do, the one that moved furthest against its past. ``products``: rows as in ``product_net_weeks``.
    """
    length, splits, ranks = round((until - since).days / 7) + 1, {}, {}
    for name, table in dimensions.items():
        now = table.loc[(table.index >= since) & (table.index <= until)].sum()
        before = table.loc[(table.index < since) & (table.index >= since - pd.Timedelta(weeks=USUAL))].sum()
        if before.sum() > 0 and now.sum() > 0:
            splits[name] = contributions(now, before, expected, total)
            ranks[name] = _rank(table[table.index < since], surprise(now, before), length)
    effects = None
    if products is not None:
        now = products[(products["week"] >= since) & (products["week"] <= until)]
        before = products[(products["week"] < since) & (products["week"] >= since - pd.Timedelta(weeks=USUAL))]
        effects = price_parts(now, before, expected, total)
    chances = {name: min(rank * len(ranks), 1.0) for name, rank in ranks.items()}
    order = sorted((n for n in chances if chances[n] <= LIKELY), key=lambda n: chances[n])
    return _cause(total - expected, splits, effects, [(n, "likely" if chances[n] <= LIKELY / 2 else "indicative") for n in order])


def explain_months(
    months: pd.DatetimeIndex,
    expected: float,
    total: float,
    dimensions: Mapping[str, pd.DataFrame],
    products: pd.DataFrame | None = None,
) -> Cause:
    """The same for the months of a plan so far, against the shares of the same months a year before.

    With one year to compare, what is ordinary is not known: what stands out is never more than indicative.
    """
    earlier, splits, far = months - pd.DateOffset(years=1), {}, {}
    for name, table in dimensions.items():
        now, before = (table.reindex(span).fillna(0.0).sum() for span in (months, earlier))
        if before.sum() > 0 and now.sum() > 0:
            splits[name] = contributions(now, before, expected, total)
            far[name] = surprise(now, before)
    effects = None
    if products is not None:
        now, before = (products[products["month"].isin(span)] for span in (months, earlier))
        effects = price_parts(now, before, expected, total) if len(now) and len(before) else None
    return _cause(total - expected, splits, effects, [(n, "indicative") for n in sorted(far, key=lambda n: -far[n])])


def _rank(past: pd.DataFrame, seen: float, length: int) -> float:
    """Share of windows of ``length`` weeks whose shares lay as far from the usual as ``seen``, with this one; 1 with too few."""
    values, first = past.to_numpy(), max(USUAL, len(past) - PAST - length + 1)
    sums = np.vstack([np.zeros(values.shape[1]), values.cumsum(axis=0)])
    ends = range(first + length, len(past) + 1)
    if len(ends) < FEWEST:
        return 1.0
    found = [
        surprise(pd.Series(sums[e] - sums[e - length]), pd.Series(sums[e - length] - sums[e - length - USUAL])) for e in ends
    ]
    return (1 + sum(f >= seen for f in found)) / (1 + len(found))


def _cause(
    change: float, splits: dict[str, pd.DataFrame], effects: pd.Series | None, ordered: list[tuple[str, Evidence]]
) -> Cause:
    first = dict.fromkeys([*(name for name, _ in ordered), *splits])  # what stands out is told first
    parts = [splits[name].assign(by=name) for name in first]
    if effects is not None:
        split = effects[effects != 0]
        parts.append(pd.DataFrame({"by": BY_EFFECT, "group": split.index, "change": split.to_numpy()}))
    table = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS) if parts else pd.DataFrame(columns=COLUMNS)
    for name, evidence in ordered:
        top = splits[name].iloc[0]
        whole = splits[name]["expected"].sum()
        share = top["expected"] / whole if whole else np.nan
        explains = top["change"] / change if change else 0.0
        if top["group"] not in NAMELESS and explains >= max(LEAST, share):
            return Cause(change, table, effects, name, top["group"], float(top["change"]), float(share), evidence)
    return Cause(change, table, effects)
