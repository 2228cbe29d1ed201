"""Ranges: how far each driver may move within a year, and which move together, by the client's own months where enough."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.covariance import ledoit_wolf

from playbook.methods.strategy.whatif.business import Business
from playbook.result.formats import LEVEL

__all__ = ["ASSUMED", "OTHERWISE", "WIDTH", "Ranges", "driver_ranges"]

WIDTH = float(norm.ppf((1 + LEVEL) / 2))  # standard deviations to either side of the range
ASSUMED = {"price": 0.03, "cost": 0.05}  # half width of the range at LEVEL, relative; the client's months do not tell these
OTHERWISE = 0.10  # the same, for a driver with too few months
SEASON, FEWEST_YEARLY, FEWEST = 12, 12, 6  # months; changes on the year before needed; months for a range without the season
MOST = 0.5  # standard deviation of a logarithm: a driver that doubles and halves from year to year tells no more than that


@dataclass(frozen=True)
class Ranges:
    """Logarithms of the drivers' factors are normal with mean zero and ``covariance`` (drivers, drivers).

    ``basis`` says where each driver's range comes from: 'years' (changes on the same month of the year before), 'months' (scatter
    of its months), or 'assumed'; ``scaled``: by what the ranges from the client's months were multiplied so that revenue scatters
    as its tested forecast does (1 without one).
    """

    names: tuple[str, ...]
    covariance: np.ndarray = field(repr=False)
    basis: dict[str, str]
    scaled: float = 1.0

    def edges(self, name: str) -> tuple[float, float]:
        """Factors at both ends of the range at LEVEL."""
        place = self.names.index(name)
        half = WIDTH * float(np.sqrt(self.covariance[place, place]))
        return float(np.exp(-half)), float(np.exp(half))

    def draw(self, draws: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Factors of ``draws`` possible years, by driver."""
        moves = rng.multivariate_normal(np.zeros(len(self.names)), self.covariance, size=draws, method="eigh")
        return {name: np.exp(moves[:, i]) for i, name in enumerate(self.names)}


def driver_ranges(business: Business, spread: float | None = None) -> Ranges:
    """Ranges of all drivers of a business; ``spread``: standard deviation of the logarithm of revenue by its tested forecast.

    A driver's yearly move is taken to scatter as its changes on the same month of the year before do (their mean, the growth, is
    in the level already), shrunk towards independence (Ledoit & Wolf 2004); too wide where months miss in both directions, which
    the forecast's own range corrects.
    """
    names = business.drivers
    logs = np.log(business.history.where(business.history > 0)) if len(business.history) else business.history
    covariance, basis = np.zeros((len(names), len(names))), {}
    yearly = logs.diff(SEASON) if len(logs) else logs
    known = [n for n in names if n in logs and yearly[n].notna().sum() >= FEWEST_YEARLY]
    if known:
        rows = yearly[known].dropna()
        if len(rows) >= FEWEST_YEARLY:
            found = ledoit_wolf(rows.to_numpy())[0]
            places = [names.index(n) for n in known]
            covariance[np.ix_(places, places)] = found
            basis = dict.fromkeys(known, "years")
    for place, name in enumerate(names):
        if name in basis:
            continue
        own = logs[name].dropna() if name in logs else pd.Series(dtype=float)
        if len(own) >= FEWEST:
            covariance[place, place], basis[name] = float(own.var()), "months"
        else:
            half = ASSUMED.get(name, OTHERWISE)
            covariance[place, place], basis[name] = float((np.log1p(half) / WIDTH) ** 2), "assumed"
    own = np.array([basis[n] != "assumed" for n in names])
    covariance = _limited(covariance)
    scaled = 1.0
    if spread is not None and own.any():
        signs = np.array([-1.0 if n == "cycle" else 1.0 for n in names]) * own
        whole = float(np.sqrt(signs @ covariance @ signs))
        scaled = spread / whole if whole > 0 else 1.0
        factor = np.where(own, scaled, 1.0)
        covariance = covariance * np.outer(factor, factor)
    return Ranges(names, covariance, basis, scaled)


def _limited(covariance: np.ndarray) -> np.ndarray:
    spread = np.sqrt(np.diag(covariance))
    factor = np.minimum(MOST / np.maximum(spread, 1e-12), 1.0)
    return covariance * np.outer(factor, factor)
