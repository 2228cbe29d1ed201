"""Panel fit: regression on many effects at once (a level for each product, each week ...), for logs and for counts.

The design is sparse, so that hundreds of products with a slope each and hundreds of effects take fractions of a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg as linear
from scipy import sparse

__all__ = ["PanelFit", "cluster_covariance", "fit_counts", "fit_logs", "fit_orders", "lagged_covariance"]

TINY = 1e-9  # relative ridge on the effects alone: which of them is the reference does not matter
MOST_STEPS, STOP = 60, 1e-9
_MIXED = "a slope cannot be told apart from the effects"
SMALL_MEAN = 1e-6  # below it the series of the truncated mean is used
FARTHEST = 30.0  # of a linear predictor of counts: e to the 30 is more than anybody sells


@dataclass(frozen=True)
class PanelFit:
    """What a fit found, and what its error bands need.

    ``coefficients``: (k,) of the slopes; ``covariance``: (k, k), classical; ``residuals``: (n,) what was seen less what was
    expected; ``weights``: (n,) information of a row; ``design``: (n, k + effects) sparse, slopes first; ``inverse``: of the
    weighted cross products of ``design``; ``parameters``: slopes and free effects.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    residuals: np.ndarray
    weights: np.ndarray
    design: sparse.csr_matrix
    inverse: np.ndarray
    parameters: int

    @property
    def errors(self) -> np.ndarray:
        """Classical standard errors of the slopes, (k,)."""
        return np.sqrt(np.diag(self.covariance))


def fit_orders(kind: str, orders: np.ndarray, slopes: np.ndarray | sparse.spmatrix, effects: Sequence[np.ndarray]) -> PanelFit:
    """Orders (n,) as counts, or by their logarithms where ``kind`` is "logs"; see ``fit_counts`` and ``fit_logs``."""
    return fit_logs(np.log(orders), slopes, effects) if kind == "logs" else fit_counts(orders, slopes, effects)


def fit_logs(
    y: np.ndarray, slopes: np.ndarray | sparse.spmatrix, effects: Sequence[np.ndarray], weights: np.ndarray | None = None
) -> PanelFit:
    """Least squares of ``y`` (n,) on ``slopes`` (n, k) and a level for each code of each array in ``effects``.

    With one array of effects this is the within (fixed effects) estimator. Raises ValueError when a slope cannot be told
    apart from the effects.
    """
    design, k = _design(slopes, effects, len(y))
    turned = design.T.tocsr()
    weights = np.ones(len(y)) if weights is None else weights
    inverse = _inverse(_factor(design, turned, weights, k))
    full = inverse @ (turned @ (weights * y))
    residuals = y - design @ full
    parameters = k + _rank(effects)
    spare = max(1, len(y) - parameters)
    sigma2 = float(weights @ residuals**2) / spare
    return PanelFit(full[:k], sigma2 * inverse[:k, :k], weights * residuals, weights, design, inverse, parameters)


def fit_counts(
    y: np.ndarray, slopes: np.ndarray | sparse.spmatrix, effects: Sequence[np.ndarray], *, truncated: bool = True
) -> PanelFit:
    """Poisson regression of counts ``y`` (n,) with log link, by Newton's method; effects as in ``fit_logs``.

    ``truncated``: the rows hold only weeks with at least one sale (a price is unknown in a week without one), so the
    likelihood is that of a Poisson count given that it is not zero. Such a fit needs no invented prices for empty weeks.
    Sources: Santos Silva and Tenreyro (2006), Rev. Economics and Statistics 88; Grogger and Carson (1991), J. Applied
    Econometrics 6 (truncated counts). The covariance allows for a spread above (or below) Poisson's.
    """
    design, k = _design(slopes, effects, len(y))
    turned = design.T.tocsr()  # once, not at every step
    eta = np.log(y + 0.5)
    last, full = -np.inf, None
    for _ in range(MOST_STEPS):
        mean, variance = _moments(eta, truncated)
        factor = _factor(design, turned, variance, k)
        goal = linear.cho_solve((factor, True), turned @ (variance * eta + y - mean), check_finite=False)
        step = goal if full is None else goal - full
        origin = np.zeros_like(goal) if full is None else full
        for halving in range(12):
            trial = origin + step / 2**halving
            eta = np.clip(design @ trial, -FARTHEST, FARTHEST)
            fit = _likelihood(y, eta, truncated)
            if fit >= last - abs(last) * 1e-12 or full is None:
                break
        full = trial
        if abs(fit - last) <= STOP * (abs(fit) + 1):
            break
        last = fit
    mean, variance = _moments(eta, truncated)
    inverse = _inverse(_factor(design, turned, variance, k))
    residuals = y - mean
    parameters = k + _rank(effects)
    spare = max(1, len(y) - parameters)
    spread = float((residuals**2 / variance).sum()) / spare
    return PanelFit(full[:k], spread * inverse[:k, :k], residuals, variance, design, inverse, parameters)


