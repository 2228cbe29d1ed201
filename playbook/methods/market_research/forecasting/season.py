"""Forecast, season: many histories at once, without their season, and the season put back on their forecasts."""

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Adjusted", "Block", "adjusted", "seasonal_parts"]

LARGEST = 600.0  # exponents beyond this overflow; such a forecast is refused later anyhow


@dataclass(frozen=True)
class Block:
    """Histories to forecast together: ``values`` (rows, longest), filled with zeros beyond each row's own ``lengths``.

    Rows may be different series, or one series as it was known at several times (``series`` has its number, ``back`` how many
    periods before today it ends). A ``season`` of one means none.
    """

    values: np.ndarray
    lengths: np.ndarray
    horizon: int
    season: int = 1
    series: np.ndarray | None = None
    back: np.ndarray | None = None

    @property
    def live(self) -> np.ndarray:
        """True where a row has a value, (rows, longest)."""
        return np.arange(self.values.shape[1]) < self.lengths[:, None]

    @property
    def last(self) -> np.ndarray:
        """The last value of each row."""
        return self.values[np.arange(len(self.lengths)), self.lengths - 1]

    def of_length(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Row numbers and values (rows, n) for each length n that occurs."""
        return self._groups(self.lengths)

    def of_length_and_end(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """As ``of_length``, rows apart that end at different times: what is learned together holds nobody's future."""
        end = np.zeros(len(self.lengths), dtype=int) if self.back is None else self.back
        return self._groups(self.lengths + end * (self.values.shape[1] + 1))

    def _groups(self, key: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        groups = [np.flatnonzero(key == k) for k in np.unique(key)]
        return [(rows, self.values[rows, : self.lengths[rows[0]]]) for rows in groups]


@dataclass(frozen=True)
class Adjusted:
    """A block on another scale: logarithms where ``logged``, without the seasonal ``part`` (rows, horizon) of the steps ahead."""

    block: Block
    logged: np.ndarray
    part: np.ndarray

    def restore(self, path: np.ndarray) -> np.ndarray:
        """Forecasts (rows, horizon) of the adjusted block on the scale of the histories."""
        path = path + self.part
        return np.where(self.logged[:, None], np.exp(np.clip(path, -LARGEST, LARGEST)), path)


def adjusted(block: Block, logs: bool = True, seasons: bool = True) -> Adjusted:
    """The histories as logarithms where all of a row is positive (with ``logs``), and without their season (with ``seasons``)."""
    live = block.live
    logged = np.where(live, block.values, 1.0).min(axis=1) > 0 if logs else np.zeros(len(live), dtype=bool)
    take = live & logged[:, None]
    values = np.where(take, np.log(np.where(take, block.values, 1.0)), block.values)
    part = np.zeros((len(values), block.horizon))
    m = block.season
    if seasons and m > 1:
        for rows, history in Block(values, block.lengths, block.horizon).of_length():
            n = history.shape[1]
            if n < 2 * m:
                continue
            parts = seasonal_parts(history, m)
            values[rows, :n] = history - parts[:, np.arange(n) % m]
            part[rows] = parts[:, (n + np.arange(block.horizon)) % m]
    return Adjusted(replace(block, values=values, season=1 if seasons else m), logged, part)


def seasonal_parts(values: np.ndarray, season: int) -> np.ndarray:
    """Seasonal parts of equally long histories (rows, n), shrunk towards none: (rows, season), the first for the first column.

    Classical decomposition (FPP3, ch. 3.4): the deviation from a moving average over one season, averaged by place in the season.
    With few seasons such averages are noisy, so they are drawn to zero by the James-Stein factor: the more so the less they
    differ compared with their own standard error (Miller & Williams 2003, Int. Journal of Forecasting 19, 669-684). On the M3
    series this did better than a test whether there is a season at all. Needs at least two seasons.
    """
    n = values.shape[1]
    weights = np.r_[0.5, np.ones(season - 1), 0.5] / season if season % 2 == 0 else np.ones(season) / season
    trend = np.lib.stride_tricks.sliding_window_view(values, len(weights), axis=1) @ weights
    half = len(weights) // 2
    apart = values[:, half : n - half] - trend
    place = np.arange(half, n - half) % season
    counts = np.bincount(place, minlength=season)
    parts = np.add.reduceat(apart[:, np.argsort(place, kind="stable")], np.cumsum(counts) - counts, axis=1) / counts
    rest = apart - parts[:, place]
    freedom = max(apart.shape[1] - season, 1)
    error = np.sum(rest**2, axis=1) / freedom * np.mean(1 / counts)  # squared standard error of a part
    parts = parts - parts.mean(axis=1, keepdims=True)
    spread = np.sum(parts**2, axis=1) / (season - 1)
    noise = np.divide(error, spread, out=np.ones(len(values)), where=spread > 0)
    return parts * np.clip(1 - max(season - 3, 0) / (season - 1) * noise, 0, 1)[:, None]
