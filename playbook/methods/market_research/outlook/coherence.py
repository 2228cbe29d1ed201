"""Demand coherence: forecasts of products, groups and the total made to add up, without making them worse."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Coherent", "coherent", "settled"]

FEWEST_STARTS = 4
TINY = 1e-9


@dataclass(frozen=True)
class Coherent:
    """``values`` (series, steps) and ``tests`` (series, starts, steps) that add up; ``method`` by which; ``gains`` by level.

    A gain is the change of the mean absolute error in the trials, as a share: -0.02 is two percent less.
    """

    values: np.ndarray
    tests: np.ndarray
    method: str
    gains: dict[str, float]


def coherent(
    summing: np.ndarray, values: np.ndarray, tests: np.ndarray, actual: np.ndarray, scales: np.ndarray, level: np.ndarray,
    over: np.ndarray | None = None,
) -> Coherent:  # fmt: skip
    """Reconcile base forecasts: y~ = S (S' W^-1 S)^-1 S' W^-1 y (Wickramasuriya, Athanasopoulos & Hyndman 2019).

    ``summing`` (series, bottoms) is S; ``values`` (series, steps), ``tests`` and ``actual`` (series, starts, steps; ``actual``
    NaN beyond the end), ``scales`` (series,) what an error is measured in, ``level`` (series,) names. W is the covariance of the
    trials' errors, shrunk (MinT); or their variances; or counts of bottom series; or such that the total stays as it is. Which of
    them is taken, the trials decide, each start with the W of the others; with too few starts, it is the counts.
    ``over`` (bottoms,): these have ended, stay at zero, and take no part of what others lack to a sum.
    """
    live = summing if over is None else summing[:, ~over]
    errors = actual - tests
    starts = np.flatnonzero(np.isfinite(errors).all(axis=0).any(axis=1))
    counts = np.diag(summing.sum(axis=1))
    if len(starts) < FEWEST_STARTS:
        project = _projection(summing, counts)
        return Coherent(_projection(live, counts) @ values, np.einsum("ij,jkl->ikl", project, tests), "counts", {})
    scored = {}
    for method in ("covariance", "variances", "counts", "total kept"):
        tried = np.empty_like(tests)
        for start in range(tests.shape[1]):
            others = np.delete(errors, start, axis=1)
            tried[:, start] = _projection(summing, _weight(method, others, summing)) @ tests[:, start]
        scored[method] = tried
    base = _by_level(errors, scales, level)
    found = {method: _by_level(actual - tried, scales, level) for method, tried in scored.items()}
    best = min(found, key=lambda method: sum(found[method][name] / max(base[name], TINY) for name in base))
    gains = {name: float(found[best][name] / base[name] - 1) if base[name] > 0 else 0.0 for name in base}
    return Coherent(_projection(live, _weight(best, errors, summing)) @ values, scored[best], best, gains)


def settled(bottoms: np.ndarray, groups: np.ndarray, signed: np.ndarray) -> np.ndarray:
    """Bottom forecasts (bottoms, steps) in whole cents, none below zero that never was, groups' sums kept where possible.

    ``groups`` (bottoms,) are labels; ``signed`` (bottoms,): the history has negative months, so the forecast may.
    """
    result = bottoms.copy()
    for group in np.unique(groups):
        rows = groups == group
        if signed[rows].any():
            result[rows] = np.where(signed[rows][:, None], bottoms[rows], np.maximum(bottoms[rows], 0))
            continue
        positive = np.maximum(bottoms[rows], 0)
        wanted, have = np.maximum(bottoms[rows].sum(axis=0), 0), positive.sum(axis=0)
        result[rows] = positive * np.divide(wanted, have, out=np.zeros(len(have)), where=have > 0)
    return np.round(result, 2) + 0.0


def _by_level(errors: np.ndarray, scales: np.ndarray, level: np.ndarray) -> dict[str, float]:
    scaled = np.abs(errors) / scales[:, None, None]
    return {str(name): float(np.nanmean(scaled[level == name])) for name in np.unique(level)}


def _weight(method: str, errors: np.ndarray, summing: np.ndarray) -> np.ndarray:
    if method == "counts":
        return np.diag(summing.sum(axis=1))
    sample = errors.reshape(len(errors), -1)
    sample = sample[:, np.isfinite(sample).all(axis=0)]
    variance = np.mean(sample**2, axis=1)
    variance = np.maximum(variance, TINY * max(variance.max(), TINY))
    if method == "covariance":
        return _shrunk(sample, variance)
    if method == "total kept":
        variance = variance.copy()
        variance[0] = TINY * variance.min()
    return np.diag(variance)


def _shrunk(sample: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Covariance drawn towards its diagonal, by as much as chance explains the correlations (Schaefer & Strimmer 2005)."""
    count = sample.shape[1]
    unit = sample / np.sqrt(variance)[:, None]
    correlation = unit @ unit.T / count
    spread = (unit**2) @ (unit**2).T / count - correlation**2
    off = ~np.eye(len(unit), dtype=bool)
    power = np.sum(correlation[off] ** 2)
    share = float(np.clip(spread[off].sum() / max(count - 1, 1) / power, 0.05, 1)) if power > 0 else 1.0
    return np.where(off, (1 - share) * correlation, 1.0) * np.sqrt(np.outer(variance, variance))


def _projection(summing: np.ndarray, weight: np.ndarray) -> np.ndarray:
    size = np.sqrt(np.diag(weight))
    inner = np.linalg.pinv(weight / np.outer(size, size), hermitian=True) / np.outer(size, size)
    left = summing.T @ inner
    scale = np.sqrt(np.diag(left @ summing))
    middle = (left @ summing) / np.outer(scale, scale)
    return summing @ (np.linalg.pinv(middle, hermitian=True) / np.outer(scale, scale)) @ left
