"""Models: a forest's score is what the forest itself says, without what it prepares for each tree."""

from types import SimpleNamespace

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from playbook.methods.strategy.predicting.calibration import log_odds
from playbook.methods.strategy.predicting.models import Scorer


def test_a_forests_score_is_the_log_odds_of_its_probability_to_the_last_digit():
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(400, 4))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    outcome = rng.random(400) < 0.3
    forest = RandomForestClassifier(40, min_samples_leaf=3, random_state=0).fit(rows, outcome)
    told = Scorer(forest, "plain")(SimpleNamespace(plain=rows))
    assert np.array_equal(told, log_odds(forest.predict_proba(rows)[:, 1])) and len(np.unique(told)) > 50
