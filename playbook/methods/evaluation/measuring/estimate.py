"""Estimate: an effect with its standard error, and all that follows from the two: range, p-value, smallest effect to be seen."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from playbook.result.formats import LEVEL

__all__ = ["CERTAIN", "POWER", "Estimate", "welch"]

CERTAIN = 0.95  # level at which an effect counts as shown
POWER = 0.80  # chance of seeing an effect of the smallest detectable size


@dataclass(frozen=True)
class Estimate:
    """``effect`` and its standard error ``se`` in the outcome's unit; ``df``: degrees of freedom of the t distribution."""

    effect: float
    se: float
    df: float

    def range(self, level: float = LEVEL) -> tuple[float, float]:
        """Lower and upper end of the interval that holds ``level``."""
        half = float(stats.t.ppf((1 + level) / 2, self.df)) * self.se
        return self.effect - half, self.effect + half

    @property
    def low(self) -> float:
        """Lower end at LEVEL."""
        return self.range()[0]

    @property
    def high(self) -> float:
        """Upper end at LEVEL."""
        return self.range()[1]

    @property
    def p(self) -> float:
        """p-value of no effect, two-sided; without any spread 1 for no effect and 0 otherwise."""
        if self.se == 0:
            return 1.0 if self.effect == 0 else 0.0
        return float(2 * stats.t.sf(abs(self.effect) / self.se, self.df))

    @property
    def detectable(self) -> float:
        """Smallest effect that would have passed the 95 % test four times in five (Bloom 1995)."""
        return float((stats.t.ppf((1 + CERTAIN) / 2, self.df) + stats.t.ppf(POWER, self.df)) * self.se)


def welch(effect: float, var_one: float, n_one: int, var_other: float, n_other: int) -> Estimate:
    """Estimate of a difference of two means with unequal variances (Welch 1947).

    ``var_one`` and ``var_other`` are variances of the means. A single unit has no variance of its own: it is to borrow that of
    the others before, and the degrees of freedom are then those of the others.
    """
    se = float(np.sqrt(var_one + var_other))
    if min(n_one, n_other) == 1 or se == 0:
        return Estimate(float(effect), se, float(n_one + n_other - 2))
    df = (var_one + var_other) ** 2 / (var_one**2 / (n_one - 1) + var_other**2 / (n_other - 1))
    return Estimate(float(effect), se, float(df))
