"""Forecast candidates: the point forecasters whose median ``forecast.py`` takes.

Each takes a history, a horizon and the length of a season, and gives one number a future step. A season of one means none.
"""

import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.signal import lfilter
from statsmodels.tools.sm_exceptions import ModelWarning
from statsmodels.tsa.arima.estimators.hannan_rissanen import hannan_rissanen
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.seasonal import seasonal_decompose
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.stattools import acf

__all__ = [
    "CANDIDATES",
    "Candidate",
    "arima",
    "ets_additive",
    "ets_damped",
    "ets_multiplicative",
    "seasonal_naive",
    "theta",
]

Candidate = Callable[[np.ndarray, int, int], np.ndarray]

SEASONAL_Z = 1.645  # 90 % test of the autocorrelation at the season, as in Assimakopoulos & Nikolopoulos (2000)
SMALLEST_FACTOR = 0.05  # a seasonal factor below this would blow up what is divided by it
SMOOTHING_GRID = np.linspace(0.02, 0.98, 25)
HEURISTIC_FROM = 10  # values that statsmodels asks for before it starts smoothing by rule
ARIMA_ORDERS = ((0, 1, 1), (1, 1, 1), (2, 1, 0))  # (p, d, q): one difference suits the yearly course of trade
ARIMA_ITERATIONS = 15


