"""Chances: where a case goes next from a step under an action, smoothed where the history is sparse."""

import numpy as np
from scipy.special import gammaln

__all__ = ["STRENGTHS", "chances", "strength"]

UNSEEN = 0.5  # cases added to each destination that any action of the step has led to (Jeffreys 1946)
STRENGTHS = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0])


def chances(counts: np.ndarray, shrunk: bool = True) -> np.ndarray:
    """(..., S, A, D) chances of each destination from counts (..., S, A, D), shrunk towards what is usual at the step.

    The mean of a Dirichlet whose centre is the step's pooled share and whose strength (in cases) is the likeliest one for the
    step (empirical Bayes on the Dirichlet-multinomial: Minka 2000). An action never taken gets the pooled share. A step nobody
    has left goes nowhere: to the last destination. Not ``shrunk``, the pooled share counts as one case.
    """
    pooled = _pooled(counts)
    weight = strength(counts, pooled)[..., None, None] if shrunk else STRENGTHS[0]
    return (counts + weight * pooled[..., None, :]) / (counts.sum(axis=-1, keepdims=True) + weight)


def strength(counts: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    """(...): the likeliest number of ``pooled`` cases (..., D), of STRENGTHS, behind the counts (..., A, D) at a step."""
    told = (counts.any(axis=-1).sum(axis=-1) > 1) & ((pooled > 0).sum(axis=-1) > 1)
    likelihood = np.array([_likelihood(counts, weight * pooled[..., None, :]) for weight in STRENGTHS])
    return np.where(told, STRENGTHS[likelihood.argmax(axis=0)], STRENGTHS[0])


def _pooled(counts: np.ndarray) -> np.ndarray:
    total = counts.sum(axis=-2)
    total = total + UNSEEN * (total > 0)
    total[..., -1] += total.sum(axis=-1) == 0
    return total / total.sum(axis=-1, keepdims=True)


def _likelihood(counts: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    n, whole = counts.sum(axis=-1), alpha.sum(axis=-1)
    used = np.where(alpha > 0, alpha, 1.0)  # where no action leads counts are nothing, and tell nothing
    return (gammaln(whole) - gammaln(n + whole) + (gammaln(counts + used) - gammaln(used)).sum(axis=-1)).sum(axis=-1)
