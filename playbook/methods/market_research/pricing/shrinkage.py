"""Shrinkage: many estimates of one kind, each with its error: their mean, how much they truly differ, and a better guess of each.

An estimate from few sales borrows from its group; one that is sure of itself keeps what it found.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

__all__ = ["Pooled", "between_variance", "pool", "stand_out"]

FEW = 4  # estimates from which a group's own spread is believed
BORROWED = 5  # estimates that the spread of all groups together counts for


@dataclass(frozen=True)
class Pooled:
    """Groups and their members.

    ``mean``, ``low``, ``high``, ``error``, ``between`` (variance between members), ``believed`` (the same, leaning on that of all
    groups): (groups,); ``value``, ``value_error``: (n,), each drawn towards the mean of its group, and its standard error.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    error: np.ndarray
    between: np.ndarray
    believed: np.ndarray
    value: np.ndarray
    value_error: np.ndarray


def between_variance(estimates: np.ndarray, variances: np.ndarray, groups: np.ndarray | None = None) -> float:
    """Variance of the true values around the mean of their group, at least 0 (``groups``: codes; all one group without them).

    The value at which the weighted squares of the deviations equal their expectation: Paule and Mandel (1982), J. Research of
    the National Bureau of Standards 87; with groups, the squares of all of them are added.
    """
    estimates, variances = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    groups = np.zeros(len(estimates), dtype=int) if groups is None else groups
    spare = len(estimates) - len(np.unique(groups))
    if spare < 1:
        return 0.0

    def excess(between: float) -> float:
        weights = 1 / (variances + between)
        means = np.bincount(groups, weights * estimates) / np.maximum(np.bincount(groups, weights), np.finfo(float).tiny)
        return float(weights @ (estimates - means[groups]) ** 2) - spare

    if excess(0.0) <= 0:
        return 0.0
    highest = max(1.0, float(np.var(estimates)))
    while excess(highest) > 0:
        highest *= 4
    return float(optimize.brentq(excess, 0.0, highest, xtol=1e-12))


def pool(estimates: np.ndarray, variances: np.ndarray, groups: np.ndarray, level: float) -> Pooled:
    """Mean of each group and a better guess of each member (normal-normal empirical Bayes).

    ``estimates``, ``variances`` (> 0), ``groups`` (codes 0..G-1): (n,). A group's mean weighs its members by their precision,
    spread between members included; its interval holds ``level`` after Hartung and Knapp (2001, Statistics in Medicine 20), never
    narrower than by the plain formula. Groups of fewer than four borrow the spread of all groups. The means of four or more
    groups borrow from each other, so that the largest and the smallest of many are not merely the luckiest.
    """
    estimates, variances = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    size = np.bincount(groups)
    shared = between_variance(estimates, variances, groups)
    own = np.array(
        [
            between_variance(estimates[groups == g], variances[groups == g]) if size[g] >= FEW else shared if size[g] > 1 else 0.0
            for g in range(len(size))
        ]
    )
    weights = 1 / (variances + own[groups])
    total = np.bincount(groups, weights)
    mean = np.bincount(groups, weights * estimates) / total
    spread = np.bincount(groups, weights * (estimates - mean[groups]) ** 2) / np.maximum(size - 1, 1)
    many = size >= FEW
    error = np.sqrt(np.where(many, np.maximum(spread, 1.0), 1.0) / total)
    mean, error = _together(mean, error)
    reach = np.where(many, stats.t.ppf((1 + level) / 2, np.maximum(size - 1, 1)), stats.norm.ppf((1 + level) / 2))
    # The spread used for members leans on that of all groups: a group's own may be 0 only because it is small.
    believed = (size * own + BORROWED * shared) / (size + BORROWED)
    weights = 1 / (variances + believed[groups])
    total = np.bincount(groups, weights)
    centre = _together(np.bincount(groups, weights * estimates) / total, np.sqrt(1 / total))[0][groups]
    keep = believed[groups] / (believed[groups] + variances)
    value = centre + keep * (estimates - centre)
    value_error = np.sqrt(keep * variances + (1 - keep) ** 2 / total[groups])
    return Pooled(mean, mean - reach * error, mean + reach * error, error, own, believed, value, value_error)


def _together(mean: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of groups drawn to the mean of all, and their errors: Morris (1983), J. American Statistical Association 78."""
    count, variance = len(mean), error**2
    if count < FEW:
        return mean, error
    between = between_variance(mean, variance)
    grand = float(np.average(mean, weights=1 / (variance + between)))
    drawn = (count - 3) / (count - 1) * variance / (variance + between)
    spread = variance * (1 - (count - 1) / count * drawn) + 2 / (count - 3) * (drawn * (mean - grand)) ** 2
    return mean - drawn * (mean - grand), np.sqrt(spread)


def stand_out(p_values: np.ndarray, share: float = 0.05) -> np.ndarray:
    """Which of many tests stand out, so that at most ``share`` of those named are chance: (n,) of bool.

    Benjamini and Hochberg (1995), J. Royal Statistical Society B 57.
    """
    p_values = np.asarray(p_values, dtype=float)
    if not len(p_values):
        return np.zeros(0, dtype=bool)
    return stats.false_discovery_control(p_values, method="bh") <= share