def seasonal_naive(history: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """The value of one season ago, repeated; the last value when there is no season (FPP3, ch. 5.2)."""
    return np.resize(history[-season:], horizon)


def theta(history: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """Dynamic optimised Theta method on the seasonally adjusted history.

    Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler (2016), model DOTM. Given the smoothing parameter, the first level and
    the weight of the trend, 1 - 1/theta, enter linearly; so they come from least squares and only one parameter is searched.
    """
    adjusted, restore = _adjust(history, horizon, season)
    return restore(_dotm(adjusted, horizon))


def ets_damped(history: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """Exponential smoothing with a damped trend, ETS(A,Ad,N), on the seasonally adjusted history (Gardner & McKenzie 1985)."""
    adjusted, restore = _adjust(history, horizon, season)
    return restore(_ets(adjusted, horizon, 1, error="add"))


def ets_additive(history: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """Exponential smoothing with a damped trend and a moving additive season, ETS(A,Ad,A) (FPP3, ch. 8)."""
    return _ets(history, horizon, season, error="add", seasonal="add")


def ets_multiplicative(history: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """Exponential smoothing with a damped trend and a moving multiplicative season, ETS(M,Ad,M) (FPP3, ch. 8).

    Raises ValueError when a value is not positive.
    """
    if history.min() <= 0:
        raise ValueError("a multiplicative season needs positive values")
    return _ets(history, horizon, season, error="mul", seasonal="mul")


def arima(history: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """ARIMA on the seasonally adjusted history (its logarithm where positive).

    The order is chosen by AICc among ``ARIMA_ORDERS`` after quick estimates (Hannan & Rissanen 1982), then fitted by maximum
    likelihood.
    """
    adjusted, restore = _adjust(history, horizon, season)
    positive = adjusted.min() > 0
    series = np.log(adjusted) if positive else adjusted
    with warnings.catch_warnings():
        _ignore_model_warnings()
        model = SARIMAX(series, order=_arima_order(np.diff(series)))
        path = np.asarray(model.fit(disp=0, maxiter=ARIMA_ITERATIONS, cov_type="none").forecast(horizon))
    with np.errstate(over="ignore"):  # an explosion becomes infinite here and is refused by the engine
        return restore(np.exp(path) if positive else path)


CANDIDATES: Mapping[str, Candidate] = MappingProxyType(
    {
        "seasonal naive": seasonal_naive,
        "theta": theta,
        "damped smoothing": ets_damped,
        "seasonal smoothing (+)": ets_additive,
        "seasonal smoothing (×)": ets_multiplicative,
        "ARIMA": arima,
    }
)


def _ets(history: np.ndarray, horizon: int, season: int, **form: str) -> np.ndarray:
    # Starting values by the usual rules and not by search: with a season it saves a dozen parameters and lost no accuracy on M3.
    start = "heuristic" if len(history) >= HEURISTIC_FROM else "estimated"
    model = ETSModel(
        history,
        trend="add",
        damped_trend=True,
        seasonal_periods=season if season > 1 else None,
        initialization_method=start,
        **form,
    )
    with warnings.catch_warnings():
        _ignore_model_warnings()
        return np.asarray(model.fit(disp=0).forecast(horizon))


def _ignore_model_warnings() -> None:
    """An optimiser that stops early still gives a forecast; whether it is any good, the backtest says."""
    warnings.simplefilter("ignore", ModelWarning)
    warnings.simplefilter("ignore", RuntimeWarning)
    warnings.simplefilter("ignore", UserWarning)


def _adjust(history: np.ndarray, horizon: int, season: int) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """The history without its season, and what puts the season back on a path; unchanged when the season is not significant."""
    if season < 2 or len(history) < 2 * season or not _has_season(history, season):
        return history, lambda path: path
    steps = (len(history) + np.arange(horizon)) % season
    if history.min() > 0:
        factors = seasonal_decompose(history, model="multiplicative", period=season).seasonal
        if factors.min() > SMALLEST_FACTOR:
            return history / factors, lambda path: path * factors[steps]
    parts = seasonal_decompose(history, model="additive", period=season).seasonal
    return history - parts, lambda path: path + parts[steps]


def _has_season(history: np.ndarray, season: int) -> bool:
    if np.ptp(history) == 0:
        return False
    correlation = acf(history, nlags=season, adjusted=True, fft=False)  # adjusted: else two or three seasons never pass
    limit = SEASONAL_Z * np.sqrt((1 + 2 * np.sum(correlation[1:season] ** 2)) / len(history))
    return bool(abs(correlation[season]) > limit)


def _dotm(history: np.ndarray, horizon: int) -> np.ndarray:
    n = len(history)
    intercept, slope = _expanding_trend(history)
    times = np.arange(1, n)

    def trend(smoothing: float, time, intercept, slope):
        kept = (1 - smoothing) ** time
        return kept * intercept + (1 - kept * (1 - smoothing)) / smoothing * slope

    def fit(smoothing: float) -> tuple[float, float, float]:
        level = lfilter([smoothing], [1, smoothing - 1], history)[:-1]
        first = (1 - smoothing) ** times
        drift = trend(smoothing, times, intercept[:-1], slope[:-1])
        rest = history[1:] - level
        start, weight = np.linalg.lstsq(np.column_stack([first, drift]), rest, rcond=None)[0]
        if not 0 <= weight <= 1:
            weight = float(np.clip(weight, 0, 1))
            start = first @ (rest - weight * drift) / (first @ first)
        return float(np.sum((rest - start * first - weight * drift) ** 2)), start, weight

    errors = [fit(smoothing)[0] for smoothing in SMOOTHING_GRID]
    best = int(np.argmin(errors))
    bounds = SMOOTHING_GRID[max(best - 1, 0)], SMOOTHING_GRID[min(best + 1, len(SMOOTHING_GRID) - 1)]
    smoothing = minimize_scalar(lambda s: fit(s)[0], bounds=bounds, method="bounded").x
    _, start, weight = fit(smoothing)

    level = lfilter([smoothing], [1, smoothing - 1], history)[-1] + (1 - smoothing) ** n * start
    mean, at, by = history.mean(), intercept[-1], slope[-1]
    path = []
    for time in range(n, n + horizon):  # what is not known yet takes its expected value
        expected = level + weight * trend(smoothing, time, at, by)
        path.append(expected)
        level = smoothing * expected + (1 - smoothing) * level
        by = ((time - 1) * by + 6 * (expected - mean) / (time + 1)) / (time + 2)
        mean = (time * mean + expected) / (time + 1)
        at = mean - by * (time + 2) / 2
    return np.array(path)


def _expanding_trend(history: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Intercept and slope of the least squares line through the first t values, for every t (slope zero at t = 1)."""
    times = np.arange(1, len(history) + 1)
    mean = np.cumsum(history) / times
    cross = np.cumsum(times * history) - times * (times + 1) / 2 * mean
    slope = np.divide(cross, (times**3 - times) / 12, out=np.zeros(len(history)), where=times > 1)
    return mean - slope * (times + 1) / 2, slope


def _arima_order(changes: np.ndarray) -> tuple[int, int, int]:
    def aicc(order: tuple[int, int, int]) -> float:
        p, _, q = order
        n, k = len(changes), p + q + 1
        try:
            with np.errstate(divide="ignore", invalid="ignore"):  # as many values as coefficients: refused below
                variance = hannan_rissanen(changes, ar_order=p, ma_order=q, demean=False)[0].sigma2
        except (ValueError, IndexError):  # too short for this order's regression: another order it is
            return np.inf
        return n * np.log(variance) + 2 * k * n / (n - k - 1) if 0 < variance < np.inf and n > k + 1 else np.inf

    return min(ARIMA_ORDERS, key=aicc)
