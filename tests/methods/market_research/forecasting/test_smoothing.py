import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from playbook.methods.market_research.forecasting import smoothing as module
from playbook.methods.market_research.forecasting.season import Block
from playbook.methods.market_research.forecasting.smoothing import smoothing


def _series(n: int = 60) -> np.ndarray:
    rng = np.random.default_rng(4)
    level = 50 + np.cumsum(rng.normal(0.3, 1.0, n))
    return level + rng.normal(0, 2.0, n)


def _block(values: np.ndarray, horizon: int = 6) -> Block:
    return Block(values[None], np.array([len(values)]), horizon)


FORMS = {"none": {}, "straight": {"trend": "add"}, "damped": {"trend": "add", "damped_trend": True}}


@pytest.mark.parametrize("trend", FORMS)
def test_path_and_errors_equal_those_of_statsmodels_with_the_same_parameters(trend):
    values = _series()
    ours = smoothing(_block(values), trend)
    alpha, beta, phi, _ = ours.parameters[:, 0]
    level, slope = ours.start[0]
    model = ETSModel(values, **FORMS[trend], initialization_method="known", initial_level=level,
                     initial_trend=slope if trend != "none" else None)  # fmt: skip
    given = {"none": [alpha], "straight": [alpha, beta], "damped": [alpha, beta, phi]}[trend]
    theirs = model.smooth(given)
    assert ours.sse[0] == pytest.approx(np.sum(theirs.resid**2), rel=1e-9)
    assert ours.path[0] == pytest.approx(theirs.forecast(6), rel=1e-9)


@pytest.mark.parametrize("trend", FORMS)
def test_the_search_is_as_good_as_statsmodels_own(trend):
    values = _series()
    theirs = ETSModel(values, **FORMS[trend], initialization_method="estimated").fit(disp=0)
    ours = smoothing(_block(values), trend)
    likelihood = -len(values) / 2 * (np.log(2 * np.pi * ours.sse[0] / len(values)) + 1)
    assert likelihood >= theirs.llf - 0.05  # the search stops at a hundredth of a parameter
    assert ours.path[0] == pytest.approx(theirs.forecast(6), rel=0.02)


@pytest.mark.parametrize("noise", [0.1, 0.003])
@pytest.mark.parametrize("trend", ["none", "damped"])
def test_the_search_in_single_precision_misses_nothing_even_where_a_series_hardly_moves(monkeypatch, trend, noise):
    rng = np.random.default_rng(3)
    walks = np.log(1e6) + np.cumsum(rng.normal(0.001, noise, (20, 48)), axis=1) + rng.normal(0, noise, (20, 48))
    block = Block(walks, np.full(20, 48), 6)
    single = smoothing(block, trend)
    monkeypatch.setattr(module, "ROUGH", np.float64)
    double = smoothing(block, trend)
    assert single.sse == pytest.approx(double.sse, rel=1e-3)
    assert np.abs(single.path - double.path).max() < 0.1 * noise


def test_with_a_moving_season_the_errors_equal_those_of_statsmodels():
    season = np.array([-6.0, -2.0, 3.0, 5.0])
    values = _series(48) + np.tile(season, 12)
    ours = smoothing(_block(values), "damped", season[None])
    alpha, beta, phi, gamma = ours.parameters[:, 0]
    level, slope = ours.start[0]
    model = ETSModel(values, trend="add", damped_trend=True, seasonal="add", seasonal_periods=4, initialization_method="known",
                     initial_level=level, initial_trend=slope, initial_seasonal=season)  # fmt: skip
    theirs = model.smooth([alpha, beta, gamma, phi])
    assert ours.sse[0] == pytest.approx(np.sum(theirs.resid**2), rel=1e-9)
    assert ours.path[0] == pytest.approx(theirs.forecast(6), rel=1e-9)


def test_histories_of_different_length_do_not_touch_each_other():
    long, short = _series(50), _series(50)[::-1][:30]
    both = Block(np.vstack([long, np.r_[short, np.zeros(20)]]), np.array([50, 30]), 4)
    assert smoothing(both).path[0] == pytest.approx(smoothing(_block(long, 4)).path[0], rel=1e-9)
    assert smoothing(both).path[1] == pytest.approx(smoothing(_block(short, 4)).path[0], rel=1e-9)


def test_zeros_stay_zeros():
    assert smoothing(_block(np.zeros(20))).path.tolist() == [[0] * 6]
