"""What the models of buying expect of each customer: still active or not, how many purchases to come, and how they may scatter.

Given its history a customer who is still active has j of the k ticks towards the next purchase behind it. Its rate is then
gamma (r + k repeats + j, alpha + age), its chance to leave after a purchase beta (a, b + repeats [+ 1 with ``early``]). With
s = rate x time the mean number of purchases is

    sum over i < k of  c_i^(1 + j) / (k q) x (1 - exp(-s (1 - c_i))) / (1 - c_i),   q = 1 - p,  c_i the k-th roots of q,

whose mean over the gamma rate has a closed form; the mean over p is taken by Gauss-Jacobi quadrature. For k = 1 this is the
published expectation of the BG/NBD (Fader, Hardie & Lee 2005, equation 10), and it is exact for k > 1 as well.
"""

import numpy as np
import pandas as pd
from scipy.special import gammaln, xlogy

from playbook.methods.market_research.lifetime.bg_nbd import BuyingFit

__all__ = ["NEWCOMER", "alive_probability", "draw_estimates", "expected_purchases", "simulate_purchases", "stage_weights"]

NODES = 32  # of the quadrature over p; the published expectation comes out to seven digits and more
_BLOCK = 30_000  # figures, or customers, worked on at a time
NEWCOMER = pd.DataFrame({"repeats": [0], "recency": [0.0], "age": [0.0]})  # the day of a first purchase


def stage_weights(estimates: np.ndarray, histories: pd.DataFrame, k: int, early: bool) -> np.ndarray:
    """The chance of each customer to be active with j = 0 .. k - 1 ticks behind it: (customers, k); the rest have left.

    With ``estimates`` (worlds, 4) instead of (4,): (worlds, customers, k).
    """
    r, alpha, a, b = np.moveaxis(estimates, -1, 0)[..., None, None]
    repeats, recency, age = (histories[c].to_numpy(dtype=float)[:, None] for c in ("repeats", "recency", "age"))
    j = np.arange(k)
    shape, others = r + k * repeats, b + repeats - 1 + early
    with np.errstate(divide="ignore", invalid="ignore"):
        climbed = np.insert(np.log(shape + j[:-1]).cumsum(axis=-1), 0, 0.0, axis=-1)  # log gamma(shape + j) / gamma(shape)
        stay = climbed - (shape + j) * np.log(alpha + age) + xlogy(j, age - recency) - gammaln(j + 1.0)
        leave = np.where((repeats > 0) | early, np.log(a / others) - shape * np.log(alpha + recency), -np.inf)
    top = np.maximum(stay.max(axis=-1, keepdims=True), leave)
    each = np.exp(stay - top)
    return each / (each.sum(axis=-1, keepdims=True) + np.exp(leave - top))


def alive_probability(fit: BuyingFit, histories: pd.DataFrame) -> np.ndarray:
    """The chance that each customer is still active: (customers,)."""
    return stage_weights(fit.estimates, histories, fit.k, fit.early).sum(axis=1).clip(0.0, 1.0)


