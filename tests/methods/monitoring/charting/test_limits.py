import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.monitoring.charting.limits import BASELINE_MIN, WATCHED, control_limits
from playbook.methods.monitoring.charting.rules import RULES
from playbook.methods.monitoring.charting.sharpness import sharpness
from playbook.methods.monitoring.charting.spells import events

MONTHS = np.array([0.94, 0.76, 0.88, 0.92, 0.95, 0.90, 0.86, 0.92, 1.00, 1.06, 1.42, 1.39])


def weekly(values, start="2024-01-01") -> pd.Series:
    return pd.Series(values, index=pd.date_range(start, periods=len(values), freq="W-MON"), dtype=float)


def quiet(rng: np.random.Generator, n: int, seasonal: bool, carry: float = 0.0) -> pd.Series:
    """Nothing happens: noise of 6 percent, with or without season and growth."""
    noise = rng.normal(0, 0.06, n)
    for week in range(1, n):
        noise[week] = carry * noise[week - 1] + np.sqrt(1 - carry**2) * noise[week]
    values = weekly(1000 * np.exp(noise), pd.Timestamp("2021-01-04") + pd.Timedelta(weeks=int(rng.integers(52))))
    if seasonal:
        values *= MONTHS[(values.index + pd.Timedelta(days=3)).month - 1] * np.exp(0.003 * np.arange(n))
    return values


def test_limits_by_hand():
    """-1, 1, 0 again and again. Median 0; ranges 2, 1, 1: at most 4/3 / 1.128; distances 1, 1, 0: 1 / 0.67449, which is more."""
    limits = control_limits(weekly([-1, 1, 0] * 9 + [0] * WATCHED))
    sigma = 1 / 0.6744898 * np.sqrt(27 / 26)  # one of 27 weeks is spent on the level
    spread = sigma * np.sqrt(1 + np.pi / 2 / 26)  # the level is a median of 26 weeks
    assert limits.frame["expected"].unique() == pytest.approx([0])
    assert limits.frame["high"].iloc[-1] == pytest.approx(3 * spread)
    assert limits.frame["low"].iloc[-1] == pytest.approx(-3 * spread)
    assert limits.frame["watched"].sum() == WATCHED and events(limits).empty


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        ([0] * 6 + [3.5] + [0] * 6, "outside"),
        ([0] * 6 + [2.4, 0, 2.4] + [0] * 4, "near-limit"),
        ([0] * 3 + [0.9] * 8 + [0] * 2, "run"),
    ],
)
@pytest.mark.parametrize("side", [-1, 1])
def test_each_rule_fires_alone_on_its_pattern(shape, rule, side):
    flat = weekly([900, 1111.111] * 30 + [1000] * WATCHED)
    frame = control_limits(flat).frame
    sigma = np.log(frame["high"].iloc[-1] / frame["expected"].iloc[-1]) / 3
    changed = flat.copy()
    changed.iloc[-WATCHED:] = frame["expected"].iloc[-1] * np.exp(side * sigma * np.array(shape))
    found = events(control_limits(changed))
    assert found["rule_ids"].tolist() == [(rule,)]
    assert found["side"].tolist() == [side]
    beyond = np.flatnonzero(shape) - WATCHED
    assert (found["first"].iloc[0], found["last"].iloc[0]) == (flat.index[beyond[0]], flat.index[beyond[-1]])


def test_a_change_in_the_watched_weeks_does_not_move_its_own_limits():
    rng = np.random.default_rng(3)
    values = quiet(rng, 150, seasonal=True)
    changed = values.copy()
    changed.iloc[-6:] *= 0.5
    before, after = control_limits(values).frame, control_limits(changed).frame
    pd.testing.assert_frame_equal(before[["expected", "low", "high"]], after[["expected", "low", "high"]])


def test_season_and_growth_are_expected_not_signalled():
    values = weekly(np.arange(1, 157)) * 0 + 1000
    values *= MONTHS[(values.index + pd.Timedelta(days=3)).month - 1]
    values *= np.exp(0.002 * np.arange(156) + np.random.default_rng(1).normal(0, 0.01, 156))
    watched = control_limits(values).frame.tail(WATCHED)
    assert (watched["value"] / watched["expected"] - 1).abs().max() < 0.08  # the season moves by 40 percent


@pytest.mark.parametrize("carry", [0.0, 0.3])
def test_stated_false_alarm_rate_holds_on_quiet_data(carry):
    """Each chart states its own rate; where weeks carry over and a season is learned too, it may be twice as many."""
    rng = np.random.default_rng(11)
    charts = [control_limits(quiet(rng, n, seasonal, carry)) for n, seasonal in ((52, False), (156, True)) for _ in range(70)]
    stated = np.mean([sharpness(chart).false_alarms for chart in charts[::10]])
    assert 0.3 < stated < 1.0
    a_year = sum(len(events(chart)) for chart in charts) / len(charts) * 52 / WATCHED
    error = 2.5 * np.sqrt(stated * 52 / WATCHED / len(charts))  # of a count of this size
    assert stated - error < a_year < (2 if carry else 1) * stated + error


def test_drop_of_a_fifth_is_found_within_six_weeks():
    rng = np.random.default_rng(5)
    found = 0
    for n, seasonal in ((52, False), (156, True)) * 20:
        values = quiet(rng, n, seasonal)
        values.iloc[-6:] *= 0.8
        found += (events(control_limits(values))["side"] == -1).any()
    assert found / 40 >= 0.9


def test_constant_values_have_limits_and_no_signal():
    assert events(control_limits(weekly([500.0] * 120))).empty
    assert events(control_limits(weekly([0.0] * 40))).empty


def test_too_few_weeks_are_refused():
    with pytest.raises(ValueError, match="25 weeks are needed, there are 24"):
        control_limits(weekly([1.0] * (WATCHED + BASELINE_MIN - 1)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e6, 1e9), min_size=WATCHED + BASELINE_MIN, max_size=60))
def test_any_values_give_ordered_limits(values):
    limits = control_limits(weekly(values))
    frame = limits.frame
    assert (frame["low"] <= frame["expected"]).all() and (frame["expected"] <= frame["high"]).all()
    assert set(events(limits)["rule_ids"].explode().dropna()) <= set(RULES)
