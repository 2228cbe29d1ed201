"""Forecast: the median of several candidates, tested on months it had not seen, and a range made from its errors there.

    forecast(months["revenue"], horizon=12, season=12).path     # period, value, low, high

A plain median of a few sound methods is hard to beat (Petropoulos & Svetunkov 2020: among the first in the M4 competition), and
nothing in it is chosen by the tests, so that they stay tests. They are a rolling-origin backtest (Hyndman & Athanasopoulos, FPP3,
ch. 5.10) with the mean absolute scaled error (Hyndman & Koehler 2006). Ranges are split-conformal: quantiles of the backtest's
own errors, scaled by horizon.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.market_research.forecast_candidates import CANDIDATES, seasonal_naive
from playbook.result.formats import LEVEL

__all__ = ["COMBINATION", "NAIVE", "Forecast", "forecast"]

NAIVE, COMBINATION = "seasonal naive", "combination"
SEASONAL_ONLY = frozenset({"seasonal smoothing (+)", "seasonal smoothing (×)"})
SHORTEST = 6  # below this nothing can be tested: the last value, with a wide range
ORIGINS = 10  # starting points of the backtest, at most
EXPLODED = 5.0  # a forecast further from the history than this many times its spread is an accident
FEWEST_TESTS = 4  # origins that make a range to be checked
SEASONS_NEEDED, SEASON_MARGIN = 2, FEWEST_TESTS  # a season is used when two of them and a few tests lie in the history
FEWEST_CHECKED = 12  # values from which the share that lies inside can be told
WIDE = 2.0  # ranges of untested forecasts: this many typical steps


@dataclass(frozen=True)
class Forecast:
    """A tested forecast.

    ``path`` has the columns period (continues the index of the history), value, low, high (the range at ``LEVEL``);
    ``scores`` has candidate, mase (backtest error relative to the naive forecast's in-sample error; smaller is better), origins;
    ``coverage`` is the share of backtest values inside ranges made from the errors known before (None when there are too few);
    ``n_origins`` is the number of starting points of the test (0: the last value is repeated, untested);
    ``season`` is the season used (1: none was asked for, or the history is too short for one);
    ``dropped`` says which candidates are missing and why.
    """

    path: pd.DataFrame
    scores: pd.DataFrame
    coverage: float | None
    n_origins: int
    season: int
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Backtest:
    """Signed errors of each candidate, one array per origin (over the steps that could be checked), and each origin's scale."""

    errors: dict[str, list[np.ndarray]]
    scales: np.ndarray

    def mase(self, name: str) -> float:
        return float(np.mean(np.concatenate([np.abs(e) / s for e, s in zip(self.errors[name], self.scales, strict=True)])))


def forecast(values: pd.Series, horizon: int, season: int = 12) -> Forecast:
    """Forecast ``horizon`` steps of a regular series, with a range at ``LEVEL`` and an honest account of how well it was tested.

    ``values``: one number a period, no gaps, in order of time; a DatetimeIndex (or PeriodIndex) is continued in ``path.period``.
    A history too short for two seasons and a few tests is treated as having none; below six values the last one is repeated with
    a wide range. Values that are never negative give a forecast that is never negative.
    Raises ValueError when the series is empty or not finite, or the horizon not positive.
    """
    history = np.asarray(values, dtype=float)
    if not len(history) or not np.isfinite(history).all():
        raise ValueError("a forecast needs at least one value, and all of them finite")
    if horizon < 1:
        raise ValueError(f"horizon is {horizon}; it must be at least 1")
    periods = _future(values.index, horizon)
    season = season if season > 1 and len(history) >= SEASONS_NEEDED * season + SEASON_MARGIN else 1
    if len(history) < SHORTEST or np.ptp(history) == 0:
        return _untested(history, periods)
    origins = _origins(len(history), horizon, season)
    paths, backtest, dropped = _compete(history, horizon, season, origins)
    scores = pd.DataFrame({"candidate": list(backtest.errors)}).assign(
        mase=lambda f: f["candidate"].map(backtest.mase), origins=len(origins)
    )
    scores = scores.sort_values("mase", kind="stable", ignore_index=True)
    scaled = [np.abs(e) / s for e, s in zip(backtest.errors[COMBINATION], backtest.scales, strict=True)]
    width = _scale(history, season) * _widths(scaled, horizon)
    path = _path(periods, paths[COMBINATION], width, history)
    return Forecast(path, scores, _coverage(scaled, origins), len(origins), season, dropped)


def _origins(n: int, horizon: int, season: int) -> list[int]:
    """Lengths of the histories to forecast from: evenly spread over the recent past, the first early enough."""
    shortest = SEASONS_NEEDED * season if season > 1 else max(SHORTEST - 2, n // 2)
    first = max(shortest, n - horizon - max(season, SHORTEST))
    return sorted(set(np.linspace(first, n - 1, min(ORIGINS, n - first)).round().astype(int).tolist()))


def _compete(
    history: np.ndarray, horizon: int, season: int, origins: list[int]
) -> tuple[dict[str, np.ndarray], _Backtest, tuple[str, ...]]:
    """Every candidate from every origin and from today; candidates that fail or explode anywhere are dropped, with the reason."""
    tested, dropped = {}, []
    for name, candidate in CANDIDATES.items():
        if name in SEASONAL_ONLY and season == 1:
            continue
        try:
            tested[name] = [_sane(candidate(history[:cut], horizon, season), history[:cut]) for cut in [*origins, len(history)]]
        except (ValueError, ArithmeticError, IndexError) as error:  # LinAlgError is a ValueError
            dropped.append(f"{name}: {error}")
    actual = [history[cut : cut + horizon] for cut in origins]
    scales = np.array([_scale(history[:cut], season) for cut in origins])
    tested[COMBINATION] = list(np.median(np.array(list(tested.values())), axis=0))
    errors = {name: [a - p[: len(a)] for a, p in zip(actual, paths[:-1], strict=True)] for name, paths in tested.items()}
    return {name: paths[-1] for name, paths in tested.items()}, _Backtest(errors, scales), tuple(dropped)


def _sane(path: np.ndarray, history: np.ndarray) -> np.ndarray:
    spread = max(np.ptp(history), abs(history).max() / 10)
    if (
        not np.isfinite(path).all()
        or path.max() > history.max() + EXPLODED * spread
        or path.min() < history.min() - EXPLODED * spread
    ):
        raise ValueError("the forecast exploded")
    return np.maximum(path, 0) if history.min() >= 0 else path


def _scale(history: np.ndarray, season: int) -> float:
    """Mean absolute error of the naive forecast within the history: the unit of the scaled error (Hyndman & Koehler 2006)."""
    for lag in (season, 1):
        if len(history) > lag and (scale := np.mean(np.abs(history[lag:] - history[:-lag]))) > 0:
            return float(scale)
    return 1.0


def _coverage(scaled: list[np.ndarray], origins: list[int]) -> float | None:
    """How often the range that could have been given at each origin, from the errors known by then, held what came."""
    inside = []
    for place, (errors, cut) in enumerate(zip(scaled, origins, strict=True)):
        known = [before[: cut - start] for before, start in zip(scaled[:place], origins[:place], strict=True)]
        if len(known) >= FEWEST_TESTS:
            inside.extend(errors <= _widths(known, len(errors)))
    return float(np.mean(inside)) if len(inside) >= FEWEST_CHECKED else None


def _widths(scaled: list[np.ndarray], horizon: int) -> np.ndarray:
    """Conformal quantile of the absolute scaled errors, growing with the horizon as a power of it.

    Errors of one origin go together, so the small-sample correction (1 + 1/m) counts origins and not errors (Lei et al. 2018).
    """
    step = np.concatenate([np.arange(1, len(e) + 1) for e in scaled])
    size = np.concatenate(scaled)
    by_step = pd.Series(size).groupby(step).agg(["mean", "size"]).query("mean > 0")
    growth = 0.0
    if len(by_step) > 2:
        growth = float(
            np.clip(np.polyfit(np.log(by_step.index), np.log(by_step["mean"]), 1, w=np.sqrt(by_step["size"]))[0], 0, 1)
        )
    quantile = np.quantile(size / step**growth, min(1.0, LEVEL * (1 + 1 / len(scaled))))
    return quantile * np.arange(1, horizon + 1) ** growth


def _untested(history: np.ndarray, periods: pd.Index) -> Forecast:
    """The last value repeated: all that a few values or a constant allow."""
    path = seasonal_naive(history, len(periods), 1)
    step = np.mean(np.abs(np.diff(history))) if len(history) > 1 else abs(history[-1]) / WIDE
    width = WIDE * step * np.sqrt(np.arange(1, len(periods) + 1))
    scores = pd.DataFrame({"candidate": [NAIVE], "mase": [np.nan], "origins": [0]})
    return Forecast(_path(periods, path, width, history), scores, None, 0, 1)


def _path(periods: pd.Index, value: np.ndarray, width: np.ndarray, history: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame({"period": periods, "value": value, "low": value - width, "high": value + width})
    return frame.assign(low=frame["low"].clip(lower=0)) if history.min() >= 0 else frame


def _future(index: pd.Index, horizon: int) -> pd.Index:
    """The periods after the index: whole months where it holds firsts of months, else its last step again, else counted on."""
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(index[-1] + 1, periods=horizon, freq=index.freq)
    if not isinstance(index, pd.DatetimeIndex):
        return pd.RangeIndex(len(index), len(index) + horizon)
    step = pd.DateOffset(months=1)
    if len(index) > 1:
        firsts = index.is_month_start.all()
        step = pd.DateOffset(months=_month(index[-1]) - _month(index[-2])) if firsts else index[-1] - index[-2]
    return pd.DatetimeIndex([index[-1] + step * (i + 1) for i in range(horizon)])


def _month(day: pd.Timestamp) -> int:
    return 12 * day.year + day.month
