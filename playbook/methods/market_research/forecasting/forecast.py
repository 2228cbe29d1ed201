"""Forecast: a combination of several candidates, tested on months it had not seen, and a range made from its errors there.

    forecast(months["revenue"], horizon=12, season=12).path     # period, value, low, high
    forecasts(table, horizon=12)["headphones"].path             # a column a series, all in one go

Combinations of a few sound methods are hard to beat, and picking the one that looks best is not among them (Petropoulos &
Svetunkov 2020; Makridakis, Spiliotis & Assimakopoulos 2020). Who takes part, ``forecast_candidates`` says; how they are tested,
``forecast_trials``; how they weigh, ``forecast_weights``; where the ranges come from, ``forecast_ranges``. Errors are mean
absolute scaled errors (Hyndman & Koehler 2006).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.forecasting.candidates import CANDIDATES, NAIVE, Candidate
from playbook.methods.market_research.forecasting.ranges import coverage, widths
from playbook.methods.market_research.forecasting.sparse import INTERMITTENT, SPARSE, demand_class, stopped
from playbook.methods.market_research.forecasting.trials import (
    FEWEST_TESTS,
    SEASONS_NEEDED,
    SHORTEST,
    Trials,
    starts_back,
    trials,
)
from playbook.methods.market_research.forecasting.weights import candidate_errors, combine, trial_paths, weigh

__all__ = ["COMBINATION", "MEDIAN", "NAIVE", "SEASONS_NEEDED", "SEASON_MARGIN", "Forecast", "forecast", "forecasts"]

COMBINATION, MEDIAN = mark("combination"), mark("median of all")
SEASON_MARGIN = FEWEST_TESTS  # a season is used when two of them and a few tests lie in the history
MOST_GROWTH = 3.0  # of errors since a start: a series that hardly moved by then tells no more
WIDE = 2.0  # ranges of untested forecasts: this many typical steps


@dataclass(frozen=True)
class Forecast:
    """A tested forecast.

    ``path`` has the columns period (continues the index of the history), value, low, high (the range at ``LEVEL``);
    ``scores`` has candidate, mase (error in the trials relative to the naive forecast's in-sample error; smaller is better),
    weight (share in the combination; NaN for what is no candidate), origins; ``coverage`` is the share of trial values inside
    ranges made from the errors known before (None when there are too few); ``n_origins`` is the number of starting points of
    the test (0: the last value is repeated, and ``untested`` says why: "short", "constant" or "stopped"); ``season`` is the
    season used (1: none was asked for, or the history is too short for one); ``dropped`` says which candidates are missing
    and why; ``tests`` (starting points, steps) is what the combination would have forecast, ``errors`` actual less that (NaN
    beyond the end), ``unit`` how much larger a like error would be today, as errors grow with the series; ``back`` the
    periods since each start.
    """

    path: pd.DataFrame
    scores: pd.DataFrame
    coverage: float | None
    n_origins: int
    season: int
    dropped: tuple[str, ...] = ()
    untested: str = ""
    tests: np.ndarray = field(default_factory=lambda: np.empty((0, 0)), repr=False)
    errors: np.ndarray = field(default_factory=lambda: np.empty((0, 0)), repr=False)
    unit: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    back: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int), repr=False)


def forecast(values: pd.Series, horizon: int, season: int = 12, extra: Mapping[str, Candidate] | None = None) -> Forecast:
    """Forecast ``horizon`` steps of a regular series, with a range at ``LEVEL`` and an honest account of how well it was tested.

    ``values``: one number a period, no gaps, in order of time; a DatetimeIndex (or PeriodIndex) is continued in ``path.period``.
    A history too short for two seasons and a few tests is treated as having none; below six values the last one is repeated with
    a wide range, and what has not sold for long (see ``stopped``) is taken to be over. Values that are never negative give a
    forecast that is never negative. ``extra`` are further candidates, which take part like the others.
    Raises ValueError when the series is empty or not finite, or the horizon not positive.
    """
    return forecasts(values.to_frame(0), horizon, season, extra)[0]


def forecasts(
    table: pd.DataFrame, horizon: int, season: int = 12, extra: Mapping[str, Candidate] | None = None
) -> dict[object, Forecast]:
    """As ``forecast``, for every column of a table at once: a fraction of the time, and the same starting points for all.

    Values before a column's first one (a product not yet sold) are NaN. An item that sells in few periods only is forecast by
    what ``forecast_sparse`` has, without a season. Numbers of series in an ``extra`` candidate's block are places among the
    columns that are forecast alike; with extras, give series alike.
    """
    if horizon < 1:
        raise ValueError(f"horizon is {horizon}; it must be at least 1")
    periods = _future(table.index, horizon)
    histories = {}
    for name in table:
        column = table[name].to_numpy(dtype=float)
        known = np.isfinite(column)
        history = column[known.argmax() :]
        if not known.any() or not np.isfinite(history).all():
            raise ValueError("a forecast needs at least one value, and all of them finite")
        histories[name] = history
    longest = max(map(len, histories.values()), default=0)
    done: dict[object, Forecast] = {}
    groups: dict[tuple[int, bool], list] = {}
    places = {name: place for place, name in enumerate(table)}
    for name, history in histories.items():
        if why := _untestable(history, season):
            done[name] = _untested(history, periods, why)
        else:
            sparse = history.min() >= 0 and demand_class(history) in INTERMITTENT
            long = season > 1 and len(history) >= SEASONS_NEEDED * season + SEASON_MARGIN
            groups.setdefault((season if long and not sparse else 1, sparse), []).append(name)
    back = starts_back(longest, horizon, max(used for used, _ in groups)) if groups else np.empty(0, dtype=int)
    for (used, sparse), names in groups.items():
        members = [histories[name] for name in names]
        candidates = SPARSE if sparse else {**CANDIDATES, **(extra or {})}
        tried = trials(members, back, horizon, used, candidates, [places[name] for name in names])
        done |= zip(names, _judged(replace(tried, squared=sparse), members, periods, used), strict=True)
    return {name: done[name] for name in table}


def _judged(tried: Trials, histories: list[np.ndarray], periods: pd.Index, season: int) -> list[Forecast]:
    """The forecast of each series from its trials."""
    horizon = len(periods)
    able = np.isfinite(tried.paths[:, :, -1]).all(axis=2)
    errors = candidate_errors(tried)
    weights = weigh(errors, able, tried.names)
    values = combine(tried.paths[:, :, -1], weights)
    tests = trial_paths(tried)
    results = []
    for place, history in enumerate(histories):
        missed = tried.actual[place] - tests[place]
        scaled = np.abs(missed) / tried.scales[place, :-1, None]
        started = np.isfinite(scaled).any(axis=1)
        unit = np.minimum(tried.scales[place, -1] / tried.scales[place, :-1], MOST_GROWTH)
        rows = [(name, errors[i, place], weights[i, place]) for i, name in enumerate(tried.names) if able[i, place]]
        middle = np.median(tried.paths[able[:, place], place, :-1], axis=0)
        plain = np.abs(tried.actual[place] - middle) / tried.scales[place, :-1, None]
        rows += [(MEDIAN, _mean(plain, tried.squared), np.nan), (COMBINATION, _mean(scaled, tried.squared), np.nan)]
        scores = pd.DataFrame(rows, columns=["candidate", "mase", "weight"]).assign(origins=int(started.sum()))
        results.append(
            Forecast(
                _path(
                    periods,
                    values[place],
                    widths(np.abs(missed) * unit[:, None], horizon, int(tried.back[started][0])),
                    history,
                ),
                scores.sort_values("mase", kind="stable", ignore_index=True),
                coverage(scaled[started], tried.back[started]),
                int(started.sum()),
                season,
                tuple(f"{name}: {why}" for number, name, why in tried.refused if number == place),
                tests=tests[place],
                errors=missed,
                unit=unit,
                back=tried.back,
            )
        )
    return results


def _mean(scaled: np.ndarray, squared: bool) -> float:
    return float(np.sqrt(np.nanmean(scaled**2)) if squared else np.nanmean(scaled))


def _untestable(history: np.ndarray, season: int) -> str:
    """Why nothing is to be tested: too "short", "constant", or "stopped"; else empty."""
    if len(history) < SHORTEST:
        return "short"
    if np.ptp(history) == 0:
        return "constant"
    return "stopped" if stopped(history, max(SHORTEST, season // 2)) else ""


def _untested(history: np.ndarray, periods: pd.Index, why: str) -> Forecast:
    """The last value repeated: all that a few values, a constant or what has ended allow."""
    path = np.full(len(periods), history[-1])
    step = np.mean(np.abs(np.diff(history))) if len(history) > 1 else 0.0
    if step == 0 and why == "short":
        step = abs(history[-1]) / WIDE  # a few like values do not make it certain
    width = WIDE * step * np.sqrt(np.arange(1, len(periods) + 1))
    scores = pd.DataFrame({"candidate": [NAIVE], "mase": [np.nan], "weight": [1.0], "origins": [0]})
    return Forecast(_path(periods, path, width, history), scores, None, 0, 1, untested=why)


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
