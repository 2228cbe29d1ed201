"""Models: a support vector machine learns from so many rows at most."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from playbook.methods.strategy.predicting.columns import Columns, tidy
from playbook.methods.strategy.predicting.models import BOOSTING, MACHINE, MACHINE_ROWS, ROUNDS, search
from playbook.methods.strategy.predicting.splits import inner_folds


@pytest.mark.parametrize("more", [0, 1, 2])
def test_a_support_vector_machine_learns_from_some_of_the_rows_where_there_are_one_or_two_too_many(more):
    rng = np.random.default_rng(1)
    count = MACHINE_ROWS + more
    outcome = np.arange(count) % 4 == 0
    rows = tidy(pd.DataFrame({"visits": rng.normal(size=count) + outcome}), None)
    found = search(MACHINE, Columns.read(rows).matrices(rows), outcome, inner_folds(outcome, 0), 0)
    assert found.score.estimator.shape_fit_[0] == (MACHINE_ROWS if more == 2 else count)


def test_boosting_goes_as_many_rounds_as_were_best_on_rows_not_seen():
    rng = np.random.default_rng(2)
    rows = tidy(pd.DataFrame({"visits": rng.normal(size=500), "noise": rng.normal(size=500)}), None)
    outcome = rng.random(500) < 1 / (1 + np.exp(-rows["visits"].to_numpy()))
    matrices, folds = Columns.read(rows).matrices(rows), inner_folds(outcome, 0)
    found = search(BOOSTING, matrices, outcome, folds, 0)
    chosen = found.score.estimator
    assert 5 < chosen.n_iter_ < ROUNDS / 2  # a straight line and much noise: more rounds learn the noise
    inside = {}
    for rounds in (chosen.n_iter_ - 1, chosen.n_iter_, chosen.n_iter_ + 1):
        inside[rounds] = np.empty(500)
        for learn, judge in folds:
            again = clone(chosen).set_params(max_iter=rounds).fit(matrices.plain[learn], outcome[learn])
            inside[rounds][judge] = again.decision_function(matrices.plain[judge])
    assert found.inside == pytest.approx(inside[chosen.n_iter_])
    loss = {rounds: np.logaddexp(0, np.where(outcome, -odds, odds)).mean() for rounds, odds in inside.items()}
    assert min(loss, key=loss.get) == chosen.n_iter_
