"""Models: a support vector machine learns from so many rows at most."""

import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.predicting.columns import Columns, tidy
from playbook.methods.strategy.predicting.models import MACHINE, MACHINE_ROWS, search
from playbook.methods.strategy.predicting.splits import inner_folds


@pytest.mark.parametrize("more", [0, 1, 2])
def test_a_support_vector_machine_learns_from_some_of_the_rows_where_there_are_one_or_two_too_many(more):
    rng = np.random.default_rng(1)
    count = MACHINE_ROWS + more
    outcome = np.arange(count) % 4 == 0
    rows = tidy(pd.DataFrame({"visits": rng.normal(size=count) + outcome}), None)
    found = search(MACHINE, Columns.read(rows).matrices(rows), outcome, inner_folds(outcome, 0), 0)
    assert found.score.estimator.shape_fit_[0] == (MACHINE_ROWS if more == 2 else count)
