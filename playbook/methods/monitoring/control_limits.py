"""Control limits: what a quiet week would look like, and the rules that call a week unusual.

Process behaviour charts for single values (XmR: Wheeler, Understanding Variation, 1993; Montgomery,
Introduction to Statistical Quality Control, ch. 6.4) on weekly figures. Limits rest on a baseline that
ends before the watched weeks, so that a change cannot hide itself.
"""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

__all__ = ["BASELINE_MIN", "RULES", "SEASONAL_FROM", "WATCHED", "Limits", "Rule", "control_limits", "events"]

WATCHED = 13  # weeks: a quarter
BASELINE_MIN = 12  # weeks; with fewer, limits are guesswork
SEASONAL_FROM = 104  # weeks: two years, the least that shows a season twice
LOCAL_LEVEL = 26  # weeks before the watched ones that set the level when there is no seasonal model
HARMONICS_MAX = 8
HINGE = 52  # weeks before the end of the baseline at which the trend may bend
YEAR = 365.25
MEAN_RANGE, MEDIAN_RANGE = 1.128, 0.954  # mean and median moving range of two normal values, in standard deviations
MAD = 0.6745  # median absolute deviation of normal values, in standard deviations
HUBER = 2.0  # residuals beyond this many standard deviations are pulled in before the next fit
FITS = 12
NO_SPREAD = 1e-6  # least standard deviation, relative to the level: constant data stay computable


@dataclass(frozen=True)
class Rule:
    """``needs`` of ``of`` weeks beyond ``beyond`` standard deviations on the same side."""

    id: str
    words: str
    needs: int
    of: int
    beyond: float


# Western Electric, Statistical Quality Control Handbook (1956), zone rules 1, 2 and 4. Rule 3 (four of five beyond one
# standard deviation) and rules on rising weeks add false alarms and hardly any power (Davis and Woodall 1988).
RULES = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            Rule("outside", "one week outside the limits", 1, 1, 3.0),
            Rule("near-limit", "two of three weeks close to the same limit", 2, 3, 2.0),
            Rule("run", "eight weeks in a row on the same side of the expected", 8, 8, 0.0),
        )
    }
)


@dataclass(frozen=True)
class Limits:
    """A chart's numbers: ``frame`` [value, expected, low, high, score, margin, watched] by week.

    ``score`` is the distance from the expected in standard deviations of a single week's forecast,
    ``margin`` the standard error of the expected in the same unit; ``noise`` and ``drift`` are the
    week-to-week and the shared part of that deviation, relative to the expected.
    """

    frame: pd.DataFrame
    seasonal: bool
    noise: float
    drift: float


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
    sigma = max(_sigma(y[:n] - expected[:n], spent), NO_SPREAD * level)
    spread = sigma * np.sqrt(1 + leverage)
    back = np.exp if logged else np.asarray
    frame = pd.DataFrame(
        {
            "value": values.to_numpy(),
            "expected": back(expected),
            "low": back(expected - 3 * spread),
            "high": back(expected + 3 * spread),
            "score": (y - expected) / spread,
            "margin": np.sqrt(leverage / (1 + leverage)),
            "watched": np.arange(len(y)) >= n,
        },
        index=values.index,
    )
    return Limits(frame, seasonal, sigma / level, float(sigma * np.sqrt(leverage[n:].mean())) / level)


def events(limits: Limits) -> pd.DataFrame:
    """Signals among the watched weeks: rule_ids (strictest first), side (-1 below, 1 above), first, last.

    Touching signals on the same side are one event, and one quiet week does not end it.

    For the run rule a week counts only when it lies further from the expected than the expected's own standard error.
    """
    watched = limits.frame[limits.frame["watched"]]
    found = []
    for side in (-1, 1):
        marked = {}
        for rule in RULES.values():
            beyond = (watched["score"] * side > watched["margin"].clip(lower=rule.beyond)).to_numpy()
            ends = np.flatnonzero(beyond & (pd.Series(beyond).rolling(rule.of, min_periods=1).sum().to_numpy() >= rule.needs))
            windows = [np.arange(max(end - rule.of + 1, 0), end + 1) for end in ends]
            for week in {week for window in windows for week in window[beyond[window]]}:
                marked.setdefault(week, []).append(rule.id)
        found += _merge(marked, watched.index, side)
    return pd.DataFrame(found, columns=["rule_ids", "side", "first", "last"]).sort_values(["first", "side"], ignore_index=True)


def _merge(marked: dict[int, list[str]], weeks: pd.Index, side: int) -> list[tuple]:
    at = np.array(sorted(marked), dtype=int)
    groups = np.split(at, np.flatnonzero(np.diff(at) > 2) + 1) if len(at) else []
    fired = [{rule for week in group for rule in marked[week]} for group in groups]
    return [
        (tuple(r for r in RULES if r in rules), side, weeks[g[0]], weeks[g[-1]]) for g, rules in zip(groups, fired, strict=True)
    ]


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
    within = min(ranges.mean() / MEAN_RANGE, np.median(ranges) / MEDIAN_RANGE) or ranges.mean() / MEAN_RANGE
    overall = np.median(np.abs(residual - np.median(residual))) / MAD
    return float(max(within, overall) * np.sqrt(len(residual) / max(len(residual) - spent, 1)))
