"""Models: five ways of learning yes or no from rows, each with a small search of its own on rows it had not seen."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.base import ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from playbook.locale import mark
from playbook.methods.strategy.predicting.calibration import log_odds
from playbook.methods.strategy.predicting.columns import Matrices, zero_where_empty
from playbook.methods.strategy.predicting.forest import Forest, grow
from playbook.methods.strategy.predicting.judge import auc
from playbook.methods.strategy.predicting.splits import Split

__all__ = ["BOOSTING", "FOREST", "LOGISTIC", "MACHINE", "MODELS", "Scorer", "Searched", "search"]

LOGISTIC, TREE, FOREST, BOOSTING, MACHINE = MODELS = (
    mark("logistic regression"), mark("decision tree"), mark("random forest"), mark("gradient boosting"),
    mark("support vector machine"),
)  # fmt: skip
FIRST_TREES, TREES = 30, 120
DRAWN = 0.4  # of the rows, for each tree
LEAVES, ROUNDS, PATIENCE = (4, 8), 90, 10
MACHINE_ROWS, FOREST_ROWS = 800, 3_000  # of a support vector machine (its time grows with their square); of one tree


@dataclass(frozen=True)
class Scorer:
    """A fitted estimator and the matrix it reads. Scores are log odds, but distances for a support vector machine."""

    estimator: ClassifierMixin | Forest
    view: str

    def __call__(self, rows: Matrices) -> np.ndarray:
        matrix = getattr(rows, self.view)
        if hasattr(self.estimator, "decision_function"):
            return self.estimator.decision_function(matrix)
        return log_odds(self.estimator.predict_proba(matrix)[:, 1])


@dataclass(frozen=True)
class Searched:
    """A model with its best setting, fitted to all rows it was given, and scores of them ``inside``, each by a fit that had not
    seen the row."""

    score: Scorer
    inside: np.ndarray


def search(name: str, rows: Matrices, outcome: np.ndarray, folds: list[Split], seed: int) -> Searched:
    """Search the settings of one of ``MODELS`` and fit the best to all rows.

    Settings are compared by log loss (a support vector machine, which gives no probability, by the area under ROC) on the
    inner ``folds``; a forest on the rows that a tree has not drawn (Breiman 2001), boosting after every number of rounds.
    """
    if name == FOREST:
        return _forest(rows, outcome, seed)
    if name == BOOSTING:
        return _boosting(rows, outcome, folds, seed)
    tried = []
    for estimator, view in _settings(name, rows, outcome):
        inside = np.empty(len(outcome))
        for learn, judge in folds:
            part = rows.rows(learn)
            inside[judge] = _fitted(clone(estimator), view, part, outcome[learn], seed)(rows.rows(judge))
        tried.append((estimator, view, inside))
    worth = auc if name == MACHINE else _likelihood
    estimator, view, inside = max(tried, key=lambda one: worth(outcome, one[2]))
    return Searched(_fitted(estimator, view, rows, outcome, seed), inside)


def _settings(name: str, rows: Matrices, outcome: np.ndarray) -> Iterator[tuple[ClassifierMixin, str]]:
    if name == LOGISTIC:
        for view in ("scaled", "bent"):  # straight lines, and lines that bend
            for c in (0.05, 1.0):
                yield LogisticRegression(C=c, solver="newton-cholesky", max_iter=200), view
    elif name == TREE:
        least = max(5, len(outcome) // 100)
        for leaves in (4, 8, 16, 32):
            yield DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=least, random_state=0), "plain"
    else:
        usual = 1 / max(rows.scaled.var() * rows.scaled.shape[1], 1e-9)
        for c, reach in ((0.3, 1.0), (1.0, 0.3), (3.0, 0.1)):
            yield SVC(C=c, gamma=reach * usual), "scaled"


def _fitted(estimator: ClassifierMixin, view: str, rows: Matrices, outcome: np.ndarray, seed: int) -> Scorer:
    matrix = getattr(rows, view)
    if isinstance(estimator, SVC) and len(outcome) > MACHINE_ROWS + 1:  # a draw has to leave out a row of either outcome
        some = next(StratifiedShuffleSplit(1, train_size=MACHINE_ROWS, random_state=seed).split(matrix, outcome))[0]
        matrix, outcome = matrix[some], outcome[some]
    return Scorer(estimator.fit(matrix, outcome), view)


def _likelihood(outcome: np.ndarray, odds: np.ndarray) -> float:
    return -float(np.logaddexp(0, np.where(outcome, -odds, odds)).mean())


def _forest(rows: Matrices, outcome: np.ndarray, seed: int) -> Searched:
    """Some trees of either setting, and then the rest of the better one's."""
    drawn, base = min(round(DRAWN * len(outcome)), FOREST_ROWS), outcome.mean()
    tried = {least: grow(rows.plain, outcome, FIRST_TREES, least, drawn, seed) for least in (2, 10)}
    least = max(tried, key=lambda one: _likelihood(outcome, tried[one].inside(base)))
    forest = tried[least] + grow(rows.plain, outcome, TREES - FIRST_TREES, least, drawn, seed + 1)
    return Searched(Scorer(forest, "plain"), forest.inside(base))


def _boosting(rows: Matrices, outcome: np.ndarray, folds: list[Split], seed: int) -> Searched:
    """Both sizes of trees on the first inner fold until PATIENCE rounds make it no better (Prechelt 1998, "Early stopping - but
    when?"), the better one for as many rounds on the others, and on all rows for the number of rounds that was best there."""
    tried = {leaves: _boosted(rows, outcome, folds[0], _booster(leaves, ROUNDS, seed), True) for leaves in LEAVES}
    seen = outcome[folds[0][1]]
    leaves = max(tried, key=lambda one: max(_likelihood(seen, odds) for odds in tried[one]))
    inside = np.empty((len(tried[leaves]), len(outcome)))
    inside[:, folds[0][1]] = tried[leaves]
    for fold in folds[1:]:
        inside[:, fold[1]] = _boosted(rows, outcome, fold, _booster(leaves, len(inside), seed), False)
    best = int(np.argmax([_likelihood(outcome, odds) for odds in inside]))
    fit = _booster(leaves, best + 1, seed).fit(rows.plain, outcome)
    return Searched(Scorer(fit, "plain"), inside[best])


def _boosted(
    rows: Matrices, outcome: np.ndarray, fold: Split, booster: HistGradientBoostingClassifier, stops: bool
) -> np.ndarray:
    """Log odds of the fold's rows after each round (rounds, rows); whether it ``stops`` where these get no better."""
    learn, judge = fold
    seen, new = zero_where_empty(rows.plain[learn], rows.plain[judge])
    watched = {"X_val": new, "y_val": outcome[judge]} if stops else {}
    fit = booster.set_params(early_stopping=stops).fit(seen, outcome[learn], **watched)
    return np.array(list(fit.staged_decision_function(new)))


def _booster(leaves: int, rounds: int, seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        learning_rate=0.1, max_iter=rounds, max_leaf_nodes=leaves, l2_regularization=1.0, early_stopping=False,
        n_iter_no_change=PATIENCE, random_state=seed,
    )  # fmt: skip
