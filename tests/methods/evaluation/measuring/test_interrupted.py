"""Interrupted series: planted shifts, calibration, and what cannot be answered."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from playbook.methods.evaluation.measuring.interrupted import level_shift
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


def test_a_planted_step_of_five_percent_lies_in_its_range():
    rng, held, errors = np.random.default_rng(12), [], []
    t = np.arange(152)
    season = 0.2 * np.sin(2 * np.pi * t * 7 / 365.25) + 0.001 * t
    for _ in range(60):
        noise = np.cumsum(rng.normal(0, 0.004, 152)) + rng.normal(0, 0.03, 152)
        found = level_shift(_weeks(1000 * np.exp(season + noise) * np.where(t >= 144, 1.05, 1.0)), _day(144), _day(152))
        low, high = found.log.range(0.90)
        held.append(low <= np.log(1.05) <= high)
        errors.append(found.effect - 0.05)
    assert np.mean(held) == pytest.approx(0.90, abs=0.12)  # three standard errors of 60 draws
    assert abs(np.mean(errors)) < 0.01


def test_a_level_that_wanders_is_not_taken_for_an_effect():
    # A fixed trend with correlated errors calls every second of these an effect
    rng, rejected = np.random.default_rng(13), []
    t = np.arange(140)
    for _ in range(60):
        bend = 0.1 * np.sin(2 * np.pi * t / 170 + rng.uniform(0, 2 * np.pi))
        found = level_shift(_weeks(1000 * np.exp(bend + rng.normal(0, 0.07, 140))), _day(132), _day(140))
        rejected.append(found.p < 0.05)
    assert np.mean(rejected) < 0.15


def test_the_sum_follows_the_weeks_and_errors_of_weeks_go_together():
    rng = np.random.default_rng(14)
    level = np.cumsum(rng.normal(0, 0.05, 60))
    found = level_shift(_weeks(1000 * np.exp(level + rng.normal(0, 0.02, 60))), _day(52), _day(60))
    during = found.course[found.course["during"]]
    assert found.total == pytest.approx(during["actual"].sum() * -np.expm1(-found.log.effect))
    single = np.log(during["high"] / during["low"]) / 2 / norm.ppf((1 + LEVEL) / 2)
    assert found.log.se > np.sqrt((single**2).sum()) / len(during)  # independent weeks would average out
    assert (np.diff(single) > 0).all()


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
