import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.strategy.keeping.qini import measure_qini, qini_coefficient


def test_area_worked_out_by_hand():
    # Two customers, effects 1 and 0. The curve rises to 1/2 when the first is addressed and stays: points (0, 0), (1/2, 1/2),
    # (1, 1/2). Area 1/8 + 1/4 = 3/8, under the line 1/4: Qini 1/8.
    assert qini_coefficient(np.array([2.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(1 / 8)
    assert qini_coefficient(np.array([1.0, 2.0]), np.array([1.0, 0.0])) == pytest.approx(-1 / 8)
    assert qini_coefficient(np.array([1.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(0)  # any order: as good as by lot


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(-10, 10)), min_size=2, max_size=40), st.floats(-3, 3))
def test_area_is_free_of_the_mean_effect_turns_with_the_scores_and_is_the_area_of_the_curve(rows, shift):
    scores, effects = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    area = qini_coefficient(scores, effects)
    assert qini_coefficient(scores, effects + shift) == pytest.approx(area, abs=1e-9)
    assert qini_coefficient(-scores, effects) == pytest.approx(-area, abs=1e-9)
    assert qini_coefficient(3 * scores + 1, effects) == pytest.approx(area, abs=1e-9)
    order = np.unique(-scores)
    share = np.append(0, [np.mean(-scores <= s) for s in order])
    gain = np.append(0, [np.where(-scores <= s, effects, 0).mean() for s in order])
    assert np.trapezoid(gain - share * effects.mean(), share) == pytest.approx(area, abs=1e-9)


def test_range_of_the_bootstrap_covers_as_often_as_it_says():
    # Scores that are the true effects, uniform on 0..1, seen with noise: the area is the integral of u - u^2/2 - u/2 = 1/12.
    truth, covered = 1 / 12, 0
    rng = np.random.default_rng(0)
    for _ in range(60):
        effect = rng.random(300)
        found = measure_qini(effect, effect + rng.normal(0, 1, 300))
        covered += found.low <= truth <= found.high
    assert 40 <= covered <= 57  # 80 percent of 60 is 48, standard deviation 3


def test_curve_ends_at_the_mean_effect_and_equal_input_gives_equal_output():
    rng = np.random.default_rng(3)
    scores, effects = rng.random(200), rng.normal(1, 2, 200)
    one, two = measure_qini(scores, effects, 7), measure_qini(scores, effects, 7)
    assert one.curve.equals(two.curve) and one.error == two.error
    assert one.curve["gain"].iloc[-1] == pytest.approx(effects.mean())
    assert one.curve["gain"].iloc[0] == 0
    assert one.low < one.value < one.high and 0 < one.p < 1


def test_no_difference_at_all_is_no_evidence():
    found = measure_qini(np.ones(50), np.zeros(50))
    assert (found.value, found.error, found.p) == (0, 0, 0.5)
