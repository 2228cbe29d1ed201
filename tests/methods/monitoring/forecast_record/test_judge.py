import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.monitoring.forecast_record.judge import by_steps, judge, tracking_signal


def record(errors, half=None, step=1):
    """Forecasts of 100 a month, one step ahead from one month to the next."""
    errors = np.asarray(errors, dtype=float)
    month = pd.date_range("2024-01-01", periods=len(errors), freq="MS")
    half = np.full(len(errors), np.nan) if half is None else np.broadcast_to(half, len(errors))
    return pd.DataFrame(
        {"origin": month - pd.DateOffset(months=step), "step": step, "month": month, "forecast": 100.0, "low": 100 - half,
         "high": 100 + half, "actual": 100 + errors, "error": errors, "scale": 1.0}
    )  # fmt: skip


def test_signal_by_hand():
    """2 + 4 - 3 = 3 over a mean size of 3; of the 8 ways to set signs, those with sums of 1 fall short: 9, 5, 3, 1 and back."""
    signal, chance = tracking_signal(np.array([2.0, 4.0, -3.0]))
    assert signal == 1.0 and chance == 6 / 8


def test_all_on_one_side_is_as_likely_as_two_in_so_many():
    assert tracking_signal(np.ones(8) * 5) == (8.0, pytest.approx(2 / 256))
    assert tracking_signal(np.zeros(5)) == (0.0, 1.0) and tracking_signal(np.array([])) == (0.0, 1.0)


def test_brown_s_limit_of_four_would_cry_wolf_where_ours_does_not():
    rng = np.random.default_rng(1)
    drawn = [tracking_signal(rng.normal(size=10)) for _ in range(400)]
    assert np.mean([abs(signal) > 4 for signal, _ in drawn]) > 0.2
    assert np.mean([chance < 0.05 for _, chance in drawn]) == pytest.approx(0.05, abs=0.025)


@given(st.lists(st.floats(-1e9, 1e9), max_size=18), st.floats(1e-3, 1e3))
def test_signal_has_no_unit_and_no_more_than_one_step_a_month(errors, scale):
    signal, chance = tracking_signal(np.array(errors))
    assert abs(signal) <= len(errors) + 1e-6 and 0 <= chance <= 1
    if np.abs(errors).max(initial=0) > 1e-3:
        assert tracking_signal(np.array(errors) * scale)[0] == pytest.approx(signal)


def test_a_sound_forecast_is_kept():
    found = judge(record([3, -4, 2, -1, 5, -3, 1, -2, 4, -5], half=4.5), skill=0.2)
    assert found.verdict == "keep" and found.leading is None
    assert (found.held, found.checked, found.months) == (8, 10, 10)
    assert judge(record([3, -4, 2, -1, 5, -3, 1, -2, 4, -5]), skill=-0.1).verdict == "watch"  # the plain rule does better


def test_errors_on_one_side_call_for_a_refit():
    found = judge(record([4, 6, 3, 5, 7, 4, 5, 6, 4, 6]), skill=0.2)
    assert found.verdict == "refit" and found.leading.kind == "bias"
    assert found.near == pytest.approx(50 / 1050)


def test_ranges_that_seldom_hold_call_for_a_refit_and_say_how_much_wider():
    """Errors of 3 and of 6 in turn on both sides, ranges of 2: none holds; 3 times as wide holds all, four of five lie at 6."""
    errors = [3, -6, -3, 6] * 4
    found = judge(record(errors, half=2.0), skill=0.2)
    assert found.verdict == "refit" and found.leading.kind == "range"
    assert (found.held, found.wider) == (0, pytest.approx(3.0))


def test_errors_that_grew_are_seen():
    found = judge(record([1, -1, 1.2, -0.9, 1.1, -1, 0.8, -1.3, 1, -1, 20, -22, 25, -19, 21, -23]), skill=0.2)
    assert found.leading.kind == "worse" and found.worse > 7


def test_chance_alone_seldom_calls_for_a_refit():
    rng = np.random.default_rng(5)
    half = 1.2816
    called = [judge(record(rng.normal(size=10), half=half), skill=0.1).verdict == "refit" for _ in range(300)]
    assert np.mean(called) <= 0.06


def test_by_steps_adds_up_what_is_as_far_ahead():
    table = by_steps(pd.concat([record([10, -20], half=15.0), record([30, 30], step=2), record([40], step=3)]))
    assert table["first"].tolist() == [1, 2] and table["last"].tolist() == [1, 3]
    assert table["cases"].tolist() == [2, 3]
    assert table["bias"].tolist() == pytest.approx([-10 / 190, 100 / 400])
    assert table["held"].iloc[0] == 0.5 and np.isnan(table["held"].iloc[1])
