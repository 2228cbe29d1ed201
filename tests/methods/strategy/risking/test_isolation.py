"""Isolation: the scores of scikit-learn's isolation forest, but for the draw."""

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from playbook.methods.strategy.risking.isolation import isolation


def test_scores_are_those_of_scikit_learn_but_for_the_draw():
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.lognormal(size=(2000, 4)), rng.random((2000, 2)) < 0.1])
    theirs = -IsolationForest(n_estimators=200, max_samples=512, random_state=1).fit(rows).score_samples(rows)
    ours = isolation(rows, 0)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.98 and ours.mean() == pytest.approx(theirs.mean(), abs=0.01)
    assert np.array_equal(ours, isolation(rows, 0)) and not np.array_equal(ours, isolation(rows, 1))


def test_what_stands_apart_is_the_oddest_and_rows_that_are_all_alike_are_equally_odd():
    rows = np.random.default_rng(1).normal(size=(600, 3))
    rows[17] = 12
    assert np.argmax(isolation(rows, 0)) == 17
    assert len(np.unique(isolation(np.ones((5, 2)), 0))) == 1
