"""Qini: whether addressing customers in the order of a score brings more than addressing the same number by lot.

The uplift curve is what a customer of all brings more when the share u with the highest scores is addressed. The Qini
coefficient is the area between the curve and the straight line to its end (Radcliffe 2007, "Using control groups to target on
predicted lift"); with one effect score a customer it is the QINI form of the rank-weighted average treatment effect
(Yadlowsky, Fleming, Shah, Brunskill & Wager 2021, arXiv 2111.07966, sections 2.1 and 3), whose bootstrap it takes.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.result.formats import LEVEL

__all__ = ["WIDTH", "Qini", "measure_qini", "qini_coefficient"]

DRAWS = 300
SHARES = np.linspace(0, 1, 21)  # points of the curve
WIDTH = float(norm.ppf((1 + LEVEL) / 2))


@dataclass(frozen=True)
class Qini:
    """``value``: the area, in outcomes a customer; ``error``: its standard error; ``low`` and ``high`` at LEVEL; ``p``: chance of
    so large an area if the order were worth nothing (one-sided). ``curve``: share, gain, low, high, by_lot."""

    value: float
    error: float
    low: float
    high: float
    p: float
    curve: pd.DataFrame = field(repr=False)


def qini_coefficient(scores: np.ndarray, effects: np.ndarray) -> float:
    """Area between the uplift curve and the line, in units of ``effects`` (n,); equal ``scores`` (n,) come in any order."""
    return _areas(*_groups(scores), effects, np.ones(len(effects)))[0]


def measure_qini(scores: np.ndarray, effects: np.ndarray, seed: int = 0) -> Qini:
    """The coefficient and the curve with their ranges by bootstrap over customers (weights are Poisson draws)."""
    rng = np.random.default_rng(seed)
    group, many = _groups(scores)
    value, curve = _areas(group, many, effects, np.ones(len(effects)))
    drawn = [_areas(group, many, effects, rng.poisson(1.0, len(effects)).astype(float)) for _ in range(DRAWS)]
    error = float(np.std([area for area, _ in drawn]))
    spread = np.std([points for _, points in drawn], axis=0)
    frame = pd.DataFrame({"share": SHARES, "gain": curve, "low": curve - WIDTH * spread, "high": curve + WIDTH * spread})
    p = float(norm.sf(value / error)) if error > 0 else 0.5
    return Qini(value, error, value - WIDTH * error, value + WIDTH * error, p, frame.assign(by_lot=SHARES * curve[-1]))


def _groups(scores: np.ndarray) -> tuple[np.ndarray, int]:
    """Number of each customer's score, the highest first, and how many scores there are."""
    found, group = np.unique(-scores, return_inverse=True)
    return group, len(found)


def _areas(group: np.ndarray, many: int, effects: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """The area and the curve at SHARES for customers counted ``weights`` times."""
    customers = np.bincount(group, weights, many)
    gains = np.bincount(group, weights * effects, many) / customers.sum()
    share = customers.cumsum() / customers.sum()
    middle = share - customers / customers.sum() / 2
    # Between two points the curve is a line, so that a group's gain counts from its middle on.
    area = float(gains @ (1 - middle) - gains.sum() / 2)
    return area, np.interp(SHARES, np.append(0.0, share), np.append(0.0, gains.cumsum()))
