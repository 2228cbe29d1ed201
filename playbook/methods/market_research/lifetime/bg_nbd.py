"""BG/NBD and its regular relatives: how often customers buy, and after which purchase they are gone, by maximum likelihood.

While active, a customer buys at its own rate; after every purchase it leaves with its own probability. Rates differ as a gamma
distribution (r, alpha), probabilities as a beta distribution (a, b). With ``k`` = 1 purchases come at random (BG/NBD: Fader,
Hardie & Lee 2005, Marketing Science 24(2)). With ``k`` > 1 a purchase needs k random ticks, so that gaps are more even
((M)BG/CNBD-k: Reutterer, Platzer & Schroeder 2021, Int. J. of Research in Marketing 38(1)). With ``early`` a customer may also
leave after the first purchase (MBG/NBD: Batislam, Denizel & Filiztekin 2007).
"""

from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import digamma, expit, gammaln, xlogy

from playbook.methods.market_research.lifetime.likelihood import covariance_at, likeliest

__all__ = ["NAMES", "BuyingFit", "choose_buying", "fit_buying"]

NAMES = ("r", "alpha", "a", "b")
MOST_TICKS = 6  # the search for k ends here; more even than that is a subscription
_CLEARLY = 2.0  # log likelihood, a factor of seven
_FAR = 9.0  # bounds of the logarithms of the parameters, around a start in the data's own unit of time


@dataclass(frozen=True)
class BuyingFit:
    """What was estimated. ``estimates``: r, alpha (weeks), a, b; ``errors``: their standard errors (delta method);
    ``covariance`` (4, 4): of the logarithms of the estimates; ``at_bound``: names of those that ran to the edge."""

    k: int
    early: bool
    estimates: np.ndarray
    errors: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    customers: int
    at_bound: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        family = "MBG" if self.early else "BG"
        return f"{family}/NBD" if self.k == 1 else f"{family}/CNBD-{self.k}"


def choose_buying(histories: pd.DataFrame) -> BuyingFit:
    """The best of the family by likelihood (all have four parameters).

    ``k`` rises from 1 as long as the likelihood does. Leaving after the first purchase is assumed only where that makes the
    data clearly more likely: it bears hard on customers who bought once.
    """
    tried = []
    for early in (False, True):
        best = -np.inf
        for k in range(1, MOST_TICKS + 1):
            peak = _climb(histories, k, early)
            tried.append(peak)
            if peak.log_likelihood <= best:
                break
            best = peak.log_likelihood
    return _fit(max(tried, key=lambda peak: peak.log_likelihood - _CLEARLY * peak.compact.early))


def fit_buying(histories: pd.DataFrame, k: int = 1, early: bool = False) -> BuyingFit:
    """Fit to ``histories`` [repeats, recency, age, log_gaps (only for k > 1)], one row per customer, times in one unit.

    Raises ValueError when there is no customer, or no time passed since the first purchases.
    """
    return _fit(_climb(histories, k, early))


class _Peak(NamedTuple):
    """Where the likelihood is highest, before it is known how exactly."""

    compact: "_Compact"
    logs: np.ndarray
    edge: np.ndarray
    log_likelihood: float


def _climb(histories: pd.DataFrame, k: int, early: bool) -> _Peak:
    if not len(histories) or not histories["age"].max() > 0:
        raise ValueError("no purchase histories to learn from")
    compact = _Compact(histories, k, early)
    scale = np.log(k * max(float(np.average(compact.age, weights=compact.count)), 1e-6) / 4)
    start = np.array([-0.7, scale, 0.0, 0.9])
    logs, least, edge = likeliest(compact.loss, start, _FAR)
    constant = float(-(histories["repeats"] * gammaln(k)).sum() + ((k - 1) * histories["log_gaps"].sum() if k > 1 else 0.0))
    return _Peak(compact, logs, edge, -least * len(histories) + constant)


def _fit(peak: _Peak) -> BuyingFit:
    (compact, logs, edge, highest), estimates = peak, np.exp(peak.logs)
    covariance = covariance_at(compact.loss, logs, compact.customers, known=edge)
    errors, at_bound = estimates * np.sqrt(np.diag(covariance)), tuple(compress(NAMES, edge))
    return BuyingFit(compact.k, compact.early, estimates, errors, covariance, highest, compact.customers, at_bound)


