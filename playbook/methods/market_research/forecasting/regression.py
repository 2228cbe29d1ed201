"""Forecast, regression: trend, season and what is known or can be carried forward: calendar, price, promotion, competitors.

``regression(drivers)`` makes a candidate of them. Without drivers the season is a few smooth waves, which suits weeks, where a
mean by week of the year would rest on two or three values each.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from playbook.methods.market_research.forecasting.season import Block, adjusted

__all__ = ["Drivers", "regression"]

WAVES = 6  # sines and cosines a season, at most
LEVEL_PERIODS = 3  # a price is carried forward as the mean of so many last ones
RIDGE = 1.0  # in observations: what drivers explain is drawn towards nothing by so much
DAMPING = 0.9  # of the trend, a period of those ahead, in the long run


@dataclass(frozen=True)
class Drivers:
    """What moves the series, each (series, periods, drivers), the first period where the history begins.

    ``known`` beyond the history (a calendar), ``held`` at the last level (prices, a competitor's too), ``repeated`` from a season
    before (promotions).
    """

    known: np.ndarray | None = None
    held: np.ndarray | None = None
    repeated: np.ndarray | None = None


def regression(drivers: Drivers | None = None) -> Callable[[Block], np.ndarray]:
    """A candidate: least squares on trend, season and drivers, and the last error dying out (an autoregression of order one)."""

    def candidate(block: Block) -> np.ndarray:
        scale = adjusted(block, seasons=drivers is not None)
        path = np.empty((len(block.lengths), block.horizon))
        for rows, history in scale.block.of_length():
            n = history.shape[1]
            time = np.arange(n + block.horizon)
            base = _base(time, n, block.season if drivers is None else 1)
            for row, values in zip(rows, history, strict=True):
                moved = np.empty((len(time), 0)) if drivers is None else _moved(drivers, block.series[row], n, block)
                path[row] = _fit(values, base, moved, n)
        return scale.restore(path)

    return candidate


def _base(time: np.ndarray, n: int, season: int) -> np.ndarray:
    """Level, trend (damped beyond the history) and waves, (n + horizon, columns)."""
    ahead = np.maximum(time - n + 1, 0)
    trend = np.where(ahead > 0, n - 1 + DAMPING * (1 - DAMPING**ahead) / (1 - DAMPING), time)
    columns = [np.ones(len(time)), trend / max(n, 1)]
    waves = min(WAVES, (season - 1) // 2) if n >= 2 * season > 2 else 0
    for wave in range(1, waves + 1):
        columns += [np.sin(2 * np.pi * wave * time / season), np.cos(2 * np.pi * wave * time / season)]
    return np.column_stack(columns)


def _moved(drivers: Drivers, series: int, n: int, block: Block) -> np.ndarray:
    """Each driver as known after n periods and then as expected, (n + horizon, drivers), in units of its spread until then."""
    horizon, season = block.horizon, block.season
    columns = []
    if drivers.known is not None:
        columns.append(drivers.known[series, : n + horizon])
    if drivers.held is not None:
        past = drivers.held[series, :n]
        columns.append(np.vstack([past, np.tile(past[-LEVEL_PERIODS:].mean(axis=0), (horizon, 1))]))
    if drivers.repeated is not None:
        past = drivers.repeated[series, :n]
        back = season if 1 < season <= n else min(n, LEVEL_PERIODS)
        last = past[-back:] if 1 < season <= n else np.tile(past[-back:].mean(axis=0), (back, 1))
        columns.append(np.vstack([past, last[np.arange(horizon) % back]]))
    moved = np.column_stack(columns)
    spread = moved[:n].std(axis=0)
    return np.where(spread > 0, (moved - moved[:n].mean(axis=0)) / np.where(spread > 0, spread, 1), 0.0)


def _fit(values: np.ndarray, base: np.ndarray, moved: np.ndarray, n: int) -> np.ndarray:
    design = np.column_stack([base, moved])
    penalty = np.zeros(design.shape[1])
    penalty[2:] = RIDGE
    known = design[:n]
    answer = np.linalg.solve(known.T @ known + np.diag(penalty + 1e-9), known.T @ values)
    rest = values - known @ answer
    power = rest[:-1] @ rest[:-1]
    keep = float(np.clip(rest[1:] @ rest[:-1] / power, 0, 0.98)) if power > 0 else 0.0
    return design[n:] @ answer + rest[-1] * keep ** np.arange(1, len(design) - n + 1)
