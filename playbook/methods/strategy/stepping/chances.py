"""Chances: where a case goes next from a step under an action, smoothed where the history is sparse."""

import numpy as np
from scipy.special import gammaln

__all__ = ["STRENGTHS", "chances", "strength"]

UNSEEN = 0.5  # cases added to each destination that any action of the step has led to (Jeffreys 1946)
STRENGTHS = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0])


def chances(counts: np.ndarray, shrunk: bool = True) -> np.ndarray:
    """(S, A, D) chances of each destination from counts (S, A, D), shrunk towards what is usual at the step.

    The mean of a Dirichlet whose centre is the step's pooled share and whose strength (in cases) is the likeliest one for the
    step (empirical Bayes on the Dirichlet-multinomial: Minka 2000). An action never taken gets the pooled share. A step nobody
    has left goes nowhere: to the last destination. Not ``shrunk``, the pooled share counts as one case.
    """
    smooth = np.zeros(counts.shape)
    for step, seen in enumerate(counts):
        pooled = _pooled(seen)
        weight = strength(seen, pooled) if shrunk else float(STRENGTHS[0])
        smooth[step] = (seen + weight * pooled) / (seen.sum(axis=1, keepdims=True) + weight)
    return smooth


def strength(counts: np.ndarray, pooled: np.ndarray) -> float:
    """The likeliest number of pooled cases (of STRENGTHS) behind the actions' counts (A, D) at one step."""
    taken = counts[counts.sum(axis=1) > 0]
    used = pooled > 0
    if len(taken) < 2 or used.sum() < 2:
        return float(STRENGTHS[0])
    told = [_likelihood(taken[:, used], weight * pooled[used]) for weight in STRENGTHS]
    return float(STRENGTHS[int(np.argmax(told))])


def _pooled(counts: np.ndarray) -> np.ndarray:
    total = counts.sum(axis=0)
    total = total + UNSEEN * (total > 0)
    if total.sum() == 0:
        total[-1] = 1.0
    return total / total.sum()


def _likelihood(counts: np.ndarray, alpha: np.ndarray) -> float:
    n, whole = counts.sum(axis=1), alpha.sum()
    return float((gammaln(whole) - gammaln(n + whole) + (gammaln(counts + alpha) - gammaln(alpha)).sum(axis=1)).sum())
