"""Uplift: by how much an action changes what each customer does, learnt from customers it reached and customers it did not.

Every customer gets an effect score whose mean over any group is the group's mean effect (augmented inverse probability
weighting; Robins, Rotnitzky & Zhao 1994), worked out by models that had not seen the customer. Three ways to learn whom the
action persuades are averaged:

    interactions       ridge regression of the outcome in each group, the difference of the two (T-learner; Künzel et al. 2019)
    effects, straight  ridge regression of the effect scores (doubly robust learner; Kennedy 2023, Electronic J. of Statistics 17)
    effects, tree      a small tree on the effect scores

The average was fixed beforehand: on planted truth and on Hillstrom's e-mail test it ranks customers at least as well as the
best of the three picked by cross-validation, and picking would have to be paid for with a nested round of it.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeRegressor

from playbook.locale import mark
from playbook.methods.strategy.keeping.qini import Qini, measure_qini, qini_coefficient
from playbook.methods.strategy.keeping.ridge import fit_ridge
from playbook.methods.strategy.predicting.columns import Columns, Matrices, tidy

__all__ = ["AVERAGE", "Uplift", "learn_uplift"]

AVERAGE = mark("average of the three")
FOLDS, INNER, REPEATS = 5, 3, 3
FEWEST = 2 * FOLDS  # customers in each group
DEPTH, LEAF = 3, 0.05  # of the tree: splits one after another, least share of the rows in a leaf
MOST_STRETCH = 1.5  # estimates are stretched by no more, however much larger the differences came out


@dataclass(frozen=True)
class Uplift:
    """What was learnt from n customers.

    ``effects`` (n,): effect scores; ``scores`` (n,): place by expected effect from 0 to 1 (the most) and ``expected`` (n,): that
    effect, both told by models that had not seen the customer; ``effect`` and ``error``: mean effect; ``qini``: of the scores;
    ``slope`` and ``slope_error``: how much of the expected differences came about (1: all of them); ``tried``: learner, qini.
    """

    effects: np.ndarray = field(repr=False)
    scores: np.ndarray = field(repr=False)
    expected: np.ndarray = field(repr=False)
    effect: float
    error: float
    qini: Qini
    slope: float
    slope_error: float
    tried: pd.DataFrame = field(repr=False)
    columns: Columns = field(repr=False)
    learners: tuple = field(repr=False)
    middle: float  # mean of the raw estimates

    def predict(self, features: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Expected effect of the action on each row, and its standard error: (rows,) each.

        The estimates are drawn to the mean as far as differences did not come about in customers not seen (best linear predictor:
        Chernozhukov, Demirer, Duflo & Fernández-Val 2018, section 3.2).
        """
        if features.empty:
            return np.empty(0), np.empty(0)
        rows = self.columns.matrices(tidy(features))
        raw = np.mean([learner(rows) for learner in self.learners], axis=0) - self.middle
        return self.effect + _kept(self.slope) * raw, np.hypot(self.error, self.slope_error * raw)


def learn_uplift(features: pd.DataFrame, treated: np.ndarray, outcome: np.ndarray, seed: int = 0) -> Uplift:
    """Learn the effect of being ``treated`` (n,) bool, drawn by lot, on ``outcome`` (n,) by ``features`` known before.

    Raises ValueError with fewer than 10 customers in either group, or without a feature that differs.
    """
    if min(treated.sum(), (~treated).sum()) < FEWEST:
        raise ValueError(f"{treated.sum()} treated and {(~treated).sum()} others are too few to learn from")
    tidied = tidy(features)
    columns = Columns.read(tidied)
    if not columns.names:
        raise ValueError("there is nothing to learn from: no feature differs")
    data = _Data(columns.matrices(tidied), treated, np.asarray(outcome, dtype=float), float(treated.mean()))
    n, names = len(treated), (*LEARNERS, AVERAGE)
    effects, raw, places = np.zeros(n), np.zeros(n), np.zeros((len(names), n))
    for repeat in range(REPEATS):
        for known, new in _folds(treated, FOLDS, seed + repeat):
            past, x = data.rows(known), data.x.rows(new)
            scores = _cross_effects(past, seed + repeat)
            told = [learn(past, scores)(x) for learn in LEARNERS.values()]
            told.append(np.mean(told, axis=0))
            effects[new] += _effect_scores(data.rows(new), *_levels(past, x)) / REPEATS
            # Places within the fold: models of two folds may differ by a constant that says nothing about customers.
            places[:, new] += pd.DataFrame(told).rank(axis=1, pct=True).to_numpy() / REPEATS
            raw[new] += (told[-1] - told[-1].mean()) / REPEATS
    slope, slope_error = _line(raw, effects)
    scores = _cross_effects(data, seed)
    learners = tuple(learn(data, scores) for learn in LEARNERS.values())
    return Uplift(
        effects, places[-1], effects.mean() + _kept(slope) * raw, float(effects.mean()), float(effects.std(ddof=1) / np.sqrt(n)),
        measure_qini(places[-1], effects, seed), slope, slope_error,
        pd.DataFrame({"learner": names, "qini": [qini_coefficient(place, effects) for place in places]}),
        columns, learners, float(np.mean([learner(data.x) for learner in learners])),
    )  # fmt: skip


