"""Shrinkage: shares of many small groups, each drawn towards the common one as far as chance makes it stand out."""

from dataclasses import dataclass, field

import numpy as np
from scipy.special import betaln, expit, logit
from scipy.stats import chi2_contingency

__all__ = ["Shares", "shrunk_shares", "upper_level"]

DRAWS = 1000
SEED = 7
POINTS = 41
FARTHEST = 15.0  # log odds of a mean: three in ten million
WEIGHTS = np.linspace(0.0, np.log(1e6), POINTS)  # log of the number of cases for which the common share may count


@dataclass(frozen=True)
class Shares:
    """Shares of groups after shrinkage.

    ``expected`` share of each group; ``draws`` (draw, group) from what is known of all shares together; ``p_value`` that the
    groups differ by chance alone (None with one group).
    """

    expected: np.ndarray
    p_value: float | None
    draws: np.ndarray = field(repr=False)

    def range(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of each group's share."""
        low, high = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high


def shrunk_shares(hits: np.ndarray, cases: np.ndarray) -> Shares:
    """Beta-binomial shares (Gelman et al. 2013, Bayesian Data Analysis, 5.3).

    The groups' true shares are taken for draws from one beta distribution, whose mean and weight (in cases) are themselves
    drawn from what the counts say of them, on a grid: flat in the mean's log odds and in the spread of the groups
    (Gelman 2006). Where groups differ no more than chance has it, all come out near the common share. Chance alone is tested
    by chi square. Every group needs at least one case. Raises ValueError without a group.
    """
    hits, cases = np.asarray(hits, dtype=float), np.asarray(cases, dtype=float)
    if not len(cases) or (cases < 1).any():
        raise ValueError("every group needs at least one case")
    rng = np.random.default_rng(SEED)
    if len(cases) == 1:
        draws = rng.beta(hits + 0.5, cases - hits + 0.5, (DRAWS, 1))
        return Shares(draws.mean(axis=0), None, draws)
    pooled = 0 < hits.sum() < cases.sum()
    p_value = float(chi2_contingency([hits, cases - hits], correction=False)[1]) if pooled else 1.0
    middles, weights = _grid(hits, cases)
    a, b = expit(middles)[:, None] * np.exp(weights), expit(-middles)[:, None] * np.exp(weights)
    fit = sum(betaln(a + h, b + n - h) - betaln(a, b) for h, n in zip(hits, cases, strict=True)) - weights / 2
    chance = np.exp(fit - fit.max()).ravel()
    drawn = rng.choice(len(chance), DRAWS, p=chance / chance.sum())
    draws = rng.beta(a.ravel()[drawn, None] + hits, b.ravel()[drawn, None] + cases - hits)
    return Shares(draws.mean(axis=0), p_value, draws)


def _grid(hits: np.ndarray, cases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points for the mean (as log odds) and for the weight (as log of a number of cases) that cover what is likely."""
    odds = logit((hits + 0.5) / (cases + 1))
    middle = logit((hits.sum() + 0.5) / (cases.sum() + 1))
    reach = 5 * np.sqrt(1 / (cases.sum() * expit(middle) * expit(-middle)) + odds.var() / len(odds)) + abs(middle - odds.mean())
    return np.linspace(max(middle - reach, -FARTHEST), min(middle + reach, FARTHEST), POINTS), WEIGHTS


def upper_level(shares: np.ndarray, cases: np.ndarray) -> np.ndarray:
    """The share that the best quarter of all cases has at least, one for each row of ``shares`` (row, group)."""
    order = np.argsort(-shares, axis=1, kind="stable")
    filled = np.cumsum(np.asarray(cases, dtype=float)[order], axis=1)
    first = (filled >= np.sum(cases) / 4).argmax(axis=1)
    rows = np.arange(len(shares))
    return shares[rows, order[rows, first]]
