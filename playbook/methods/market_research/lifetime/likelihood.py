"""Likelihood: the parameters under which what was seen is likeliest, and how exactly they are known."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

__all__ = ["Loss", "covariance_at", "likeliest"]

STEP = 1e-4  # of the numeric derivative of the analytic gradient
EDGE = 1e-3  # from a bound
LEAST_CURVE = 0.25  # a flatter likelihood tells nothing: a spread of 2 on the log scale is as good as unknown

Loss = Callable[[np.ndarray], tuple[float, np.ndarray]]


def likeliest(loss: Loss, start: np.ndarray, far: float) -> tuple[np.ndarray, float, np.ndarray]:
    """Parameters (k,) of the lowest ``loss`` no further than ``far`` from ``start``, that loss, and which ran to the edge (k,).

    ``loss``: minus the mean log likelihood of a case, and its slope by the parameters.
    """
    bounds = [(s - far, s + far) for s in start]
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}
    )
    low, high = np.transpose(bounds)
    return found.x, found.fun, np.minimum(found.x - low, high - found.x) < EDGE


def covariance_at(loss: Loss, at: np.ndarray, cases: float, known: np.ndarray | None = None) -> np.ndarray:
    """Covariance (k, k) of the parameters: the inverse of the observed information ``at`` the lowest ``loss``.

    A flat direction is taken as known, and so are the parameters marked in ``known`` (k,).
    """
    hessian = cases * np.array([(loss(at + s)[1] - loss(at - s)[1]) / (2 * STEP) for s in STEP * np.eye(len(at))])
    hessian = (hessian + hessian.T) / 2
    free = np.full(len(at), True) if known is None else ~known
    covariance = np.zeros_like(hessian)
    if free.any():
        values, vectors = np.linalg.eigh(hessian[np.ix_(free, free)])
        inverse = np.where(values > LEAST_CURVE, 1 / np.maximum(values, LEAST_CURVE), 0.0)
        covariance[np.ix_(free, free)] = vectors * inverse @ vectors.T
    return covariance
