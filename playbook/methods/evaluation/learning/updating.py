"""Updating: a belief and a measurement become a new belief, both normal.

new mean = old mean + weight x (measured - old mean), weight = old variance / (old variance + measured variance)

The old variance is widened where the measurement lies farther from the belief than both ranges explain: an assumption that
the client's own customers contradict must not hold the answer back (power prior with an empirical-Bayes exponent:
Ibrahim and Chen 2000, Statistical Science 15; Gravestock and Held 2017, Pharmaceutical Statistics 16, eq. 8).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri  # the command loads this module: scipy.stats takes a second

from playbook.result.formats import LEVEL

__all__ = ["HALF", "Belief", "belief", "updated"]

HALF = float(ndtri((1 + LEVEL) / 2))  # standard deviations from the middle of a range to its edge


@dataclass(frozen=True)
class Belief:
    """A normal distribution: its ``mean`` and standard deviation ``sd`` (not negative), in the figure's own unit."""

    mean: float
    sd: float

    @property
    def low(self) -> float:
        return self.mean - HALF * self.sd

    @property
    def high(self) -> float:
        return self.mean + HALF * self.sd


def belief(value: float, low: float, high: float) -> Belief:
    """The normal distribution with that mean whose range at LEVEL is as wide as ``low`` to ``high``.

    Raises ValueError where the range is turned round.
    """
    if low > high:
        raise ValueError(f"{low} to {high} is no range")
    return Belief(value, (high - low) / (2 * HALF))


def updated(prior: Belief, measured: Belief) -> tuple[Belief, float]:
    """What is believed once the measurement is in, and the weight it had (0 to 1)."""
    if measured.sd == 0:
        return measured, 1.0
    spread = max(prior.sd**2, (measured.mean - prior.mean) ** 2 - measured.sd**2)
    weight = spread / (spread + measured.sd**2)
    return Belief(prior.mean + weight * (measured.mean - prior.mean), float(np.sqrt(weight)) * measured.sd), weight
