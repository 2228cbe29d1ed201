"""Forest: the trees of a classification forest, a score that is their mean, and votes of those that had not drawn a row."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from playbook.methods.strategy.predicting.calibration import log_odds
from playbook.methods.strategy.predicting.forest import Forest, grow


def _rows(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(n, 5))
    outcome = rng.random(n) < 1 / (1 + np.exp(1 - rows[:, 0] - rows[:, 1]))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows.astype(np.float32), outcome


def test_the_trees_are_those_of_a_classification_forest_and_rows_not_drawn_are_judged_by_them():
    rows, outcome = _rows()
    forest = grow(rows, outcome, 12, 3, 160, seed=4)
    rng, shares, votes, voters = np.random.RandomState(4), np.zeros(400), np.zeros(400), np.zeros(400)
    for _ in range(12):
        times = np.bincount(rng.randint(400, size=160), minlength=400)
        tree = DecisionTreeClassifier(min_samples_leaf=3, max_features="sqrt", random_state=rng).fit(rows, outcome, times)
        told = tree.predict_proba(rows)[:, 1]
        shares, votes, voters = shares + told, votes + told * (times == 0), voters + (times == 0)
    assert forest.decision_function(rows) == pytest.approx(log_odds(shares / 12)) and len(np.unique(shares)) > 50
    assert forest.inside(0.3) == pytest.approx(log_odds(votes / voters)) and voters.min() > 0


def test_a_row_that_every_tree_has_drawn_stays_at_the_base_rate():
    forest = Forest((), np.array([0.0, 1.5]), np.array([0.0, 2.0]))
    assert forest.inside(0.3) == pytest.approx(log_odds(np.array([0.3, 0.75])))


def test_forests_of_the_same_rows_add_up():
    rows, outcome = _rows()
    one, other = grow(rows, outcome, 5, 3, 160, seed=0), grow(rows, outcome, 7, 3, 160, seed=1)
    both = one + other
    share = lambda forest: 1 / (1 + np.exp(-forest.decision_function(rows)))  # noqa: E731
    assert share(both) == pytest.approx((5 * share(one) + 7 * share(other)) / 12, abs=1e-3)  # none is certain: 0.0001 at least
    assert (both.voters == one.voters + other.voters).all() and len(both.trees) == 12


def test_it_ranks_as_well_as_scikit_learns():
    rows, outcome = _rows(2000)
    theirs = RandomForestClassifier(120, min_samples_leaf=10, max_samples=800, oob_score=True, random_state=0).fit(rows, outcome)
    forest = grow(rows, outcome, 120, 10, 800, seed=0)
    area = roc_auc_score(outcome, forest.inside(outcome.mean()))
    assert area == pytest.approx(roc_auc_score(outcome, theirs.oob_decision_function_[:, 1]), abs=0.01) and area > 0.7
