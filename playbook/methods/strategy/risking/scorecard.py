"""Scorecard: whole points for each class of each column, that add up to the score of a credit."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from playbook.methods.strategy.predicting.columns import tidy
from playbook.methods.strategy.predicting.judge import Area
from playbook.methods.strategy.predicting.splits import outer_folds
from playbook.methods.strategy.risking.classing import Classes, class_column

__all__ = ["Scorecard", "crossed", "fit_scorecard", "gini", "ks"]

BASE, ODDS, DOUBLE = 600, 30.0, 20  # points at so many good for one bad; points that double these odds (Siddiqi 2006, ch. 6)
FACTOR = DOUBLE / np.log(2)
LEAST_VALUE = 0.001  # information value from which a column is worth a line of the card
MOST_LEVELS = 50


@dataclass(frozen=True, eq=False)
class Scorecard:
    """``classes`` and ``points`` of each column (one number a class), ``slope`` and ``base`` of the chance not to be paid back by
    score: 1 / (1 + exp(base + slope * score)). A score is the sum of its points, exactly."""

    classes: tuple[Classes, ...]
    points: tuple[np.ndarray, ...] = field(repr=False)
    slope: float
    base: float

    def parts(self, features: pd.DataFrame) -> pd.DataFrame:
        """(n, columns) the points of every row by column."""
        rows = tidy(features)
        return pd.DataFrame(
            {c.name: p[c.place(rows[c.name])] for c, p in zip(self.classes, self.points, strict=True)}, index=features.index
        )

    def chance(self, score: np.ndarray) -> np.ndarray:
        """Chance that a credit with this score is not paid back."""
        return expit(-(self.base + self.slope * np.asarray(score, dtype=float)))


def fit_scorecard(features: pd.DataFrame, bad: np.ndarray) -> Scorecard:
    """Class every column, weigh the evidence by logistic regression, and turn it into points. ``bad``: true where not paid back.

    Columns that tell too little, or whose weight would turn the evidence round, get no line. Raises ValueError where no column
    tells anything.
    """
    rows = tidy(features)
    wide = [c for c in rows if rows[c].dtype == object and rows[c].nunique() > MOST_LEVELS]
    classes = [class_column(rows[c], bad) for c in rows if c not in wide and rows[c].nunique(dropna=False) > 1]
    classes = [c for c in classes if c.value >= LEAST_VALUE]
    while classes:
        evidence = np.column_stack([c.woe[c.place(rows[c.name])] for c in classes])
        fitted = LogisticRegression(C=10.0, max_iter=500).fit(evidence, ~bad)
        weights = fitted.coef_[0]
        if (weights > 0).all():
            break
        classes = [c for c, w in zip(classes, weights, strict=True) if w > 0]
    if not classes:
        raise ValueError("no column tells who pays back")
    share = (BASE - FACTOR * np.log(ODDS) + FACTOR * fitted.intercept_[0]) / len(classes)
    points = tuple(np.round(share + FACTOR * w * c.woe).astype(int) for c, w in zip(classes, weights, strict=True))
    score = sum(p[c.place(rows[c.name])] for c, p in zip(classes, points, strict=True)).astype(float)
    scaled = (score - BASE) / FACTOR
    line = LogisticRegression(C=1e6, max_iter=500).fit(scaled[:, None], ~bad)
    slope = float(line.coef_[0, 0] / FACTOR)
    return Scorecard(tuple(classes), points, slope, float(line.intercept_[0] - slope * BASE))


def crossed(
    features: pd.DataFrame, bad: np.ndarray, seed: int = 0, when: pd.Series | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Score and chance (n,) of every row by a card learnt from other rows, classes included.

    With ``when`` (n,) later rows are judged by earlier ones (``outer_folds``), and the first ones, only learnt from, are not a
    number; without it, or with too few of an outcome in some part, the parts are random.
    """
    score, chance = np.full(len(bad), np.nan), np.full(len(bad), np.nan)
    for learn, judge in outer_folds(bad, when, seed)[0]:
        card = fit_scorecard(features.iloc[learn], bad[learn])
        score[judge] = card.parts(features.iloc[judge]).sum(axis=1)
        chance[judge] = card.chance(score[judge])
    return score, chance


def gini(ranks: Area) -> tuple[float, float, float]:
    """2 x area under ROC - 1, with its range."""
    return 2 * ranks.value - 1, 2 * ranks.low - 1, 2 * ranks.high - 1


def ks(bad: np.ndarray, chance: np.ndarray) -> float:
    """Largest gap between the shares of bad and of good below any chance (Kolmogorov-Smirnov)."""
    order = np.argsort(chance, kind="stable")
    lost, paid = np.cumsum(bad[order]) / bad.sum(), np.cumsum(~bad[order]) / (~bad).sum()
    last = np.append(np.diff(chance[order]) > 0, True)
    return float(np.abs(lost - paid)[last].max())
