import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.market_research.forecasting.candidates import seasonal_naive
from playbook.methods.market_research.forecasting.forecast import COMBINATION, MEDIAN, NAIVE, forecast, forecasts

MONTHS = pd.date_range("2023-01-01", periods=48, freq="MS")
SEASON = np.tile([80, 70, 90, 95, 100, 95, 90, 95, 105, 110, 140, 130], 4)


def _monthly(n: int, noise: float = 3.0) -> pd.Series:
    rng = np.random.default_rng(1)
    return pd.Series(SEASON[:n] * (1 + 0.004 * np.arange(n)) + rng.normal(0, noise, n), index=MONTHS[:n])


def test_a_clear_season_beats_the_naive_forecast():
    result = forecast(_monthly(48), 6, 12)
    scores = result.scores.set_index("candidate")["mase"]
    assert result.season == 12 and scores[COMBINATION] < 0.9 * scores[NAIVE]
    expected = SEASON[:6] * (1 + 0.004 * np.arange(48, 54))
    assert np.abs(result.path["value"] - expected).max() < 8
    assert result.path["period"].tolist() == pd.date_range("2027-01-01", periods=6, freq="MS").tolist()
    assert 0 <= result.coverage <= 1


def test_weights_add_up_to_one_and_the_combinations_have_none():
    scores = forecast(_monthly(40), 6, 12).scores.set_index("candidate")
    assert scores["weight"].sum() == pytest.approx(1) and scores.loc[[COMBINATION, MEDIAN], "weight"].isna().all()
    kept = scores.dropna()
    best = kept["mase"].min()
    assert (kept.loc[kept["mase"] > 2 * best, "weight"] == 0).all()


def test_one_year_allows_no_season_and_says_so():
    result = forecast(_monthly(12), 4, 12)
    assert result.season == 1 and 1 < result.n_origins <= 6
    assert not {"moving season", "seasonal ARIMA", "damped smoothing", "regression"} & set(result.scores["candidate"])


@pytest.mark.parametrize("values", [[7.0], [7.0, 9.0], [3.0, 4.0, 2.0, 5.0, 4.0]])
def test_very_short_histories_repeat_the_last_value_with_a_wide_range(values):
    result = forecast(pd.Series(values), 3)
    assert result.n_origins == 0 and result.coverage is None and result.path["value"].tolist() == [values[-1]] * 3
    assert (result.path["high"] > result.path["value"]).all() and result.path["high"].is_monotonic_increasing
    assert result.path["period"].tolist() == [len(values), len(values) + 1, len(values) + 2]


def test_a_constant_stays_what_it_is():
    result = forecast(pd.Series(np.full(40, 5.0)), 4, 12)
    assert result.path[["value", "low", "high"]].to_numpy().tolist() == [[5.0] * 3] * 4


@pytest.mark.parametrize(("values", "horizon"), [([], 3), ([1.0, np.nan], 3), ([1.0, np.inf], 3), ([1.0, 2.0], 0)])
def test_unusable_input_is_refused(values, horizon):
    with pytest.raises(ValueError):
        forecast(pd.Series(values, dtype=float), horizon)


def test_a_candidate_that_explodes_or_fails_is_dropped_and_named():
    def explodes(block):
        return np.full((len(block.lengths), block.horizon), 1e12)

    def fails(block):
        raise ValueError("no convergence")

    result = forecast(_monthly(40), 3, 12, extra={"bang": explodes, "stuck": fails})
    assert result.dropped == ("bang: the forecast exploded", "stuck: no convergence")
    assert {NAIVE, "Theta", COMBINATION} <= set(result.scores["candidate"]) and "bang" not in set(result.scores["candidate"])


def test_the_combination_by_hand(monkeypatch):
    def ahead(by: float):
        return lambda block: block.last[:, None] + np.full(block.horizon, by)

    few = {NAIVE: seasonal_naive, "near": ahead(2), "far": ahead(9)}
    monkeypatch.setattr("playbook.methods.market_research.forecasting.forecast.CANDIDATES", few)
    result = forecast(pd.Series(np.arange(1, 21.0)), 1, 1)
    # Forecasts of 20, 22 and 29 missed by 1, 1 and 8 every time: all stay, as three do in any case; weights 1, 1 and 1/64.
    assert result.path["value"].tolist() == pytest.approx([(20 + 22 + 29 / 64) / (2 + 1 / 64)])
    scores = result.scores.set_index("candidate")
    assert scores.loc[[NAIVE, "near", "far", MEDIAN], "mase"].tolist() == [1, 1, 8, 1]
    assert scores.loc[[NAIVE, "near", "far"], "weight"].tolist() == pytest.approx([64 / 129, 64 / 129, 1 / 129])


