import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.monitoring.charting.memory import LIMIT, WEIGHT, WIDTH, cusum, ewma


def of(*scores):
    return np.array([scores], dtype=float), np.zeros(len(scores))


def test_average_by_hand():
    """0.2 x 1 = 0.2; 0.8 x 0.2 + 0.2 x 2 = 0.56; limits 2.86 x 0.2, then 2.86 x sqrt(0.04 + 0.0256)."""
    found = ewma(*of(1, 2))
    assert found.high[0] == pytest.approx([0.2, 0.56])
    assert found.limit[0] == pytest.approx([0.572, WIDTH * np.sqrt(0.04 + 0.0256)])


def test_sums_by_hand_and_a_new_start_after_an_alarm():
    """2.5 each: 2, 4, 6 is above 5; then from nothing again: 2."""
    found = cusum(*of(3, 2.5, 2.5, 2.5))
    assert found.high[0] == pytest.approx([2.5, 4.5, 6.5, 2.0])
    assert found.alarm[0].tolist() == [0, 0, 1, 0] and found.since[0].tolist() == [1, 2, 3, 1]
    assert cusum(*of(-3, -2.5, -2.5)).alarm[0].tolist() == [0, 0, -1]


def test_one_wild_week_does_not_echo():
    score, margin = of(*[0.0] * 5, 30.0, *[0.0] * 7)
    assert (cusum(score, margin).alarm == 0).all()
    assert (ewma(score, margin).alarm[0, 6:] == 0).all()


def test_an_error_all_weeks_share_is_no_alarm():
    """The expected missed by one of its own standard errors (0.4) for a quarter: without allowing for it, the average alarms."""
    score = np.full((1, 200), 1.0)
    assert (ewma(score, np.full(200, 0.4)).alarm == 0).all()
    assert (ewma(score, np.zeros(200)).alarm != 0).any()
    assert (cusum(np.full((1, 200), 0.4) + 0.5, np.full(200, 0.4)).alarm == 0).all()


def test_limits_grow_to_where_they_stay_and_with_what_carries_over():
    plain, sluggish = (ewma(np.zeros((1, 60)), np.zeros(60), carry).limit[0] for carry in (0.0, 0.3))
    assert (np.diff(plain) > 0).all() and plain[-1] == pytest.approx(WIDTH * np.sqrt(WEIGHT / (2 - WEIGHT)))
    assert sluggish[-1] / plain[-1] == pytest.approx(np.sqrt(1.24 / 0.76))
    assert cusum(np.zeros((1, 1)), np.zeros(1), 0.3).limit[0, 0] == pytest.approx(LIMIT * np.sqrt(1.3 / 0.7))


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=40))
def test_turned_upside_down_the_charts_say_the_same(scores):
    score, margin = of(*scores)
    for chart in (ewma, cusum):
        up, down = chart(score, margin), chart(-score, margin)
        assert (up.alarm == -down.alarm).all()
        assert up.high == pytest.approx(-down.low)
