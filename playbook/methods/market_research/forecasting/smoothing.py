"""Forecast, smoothing: exponential smoothing of many histories at once, by maximum likelihood.

Given the smoothing parameters, the errors are linear in the first level and trend (Hyndman, Koehler, Ord & Snyder 2008, ch. 2.5),
so these come from least squares and only the parameters themselves are searched, for all rows together. Statsmodels, which fits
one history at a time by a general optimiser, takes some hundred times as long for the same forms.
"""

from collections.abc import Iterator
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
ROUGH = np.float32  # while parameters are searched: half the time, and the same forecasts to one part in ten thousand or so


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
    series, live = (block.values / level[:, None]).T[:, :, None], block.live.T[:, :, None].astype(float)
    season = None if seasonal is None else (seasonal / level[:, None]).T[:, :, None]
    states = 1 if trend == "none" else 2
    # Histories without their first value, which the first level takes up: beside it, single precision would lose the errors.
    begun = (series - series[:1]) * live
    rough = [None if part is None else part.astype(ROUGH) for part in (begun, live, season)]

    def cost(parameters: np.ndarray) -> np.ndarray:
        return _least_squares(_products(*rough, parameters.astype(ROUGH), states))[1]

    start = grid(
        ALPHA, BETA if states > 1 else (0.0,), PHI if trend == "damped" else (1.0,), GAMMA if season is not None else (0,)
    )
    best = search(cost, start, (EDGE, EDGE, PHI[0], EDGE), (1 - EDGE, 1 - EDGE, PHI[-1], 1 - EDGE))
    first, sse = _least_squares(_products(series, live, season, best[:, :, None], states))
    beyond = np.zeros((block.horizon, rows, 1))  # no row lives there
    course = _course(np.vstack([series, beyond]), np.vstack([live, beyond]), best[:, :, None], first, season)
    means = np.array([mean[:, 0].copy() for mean, _ in course])
    ahead = block.lengths[:, None] + np.arange(block.horizon)
    path = means[ahead, np.arange(rows)[:, None]] * level[:, None]
    alpha, share, phi, moved = best
    parameters = np.stack([alpha, alpha * share, phi, moved * (1 - alpha)])
    begin = np.zeros((rows, 2))
    begin[:, :states] = first[:, :, 0].T
    return Smoothed(path, sse[:, 0] * level**2, parameters, begin * level[:, None])


def _course(
    series: np.ndarray, live: np.ndarray, parameters: np.ndarray, start: np.ndarray, season: np.ndarray | None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Mean and error of every step, (..., rows, points), each good until the next step only: all is worked out in place.

    ``start`` (states, ..., rows, points): the first level, and the first trend if there is one. Where a row lives no more
    its errors are zero, so that its states go on as they forecast.
    """
    alpha, share, phi, moved = parameters
    beta, gamma = alpha * share, moved * (1 - alpha)
    level, *trends = start.copy()
    mean, error, change = level, np.empty_like(level), np.empty_like(level)
    if season is not None:
        mean, parts = np.empty_like(level), np.array(np.broadcast_to(season, (len(season), *level.shape)))
    for time, (value, alive) in enumerate(zip(series, live, strict=True)):
        for trend in trends:
            trend *= phi
            level += trend
        if season is not None:
            np.add(level, parts[time % len(parts)], out=mean)
        np.subtract(value, mean, out=error)
        error *= alive
        yield mean, error
        level += np.multiply(alpha, error, out=change)
        for trend in trends:
            trend += np.multiply(beta, error, out=change)
        if season is not None:
            parts[time % len(parts)] += np.multiply(gamma, error, out=change)


def _products(series: np.ndarray, live: np.ndarray, season: np.ndarray | None, parameters: np.ndarray, states: int) -> np.ndarray:
    """Products of the channels' errors, summed over time: the upper triangle of (channels, channels, rows, points).

    Channel 0 is the history from a start at zero; each other the answer to a start of one on a history of zeros, which depends on
    the parameters only: where all rows try the same ones it is worked out once for all of them.
    """
    rows, points, kind = series.shape[1], parameters.shape[2], series.dtype
    units = np.zeros((states, states, *parameters.shape[1:]), kind)
    units[np.arange(states), np.arange(states)] = 1.0
    nothing = np.zeros((len(series), 1, 1), kind)
    own = _course(series, live, parameters, np.zeros((states, rows, points), kind), season)
    answers = _course(nothing, nothing + 1, parameters, units, None if season is None else np.zeros((len(season), 1, 1, 1), kind))
    sums, so_far = np.zeros((1 + states, 1 + states, rows, points), kind), np.zeros_like(units)
    change, small = np.empty((rows, points), kind), np.empty(units.shape[1:], kind)
    last = live.sum(axis=0)[:, 0] - 1
    for time, ((_, history), (_, answer)) in enumerate(zip(own, answers, strict=True)):
        sums[0, 0] += np.multiply(history, history, out=change)
        for one in range(states):
            sums[0, 1 + one] += np.multiply(history, answer[one], out=change)
            so_far[one, one:] += np.multiply(answer[one], answer[one:], out=small[one:])
        ending = last == time
        if ending.any():
            sums[1:, 1:, ending] = np.broadcast_to(so_far, (states, states, rows, points))[:, :, ending]
    return sums


def _least_squares(products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The start (states, rows, points) that makes the errors smallest, and their sum of squares (rows, points)."""
    own, first, cross = products[0, 0], products[1, 1] + TINY, products[0, 1]
    if len(products) == 2:
        level = -cross / first
        return level[None], np.maximum(own + level * cross, 0)
    both, second, other = products[1, 2], products[2, 2] + TINY, products[0, 2]
    room = np.maximum(first * second - both**2, TINY * first * second)
    level, trend = (both * other - second * cross) / room, (both * cross - first * other) / room
    return np.stack([level, trend]), np.maximum(own + level * cross + trend * other, 0)