def test_coverage_is_told_from_errors_known_beforehand():
    noise = np.random.default_rng(3).normal(0, 1, (8, 40))
    calm = np.mean([forecast(pd.Series(100 + row), 4, 1).coverage for row in noise])
    # The last months are wild: no range made before could have held them, though one made afterwards would.
    wild = [forecast(pd.Series(np.r_[100 + row[:36], 300, 0.5, 300, 0.5]), 4, 1).coverage for row in noise[:3]]
    assert 0.7 <= calm <= 0.9 and max(wild) < 0.6
    assert forecast(pd.Series(100 + noise[0, :9]), 3, 1).coverage is None


def test_a_season_is_used_from_28_months():
    assert [forecast(_monthly(n), 2, 12).season for n in (27, 28)] == [1, 12]


@pytest.mark.parametrize(("n", "hidden", "season"), [(48, 6, 12), (28, 3, 12), (13, 2, 12), (150, 8, 52)])
def test_nothing_that_came_later_moves_what_would_have_been_forecast(n, hidden, season):
    rng = np.random.default_rng(4)
    values = 100 + 20 * np.sin(2 * np.pi * np.arange(n) / season) + rng.normal(0, 4, n)
    other = np.r_[values[:-hidden], values[-hidden:][::-1] * rng.uniform(0.5, 1.5, hidden)]
    found, moved = (forecast(pd.Series(v), 4, season) for v in (values, other))
    known = found.back >= hidden
    assert known.sum() >= 2 and np.array_equal(found.tests[known], moved.tests[known])
    assert not np.array_equal(found.tests[~known], moved.tests[~known])


def test_a_series_that_began_later_does_not_tell_another_its_future():
    # Known for 149 weeks each, but 20 weeks apart: trees must not learn both together.
    rng = np.random.default_rng(5)
    values = 100 + 20 * np.sin(2 * np.pi * np.arange(170) / 52) + rng.normal(0, 3, 170)
    table = pd.DataFrame({"old": values, "new": np.where(np.arange(170) < 20, np.nan, 2 * values)})
    other = table.assign(new=table["new"].where(np.arange(170) < 162, 5 * table["new"]))
    found, moved = (forecasts(t, 8, 52)["old"] for t in (table, other))
    assert np.array_equal(found.tests, moved.tests)


def test_what_stopped_selling_is_forecast_as_nothing_and_a_pause_is_none():
    sold = np.r_[np.full(20, 50.0) + np.arange(20) % 3, np.zeros(6)]
    over = forecast(pd.Series(sold), 3)
    assert over.untested == "stopped" and (over.path["value"] == 0).all() and (over.path["high"] > 0).all()
    assert forecast(pd.Series(sold[:-1]), 3).untested == ""  # five months may be a pause
    rare = np.zeros(36)
    rare[[3, 12, 20]] = 9.0  # the longest wait was nine months: fifteen without a sale are not twice that
    assert forecast(pd.Series(rare), 3).untested == ""
    assert [forecast(pd.Series(v), 2).untested for v in ([3.0, 4.0], [5.0] * 9)] == ["short", "constant"]


def test_same_input_same_output_and_input_unchanged():
    values = _monthly(36)
    before = values.copy()
    pd.testing.assert_frame_equal(forecast(values, 6).path, forecast(values, 6).path)
    pd.testing.assert_series_equal(values, before)


def test_many_at_once_are_forecast_as_each_alone():
    table = pd.DataFrame({"a": _monthly(36), "b": _monthly(36, 9.0)[::-1].to_numpy()}, index=MONTHS[:36])
    together = forecasts(table, 6)
    for name in table:
        alone = forecast(table[name], 6)
        pd.testing.assert_frame_equal(together[name].path, alone.path, rtol=1e-9)
        pd.testing.assert_frame_equal(together[name].scores, alone.scores, rtol=1e-9)


