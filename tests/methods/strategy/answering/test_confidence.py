import numpy as np
import pytest

from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.strategy.answering.confidence import calibrated, least_sure, precision_curve


def test_precision_by_hand_ties_go_out_together_and_what_has_no_answer_is_not_sent():
    sure = np.array([0.9, 0.8, 0.8, 0.5, 0.99])
    curve = precision_curve(sure, np.array([True, True, True, True, False]), np.array([True, True, False, True, True]))
    assert curve["confidence"].tolist() == [0.9, 0.8, 0.5]
    assert curve["sent"].tolist() == [1, 3, 4] and curve["right"].tolist() == [1, 2, 3]


def test_the_lowest_confidence_that_keeps_the_precision_beyond_chance():
    # 100 right at .9, then 100 at .5 of which 90 are right: 190 of 200 have a lower end of .926 (Wilson, 80 percent)
    curve = {"confidence": np.array([0.9, 0.5]), "sent": np.array([100, 200]), "right": np.array([100, 190])}
    assert share_range(190, 200)[0] == pytest.approx(0.9263, abs=1e-4)
    assert least_sure(curve, 0.92) == 0.5 and least_sure(curve, 0.95) == 0.9 and least_sure(curve, 0.999) is None


def test_few_answers_prove_nothing():
    assert least_sure({"confidence": np.array([0.9]), "sent": np.array([19]), "right": np.array([19])}, 0.6) is None


def test_confidence_rises_with_score_and_lead_and_a_desk_that_is_always_right_doubts_strangers():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 200)
    scores = rng.normal(0, 0.2, (200, 3)) - 0.8
    scores[np.arange(200), truth] += 2
    close = np.full((200, 3), 0.1)
    close[np.arange(200), truth] = 0.8
    found = calibrated(scores, close, truth)
    assert found.of(scores, close).min() > 0.9
    assert found.of(np.array([[-0.8, -0.9, -0.7]]), np.full((1, 3), 0.1))[0] < 0.1


def test_a_desk_that_is_never_right_is_never_sure():
    scores = np.tile([1.0, 0.0], (30, 1))
    assert calibrated(scores, scores, np.ones(30, dtype=int)).of(scores, scores).max() < 0.05
