"""Waiting times: how long it takes until something happens, with those counted in who are still waiting."""

from dataclasses import dataclass, field

import numpy as np

from playbook.result.formats import EDGES

__all__ = ["Waiting", "waiting"]

DRAWS, FEW_DRAWS = 200, 150  # of the bootstrap behind the ranges
SEED = 7
QUARTER, HALF, THREE_QUARTERS, NINE_TENTHS = QUANTILES = (0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Waiting:
    """Time until an event, among those to whom it happens sooner or later.

    ``happens``: share to whom it happens within the longest time that was seen; ``quartile``, ``median``,
    ``upper`` and ``long``: the times within which a quarter, half, three and nine in ten of these have it;
    ``low`` and ``high`` bound the median, ``upper_low`` and ``upper_high`` the upper quartile.
    ``events`` of ``cases`` were seen. ``times`` and ``share`` are the curve (share of the events to come that came by then).
    """

    happens: float
    quartile: float
    median: float
    upper: float
    long: float
    low: float
    high: float
    upper_low: float
    upper_high: float
    events: int
    cases: int
    times: np.ndarray = field(repr=False)
    share: np.ndarray = field(repr=False)


def waiting(
    times: np.ndarray,
    happened: np.ndarray,
    other: np.ndarray | None = None,
    cases: np.ndarray | None = None,
    entered: np.ndarray | None = None,
    ranges: bool = True,
) -> Waiting | None:
    """Cumulative incidence of an event by time (Aalen and Johansen 1978; without other ends, Kaplan and Meier 1958).

    All arrays have one entry a row: ``times`` until the event or the end of observation; ``happened``, whether the
    event came; ``other``, whether something else came that rules it out (a deal lost, for a deal to be won); ``cases``,
    how many cases a row stands for (1); ``entered``, the time from which it was watched (0). Rows with a
    time below zero or missing are left out. Ranges are those of a Poisson bootstrap (fixed seed). Without ``ranges``
    they are not worked out and low and high are the quantiles themselves. None when the event never came.

    Statsmodels' SurvfuncRight and CumIncidenceRight give the same curves; they know neither the times of those alone
    to whom the event happens, nor ranges for them, nor cases that came under watch late together with other ends.
    """
    times = np.asarray(times, dtype=float)
    count = np.ones(len(times)) if cases is None else np.asarray(cases, dtype=float)
    other = np.zeros(len(times), dtype=bool) if other is None else np.asarray(other, dtype=bool)
    entered = np.zeros(len(times)) if entered is None else np.asarray(entered, dtype=float)
    keep = (times >= 0) & (count > 0)  # a missing time is not at least zero
    times, happened, other, count, entered = (a[keep] for a in (times, np.asarray(happened, dtype=bool), other, count, entered))
    if not happened.any():
        return None
    grid, place = np.unique(times, return_inverse=True)
    size = len(grid)
    came = np.bincount(place, count * happened, size)
    ended = np.bincount(place, count * other, size)
    left = np.bincount(place, count * ~(happened | other), size)
    # Someone is at risk at a time from the first point of the grid at or after the moment of entering.
    entry = np.searchsorted(grid, np.clip(entered, None, times))
    joined = np.bincount(entry, count, size)
    share = _curve(came, ended, left, joined)
    drawn = share[None, :]
    if ranges:
        drawn = _drawn_late(place, happened, other, count, entry, size) if entry.any() else _drawn(came, ended, left)
        drawn = drawn[drawn[:, -1] > 0]
    found = [_quantile(grid, share[None, :], q)[0] for q in QUANTILES]
    low, high = np.quantile(_quantile(grid, drawn, HALF), EDGES) if len(drawn) else (np.nan, np.nan)
    upper = np.quantile(_quantile(grid, drawn, THREE_QUARTERS), EDGES) if len(drawn) else (np.nan, np.nan)
    low, high = min(low, found[1]), max(high, found[1])
    return Waiting(
        float(share[-1]), *map(float, found), float(low), float(high), float(min(upper[0], found[2])),
        float(max(upper[1], found[2])), round(came.sum()), round(count.sum()), grid, share / share[-1],
    )  # fmt: skip


def _drawn(came: np.ndarray, ended: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Curves of the bootstrap, one a row, where everybody was watched from the start."""
    rng = np.random.default_rng(SEED)
    parts = [rng.poisson(part, (DRAWS, len(part))) for part in (came, ended, left)]
    return _curve(*parts, np.eye(1, len(came)) * sum(parts).sum(axis=1)[:, None])


def _drawn_late(
    place: np.ndarray, happened: np.ndarray, other: np.ndarray, count: np.ndarray, entry: np.ndarray, size: int
) -> np.ndarray:
    """Curves of the bootstrap where some came under watch late: each row is drawn with its own entry."""
    rng = np.random.default_rng(SEED)
    curves = np.empty((FEW_DRAWS, size))
    for number in range(FEW_DRAWS):
        drawn = rng.poisson(count)
        parts = [np.bincount(place, drawn * kind, size) for kind in (happened, other, ~(happened | other))]
        curves[number] = _curve(*parts, np.bincount(entry, drawn, size))
    return curves


def _curve(came: np.ndarray, ended: np.ndarray, left: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Share to whom the event came by each time of the grid (last axis); a time with nobody at risk changes nothing."""
    gone = np.cumsum(came + ended + left, axis=-1)
    before = gone - (came + ended + left)
    at_risk = np.cumsum(joined, axis=-1) - before
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, came / at_risk, 0.0).clip(0, 1)
        exits = np.where(at_risk > 0, (came + ended) / at_risk, 0.0).clip(0, 1)
    free = np.cumprod(1 - exits, axis=-1)
    still = np.concatenate([np.ones((*free.shape[:-1], 1)), free[..., :-1]], axis=-1)
    return np.cumsum(still * hazard, axis=-1)


def _quantile(grid: np.ndarray, curves: np.ndarray, share: float) -> np.ndarray:
    """First time by which ``share`` of the events to come have come, per row; halfway to the next where it is met exactly."""
    wanted = share * curves[:, -1:]
    first = (curves >= wanted - 1e-12).argmax(axis=1)
    exact = np.abs(np.take_along_axis(curves, first[:, None], 1) - wanted)[:, 0] < 1e-12
    beyond = (curves > wanted + 1e-12).argmax(axis=1)
    return np.where(exact, (grid[first] + grid[beyond]) / 2, grid[first])
