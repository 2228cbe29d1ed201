"""Quantiles of few clients that are no single client's figure, rounded to two figures.

Harrell and Davis (1982, Biometrika 69): a quantile is a weighted mean of all ordered figures, with weights from a beta
distribution. The usual sample quantile of five figures is one of them, and would give that client away.
"""

import numpy as np
from scipy.stats import beta

__all__ = ["rounded", "rounding", "weights"]

FIGURES = 2


def weights(n: int, share: float) -> np.ndarray:
    """The weight of each of ``n`` figures in rising order in the quantile ``share`` (0 to 1); they add up to 1."""
    edges = beta.cdf(np.arange(n + 1) / n, (n + 1) * share, (n + 1) * (1 - share))
    return np.diff(edges)


def rounded(value: float) -> float:
    """The value to two figures: 0.3349 is 0.33, 1,288 is 1,300."""
    return float(f"{value:.{FIGURES}g}")


def rounding(value: float) -> tuple[float, float]:
    """All values that are written as the rounded ``value`` lie between these two; a zero is written for nothing else."""
    if value == 0:
        return 0.0, 0.0
    mantissa, exponent = f"{value:.{FIGURES - 1}e}".split("e")
    half = 0.5 * 10.0 ** (int(exponent) - FIGURES + 1)
    inner = half / 10 if abs(float(mantissa)) == 1 else half  # below a power of ten the steps are ten times as small
    return (value - inner, value + half) if value > 0 else (value - half, value + inner)
