"""Updating: the normal-normal update by hand, and what it does where belief and measurement contradict each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from playbook.methods.evaluation.learning.updating import Belief, belief, updated

MEANS, SPREADS = st.floats(-1, 1), st.floats(0.001, 1)


def test_a_range_becomes_a_normal_and_back():
    found = belief(0.03, 0.0, 0.05)
    assert found.sd == pytest.approx(0.025 / norm.ppf(0.9))
    assert found.high - found.low == pytest.approx(0.05) and found.mean == 0.03
    with pytest.raises(ValueError, match="no range"):
        belief(0.0, 1.0, -1.0)


def test_where_both_agree_precisions_add_up():
    new, weight = updated(Belief(0.10, 0.04), Belief(0.12, 0.03))
    # 1 / (1/0.0016 + 1/0.0009) = 0.024 squared; the measurement weighs 16 / 25
    assert weight == pytest.approx(0.64)
    assert (new.mean, new.sd) == (pytest.approx(0.10 + 0.64 * 0.02), pytest.approx(0.024))


def test_an_assumption_that_is_contradicted_loses_its_weight():
    new, weight = updated(Belief(0.03, 0.02), Belief(0.33, 0.10))
    # the widened variance is 0.3 squared less 0.1 squared, 0.08: 0.08 / 0.09 of the way
    assert weight == pytest.approx(8 / 9)
    assert (new.mean, new.sd) == (pytest.approx(0.03 + 0.3 * 8 / 9), pytest.approx(0.1 * (8 / 9) ** 0.5))


def test_a_measurement_without_error_is_believed():
    assert updated(Belief(0.0, 1.0), Belief(0.5, 0.0)) == (Belief(0.5, 0.0), 1.0)


@given(MEANS, SPREADS, MEANS, SPREADS)
def test_the_new_belief_lies_between_and_is_surer_than_the_measurement(prior, spread, measured, error):
    new, weight = updated(Belief(prior, spread), Belief(measured, error))
    assert 0 <= weight <= 1
    assert min(prior, measured) - 1e-9 <= new.mean <= max(prior, measured) + 1e-9
    assert new.sd <= error + 1e-12
    _, surer = updated(Belief(prior, spread), Belief(measured, error / 2))
    assert surer >= weight - 1e-12  # a better measurement weighs more
