"""Forecast, Theta: the dynamic optimised Theta method on many histories at once."""

from itertools import combinations_with_replacement

import numpy as np

from playbook.methods.market_research.forecasting.search import grid, search
from playbook.methods.market_research.forecasting.season import Block

__all__ = ["dynamic_theta"]

ALPHA = tuple(np.linspace(0.02, 0.98, 25))
TINY = 1e-12


def dynamic_theta(block: Block) -> np.ndarray:
    """Forecasts (rows, horizon) by model DOTM of Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler (2016).

    Given the smoothing parameter, the first level and the weight of the trend, 1 - 1/theta, enter linearly; so they come from
    least squares and only one parameter is searched. The weight lies between zero and one.
    """
    rows = np.arange(len(block.lengths))
    size = np.abs(block.values).sum(axis=1) / block.lengths
    size[size == 0] = 1.0
    series, live = (block.values / size[:, None]).T, block.live.T
    at, by = _expanding_trend(series)
    alpha = search(lambda p: _fit(series, live, at, by, p[0])[0], grid(ALPHA), (0.01,), (0.99,))[0]
    _, weight, level = (found[:, 0] for found in _fit(series, live, at, by, alpha[:, None]))
    time = block.lengths.astype(float)
    mean, at, by = series.sum(axis=0) / time, at[block.lengths - 1, rows], by[block.lengths - 1, rows]
    path = []
    for _ in range(block.horizon):  # what is not known yet takes its expected value
        expected = level + weight * _drift(alpha, (1 - alpha) ** time, at, by)
        path.append(expected * size)
        level = alpha * expected + (1 - alpha) * level
        by = ((time - 1) * by + 6 * (expected - mean) / (time + 1)) / (time + 2)
        mean = (time * mean + expected) / (time + 1)
        time = time + 1
        at = mean - by * (time + 1) / 2
    return np.array(path).T


def _drift(alpha: np.ndarray, kept: np.ndarray, at: np.ndarray, by: np.ndarray) -> np.ndarray:
    return kept * at + (1 - kept * (1 - alpha)) / alpha * by


def _fit(series: np.ndarray, live: np.ndarray, at: np.ndarray, by: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, ...]:
    """Sum of squared errors, weight of the trend and last level, each (rows, points)."""
    rows = series.shape[1]
    alpha = np.broadcast_to(alpha, (rows, alpha.shape[-1]))
    here = live[1:, :, None]
    # what is left of a start of one, before each value and after the last; then errors, and the level, from a start at zero
    kept = np.cumprod(np.concatenate([1 - alpha[None], np.where(here, 1 - alpha, 1.0)]), axis=0)
    drift = _drift(alpha, kept[:-1], at[:-1, :, None], by[:-1, :, None]) * here
    first, rest = kept[:-1] * here, np.empty((len(series) - 1, *alpha.shape))
    level = alpha * series[0][:, None]
    for value, alive, error in zip(series[1:, :, None], here, rest, strict=True):
        np.multiply(value - level, alive, out=error)
        level += alpha * error
    aa, ab, au, bb, bu, uu = (np.sum(a * b, axis=0) for a, b in combinations_with_replacement((first, drift, rest), 2))
    weight = np.clip((aa * bu - ab * au) / np.maximum(aa * bb - ab**2, TINY * aa * bb + TINY**2), 0, 1)
    start = (au - weight * ab) / np.maximum(aa, TINY)
    sse = uu - 2 * start * au - 2 * weight * bu + start**2 * aa + 2 * start * weight * ab + weight**2 * bb
    return sse, weight, level + kept[-1] * start


def _expanding_trend(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Intercept and slope of the least squares line through the first t values, for every t (slope zero at t = 1)."""
    times = np.arange(1, len(series) + 1)[:, None]
    mean = np.cumsum(series, axis=0) / times
    cross = np.cumsum(times * series, axis=0) - times * (times + 1) / 2 * mean
    slope = np.where(times > 1, cross / np.maximum((times**3 - times) / 12, 0.5), 0.0)
    return mean - slope * (times + 1) / 2, slope
