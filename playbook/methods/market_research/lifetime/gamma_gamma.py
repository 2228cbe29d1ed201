"""Gamma-Gamma: what an order of each customer is worth, between the customer's own mean and that of all customers.

Orders of a customer scatter as a gamma distribution (shape p) around its own mean; the means differ between customers (q, v).
The fewer orders a customer has placed, the more its value is drawn towards the others. Source: Fader & Hardie (2013), "The
Gamma-Gamma Model of Monetary Value", equations 1a, 3 and 5.
"""

from dataclasses import dataclass
from itertools import compress

import numpy as np
from scipy.special import digamma, gammaln

from playbook.methods.market_research.lifetime.likelihood import covariance_at, likeliest

__all__ = ["NAMES", "SpendFit", "draw_spend", "expected_value", "fit_spend"]

NAMES = ("p", "q", "v")
_FAR = 7.0  # bounds of the logarithms; beyond them all customers are alike
_LEAST_Q = 1.05  # at 1 the mean over customers is infinite


@dataclass(frozen=True)
class SpendFit:
    """What was estimated. ``estimates``: p, q, v (money); ``errors``: their standard errors (delta method); ``covariance``
    (3, 3): of their logarithms (of q - 1.05 in place of q); ``at_bound``: names of those that ran to the edge."""

    estimates: np.ndarray
    errors: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    customers: int
    at_bound: tuple[str, ...] = ()


def fit_spend(orders: np.ndarray, values: np.ndarray, logs: np.ndarray | None = None) -> SpendFit:
    """Fit to the number of orders and the mean order value of customers; those without a positive value are left out.

    With ``logs``, the mean logarithm of each customer's order values, every single order counts (equation 1a alone) and not
    only the mean (equation 3): how far a customer's own orders scatter is then seen, rather than concluded from how fast the
    means draw together. Raises ValueError when fewer than two customers are left.
    """
    kept = (orders > 0) & (values > 0)
    x, z = orders[kept].astype(float), values[kept].astype(float)
    if len(x) < 2:
        raise ValueError("no order values to learn from")
    unit = float(np.exp(np.log(z).mean()))
    z = z / unit
    n, log_z = len(x), np.log(z)
    inner = log_z + np.log(x) if logs is None else np.minimum(logs[kept] - np.log(unit), log_z)

    def loss(moves: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, v = np.exp(moves) + [0, _LEAST_Q, 0]
        px, pool = p * x, v + x * z
        log_pool, both = np.log(pool), digamma(px + q)
        # The mean of x orders is a gamma of shape p x; single orders are x gammas of shape p.
        own, slope_own = (gammaln(px), x * digamma(px)) if logs is None else (x * gammaln(p), x * digamma(p))
        value = (gammaln(px + q) - own + px * (inner - log_pool) - q * log_pool).sum() + n * (q * np.log(v) - gammaln(q))
        slope_p = (x * (both + inner - log_pool) - slope_own).sum()
        slope_q = (both - log_pool).sum() + n * (np.log(v) - digamma(q))
        slope_v = n * q / v - ((px + q) / pool).sum()
        return -value / n, -np.array([slope_p * p, slope_q * (q - _LEAST_Q), slope_v * v]) / n

    start = np.log([4.0, 3.0 - _LEAST_Q, 2.0])
    at, least, edge = likeliest(loss, start, _FAR)
    covariance = covariance_at(loss, at, n, known=edge)
    moves = np.exp(at) * [1, 1, unit]
    estimates = moves + [0, _LEAST_Q, 0]
    base = log_z.sum() + n * np.log(unit) if logs is None else (x * (inner + np.log(unit))).sum()
    likelihood, at_bound = -least * n - base, tuple(compress(NAMES, edge))
    return SpendFit(estimates, moves * np.sqrt(np.diag(covariance)), covariance, float(likelihood), n, at_bound)


def expected_value(estimates: np.ndarray, orders: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The mean order value to expect of each customer, given its orders so far (0: that of all customers)."""
    p, q, v = estimates
    return p * (v + orders * np.where(orders > 0, values, 0.0)) / (p * orders + q - 1)


def draw_spend(fit: SpendFit, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Parameters as they might have been estimated: (draws, 3), from the asymptotic normal of their logarithms."""
    moves = rng.multivariate_normal(np.zeros(3), fit.covariance, size=draws, method="eigh")
    return (fit.estimates - [0, _LEAST_Q, 0]) * np.exp(moves) + [0, _LEAST_Q, 0]
