"""Forecast, search: the best parameters of many rows at once, over a grid and then ever closer around each row's best."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

__all__ = ["grid", "search"]

ROUNDS = 4  # each halves the step: what is left of the first step is far below what changes a forecast


def grid(*levels: Sequence[float]) -> np.ndarray:
    """All combinations of the levels, (parameters, 1, points): the same points for every row."""
    return np.array(list(product(*levels)), dtype=float).T[:, None, :]


def search(
    cost: Callable[[np.ndarray], np.ndarray], start: np.ndarray, low: Sequence[float], high: Sequence[float], rounds: int = ROUNDS
) -> np.ndarray:
    """Parameters (parameters, rows) at which ``cost`` is smallest.

    ``cost`` takes (parameters, rows or 1, points) and gives (rows, points); ``start`` is a ``grid``. A parameter that has one
    level only stays there; of the others, each round tries the neighbours half a step closer, within ``low`` and ``high``.
    """
    low, high = np.asarray(low)[:, None, None], np.asarray(high)[:, None, None]
    levels = [np.unique(axis) for axis in start[:, 0]]
    step = np.array([np.median(np.diff(axis)) / 2 if len(axis) > 1 else 0.0 for axis in levels])
    around = np.array(list(product(*[(-1, 0, 1) if s > 0 else (0,) for s in step])), dtype=float).T
    points, best = start, start[:, :, 0]
    for turn in range(rounds + 1):
        values = cost(points)
        rows = np.arange(len(values))
        chosen = np.where(np.isfinite(values), values, np.inf).argmin(axis=1)
        best = np.broadcast_to(points, (len(points), *values.shape))[:, rows, chosen]
        if turn < rounds:
            points = np.clip(best[:, :, None] + (around * step[:, None] / 2**turn)[:, None, :], low, high)
            points = np.where(step[:, None, None] > 0, points, best[:, :, None])
    return best
