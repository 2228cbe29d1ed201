"""Updating: the normal-normal update by hand, and what it does where belief and measurement contradict each other."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from playbook.methods.evaluation.learning.updating import HALF, Belief, belief, renewed, updated
from playbook.result.remembered import Remembered

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


def conversion(value, low, high, since, until):
    days = {"since": date.fromisoformat(since), "until": date.fromisoformat(until)}
    return Remembered(kind="conversion", id="a to b", label="a to b", value=value, low=low, high=high, unit="share", **days)


def test_data_that_were_counted_once_are_not_counted_again():
    past = conversion(0.10, 0.08, 0.12, "2025-01-01", "2025-12-31")
    again = conversion(0.11, 0.10, 0.12, "2025-01-01", "2026-12-31")
    assert renewed(past, again) == again and renewed(None, again) == again
    later = conversion(0.12, 0.10, 0.14, "2026-01-01", "2026-12-31")
    both = renewed(past, later)
    assert both.value == pytest.approx(0.11) and both.since == past.since  # equally sure, and all of it new
    assert both.high - both.low == pytest.approx(0.04 / 2**0.5)


def test_half_of_the_days_count_half():
    past = conversion(0.10, 0.08, 0.12, "2025-01-01", "2025-01-10")
    now = conversion(0.10, 0.08, 0.12, "2025-01-06", "2025-01-15")
    found = renewed(past, now)
    # precision 1 of today and 1/2 of the past: 2/3 of the variance
    assert found.high - found.low == pytest.approx(0.04 * (2 / 3) ** 0.5)
    assert (found.high - found.value) / HALF == pytest.approx(0.02 / HALF * (2 / 3) ** 0.5)


def test_what_has_no_range_is_replaced():
    plain = Remembered(kind="kpi", id="x", label="x", value=1.0)
    assert renewed(plain, plain) is plain
