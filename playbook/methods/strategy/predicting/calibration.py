"""Calibration: scores turned into probabilities that come true as often as they say."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

__all__ = ["Calibrator", "calibrate", "log_odds"]

Kind = Literal["none", "sigmoid", "isotonic"]

FEWEST = 1_000  # of the rarer outcome, before steps are fitted instead of a line
LEAST = 1e-6  # spread of scores: what lies closer together is one score, told apart by rounding alone
FLAT = 1e-3  # log odds for a standard deviation of the score, by which its order is kept where it tells nothing
EDGE = 1e-4  # nobody is certain
STRONG = 1e3  # inverse of the ridge on the line: next to none, but a line where scores part the outcomes without a miss


@dataclass(frozen=True)
class Calibrator:
    """From scores (log odds, or distances for a support vector machine) to probabilities, between 0.0001 and 0.9999."""

    kind: Kind
    line: tuple[float, float]  # intercept and slope on the score
    steps: IsotonicRegression | None = None

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        lined = expit(self.line[0] + self.line[1] * scores)
        # A little of the line keeps the order of scores that fall on one step.
        chance = lined if self.steps is None else 0.95 * self.steps.predict(scores) + 0.05 * lined
        return np.clip(chance, EDGE, 1 - EDGE)


def calibrate(scores: np.ndarray, outcome: np.ndarray, probability: bool, seed: int) -> Calibrator:
    """The calibrator for scores of rows the model had not seen.

    Sigmoid, Platt's (1999) line on the log odds, where either outcome has less than a thousand cases. With more, the one
    with the least cross-validated log loss: none (only if the score is a log odds), sigmoid, or isotonic, Zadrozny and
    Elkan's (2002) steps, which fit noise where cases are few.
    """
    if min(outcome.sum(), (~outcome).sum()) < FEWEST:
        return _fit("sigmoid", scores, outcome)
    kinds: list[Kind] = [*(["none"] if probability else []), "sigmoid", "isotonic"]
    folds = list(StratifiedKFold(3, shuffle=True, random_state=seed).split(scores, outcome))
    losses = {}
    for kind in kinds:
        told = np.empty(len(scores))
        for learn, judge in folds:
            told[judge] = _fit(kind, scores[learn], outcome[learn])(scores[judge])
        losses[kind] = -np.log(np.where(outcome, told, 1 - told)).mean()
    return _fit(min(kinds, key=losses.__getitem__), scores, outcome)


def log_odds(chance: np.ndarray) -> np.ndarray:
    """Log odds of probabilities, none of them certain."""
    return logit(np.clip(chance, EDGE, 1 - EDGE))


def _fit(kind: Kind, scores: np.ndarray, outcome: np.ndarray) -> Calibrator:
    if kind == "none":
        return Calibrator(kind, (0.0, 1.0))
    middle, spread = float(scores.mean()), max(float(scores.std()), LEAST)
    line = LogisticRegression(C=STRONG, solver="newton-cholesky").fit((scores[:, None] - middle) / spread, outcome)
    base, slope = float(line.intercept_[0]), float(line.coef_[0, 0])
    if slope < FLAT:  # a score never counts against itself
        base, slope = float(log_odds(outcome.mean())), FLAT
    bent = (base - slope * middle / spread, slope / spread)
    if kind == "sigmoid":
        return Calibrator(kind, bent)
    return Calibrator(kind, bent, IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, outcome))
