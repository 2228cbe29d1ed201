"""Control limits: what a quiet week would look like, after season and trend have been taken out.

Process behaviour charts for single values (XmR: Wheeler, Understanding Variation, 1993; Montgomery,
Introduction to Statistical Quality Control, ch. 6.4) on weekly figures. Limits rest on a baseline that
ends before the watched weeks, so that a change cannot hide itself.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.methods.monitoring.charting.constants import chart_constants

__all__ = ["BASELINE_MIN", "SEASONAL_FROM", "WATCHED", "Limits", "control_limits"]

WATCHED = 13  # weeks: a quarter
BASELINE_MIN = 12  # weeks; with fewer, limits are guesswork
SEASONAL_FROM = 104  # weeks: two years, the least that shows a season twice
LOCAL_LEVEL = 26  # weeks before the watched ones that set the level when there is no seasonal model
HARMONICS_MAX = 8
HINGE = 52  # weeks before the end of the baseline at which the trend may bend
YEAR = 365.25
PAIR = chart_constants(2)  # a moving range is that of two neighbours
MEDIAN_RANGE = float(np.sqrt(2) * norm.ppf(0.75))  # median range of two normal values, in standard deviations
MAD = float(norm.ppf(0.75))  # median absolute deviation of normal values, in standard deviations
LEAST_CARRY, MOST_CARRY = 1.0, 0.6  # standard errors from which a carry counts; as large as it is taken to be
HUBER = 2.0  # residuals beyond this many standard deviations are pulled in before the next fit
FITS = 12
NO_SPREAD = 1e-6  # least standard deviation, relative to the level: constant data stay computable


@dataclass(frozen=True)
class Limits:
    """A chart's numbers: ``frame`` [value, expected, low, high, score, margin, jump, watched] by week.

    ``score`` is the distance from the expected in standard deviations of a single week's forecast, ``margin`` the standard error
    of the expected in the same unit, ``jump`` the moving range against the week before, in parts of its own upper limit;
    ``noise`` and ``drift`` are the week-to-week and the shared part of that deviation, relative to the expected; ``carry`` how
    much of a week's noise the next one keeps, ``freedom`` from how many independent values the noise is known; ``logged``
    whether differences are relative ones.
    """

    frame: pd.DataFrame
    seasonal: bool
    noise: float
    drift: float
    carry: float
    freedom: float
    logged: bool

    def shift(self, change: float) -> np.ndarray:
        """What a relative ``change`` of the watched weeks, -0.15 for a fall of 15 percent, is in standard deviations, by week."""
        watched = self.frame[self.frame["watched"]]
        if self.logged:
            return (np.log1p(change) * 3 / np.log(watched["high"] / watched["expected"])).to_numpy()
        return (change * watched["expected"].abs() * 3 / (watched["high"] - watched["expected"])).to_numpy()


def control_limits(values: pd.Series, watched: int = WATCHED) -> Limits:
    """Expected value and three-sigma limits for every week.

    ``values``: one a week, indexed by Monday; weeks without a value (NaN) are left out. On the log scale
    when all are positive. From SEASONAL_FROM weeks on the expected follows trend and season, fitted
    robustly to the baseline (form by AICc: months of the year, or one to eight harmonics as in
    Hyndman and Athanasopoulos, FPP3, ch. 7.4); before that it is the median of the last half year of the
    baseline. Raises ValueError with fewer than ``watched + BASELINE_MIN`` weeks.
    """
    values = values.dropna().astype(float)
    n = len(values) - watched
    if n < BASELINE_MIN:
        raise ValueError(f"{watched + BASELINE_MIN} weeks are needed, there are {len(values)}")
    logged = bool((values > 0).all())
    y = np.log(values.to_numpy()) if logged else values.to_numpy()
    seasonal = len(values) >= SEASONAL_FROM
    expected, leverage, spent = _seasonal(y, values.index, n) if seasonal else _local(y, n)
    level = 1.0 if logged else max(float(np.median(np.abs(y[:n]))), 1.0)
    residual = y - expected
    sigma = max(_sigma(residual[:n], spent), NO_SPREAD * level)
    carry = _carry(residual[:n] / sigma, spent)
    leverage = leverage * (1 + carry) / (1 - carry)  # weeks that resemble each other tell less of the expected
    spread = sigma * np.sqrt(1 + leverage)
    back = np.exp if logged else np.asarray
    jump = np.abs(np.diff(residual, prepend=residual[0])) / (PAIR.d2 * PAIR.range_high * sigma)
    frame = pd.DataFrame(
        {
            "value": values.to_numpy(),
            "expected": back(expected),
            "low": back(expected - 3 * spread),
            "high": back(expected + 3 * spread),
            "score": residual / spread,
            "margin": np.sqrt(leverage / (1 + leverage)),
            "jump": jump,
            "watched": np.arange(len(y)) >= n,
        },
        index=values.index,
    )
    return Limits(
        frame,
        seasonal,
        sigma / level,
        float(sigma * np.sqrt(leverage[n:].mean())) / level,
        carry,
        float(n - spent),
        logged,
    )


def _local(y: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, int]:
    recent = y[max(n - LOCAL_LEVEL, 0) : n]
    # A median varies by pi/2 more than a mean.
    return np.full(len(y), np.median(recent)), np.full(len(y), np.pi / 2 / len(recent)), 1


def _seasonal(y: np.ndarray, weeks: pd.DatetimeIndex, n: int) -> tuple[np.ndarray, np.ndarray, int]:
    """The trend and season with the least AICc on the baseline, then fitted robustly: expected, leverage, coefficients."""
    fits = [(_aicc(design[:n], y[:n]), design) for design in _designs(weeks, n)]
    design = min(fits, key=lambda fit: fit[0])[1]
    project = np.linalg.pinv(design[:n])
    pulled = y[:n]
    for _ in range(FITS):  # Huber's pseudo-values (Robust Statistics, 1981, ch. 7.8)
        fitted = design[:n] @ (project @ pulled)
        residual = y[:n] - fitted
        bound = HUBER * np.median(np.abs(residual)) / MAD
        pulled = fitted + residual.clip(-bound, bound)
    influence = design @ project
    return influence @ pulled, (influence**2).sum(axis=1), design.shape[1]


def _designs(weeks: pd.DatetimeIndex, n: int) -> list[np.ndarray]:
    time = (np.arange(len(weeks)) - n) / HINGE
    trends = [np.column_stack([np.ones(len(weeks)), time])]
    if n > 2 * HINGE:
        trends.append(np.column_stack([trends[0], np.maximum(time + 1, 0)]))
    angle = 2 * np.pi * (weeks + pd.Timedelta(days=3)).day_of_year.to_numpy() / YEAR
    waves = [f(k * angle) for k in range(1, HARMONICS_MAX + 1) for f in (np.sin, np.cos)]
    days = weeks.to_numpy()[:, None] + np.arange(7) * np.timedelta64(1, "D")
    month = days.astype("datetime64[M]").astype(int) % 12
    months = np.stack([(month == m).mean(axis=1) for m in range(1, 12)])
    seasons = [[], months, *(waves[: 2 * k] for k in range(1, HARMONICS_MAX + 1))]
    return [np.column_stack([trend, *season]) for trend in trends for season in seasons]


def _aicc(x: np.ndarray, y: np.ndarray) -> float:
    n, k = len(y), x.shape[1] + 1
    if n <= k + 1:
        return np.inf
    rss = np.square(y - x @ np.linalg.lstsq(x, y, rcond=None)[0]).sum()
    return n * np.log(max(rss / n, np.finfo(float).tiny)) + 2 * k * n / (n - k - 1)


def _sigma(residual: np.ndarray, spent: int) -> float:
    """Spread of a quiet week: from moving ranges (XmR), or from the residuals where they wander more than that.

    The lesser of mean and median range, because a few large jumps swell the mean; corrected for the coefficients spent.
    """
    ranges = np.abs(np.diff(residual))
    within = min(ranges.mean() / PAIR.d2, np.median(ranges) / MEDIAN_RANGE) or ranges.mean() / PAIR.d2
    overall = np.median(np.abs(residual - np.median(residual))) / MAD
    return float(max(within, overall) * np.sqrt(len(residual) / max(len(residual) - spent, 1)))


def _carry(residual: np.ndarray, spent: int) -> float:
    """Correlation of neighbouring weeks, 0 where chance would bring it too; single wild weeks pulled in.

    What trend and season take out of the residuals takes correlation with it, about a share of ``spent`` in all weeks.
    """
    calm = residual.clip(-HUBER, HUBER)
    calm = calm - calm.mean()
    size = float(calm @ calm)
    found = (float(calm[1:] @ calm[:-1]) / size if size > 0 else 0.0) + spent / len(residual)
    return float(min(found, MOST_CARRY)) if found > LEAST_CARRY / np.sqrt(len(residual)) else 0.0