def cluster_covariance(fit: PanelFit, clusters: np.ndarray) -> np.ndarray:
    """Covariance (k, k) of the slopes when rows of one cluster (codes, (n,)) may move together; Liang and Zeger (1986)."""
    codes = np.unique(clusters, return_inverse=True)[1]
    count = int(codes.max()) + 1
    member = sparse.csr_matrix((fit.residuals, (codes, np.arange(len(codes)))), shape=(count, len(codes)))
    scores = (member @ fit.design).toarray() if count < 4000 else member @ fit.design
    n, k = len(codes), fit.parameters
    small = count / max(1, count - 1) * (n - 1) / max(1, n - k)
    return small * _sandwich(fit, scores.T @ scores)


def lagged_covariance(fit: PanelFit, unit: np.ndarray, time: np.ndarray, lags: int) -> np.ndarray:
    """Covariance (k, k) of the slopes when the rows of one unit may move together over ``lags`` steps of ``time`` (codes).

    Bartlett weights within each unit: Newey and West (1987), Econometrica 55, with the correction n / (n - parameters).
    """
    scores = sparse.diags(fit.residuals) @ fit.design
    meat = (scores.T @ scores).toarray()
    key = unit.astype(np.int64) * (int(time.max()) + lags + 2) + time
    order = np.argsort(key, kind="stable")
    for lag in range(1, lags + 1):
        at = np.minimum(np.searchsorted(key[order], key - lag), len(key) - 1)
        rows = np.flatnonzero(key[order][at] == key - lag)
        both = (scores[rows].T @ scores[order[at[rows]]]).toarray()
        meat += (1 - lag / (lags + 1)) * (both + both.T)
    n, k = len(unit), fit.parameters
    return n / max(1, n - k) * _sandwich(fit, meat)


def _design(slopes, effects: Sequence[np.ndarray], n: int) -> tuple[sparse.csr_matrix, int]:
    slopes = sparse.csr_matrix(slopes)
    dummies = [sparse.csr_matrix((np.ones(n), (np.arange(n), codes)), shape=(n, int(codes.max()) + 1)) for codes in effects]
    return sparse.hstack([slopes, *dummies], format="csr"), slopes.shape[1]


def _factor(design: sparse.csr_matrix, turned: sparse.csr_matrix, weights: np.ndarray, k: int) -> np.ndarray:
    """Lower Cholesky factor (the upper half is left over) of the weighted cross products, with a trace of a ridge on the effects.

    ``turned`` is ``design.T``, row by row.
    """
    weighted = sparse.csr_matrix((turned.data * weights[turned.indices], turned.indices, turned.indptr), turned.shape)
    cross = (weighted @ design).toarray(order="F")  # as LAPACK takes it, without a copy
    diagonal = np.einsum("ii->i", cross)
    diagonal[k:] += TINY * np.maximum(diagonal[k:], diagonal[k:].mean() if len(diagonal) > k else 1.0)
    try:
        return linear.cho_factor(cross, lower=True, overwrite_a=True, check_finite=False)[0]
    except linear.LinAlgError:
        raise ValueError(_MIXED) from None


def _inverse(factor: np.ndarray) -> np.ndarray:
    inverse, info = linear.lapack.dpotri(factor, lower=1)
    if info:
        raise ValueError(_MIXED)
    lower = np.tril(inverse)
    return lower + np.tril(inverse, -1).T


def _sandwich(fit: PanelFit, meat) -> np.ndarray:
    k = len(fit.coefficients)
    return fit.inverse[:k] @ (meat @ fit.inverse[:, :k])


def _rank(effects: Sequence[np.ndarray]) -> int:
    """Number of free levels, as if the effects were connected: one reference for each array after the first."""
    return sum(len(np.unique(codes)) for codes in effects) - max(0, len(effects) - 1)


def _moments(eta: np.ndarray, truncated: bool) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of a count with log rate ``eta``, given that it is not zero where ``truncated``."""
    rate = np.exp(np.clip(eta, -FARTHEST, FARTHEST))
    if not truncated:
        return rate, rate
    mean = np.where(rate < SMALL_MEAN, 1 + rate / 2, rate / -np.expm1(-np.maximum(rate, SMALL_MEAN)))
    return mean, np.maximum(mean * (1 + rate - mean), SMALL_MEAN)


def _likelihood(y: np.ndarray, eta: np.ndarray, truncated: bool) -> float:
    rate = np.exp(eta)
    missing = np.log(-np.expm1(-rate)) if truncated else 0.0
    return float(np.sum(y * eta - rate - missing))