def test_a_series_that_begins_later_is_forecast_from_its_own_beginning():
    table = pd.DataFrame({"old": _monthly(36), "new": _monthly(36).where(np.arange(36) >= 24)})
    result = forecasts(table, 4)
    assert (result["old"].season, result["new"].season) == (12, 1)
    assert 1 < result["new"].n_origins < result["old"].n_origins
    assert result["new"].path["period"].tolist() == result["old"].path["period"].tolist()


def test_an_item_that_seldom_sells_is_forecast_by_its_rate():
    values = np.zeros(36)
    values[2::4] = 8  # two a month on average
    result = forecast(pd.Series(values), 12)
    assert {"Croston", "Croston, corrected", "chance and size"} <= set(result.scores["candidate"]) and result.season == 1
    assert result.path["value"].sum() == pytest.approx(24, rel=0.2)
    assert (result.path["low"] == 0).all()


def test_weeks_with_a_yearly_pattern_and_trees_on_probation():
    rng = np.random.default_rng(2)
    time = np.arange(3 * 52)
    values = 100 + 0.1 * time + 25 * np.sin(2 * np.pi * time / 52) + rng.normal(0, 5, len(time))
    result = forecast(pd.Series(values, index=pd.date_range("2023-01-02", periods=len(time), freq="W-MON")), 26, 52)
    expected = 100 + 0.1 * (156 + np.arange(26)) + 25 * np.sin(2 * np.pi * np.arange(26) / 52)
    scores = result.scores.set_index("candidate")
    assert result.season == 52 and np.abs(result.path["value"] - expected).mean() < 5
    assert "boosted trees" in scores.index and "moving season" not in scores.index
    late = [name for name in ("boosted trees", "regression") if scores.loc[name, "mase"] >= scores.loc[NAIVE, "mase"]]
    assert (scores.loc[late, "weight"] == 0).all()


def test_periods_continue_weeks_and_quarters():
    weeks = pd.Series([1.0, 2.0, 3.0], index=pd.date_range("2026-01-05", periods=3, freq="W-MON"))
    quarters = pd.Series([1.0, 2.0], index=pd.to_datetime(["2026-01-01", "2026-04-01"]))
    assert forecast(weeks, 2).path["period"].tolist() == [pd.Timestamp("2026-01-26"), pd.Timestamp("2026-02-02")]
    assert forecast(quarters, 2).path["period"].tolist() == [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-10-01")]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=40))
def test_whatever_the_history_the_path_is_finite_and_not_negative(values):
    path = forecast(pd.Series(values), 3, 12).path
    assert np.isfinite(path[["value", "low", "high"]].to_numpy()).all() and (path["low"] >= 0).all()
    assert (path["low"] <= path["value"]).all() and (path["value"] <= path["high"]).all()


@pytest.mark.realdata
def test_m3_monthly_series(shared_data):
    # M3 competition (Makridakis & Hibon 2000), 60 of the 714 monthly series, drawn once. Published, all 714: Theta 13.600 (.842).
    table = pd.read_parquet(shared_data / "m3_monthly" / "observations.parquet").sort_values(["series", "t"])
    names = sorted(table["series"].unique())
    chosen = [names[i] for i in sorted(np.random.default_rng(5).permutation(len(names))[:60])]
    parts = {key: rows["y"].to_numpy() for key, rows in table[table["series"].isin(chosen)].groupby(["series", "split"])}
    smape, mase, inside = [], [], []
    for name in chosen:
        train, test = parts[name, "train"], parts[name, "test"]
        path = forecast(pd.Series(train), len(test), 12).path
        missed = np.abs(test - path["value"])
        smape.append(200 * np.mean(missed / (np.abs(test) + np.abs(path["value"]))))
        mase.append(np.mean(missed) / np.mean(np.abs(train[12:] - train[:-12])))
        inside.append(np.mean((path["low"] <= test) & (test <= path["high"])))
    # Measured: 13.34, .905, 77 % on these 60 (a hard draw: statsmodels' Theta has 13.42, .898); 12.74, .814, 80.5 % on all 714.
    assert np.mean(smape) < 13.4 and np.mean(mase) < 0.91
    assert 0.73 <= np.mean(inside) <= 0.83
