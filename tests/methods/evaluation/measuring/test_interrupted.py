"""Interrupted series: planted shifts, calibration, and what cannot be answered."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from playbook.methods.evaluation.measuring.interrupted import autocorrelation, level_shift
from playbook.result.formats import LEVEL

MONDAY = date(2023, 1, 2)


def _weeks(revenue) -> pd.DataFrame:
    weeks = pd.date_range(MONDAY, periods=len(revenue), freq="7D")
    return pd.DataFrame({"week": weeks, "revenue": np.asarray(revenue, dtype=float)})


def _day(week: int) -> date:
    return MONDAY + timedelta(weeks=week)


def _noise(rng: np.random.Generator, n: int, phi: float, size: float = 0.1) -> np.ndarray:
    shocks, path = rng.normal(0, size, n + 50), np.zeros(n + 50)
    for t in range(1, n + 50):
        path[t] = phi * path[t - 1] + shocks[t]
    return path[50:]


def test_noiseless_shift_by_hand():
    # 30 weeks of 100, then 5 weeks of 120: +20 %, 100 in all
    found = level_shift(_weeks([100.0] * 30 + [120.0] * 5), _day(30), _day(35) - timedelta(days=1))
    assert found.effect == pytest.approx(0.20)
    assert found.total == pytest.approx(100)
    assert found.weeks_during == 5
    assert not found.seasonal
    assert found.course["expected"].tolist() == pytest.approx([100.0] * 35)


def test_trend_and_season_are_not_taken_for_an_effect():
    t = np.arange(143)
    season = 0.3 * np.sin(2 * np.pi * t * 7 / 365.25)
    revenue = 1000 * np.exp(0.002 * t + season) * np.where(t >= 131, 1.1, 1.0)
    found = level_shift(_weeks(revenue), _day(131), _day(143) - timedelta(days=1))
    assert found.seasonal
    assert found.effect == pytest.approx(0.10, abs=1e-6)


def test_weeks_treated_in_part_count_in_part_and_later_weeks_not_at_all():
    revenue = [100.0] * 30 + [100 * 1.2 ** (4 / 7)] + [120.0] * 5 + [500.0] * 9
    found = level_shift(_weeks(revenue), _day(30) + timedelta(days=3), _day(36) - timedelta(days=1))
    assert found.effect == pytest.approx(0.20)
    assert found.weeks_during == pytest.approx(5 + 4 / 7)
    assert len(found.course) == 36


@pytest.mark.parametrize(("phi", "n", "length"), [(0.0, 80, 8), (0.5, 80, 8), (0.4, 140, 12)])
def test_ranges_hold_their_share_without_effect(phi, n, length):
    rng = np.random.default_rng(5)
    held = []
    for _ in range(120):
        found = level_shift(_weeks(1000 * np.exp(_noise(rng, n, phi))), _day(n - length), _day(n))
        held.append(found.low <= 0 <= found.high)
    assert np.mean(held) == pytest.approx(LEVEL, abs=0.11)  # three standard errors of 120 draws


def test_correlation_is_corrected_for_the_fit():
    rng = np.random.default_rng(3)
    time = np.arange(80.0)
    design = np.column_stack([np.ones(80), time, time >= 70])
    found = [autocorrelation(_noise(rng, 80, 0.5), design, time) for _ in range(150)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.05)


def test_a_clear_jump_is_found_and_a_small_one_is_not():
    noise = _noise(np.random.default_rng(1), 60, 0.3, 0.05)
    jump = np.where(np.arange(60) >= 50, 1.0, 0.0)
    large, small = (level_shift(_weeks(1000 * np.exp(noise + size * jump)), _day(50), _day(60)) for size in (0.5, 0.0))
    assert large.p < 0.05 and large.low < np.expm1(0.5) < large.high
    assert small.p > 0.05 and small.detectable > 0.05


@pytest.mark.parametrize("revenue", [[], [100.0], [100.0] * 5, [0.0] * 40, [0.0, 100.0] * 20])
def test_too_little_is_no_answer(revenue):
    assert level_shift(_weeks(revenue), _day(max(len(revenue) - 2, 0)), _day(len(revenue))) is None


def test_input_is_left_alone():
    weeks = _weeks(100 + np.arange(40.0))
    kept = weeks.copy(deep=True)
    level_shift(weeks, _day(30), _day(36))
    pd.testing.assert_frame_equal(weeks, kept)
