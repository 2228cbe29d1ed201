"""Difference in differences: did the treated change more than the others over the same weeks?

    difference          two vectors per customer -> effect, its range, what would have happened without
    pre_trend           did the two groups already drift apart before the start?
    event_study         the difference week by week, before and after

The change score of a customer is the mean during minus the mean before. Comparing the groups' mean
change scores gives the two-way fixed effects estimate, and because each customer enters once, the
standard error is clustered by customer (Bertrand, Duflo & Mullainathan 2004; Angrist & Pischke 2009,
ch. 5). Unequal variances are allowed for as in Welch's test.

Where the control group was set aside beforehand and is alike, only that part of the earlier level is
taken off that carries over (analysis of covariance): customers who bought much by chance will buy less
next time anyway, and a plain difference would count that as an effect (McKenzie 2012).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from playbook.methods.evaluation.measuring.estimate import Estimate, welch
from playbook.methods.evaluation.measuring.windows import PRE_LEAST
from playbook.result.formats import LEVEL

__all__ = ["ALIKE", "Difference", "carry_over", "difference", "event_study", "fieller", "imbalance", "pre_trend"]

ALIKE = 0.25  # standardised difference below which two groups count as alike (Imbens & Rubin 2015)
MOST_BLOCKS = 6  # blocks of weeks in the joint test; with more its degrees of freedom melt away


@dataclass(frozen=True, kw_only=True)
class Difference(Estimate):
    """Effect of an intervention in the outcome's own unit, per treated unit.

    ``relative`` is the effect as a share of ``expected``, the level the treated would have had without it (NaN where that is not
    above zero), with its range at LEVEL.
    """

    expected: float
    relative: float
    relative_low: float
    relative_high: float
    n_treated: int
    n_control: int
    before_treated: float
    before_control: float
    imbalance: float  # difference of the means before the start, in standard deviations
    carry_over: float  # part of the earlier level that was taken off: 1 in a plain difference in differences


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
    part = carry_over(earlier, y1, mask) if adjusted else 1.0
    y0 = part * earlier
    change = y1 - y0
    var_c = change[~mask].var(ddof=1) / n_c
    var_t = change[mask].var(ddof=1) / n_t if n_t > 1 else var_c * n_c
    found = welch(change[mask].mean() - change[~mask].mean(), var_t, n_t, var_c, n_c)
    expected = float(y1[mask].mean() - found.effect)
    moments = np.cov(y1[mask], y0[mask]) / n_t if n_t > 1 else np.zeros((2, 2))
    moments[1, 1] += var_c if n_t > 1 else var_c * (1 + n_c)
    quantile = float(stats.t.ppf((1 + LEVEL) / 2, found.df)) if found.se > 0 else 0.0
    low, high = fieller(float(y1[mask].mean()), expected, moments, quantile)
    return Difference(
        effect=found.effect,
        se=found.se,
        df=found.df,
        expected=expected,
        relative=found.effect / expected if expected > 0 else float("nan"),
        relative_low=low - 1,
        relative_high=high - 1,
        n_treated=n_t,
        n_control=n_c,
        before_treated=float(earlier[mask].mean()),
        before_control=float(earlier[~mask].mean()),
        imbalance=imbalance(before, treated),
        carry_over=part,
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
    """p-value of equal courses before the start. ``weekly`` is customers x weeks before it.

    Two tests look for different faults, and the smaller p-value counts, doubled: Welch's test on the slope of each customer's
    weekly revenue sees a steady drift, a joint test on the means of up to six blocks of weeks sees any other difference of
    course (Hotelling's T squared, which is clustered by customer). NaN with fewer than four weeks or two units in a group.
    """
    mask = treated.to_numpy(dtype=bool)
    if weekly.shape[1] < PRE_LEAST or min(mask.sum(), (~mask).sum()) < 2:
        return float("nan")
    values = weekly.to_numpy(dtype=float)
    time = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    slopes = values @ time / (time @ time)
    tests = [_two_groups(slopes, mask).p, _same_course(values, mask)]
    known = [p for p in tests if np.isfinite(p)]
    return min(1.0, min(known) * len(known))


def event_study(weekly: pd.DataFrame, treated: pd.Series) -> pd.DataFrame:
    """Difference between the groups week by week, against the mean of the weeks before: week, effect, se, low, high.

    ``weekly``: customers x weeks, weeks below 0 lie before the start. Ranges are at LEVEL and clustered by customer: each
    customer's own mean before the start is taken off first, so that its uncertainty is counted in (Sun & Abraham 2021, eq. 1,
    with all earlier weeks as the reference).
    """
    mask = treated.to_numpy(dtype=bool)
    before = weekly.loc[:, :-1].mean(axis=1)
    found = [_two_groups((weekly[week] - before).to_numpy(dtype=float), mask) for week in weekly.columns]
    return pd.DataFrame(
        {
            "week": weekly.columns,
            "effect": [f.effect for f in found],
            "se": [f.se for f in found],
            "low": [f.low for f in found],
            "high": [f.high for f in found],
        }
    )


def carry_over(y0: np.ndarray, y1: np.ndarray, mask: np.ndarray) -> float:
    """Slope of the later on the earlier value within the groups ``mask`` and not ``mask``; 0 without any spread."""
    centre = lambda y: y - np.where(mask, y[mask].mean(), y[~mask].mean())  # noqa: E731
    earlier = centre(y0)
    return float(earlier @ centre(y1) / (earlier @ earlier)) if (earlier != 0).any() else 0.0


def fieller(top: float, bottom: float, moments: np.ndarray, quantile: float) -> tuple[float, float]:
    """Interval of the ratio ``top / bottom`` of two estimates with the 2 x 2 covariance that follows (Fieller 1954).

    ``moments``: variance of the top, its covariance with the known part of the bottom, and the bottom's variance. It excludes 1
    exactly when the interval of the difference, at the same ``quantile``, excludes 0. NaN where the bottom may be zero.
    """
    # Ratios q with (top - q bottom)^2 <= quantile^2 var(top - q bottom), a quadratic in q
    squared = quantile**2
    a = bottom**2 - squared * moments[1, 1]
    b = top * bottom - squared * moments[0, 1]
    c = top**2 - squared * moments[0, 0]
    root = b**2 - a * c
    if bottom <= 0 or a <= 0 or root < 0:
        return float("nan"), float("nan")
    return float((b - np.sqrt(root)) / a), float((b + np.sqrt(root)) / a)


def _two_groups(values: np.ndarray, mask: np.ndarray) -> Estimate:
    one, other = values[mask], values[~mask]
    return welch(one.mean() - other.mean(), one.var(ddof=1) / len(one), len(one), other.var(ddof=1) / len(other), len(other))


def _same_course(values: np.ndarray, mask: np.ndarray) -> float:
    """p-value of equal block means up to a constant: Hotelling's two-sample test on differences from the last block."""
    blocks = np.array_split(np.arange(values.shape[1]), min(MOST_BLOCKS, values.shape[1]))
    means = np.column_stack([values[:, block].mean(axis=1) for block in blocks])
    contrast = means[:, :-1] - means[:, -1:]
    one, other = contrast[mask], contrast[~mask]
    k, n = contrast.shape[1], len(contrast)
    if n - k - 1 < 1:
        return float("nan")
    gap = one.mean(axis=0) - other.mean(axis=0)
    spread = np.cov(one.T) / len(one) + np.cov(other.T) / len(other)
    squared = float(gap @ np.linalg.pinv(np.atleast_2d(spread)) @ gap)
    return float(stats.f.sf(squared * (n - k - 1) / ((n - 2) * k), k, n - k - 1))