@dataclass(frozen=True)
class _Data:
    x: Matrices
    treated: np.ndarray
    outcome: np.ndarray
    share: float  # of those treated, as drawn

    def rows(self, which: np.ndarray) -> "_Data":
        return _Data(self.x.rows(which), self.treated[which], self.outcome[which], self.share)


def _folds(treated: np.ndarray, parts: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(StratifiedKFold(parts, shuffle=True, random_state=seed).split(treated, treated))


def _levels(known: _Data, new: Matrices) -> tuple[np.ndarray, np.ndarray]:
    """Expected outcome of new customers without and with the action."""
    without, reached = (fit_ridge(known.x.bent[group], known.outcome[group]) for group in (~known.treated, known.treated))
    return without.predict(new.bent), reached.predict(new.bent)


def _effect_scores(data: _Data, without: np.ndarray, reached: np.ndarray) -> np.ndarray:
    missed = np.where(data.treated, (data.outcome - reached) / data.share, -(data.outcome - without) / (1 - data.share))
    return reached - without + missed


def _cross_effects(data: _Data, seed: int) -> np.ndarray:
    effects = np.zeros(len(data.outcome))
    for known, new in _folds(data.treated, INNER, seed):
        effects[new] = _effect_scores(data.rows(new), *_levels(data.rows(known), data.x.rows(new)))
    return effects


@dataclass(frozen=True)
class _Learner:
    """A fitted way to tell the effect: what ``plus`` says of the rows of one matrix, less what ``minus`` says."""

    kind: str
    plus: object
    minus: object = None

    def __call__(self, x: Matrices) -> np.ndarray:
        rows = getattr(x, self.kind)
        told = self.plus.predict(rows)
        return told if self.minus is None else told - self.minus.predict(rows)


def _interactions(data: _Data, effects: np.ndarray) -> _Learner:
    fits = (fit_ridge(data.x.bent[group], data.outcome[group]) for group in (data.treated, ~data.treated))
    return _Learner("bent", *fits)


def _straight(data: _Data, effects: np.ndarray) -> _Learner:
    return _Learner("bent", fit_ridge(data.x.bent, effects))


def _tree(data: _Data, effects: np.ndarray) -> _Learner:
    tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=max(5, int(LEAF * len(effects))), random_state=0)
    return _Learner("plain", tree.fit(data.x.plain, effects))


LEARNERS = {mark("interactions"): _interactions, mark("effects, linear"): _straight, mark("effects, tree"): _tree}


def _line(raw: np.ndarray, effects: np.ndarray) -> tuple[float, float]:
    """Slope of the effect scores on the centred estimates, and its standard error (robust to unequal scatter)."""
    square = float(raw @ raw)
    if square <= 1e-12 * len(raw):
        return 0.0, 0.0
    slope = float(raw @ effects) / square
    left = effects - effects.mean() - slope * raw
    return slope, float(np.sqrt((raw**2 * left**2).sum()) / square)


def _kept(slope: float) -> float:
    return float(np.clip(slope, 0.0, MOST_STRETCH))
