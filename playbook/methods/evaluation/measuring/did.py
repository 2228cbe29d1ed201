"""Difference in differences: did the treated change more than the others over the same weeks?

    customer_windows    orders -> revenue per customer and week, before and during
    difference          two vectors per customer -> effect, its range, what would have happened without
    pre_trend           did the two groups already drift apart before the start?

The change score of a customer is the mean during minus the mean before. Comparing the groups' mean
change scores gives the two-way fixed effects estimate, and because each customer enters once, the
standard error is clustered by customer (Bertrand, Duflo & Mullainathan 2004; Angrist & Pischke 2009,
ch. 5). Unequal variances are allowed for as in Welch's test.

Where the control group was set aside beforehand and is alike, only that part of the earlier level is
taken off that carries over (analysis of covariance): customers who bought much by chance will buy less
next time anyway, and a plain difference would count that as an effect (McKenzie 2012).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from playbook.result.formats import LEVEL

__all__ = ["Difference", "Windows", "customer_windows", "difference", "imbalance", "pre_trend"]

CERTAIN = 0.95  # level at which an effect counts as shown
POWER = 0.80  # chance of seeing an effect of the smallest detectable size
WEEK = 7
PRE_MULTIPLE, PRE_LEAST, PRE_MOST = 2, 4, 26  # the time before is twice as long as the intervention, within these weeks


@dataclass(frozen=True)
class Difference:
    """Effect of an intervention in the outcome's own unit, per treated unit.

    ``low`` and ``high`` bound it at LEVEL; ``relative`` is the effect as a share of ``expected``, the level the treated would
    have had without it (NaN where that is not above zero). ``p`` tests no effect; ``detectable`` is the smallest effect that
    would have passed the 95 % test four times in five.
    """

    effect: float
    se: float
    df: float
    low: float
    high: float
    p: float
    expected: float
    relative: float
    relative_low: float
    relative_high: float
    detectable: float
    n_treated: int
    n_control: int
    before_treated: float
    before_control: float
    imbalance: float  # difference of the means before the start, in standard deviations
    carry_over: float  # part of the earlier level that was taken off: 1 in a plain difference in differences


@dataclass(frozen=True)
class Windows:
    """Revenue per customer and week. ``weekly``: customers x weeks (0 is the first week of the intervention), in money a week;
    ``before`` and ``during``: one value a customer; ``known``: customers with an order before the start."""

    weekly: pd.DataFrame
    before: pd.Series
    during: pd.Series
    weeks_before: int
    weeks_during: float


def customer_windows(
    order_totals: pd.DataFrame, start: date, end: date, members: pd.Index | None = None, already: pd.Index | None = None
) -> Windows:
    """Weekly revenue of each customer before and during an intervention.

    Weeks are counted from ``start``; ``end`` is the last day that counts. The time before is twice as long, at least 4 and at
    most 26 weeks, and never reaches back beyond the first order. Customers are those with an order before the start, of
    ``members`` when given (``already`` names others who were customers by then), else with an order in the time before
    (the comparison must be active customers).
    A customer without an order in a week has zero there. ``weeks_before`` is 0 when the orders begin too late.
    """
    first_day = pd.Timestamp(start)
    orders = order_totals.dropna(subset=["customer_id"])
    days_during = (pd.Timestamp(end) - first_day).days + 1
    history = (first_day - order_totals["day"].min()).days // WEEK if len(order_totals) else 0
    weeks_before = max(min(max(PRE_MULTIPLE * -(-days_during // WEEK), PRE_LEAST), PRE_MOST, history), 0)
    since = first_day - pd.Timedelta(weeks=weeks_before)
    prior = orders[orders["day"] < first_day]
    if members is None:
        known = pd.Index(prior.loc[prior["day"] >= since, "customer_id"].unique())
    else:
        known = pd.Index(prior["customer_id"].unique())
        known = members.intersection(known if already is None else known.union(already))
    inside = orders[orders["day"].between(since, pd.Timestamp(end)) & orders["customer_id"].isin(known)]
    week = (inside["day"] - first_day).dt.days // WEEK
    weeks = range(-weeks_before, -(-days_during // WEEK))
    totals = inside.groupby(["customer_id", week.rename("week")])["revenue"].sum().unstack(fill_value=0.0)
    totals = totals.reindex(index=known.sort_values(), columns=weeks, fill_value=0.0).astype(float)
    before = totals.loc[:, :-1].sum(axis=1) / weeks_before if weeks_before else totals.loc[:, :-1].sum(axis=1)
    last_week = days_during % WEEK or WEEK
    weekly = totals.copy()
    weekly.iloc[:, -1] *= WEEK / last_week
    return Windows(weekly, before, totals.loc[:, 0:].sum(axis=1) * WEEK / days_during, weeks_before, days_during / WEEK)


def difference(before: pd.Series, during: pd.Series, treated: pd.Series, *, adjusted: bool = False) -> Difference:
    """Difference in differences between treated and other units, one value a unit before and during.

    ``adjusted`` takes off only the part of ``before`` that carries over (slope within the groups), for control groups set aside
    beforehand. With ``before`` all zero it is the plain comparison of two groups, as in a randomised test. A single treated unit
    has no variance of its own and borrows that of the comparison. Raises ValueError without a treated unit or two others.
    """
    mask = treated.to_numpy(dtype=bool)
    earlier, y1 = before.to_numpy(dtype=float), during.to_numpy(dtype=float)
    n_t, n_c = int(mask.sum()), int((~mask).sum())
    if n_t < 1 or n_c < 2:
        raise ValueError(f"{n_t} treated and {n_c} other units: at least 1 and 2 are needed")
    carry_over = _carry_over(earlier, y1, mask) if adjusted else 1.0
    y0 = carry_over * earlier
    change = y1 - y0
    effect = change[mask].mean() - change[~mask].mean()
    var_c = change[~mask].var(ddof=1) / n_c
    var_t = change[mask].var(ddof=1) / n_t if n_t > 1 else var_c * n_c
    se = float(np.sqrt(var_t + var_c))
    df = _welch_df(var_t, n_t, var_c, n_c)
    half = stats.t.ppf((1 + LEVEL) / 2, df) * se
    expected = y1[mask].mean() - effect
    relative, relative_low, relative_high = _ratio(y0, y1, mask, effect, expected, half / se if se > 0 else 0.0)
    return Difference(
        effect=float(effect),
        se=se,
        df=float(df),
        low=float(effect - half),
        high=float(effect + half),
        p=_p_value(effect, se, df),
        expected=float(expected),
        relative=relative,
        relative_low=relative_low,
        relative_high=relative_high,
        detectable=float((stats.t.ppf((1 + CERTAIN) / 2, df) + stats.t.ppf(POWER, df)) * se),
        n_treated=n_t,
        n_control=n_c,
        before_treated=float(earlier[mask].mean()),
        before_control=float(earlier[~mask].mean()),
        imbalance=imbalance(before, treated),
        carry_over=carry_over,
    )


def imbalance(before: pd.Series, treated: pd.Series) -> float:
    """Standardised difference of the means before the start (Imbens & Rubin 2015, ch. 14); beyond 0.25 groups are not alike."""
    mask = treated.to_numpy(dtype=bool)
    one, other = before.to_numpy(dtype=float)[mask], before.to_numpy(dtype=float)[~mask]
    if min(len(one), len(other)) < 2:
        return float("nan")
    spread = np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
    return float((one.mean() - other.mean()) / spread) if spread > 0 else 0.0


def pre_trend(weekly: pd.DataFrame, treated: pd.Series) -> float:
    """p-value of equal trends before the start: Welch's test on the slope of each customer's weekly revenue.

    ``weekly`` is customers x weeks before the start. NaN with fewer than four weeks or two units in a group.
    """
    if weekly.shape[1] < PRE_LEAST:
        return float("nan")
    time = np.arange(weekly.shape[1]) - (weekly.shape[1] - 1) / 2
    slope = weekly.to_numpy(dtype=float) @ time / (time @ time)
    mask = treated.to_numpy(dtype=bool)
    return _welch_p(slope[mask], slope[~mask])


def _ratio(
    y0: np.ndarray, y1: np.ndarray, mask: np.ndarray, effect: float, expected: float, quantile: float
) -> tuple[float, float, float]:
    """Effect as a share of what was expected, with Fieller's interval (1954): it excludes zero exactly when the effect's does."""
    if expected <= 0:
        return (float("nan"),) * 3
    n_t, n_c = mask.sum(), (~mask).sum()
    moments = np.cov(y1[mask], y0[mask]) / n_t if n_t > 1 else np.zeros((2, 2))
    var_control = (y1 - y0)[~mask].var(ddof=1) / n_c * (1 if n_t > 1 else 1 + n_c)
    level, squared = y1[mask].mean(), quantile**2
    # Ratios q with (level - q expected)^2 <= quantile^2 var(level - q expected), a quadratic in q
    a = expected**2 - squared * (moments[1, 1] + var_control)
    b = level * expected - squared * moments[0, 1]
    c = level**2 - squared * moments[0, 0]
    root = b**2 - a * c
    if a <= 0 or root < 0:
        return float(effect / expected), float("nan"), float("nan")
    return float(effect / expected), float((b - np.sqrt(root)) / a - 1), float((b + np.sqrt(root)) / a - 1)


def _carry_over(y0: np.ndarray, y1: np.ndarray, mask: np.ndarray) -> float:
    centre = lambda y: y - np.where(mask, y[mask].mean(), y[~mask].mean())  # noqa: E731
    earlier = centre(y0)
    return float(earlier @ centre(y1) / (earlier @ earlier)) if (earlier != 0).any() else 0.0


def _welch_df(var_t: float, n_t: int, var_c: float, n_c: int) -> float:
    if n_t == 1 or var_t + var_c == 0:
        return n_t + n_c - 2
    return (var_t + var_c) ** 2 / (var_t**2 / (n_t - 1) + var_c**2 / (n_c - 1))


def _welch_p(one: np.ndarray, other: np.ndarray) -> float:
    if min(len(one), len(other)) < 2:
        return float("nan")
    var_one, var_other = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    se = float(np.sqrt(var_one + var_other))
    return _p_value(one.mean() - other.mean(), se, _welch_df(var_one, len(one), var_other, len(other)))


def _p_value(effect: float, se: float, df: float) -> float:
    if se == 0:
        return 1.0 if effect == 0 else 0.0
    return float(2 * stats.t.sf(abs(effect) / se, df))
