"""Sharpness: how often a chart cries wolf, and how soon it notices a fall, given its own noise."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from playbook.methods.monitoring.charting.limits import WATCHED, Limits
from playbook.methods.monitoring.charting.spells import alarms, spells
from playbook.result.formats import LEVEL

__all__ = ["FALL", "Sharpness", "first_alarms", "sharpness"]

FALL = 0.15
PATHS, YEAR = 1_000, 52
SETTLING = 20  # weeks after which noise that carries over has forgotten how it began


@dataclass(frozen=True)
class Sharpness:
    """``false_alarms`` a year while nothing changes; ``weeks`` until a fall by FALL is noticed, in half of all cases, and
    ``weeks_most``, in LEVEL of them (NaN where that takes more than a year)."""

    false_alarms: float
    weeks: float
    weeks_most: float


def sharpness(limits: Limits) -> Sharpness:
    """Run the chart on weeks drawn as noisy as the client's own: quiet ones, and ones after a fall in the first week.

    Drawn anew for each path: the noise, of which a part carries over to the next week; the error of the expected, shared by all
    weeks; and how far the noise was misjudged, known as it is from a limited number of weeks. False alarms are those of quarters
    one after the other, each judged by limits from the weeks before it, as the section does. The draws are fixed.
    """
    watched = limits.frame[limits.frame["watched"]]
    margin = watched["margin"].to_numpy()
    quiet = _quiet(margin, limits, np.random.default_rng(1))
    stirred = np.flatnonzero(alarms(quiet, margin, limits.carry).any(axis=(1, 2)))
    count = sum(map(len, spells(quiet[stirred], margin, limits.carry)))
    ahead = np.full(YEAR, margin.mean())
    fallen = _quiet(ahead, limits, np.random.default_rng(2)) + limits.shift(-FALL).mean()
    noticed = first_alarms(fallen, ahead, limits.carry, side=-1)
    weeks, most = (float(np.quantile(noticed, q, method="higher")) for q in (0.5, LEVEL))
    return Sharpness(count / PATHS * YEAR / WATCHED, *(w if np.isfinite(w) else np.nan for w in (weeks, most)))


def first_alarms(score: np.ndarray, margin: np.ndarray, carry: float, side: int) -> np.ndarray:
    """The week of the first alarm on a side, from 1 on, by path of ``score`` (paths, weeks); infinite where there is none."""
    found = alarms(score, margin, carry)[:, :, (side + 1) // 2]
    return np.where(found.any(axis=1), found.argmax(axis=1) + 1.0, np.inf)


def _quiet(margin: np.ndarray, limits: Limits, rng: np.random.Generator) -> np.ndarray:
    """Scores (PATHS, weeks) of weeks in which nothing happens."""
    weeks = len(margin)
    fresh = rng.normal(size=(PATHS, weeks + SETTLING)) * np.sqrt(1 - limits.carry**2)
    own = lfilter([1.0], [1.0, -limits.carry], fresh, axis=1)[:, SETTLING:]
    scale = np.sqrt(rng.chisquare(limits.freedom, size=(PATHS, 1)) / limits.freedom)
    return (own * np.sqrt(1 - margin**2) + rng.normal(size=(PATHS, 1)) * margin) / scale