class _Compact:
    """Histories with those who bought once counted by age, and the likelihood of the parameters given them.

    Rows of customers who may have left come last: they alone need the second part of the likelihood.
    """

    def __init__(self, histories: pd.DataFrame, k: int, early: bool):
        repeats, recency, age = (histories[c].to_numpy(dtype=float) for c in ("repeats", "recency", "age"))
        again = repeats > 0
        once, often = np.unique(age[~again], return_counts=True)
        self.repeats = np.concatenate([np.zeros(len(once)), repeats[again]])
        self.age = np.concatenate([once, age[again]])
        recency = np.concatenate([np.zeros(len(once)), recency[again]])
        self.count = np.concatenate([often, np.ones(again.sum())])
        self.k, self.early, self.customers = k, early, len(histories)
        self.late = slice(0 if early else len(once), None)
        self.recency = recency[self.late]
        # The costly functions depend on the number of repeats alone: worked out once a number.
        counted = np.bincount(self.repeats.astype(int), weights=self.count)
        self.numbers = np.flatnonzero(counted).astype(float)
        self.of_number = counted[counted > 0]
        self.j = np.arange(k)[:, None]
        self.ticks = xlogy(self.j, np.maximum(self.age - recency, 0.0)) - gammaln(self.j + 1.0)

    def loss(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        """What ``likeliest`` makes small, at the logarithms of the parameters."""
        value, slope = self.likelihood(np.exp(logs))
        return -value / self.customers, -slope * np.exp(logs) / self.customers

    def likelihood(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        """Log likelihood without its constant, and its derivatives by r, alpha, a and b."""
        r, alpha, a, b = parameters
        shape, left = r + self.k * self.numbers, b + self.numbers + self.early
        common = gammaln(shape) + gammaln(left) - gammaln(a + left)
        fixed = r * np.log(alpha) - gammaln(r) - gammaln(b) + gammaln(a + b)
        own = r + self.k * self.repeats
        late, others = own[self.late], (b - 1 + self.early) + self.repeats[self.late]
        old, last = alpha + self.age, alpha + self.recency
        log_old, log_last = np.log(old), np.log(last)
        stay, each, rises = self._stay(own, log_old)
        leave = np.log(a / others) - late * log_last - stay[self.late]
        value = self.of_number @ common + self.count.sum() * fixed + self.count @ stay
        value += self.count[self.late] @ np.logaddexp(0.0, leave)
        gone = self.count[self.late] * expit(leave)
        active = self.count.copy()
        active[self.late] -= gone
        per, n = self.of_number, self.count.sum()
        slope_r = per @ digamma(shape) + n * (np.log(alpha) - digamma(r)) - active @ log_old - gone @ log_last
        slope_alpha = n * r / alpha - active @ (own / old) - gone @ (late / last)
        if self.k > 1:
            slope_r += ((each * rises).sum(axis=0)) @ active
            slope_alpha -= (each * self.j).sum(axis=0) @ (active / old)
        both = digamma(a + left)
        slope_a = n * digamma(a + b) - per @ both + gone.sum() / a
        slope_b = n * (digamma(a + b) - digamma(b)) + per @ (digamma(left) - both) - (gone / others).sum()
        return float(value), np.array([slope_r, slope_alpha, slope_a, slope_b])

    def _stay(self, own: np.ndarray, log_old: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Logarithm, but for a common part, of the chance to be active; by ticks since the last purchase the shares of it, and
        the slope of each by r: (rows,), (k, rows), (k, rows)."""
        none = -own * log_old
        if self.k == 1:
            return none, np.ones((1, 1)), np.zeros((1, 1))
        climbing = own + self.j[:-1]
        start = np.zeros((1, len(own)))
        parts = none + np.vstack([start, np.log(climbing).cumsum(axis=0)]) - self.j * log_old + self.ticks
        top = parts.max(axis=0)
        each = np.exp(parts - top)
        total = each.sum(axis=0)
        return top + np.log(total), each / total, np.vstack([start, (1 / climbing).cumsum(axis=0)])
