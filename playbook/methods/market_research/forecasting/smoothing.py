"""Forecast, smoothing: exponential smoothing of many histories at once, by maximum likelihood.

Given the smoothing parameters, the errors are linear in the first level and trend (Hyndman, Koehler, Ord & Snyder 2008, ch. 2.5),
so these come from least squares and only the parameters themselves are searched, for all rows together. Statsmodels, which fits
one history at a time by a general optimiser, takes some hundred times as long for the same forms.
"""

from dataclasses import dataclass

import numpy as np

from playbook.methods.market_research.forecasting.search import grid, search
from playbook.methods.market_research.forecasting.season import Block

__all__ = ["Smoothed", "smoothing"]

ALPHA = (0.02, 0.08, 0.16, 0.28, 0.42, 0.58, 0.76, 0.95)  # of the level
BETA = (0.02, 0.1, 0.25, 0.5, 0.9)  # of the trend, as a share of alpha
PHI = (0.8, 0.88, 0.94, 0.98)  # damping of the trend: the bounds are those of Hyndman et al. 2008, and of R's ets
GAMMA = (0.02, 0.15, 0.4, 0.8)  # of the season, as a share of 1 - alpha
EDGE = 1e-3
TINY = 1e-12


@dataclass(frozen=True)
class Smoothed:
    """``path`` (rows, horizon); the sum of squared errors ``sse``; ``parameters`` (alpha, beta, phi, gamma; rows); ``start``."""

    path: np.ndarray
    sse: np.ndarray
    parameters: np.ndarray
    start: np.ndarray


def smoothing(block: Block, trend: str = "damped", seasonal: np.ndarray | None = None) -> Smoothed:
    """Exponential smoothing with additive errors: ETS(A,N,.), ETS(A,A,.) or ETS(A,Ad,.) for ``trend`` none, straight or damped.

    ``seasonal`` (rows, season): parts with which a moving additive season starts; None for no season.
    """
    level = np.abs(block.values).sum(axis=1) / block.lengths
    level[level == 0] = 1.0
    rows = len(level)
    series, live = (block.values / level[:, None]).T, block.live.T.astype(float)
    season = None if seasonal is None else seasonal / level[:, None]
    states = 1 if trend == "none" else 2
    # Channel 0 is the history from a start at zero; each other the answer to a start of one on a history of zeros.
    units = np.zeros((1, 1, states + 1, 2))
    units[0, 0, np.arange(1, states + 1), np.arange(states)] = 1.0

    def products(parameters: np.ndarray) -> np.ndarray:
        return _run(series, live, parameters, units, season)

    start = grid(
        ALPHA, BETA if states > 1 else (0.0,), PHI if trend == "damped" else (1.0,), GAMMA if season is not None else (0,)
    )
    best = search(
        lambda p: _least_squares(products(p))[1], start, (EDGE, EDGE, PHI[0], EDGE), (1 - EDGE, 1 - EDGE, PHI[-1], 1 - EDGE)
    )
    first, sse = _least_squares(products(best[:, :, None]))
    begin = np.zeros((rows, 1, 1, 2))
    begin[:, 0, 0, :states] = first[:, 0]
    means = _run(series, live, best[:, :, None], begin, season, block.horizon)
    ahead = block.lengths[:, None] + np.arange(block.horizon)
    path = means[ahead, np.arange(rows)[:, None]] * level[:, None]
    alpha, share, phi, moved = best
    parameters = np.stack([alpha, alpha * share, phi, moved * (1 - alpha)])
    return Smoothed(path, sse[:, 0] * level**2, parameters, begin[:, 0, 0] * level[:, None])


def _run(
    series: np.ndarray, live: np.ndarray, parameters: np.ndarray, start: np.ndarray, season: np.ndarray | None, horizon: int = -1
) -> np.ndarray:
    """Products of the channels' errors, summed over time (rows, points, channels, channels); with a ``horizon`` the means.

    Where a row does not live any more its errors are zero, so that its states go on as they forecast.
    """
    steps, rows = series.shape
    alpha, share, phi, moved = (np.broadcast_to(p, (rows, parameters.shape[2])) for p in parameters)
    beta, gamma = alpha * share, moved * (1 - alpha)
    channels = start.shape[2]
    shape = (channels, rows, parameters.shape[2])  # the short axis first and all in place: this loop is most of a forecast's time
    level, trend = (np.array(np.broadcast_to(np.moveaxis(start[..., k], 2, 0), shape)) for k in (0, 1))
    if season is not None:
        parts = np.zeros((season.shape[1], *shape))
        parts[:, 0] = season.T[:, :, None]
    sums, means, value = np.zeros((channels, *shape)), [], np.zeros((channels, rows, 1))
    mean, error, change = level, np.empty(shape), np.empty(shape)
    for time in range(steps + max(horizon, 0)):
        trend *= phi
        level += trend
        if season is not None:
            mean = level + parts[time % len(parts)]
        if horizon >= 0:
            means.append(mean[0, :, 0].copy())
        if time >= steps:
            continue
        value[0, :, 0] = series[time]
        np.subtract(value, mean, out=error)
        error *= live[time][:, None]
        level += np.multiply(alpha, error, out=change)
        trend += np.multiply(beta, error, out=change)
        if season is not None:
            parts[time % len(parts)] += np.multiply(gamma, error, out=change)
        if horizon < 0:
            for one in range(channels):
                sums[one, one:] += np.multiply(error[one], error[one:], out=change[one:])
    if horizon >= 0:
        return np.array(means)
    for one in range(channels):
        sums[one:, one] = sums[one, one:]
    return np.moveaxis(sums, (0, 1), (2, 3))


def _least_squares(products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The start (rows, points, states) that makes the errors smallest, and their sum of squares (rows, points)."""
    own, first = products[..., 0, 0], products[..., 1, 1] + TINY
    cross = products[..., 0, 1]
    if products.shape[-1] == 2:
        level = -cross / first
        return level[..., None], np.maximum(own + level * cross, 0)
    both, second, other = products[..., 1, 2], products[..., 2, 2] + TINY, products[..., 0, 2]
    room = np.maximum(first * second - both**2, TINY * first * second)
    level, trend = (both * other - second * cross) / room, (both * cross - first * other) / room
    return np.stack([level, trend], axis=-1), np.maximum(own + level * cross + trend * other, 0)
