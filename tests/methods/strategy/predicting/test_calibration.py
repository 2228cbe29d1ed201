import numpy as np
import pytest

from playbook.methods.strategy.predicting.calibration import calibrate


def _rows(scores: np.ndarray, seed: int = 0) -> np.ndarray:
    """A fifth say yes, whatever their score."""
    return np.random.default_rng(seed).permutation(np.arange(len(scores)) % 5 == 0)


@pytest.mark.parametrize("spread", [0.0, 1e-15, 1e-7, 0.01, 0.3])
@pytest.mark.parametrize("middle", [-3.0, 0.0, 40.0])
def test_scores_that_tell_nothing_give_all_the_base_rate(middle, spread):
    scores = middle + spread * np.random.default_rng(1).normal(size=400)
    outcome = _rows(scores)
    for told in (scores, np.where(outcome, scores - spread, scores)):  # the second ranks the wrong way round
        assert calibrate(told, outcome, True, 0)(told) == pytest.approx(0.2, abs=0.04)


def test_log_odds_that_are_true_come_back():
    scores = np.random.default_rng(0).normal(-1, 1.5, 4000)
    outcome = np.random.default_rng(1).random(4000) < 1 / (1 + np.exp(-scores))
    chance = calibrate(scores / 3 + 2, outcome, False, 0)(scores / 3 + 2)
    assert chance == pytest.approx(1 / (1 + np.exp(-scores)), abs=0.06)