def expected_purchases(fit: BuyingFit, histories: pd.DataFrame, times: np.ndarray) -> np.ndarray:
    """Purchases to expect of each customer within each of ``times`` from the end of its history: (customers, times)."""
    if len(histories) > _BLOCK:  # a quadrature needs some hundred figures a customer at once
        parts = [histories.iloc[i : i + _BLOCK] for i in range(0, len(histories), _BLOCK)]
        return np.vstack([expected_purchases(fit, part, times) for part in parts])
    (r, alpha, a, b), k = fit.estimates, fit.k
    weights = stage_weights(fit.estimates, histories, k, fit.early)
    numbers, at = np.unique(histories["repeats"].to_numpy(dtype=float), return_inverse=True)
    leaves, mass = _beta_nodes(a, b + numbers + fit.early)
    age = alpha + histories["age"].to_numpy(dtype=float)
    shape = r + k * histories["repeats"].to_numpy(dtype=float)
    total = np.zeros((len(histories), len(times)))
    for i in range(k // 2 + 1):  # complex roots come in pairs, and the parts of a pair are each other's conjugates
        power = np.log1p(-leaves) / k + (2j * np.pi * i / k if i else 0.0)
        root, away = np.exp(power)[at], -np.expm1(power)[at]
        share = (2 if 0 < 2 * i < k else 1) * mass[at] / (k * (1 - leaves[at]) * away)
        shares = [share * root ** (1 + j) for j in range(k)]
        for n, time in enumerate(times):
            pace = away * (time / age)[:, None]
            log_pace = np.log1p(pace) if i == 0 else np.log(1 + pace)
            left, step = (None, None) if i == 0 else (np.exp(-shape[:, None] * log_pace), 1 / (1 + pace))
            for j in range(k):
                # For the first root 1 - c may be tiny, and so is what is divided by it.
                still = -np.expm1(-(shape + j)[:, None] * log_pace) if i == 0 else 1 - left * step**j
                total[:, n] += weights[:, j] * np.real(shares[j] * still).sum(axis=1)
    return total


def _beta_nodes(a: float, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for the mean over beta (a, b) of each b: (numbers, nodes) twice (Golub & Welsch 1969)."""
    up, down = a - 1.0, (b - 1.0)[:, None]  # weight x^up (1 - x)^down on 0 to 1
    n = np.arange(NODES, dtype=float)[None, :]
    both = 2 * n + up + down
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.where(n == 0, (up - down) / (up + down + 2), (up**2 - down**2) / (both * (both + 2)))
        m, sums = n[:, 1:], both[:, 1:]
        beside = 4 * m * (m + up) * (m + down) * (m + up + down) / (sums**2 * (sums + 1) * (sums - 1))
        first = 4 * (1 + up) * (1 + down) / ((2 + up + down) ** 2 * (3 + up + down))
        beside[:, :1] = first
    jacobi = np.zeros((len(b), NODES, NODES))
    line = np.arange(NODES)
    jacobi[:, line, line] = (1 + middle) / 2
    jacobi[:, line[1:], line[:-1]] = np.sqrt(beside) / 2
    nodes, vectors = np.linalg.eigh(jacobi, UPLO="L")
    return nodes.clip(1e-300, 1 - 1e-12), vectors[:, 0, :] ** 2


def draw_estimates(fit: BuyingFit, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Parameters as they might have been estimated: (draws, 4), from the asymptotic normal of their logarithms."""
    logs = rng.multivariate_normal(np.log(fit.estimates), fit.covariance, size=draws, method="eigh")
    return np.exp(logs)


def simulate_purchases(
    estimates: np.ndarray, fit: BuyingFit, histories: pd.DataFrame, time: float, rng: np.random.Generator
) -> np.ndarray:
    """How many purchases each customer makes within ``time`` in each of the possible worlds ``estimates``: (worlds, customers).

    Exact: min of the purchases that the ticks allow and of the purchases until the customer leaves.
    """
    repeats, age = histories["repeats"].to_numpy(dtype=float), histories["age"].to_numpy(dtype=float)
    made = np.empty((len(estimates), len(repeats)))
    several = max(1, _BLOCK // max(len(repeats), 1))
    for first in range(0, len(estimates), several):
        block = estimates[first : first + several]
        r, alpha, a, b = block.T[..., None]
        reach = stage_weights(block, histories, fit.k, fit.early).cumsum(axis=-1)
        at = (rng.random((len(block), len(repeats), 1)) > reach).sum(axis=-1)  # k: has left
        rate = rng.gamma(r + fit.k * repeats + np.minimum(at, fit.k - 1)) / (alpha + age)
        leaves = rng.beta(a, b + repeats + fit.early).clip(1e-12, 1.0)
        ticks = rng.poisson((rate * time).clip(max=1e9)) + at
        made[first : first + several] = np.where(at < fit.k, np.minimum(ticks // fit.k, rng.geometric(leaves)), 0)
    return made
