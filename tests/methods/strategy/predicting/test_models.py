"""Models: a forest's score is what the forest itself says; a support vector machine learns from so many rows at most."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

from playbook.methods.strategy.predicting.calibration import log_odds
from playbook.methods.strategy.predicting.columns import Columns, tidy
from playbook.methods.strategy.predicting.models import MACHINE, MACHINE_ROWS, Scorer, search
from playbook.methods.strategy.predicting.splits import inner_folds


def test_a_forests_score_is_the_log_odds_of_its_probability_to_the_last_digit():
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(400, 4))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    outcome = rng.random(400) < 0.3
    forest = RandomForestClassifier(40, min_samples_leaf=3, random_state=0).fit(rows, outcome)
    told = Scorer(forest, "plain")(SimpleNamespace(plain=rows))
    assert np.array_equal(told, log_odds(forest.predict_proba(rows)[:, 1])) and len(np.unique(told)) > 50


@pytest.mark.parametrize("more", [0, 1, 2])
def test_a_support_vector_machine_learns_from_some_of_the_rows_where_there_are_one_or_two_too_many(more):
    rng = np.random.default_rng(1)
    count = MACHINE_ROWS + more
    outcome = np.arange(count) % 4 == 0
    rows = tidy(pd.DataFrame({"visits": rng.normal(size=count) + outcome}), None)
    found = search(MACHINE, Columns.read(rows).matrices(rows), outcome, inner_folds(outcome, 0), 0)
    assert found.score.estimator.shape_fit_[0] == (MACHINE_ROWS if more == 2 else count)
