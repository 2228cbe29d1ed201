"""Forecast, ARIMA: autoregressive moving averages of many histories at once, by conditional sums of squares.

(1 - ar B) (w_t - mean) = (1 + ma B) (1 + seasonal B^m) e_t, where w is the history after differences (FPP3, ch. 9; Box & Jenkins
1976).
"""

import numpy as np

from playbook.methods.market_research.forecasting.search import grid, search
from playbook.methods.market_research.forecasting.season import Block

__all__ = ["arima"]

AR = (-0.6, -0.3, 0.0, 0.3, 0.6, 0.85)
MA = (-0.9, -0.7, -0.5, -0.3, 0.0, 0.3, 0.6)
SEASONAL = (-0.9, -0.75, -0.6, -0.4, -0.2, 0.0, 0.2)
BOUND = 0.97


def arima(block: Block, difference: bool = True) -> np.ndarray:
    """Forecasts (rows, horizon) by ARIMA(1, difference, 1), and by ARIMA(...)(0, 1, 1) where the block has a season.

    Without ordinary differences the mean change from season to season is kept as a drift.
    """
    rows, m = np.arange(len(block.lengths)), block.season
    lost = (m if m > 1 else 0) + difference
    series, live = block.values.T, block.live.T[lost:]
    changes = series[m:] - series[:-m] if m > 1 else series
    changes = np.where(live, np.diff(changes, axis=0) if difference else changes, 0.0)
    count = np.maximum(live.sum(axis=0), 1)
    mean = np.zeros(len(rows)) if difference else changes.sum(axis=0) / count
    changes = np.where(live, changes - mean, 0.0)
    size = np.sqrt((changes**2).sum(axis=0) / count)
    size[size == 0] = 1.0
    changes = changes / size

    def cost(parameters: np.ndarray) -> np.ndarray:
        return np.sum(_errors(changes, live, parameters, m) ** 2, axis=0)

    start = grid(AR, MA, SEASONAL if m > 1 else (0.0,))
    best = search(cost, start, (-BOUND,) * 3, (BOUND,) * 3)
    errors = np.vstack([np.zeros((m + 1, len(rows))), _errors(changes, live, best[:, :, None], m)[:, :, 0]])
    errors = np.vstack([errors, np.zeros((block.horizon, len(rows)))])
    known = np.vstack([changes, np.zeros((block.horizon, len(rows)))])
    full = np.vstack([series, np.zeros((block.horizon, len(rows)))])
    (slow, quick, seasonal), path = best, []
    for step in range(block.horizon):
        here = block.lengths + step
        now = here - lost  # place among the changes; errors lie m + 1 places further on
        change = slow * known[now - 1, rows] + quick * errors[now + m, rows]
        if m > 1:
            change = change + seasonal * (errors[now + 1, rows] + quick * errors[now, rows])
        known[now, rows] = change
        value = change * size + mean
        if difference:
            value = value + full[here - 1, rows]
        if m > 1:
            value = value + full[here - m, rows] - (full[here - m - 1, rows] if difference else 0.0)
        full[here, rows] = value
        path.append(value)
    return np.array(path).T


def _errors(changes: np.ndarray, live: np.ndarray, parameters: np.ndarray, m: int) -> np.ndarray:
    """Errors one step ahead, (steps, rows, points), those before the first change taken as zero."""
    steps, rows = changes.shape
    ar, ma, seasonal = parameters
    errors = np.zeros((steps + m + 1, rows, parameters.shape[2]))
    errors[m + 2 :] = ar * changes[:-1, :, None]  # what is expected, until the rest is known
    for time, (change, alive) in enumerate(zip(changes[:, :, None], live[:, :, None], strict=True)):
        error = errors[time + m + 1]
        error += ma * errors[time + m]
        if m > 1:
            error += seasonal * (errors[time + 1] + ma * errors[time])
        np.multiply(np.subtract(change, error, out=error), alive, out=error)
    return errors[m + 1 :]
