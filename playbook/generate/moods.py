"""Moods: how satisfied customers are, given whether the parcel came late, and what they say moved them.

The planted chain is late -> satisfied -> buys again. Orders are drawn long before, so late delivery and satisfaction are
drawn backwards, by Bayes' rule, given whether the customer really buys again: the joint distribution is that of the chain,
and no order changes.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.stats import norm

from playbook.generate.planted import AGAIN_ODDS
from playbook.generate.service import LATE, words

__all__ = ["Moods", "draw_late_and_satisfied", "planted_moods", "survey_truth"]

BASE_SCORE, SCORE_SPREAD = 8.1, 1.3
SATISFACTION_FROM, SATISFACTION_SPREAD = (2.5, 4.5, 6.5, 8.5), 0.5  # recommend scores where satisfaction goes up by one
SATISFIED_FROM = 4
SCORES, GRADES = np.arange(11), np.arange(1, 6)


@dataclass(frozen=True)
class Moods:
    """``chances[late, driver, recommend, satisfaction - 1]``: each of the two tables sums to 1."""

    drivers: tuple[str, ...]
    chances: np.ndarray

    @property
    def satisfied(self) -> np.ndarray:
        """Chance of 4 or 5 of 5 when the parcel was in time, and when it was late."""
        return self.chances[..., GRADES >= SATISFIED_FROM].sum(axis=(1, 2, 3))

    def draw(
        self, late: np.ndarray, satisfied: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Driver (number), recommend and satisfaction of each answer, given the two flags."""
        wanted = (GRADES >= SATISFIED_FROM) == satisfied[:, None]
        cells = (self.chances[late.astype(int)] * wanted[:, None, None, :]).reshape(len(late), -1)
        bounds = np.cumsum(cells, axis=1)
        cell = (rng.random(len(late)) * bounds[:, -1])[:, None] >= bounds
        driver, score, grade = np.unravel_index(cell.sum(axis=1), self.chances.shape[1:])
        return driver, SCORES[score], GRADES[grade]


def survey_truth() -> dict[str, dict[str, float]]:
    """Planted drivers of satisfaction: effect in points on the 0 to 10 scale, and share: of late delivery among answers after a
    late delivery, of the others among the rest."""
    return {name: {"share": d["share"], "effect": d["effect"]} for name, d in words()["drivers"].items()}


@cache
def planted_moods() -> Moods:
    """The two tables in closed form: a normal score around the driver's mean, rounded and cut to 0 to 10, then a grade."""
    told = survey_truth()
    names = tuple(told)
    others = np.array([0.0 if name == LATE else told[name]["share"] for name in names])
    others /= others.sum()
    late = told[LATE]["share"] * np.array([name == LATE for name in names]) + (1 - told[LATE]["share"]) * others
    mean = BASE_SCORE + np.array([told[name]["effect"] for name in names])
    below = norm.cdf((SCORES[:-1] + 0.5 - mean[:, None]) / SCORE_SPREAD)
    score = np.diff(below, axis=1, prepend=0.0, append=1.0)
    grade = np.diff(norm.cdf((np.array(SATISFACTION_FROM) - SCORES[:, None]) / SATISFACTION_SPREAD), axis=1, prepend=0, append=1)
    given_driver = score[:, :, None] * grade[None, :, :]
    return Moods(names, np.stack([others, late])[:, :, None, None] * given_driver)


def draw_late_and_satisfied(
    late: np.ndarray, again_rate: np.ndarray, again: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two flags per order, drawn given whether the customer buys again.

    ``late`` is the chance of a late parcel, ``again_rate`` how likely customers of the kind are to buy again, ``again`` whether
    this one does (NaN where nobody can know yet). P(again | satisfied) is chosen so that its odds are AGAIN_ODDS times those of
    P(again | not) while the mean stays ``again_rate``.
    """
    satisfied = planted_moods().satisfied
    chance = (
        np.stack([1 - late, late])[:, None, :] * np.stack([1 - satisfied, satisfied], axis=0).T[:, :, None]
    )  # late, satisfied, order
    content = chance[:, 1].sum(axis=0)
    returning = _returning(content, again_rate)  # satisfied or not, order
    known = ~np.isnan(again)
    seen = np.where(again == 1, returning, 1 - returning)
    posterior = np.where(known, chance * seen[None], chance).reshape(4, -1)
    bounds = np.cumsum(posterior, axis=0)
    cell = (rng.random(len(late)) * bounds[-1] >= bounds).sum(axis=0)
    return cell >= 2, cell % 2 == 1


def _returning(content: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """P(again | not satisfied) and P(again | satisfied), with odds x and kx and mean ``rate``.

    From p kx/(1+kx) + (1-p) x/(1+x) = a: x is the positive root of k(1-a)x² + (pk + 1-p - a(1+k))x - a.
    """
    k, p, a = AGAIN_ODDS, content, np.clip(rate, 1e-6, 1 - 1e-6)
    square, linear = k * (1 - a), p * k + 1 - p - a * (1 + k)
    odds = (-linear + np.sqrt(linear**2 + 4 * square * a)) / (2 * square)
    return np.stack([odds / (1 + odds), k * odds / (1 + k * odds)])
