"""Constants of control charts: what the range and the spread of a few normal values are, in standard deviations."""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import simpson, trapezoid
from scipy.special import gammaln
from scipy.stats import norm

__all__ = ["Constants", "chart_constants"]

# Integrals of smooth functions that end at nothing: on this grid they are exact to six digits.
VALUES, WIDTHS = np.linspace(-8.5, 8.5, 341), np.linspace(0.0, 13.0, 521)


@dataclass(frozen=True)
class Constants:
    """Factors for samples of one size, as in Montgomery, Introduction to Statistical Quality Control, appendix VI.

    ``d2`` and ``d3``: mean and standard deviation of the range; ``c4``: mean of the sample standard deviation; ``range_low`` and
    ``range_high`` (D3, D4): limits of the range in mean ranges; ``mean_width`` (A2): half width of the limits of the mean;
    ``single_width`` (E2): half width of the limits of single values, both in mean ranges.
    """

    d2: float
    d3: float
    c4: float
    range_low: float
    range_high: float
    mean_width: float
    single_width: float


def chart_constants(size: int) -> Constants:
    """The constants for samples of ``size`` values; a chart of single values (XmR) takes those of two neighbours.

    Mean and second moment of the range from Tippett (1925): the integral of 1 - F^n - (1 - F)^n, and twice that of its tail.
    Raises ValueError below two values.
    """
    if size < 2:
        raise ValueError(f"a range needs two values, there are {size}")
    below, above = norm.cdf(VALUES), norm.sf(VALUES)
    mean = float(trapezoid(1 - below**size - above**size, VALUES))
    square = 2 * float(simpson(WIDTHS * _wider(size), WIDTHS))
    d3 = float(np.sqrt(square - mean**2))
    spread = 3 * d3 / mean
    return Constants(
        d2=mean,
        d3=d3,
        c4=float(np.sqrt(2 / (size - 1)) * np.exp(gammaln(size / 2) - gammaln((size - 1) / 2))),
        range_low=max(1 - spread, 0.0),
        range_high=1 + spread,
        mean_width=float(3 / (mean * np.sqrt(size))),
        single_width=float(3 / mean),
    )


def _wider(size: int) -> np.ndarray:
    """How likely the range is wider than each of WIDTHS: whichever value is the least, the others lie at most that far above."""
    within = norm.cdf(VALUES[None] + WIDTHS[:, None]) - norm.cdf(VALUES[None])
    return 1 - trapezoid(size * norm.pdf(VALUES) * within ** (size - 1), VALUES, axis=1)
