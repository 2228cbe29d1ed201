"""Promises: what earlier reports said would come, held against what came."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from numpy.polynomial.hermite_e import hermegauss
from scipy.stats import binom, norm

from playbook.methods.evaluation.measuring.windows import WEEK
from playbook.result.formats import LEVEL
from playbook.result.remembered import Remembered, one_of_kind

__all__ = [
    "KEPT",
    "LESS",
    "MORE",
    "OPEN",
    "Verdict",
    "buyers_came",
    "forecasts_kept",
    "judged",
    "measured_again",
    "plan_kept",
]

PLAN_COLUMNS = ("id", "name", "promised", "promised_low", "promised_high", "came", "low", "high", "kept")
FORECAST_COLUMNS = ("month", "expected", "low", "high", "actual", "made", "inside")
YEAR = 365  # days that a promise is for where the plan does not say (plans published before it did)
RARE = 0.05  # chance below which a miss is none
TOGETHER = 0.8  # correlation of the months of one forecast: those of a random walk have 0.7, and all share its level and season
QUADRATURE = 100
Verdict = Literal["kept", "open", "promised too much"]
KEPT, LESS, MORE, OPEN = "as promised", "less", "more", "too uncertain to say"


def plan_kept(past_plan: Sequence[dict], table: pd.DataFrame) -> pd.DataFrame:
    """One row an action of the last plan that was measured as an intervention of its id, with ``PLAN_COLUMNS``.

    A promise is for the ``days`` of the year that the action was planned to run, and counts for as many of them as were measured.
    ``came`` is margin, or revenue where no margin is known (as the plan has it).
    ``kept``: more or less than promised where the two ranges lie apart, too uncertain to say where the measured range holds both
    nothing and the promise, else as promised.
    """
    own, rows = table.set_index("id"), []
    for action in past_plan:
        if action["action_id"] not in own.index:
            continue
        row = own.loc[action["action_id"]]
        money = "revenue" if np.isnan(row["margin"]) else "margin"
        came, low, high = (float(row[f"{money}{side}"]) for side in ("", "_low", "_high"))
        part = min(row["weeks"] * WEEK / action.get("days", YEAR), 1.0)
        promised, least, most = (action[name] * part for name in ("value", "value_low", "value_high"))
        kept = MORE if low > most else LESS if high < least else OPEN if low <= 0 <= high else KEPT
        rows.append((action["action_id"], action["name"], promised, least, most, came, low, high, kept))
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))


def forecasts_kept(past: Sequence[Remembered], months: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    """One row a month that an earlier report forecast and that is over: ``FORECAST_COLUMNS``, revenue; made: the day of
    that report. ``past`` holds one forecast a month, the one that was made first (see ``run.archive.past_memory``)."""
    forecast = one_of_kind(tuple(past), "forecast").values()
    actual = pd.Series(dtype=float) if months is None else months.set_index("month")["revenue"]
    rows = [
        (pd.Timestamp(one.since), one.value, one.low, one.high, float(actual[pd.Timestamp(one.since)]), one.made)
        for one in forecast
        if one.ranged and one.until <= as_of and pd.Timestamp(one.since) in actual.index
    ]
    frame = pd.DataFrame(rows, columns=list(FORECAST_COLUMNS[:-1]))
    return frame.assign(inside=frame["actual"].between(frame["low"], frame["high"]))


def buyers_came(past: Sequence[Remembered], order_totals: pd.DataFrame, as_of: date) -> tuple[Remembered, int] | None:
    """How many customers the score said would buy, and how many of those known then did; None before its days are over."""
    told = one_of_kind(tuple(past), "promise").get("buyers")
    if told is None or told.until > as_of or "customer_id" not in order_totals:
        return None
    since, until = pd.Timestamp(told.since), pd.Timestamp(told.until)
    bought = order_totals[order_totals["revenue"] > 0]
    known = pd.Index(bought.loc[bought["day"] < since, "customer_id"].dropna().unique())
    came = bought.loc[bought["day"].between(since, until) & bought["customer_id"].isin(known), "customer_id"].nunique()
    return told, int(came)


def measured_again(past: Sequence[Remembered], now: Mapping[str, float]) -> tuple[tuple[Remembered, float], ...]:
    """Promises of the last report that this one has measured again, by id, each with today's value."""
    held = one_of_kind(tuple(past), "promise")
    return tuple((held[id], value) for id, value in now.items() if id in held and np.isfinite(value))


def judged(inside: Sequence[bool], made: Sequence[object]) -> Verdict:
    """Whether a range that promised LEVEL kept its word, promised too much, or cannot be judged yet.

    ``inside``: for each month, whether it held; ``made``: the report that its forecast is of. Months of one report miss together:
    they are taken as one factor and a part of their own (one-factor normal copula: Vasicek 2002, Risk 15, eq. 1), reports as
    independent. Too much: so few inside are rarer than RARE even so (one side). Kept: they are not rare even if each month were
    a case of its own.
    """
    hits, n = int(np.sum(inside)), len(inside)
    chance = np.ones(1)
    for size in pd.Series(list(made), dtype=object).value_counts(dropna=False):
        chance = np.convolve(chance, _inside_chances(int(size)))
    if chance[: hits + 1].sum() <= RARE:
        return "promised too much"
    return "kept" if binom.cdf(hits, n, LEVEL) > RARE else "open"


def _inside_chances(size: int) -> np.ndarray:
    """Chances that 0 to ``size`` months of one report lie inside ranges that hold LEVEL."""
    edge, own = norm.ppf((1 + LEVEL) / 2), np.sqrt(1 - TOGETHER)
    factor, weight = hermegauss(QUADRATURE)
    held = norm.cdf((edge - np.sqrt(TOGETHER) * factor) / own) - norm.cdf((-edge - np.sqrt(TOGETHER) * factor) / own)
    return weight @ binom.pmf(np.arange(size + 1), size, held[:, None]) / weight.sum()
