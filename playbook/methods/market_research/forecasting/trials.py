"""Forecast trials: every candidate from every starting point of the past, and from today.

A rolling-origin backtest (Hyndman & Athanasopoulos, FPP3, ch. 5.10) of many series at once, all of which end in the same period.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from playbook.methods.market_research.forecasting.candidates import LEAST, LONGEST_MOVING, SEASONAL_ONLY, Candidate
from playbook.methods.market_research.forecasting.season import Block

__all__ = ["FEWEST_TESTS", "ORIGINS", "SEASONS_NEEDED", "SHORTEST", "Trials", "starts_back", "trials"]

SHORTEST = 6  # below this nothing can be tested
SHORTEST_PART = 4  # values from which a starting point may forecast
SEASONS_NEEDED = 2
ORIGINS = 10  # starting points, at most
FEWEST_TESTS = 4  # starting points that make a range to be checked, or weights
EXPLODED = 5.0  # a forecast further from the history than this many times its spread is an accident
SMALLEST = 1e-3  # of the history's own size: no error is measured in a unit smaller than this
CHUNK = 128  # rows at a time: what fits into the processor's cache


@dataclass(frozen=True)
class Trials:
    """``paths`` (candidates, series, starts + 1, horizon), the last from today; NaN where a candidate was refused.

    ``actual`` (series, starts, horizon): what came, NaN beyond the end of the series and where it was too short to start;
    ``errors`` (candidates, series, starts, horizon): that less the path; ``scales`` (series, starts + 1): mean absolute error of
    the naive forecast in the history known by then; ``back``: periods before today of each start, falling; ``refused``: series
    number, candidate, reason. ``squared``: candidates are judged by squared errors, which suits items that mostly sell nothing:
    by absolute ones, a forecast of nothing would win.
    """

    names: tuple[str, ...]
    paths: np.ndarray
    actual: np.ndarray
    errors: np.ndarray
    scales: np.ndarray
    back: np.ndarray
    refused: tuple[tuple[int, str, str], ...]
    squared: bool = False


def starts_back(n: int, horizon: int, season: int) -> np.ndarray:
    """Periods before today of the starting points: evenly spread over the recent past, the first early enough; falling."""
    shortest = SEASONS_NEEDED * season if season > 1 else max(SHORTEST_PART, n // 2)
    first = max(shortest, n - horizon - max(season, SHORTEST))
    return np.unique((n - np.linspace(first, n - 1, min(ORIGINS, n - first)).round()).astype(int))[::-1]


def trials(
    histories: Sequence[np.ndarray],
    back: np.ndarray,
    horizon: int,
    season: int,
    candidates: Mapping[str, Candidate],
    labels: Sequence[int] | None = None,
) -> Trials:
    """Run the candidates on all series from all starts; one that fails or explodes anywhere is refused for that series.

    ``labels``: the numbers by which candidates know the series, if not their places among ``histories``.
    """
    least = SEASONS_NEEDED * season if season > 1 else SHORTEST_PART
    ends = np.array([[len(h) - b for b in (*back, 0)] for h in histories])
    ready = ends >= least
    ready[:, -1] = True
    numbers, starts = np.nonzero(ready)
    lengths = ends[ready]
    values = np.zeros((len(lengths), lengths.max()))
    for row, (number, n) in enumerate(zip(numbers, lengths, strict=True)):
        values[row, :n] = histories[number][:n]
    names = tuple(name for name in candidates if 1 < season <= LONGEST_MOVING or name not in SEASONAL_ONLY)
    paths = np.full((len(names), *ends.shape, horizon), np.nan)
    labels = np.arange(len(histories)) if labels is None else np.asarray(labels)
    block = Block(values, lengths, horizon, season, labels[numbers], np.append(back, 0)[starts])
    refused = []
    for place, name in enumerate(names):
        if max(map(len, histories)) < LEAST.get(name, 0):
            continue
        found = _run(candidates[name], block)
        if isinstance(found, str):
            refused += [(number, name, found) for number in range(len(histories))]
            continue
        wild = np.unique(numbers[~_sane(found, values, lengths)])
        refused += [(int(number), name, "the forecast exploded") for number in wild]
        paths[place, numbers, starts] = np.where(_positive(values)[:, None], np.maximum(found, 0), found)
        short = [i for i, h in enumerate(histories) if len(h) < LEAST.get(name, 0)]
        paths[place, [*wild, *short]] = np.nan
    actual = np.full((len(histories), len(back), horizon), np.nan)
    for number, history in enumerate(histories):
        for start in np.flatnonzero(ready[number, :-1]):
            came = history[ends[number, start] :][:horizon]
            actual[number, start, : len(came)] = came
    scales = np.array([[_scale(h[: max(n, 1)], season) for n in row] for h, row in zip(histories, ends, strict=True)])
    return Trials(names, paths, actual, actual - paths[:, :, :-1], scales, np.asarray(back), tuple(sorted(refused)))


def _run(candidate: Candidate, block: Block) -> np.ndarray | str:
    order = np.argsort(block.lengths, kind="stable")  # like lengths together: fewer idle steps
    found = np.empty((len(order), block.horizon))
    try:
        for first in range(0, len(order), CHUNK):
            rows = order[first : first + CHUNK]
            lengths = block.lengths[rows]
            values = block.values[rows, : lengths.max()]
            part = replace(block, values=values, lengths=lengths, series=block.series[rows], back=block.back[rows])
            found[rows] = candidate(part)
    except (ValueError, ArithmeticError, IndexError) as error:  # LinAlgError is a ValueError
        return str(error)
    return found


def _positive(values: np.ndarray) -> np.ndarray:
    return values.min(axis=1) >= 0  # filled with zeros beyond the end


def _sane(paths: np.ndarray, values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    live = np.arange(values.shape[1]) < lengths[:, None]
    top, bottom = np.where(live, values, -np.inf).max(axis=1), np.where(live, values, np.inf).min(axis=1)
    room = EXPLODED * np.maximum(top - bottom, np.abs(values).max(axis=1) / 10)
    with np.errstate(invalid="ignore"):
        return np.isfinite(paths).all(axis=1) & (paths.max(axis=1) <= top + room) & (paths.min(axis=1) >= bottom - room)


def _scale(history: np.ndarray, season: int) -> float:
    """Mean absolute error of the naive forecast within the history: the unit of the scaled error (Hyndman & Koehler 2006)."""
    least = SMALLEST * float(np.abs(history).mean())  # a history that repeats itself exactly says little of what may come
    for lag in (season, 1):
        if len(history) > lag and (scale := np.mean(np.abs(history[lag:] - history[:-lag]))) > least:
            return float(scale)
    return least or 1.0
