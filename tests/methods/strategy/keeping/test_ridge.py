import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV

from playbook.methods.strategy.keeping.ridge import PENALTIES, fit_ridge


def _rows(n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    rows = rng.normal(3, 1, (n, 6)) @ np.diag([1, 2, 0.1, 5, 1, 1])
    return rows, rows @ [1, -1, 0, 0.2, 0, 0] + rng.normal(0, 4, n)


def test_the_line_is_that_of_scikit_learn_at_the_same_penalty():
    rows, outcome = _rows()
    ours = fit_ridge(rows, outcome)
    theirs = Ridge(alpha=ours.penalty).fit(rows, outcome)
    assert ours.predict(rows) == pytest.approx(theirs.predict(rows), abs=1e-8)


def test_the_penalty_predicts_new_rows_about_as_well_as_that_of_leaving_one_out():
    rows, outcome = _rows(600)
    ours, theirs = fit_ridge(rows[:300], outcome[:300]), RidgeCV(alphas=PENALTIES).fit(rows[:300], outcome[:300])
    errors = [np.mean((fit.predict(rows[300:]) - outcome[300:]) ** 2) for fit in (ours, theirs)]
    assert errors[0] < errors[1] * 1.02


def test_noise_alone_is_shrunk_to_the_mean_and_equal_columns_do_no_harm():
    rng = np.random.default_rng(2)
    rows, outcome = rng.normal(size=(200, 4)), rng.normal(5, 1, 200)
    rows[:, 3] = rows[:, 2]
    fit = fit_ridge(rows, outcome)
    assert fit.penalty > 100
    assert fit.predict(rows) == pytest.approx(5, abs=0.5)
    assert fit_ridge(np.ones((20, 2)), outcome[:20]).predict(np.ones((1, 2))) == pytest.approx(outcome[:20].mean())
