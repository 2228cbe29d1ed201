"""Forecast: what each product will sell until the next delivery, with the spread of the errors that such forecasts made."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

__all__ = ["Forecast", "forecast"]

ALPHAS = (0.0, 0.03, 0.06, 0.1, 0.2)  # weight of the newest week; 0: all weeks alike
YEAR, AHEAD = 52, 60  # weeks; the season is known so far ahead
WAVES = 2  # of the year's season
LEARNT = 13  # weeks before the first forecast that is judged
SPREAD_WEEKS = 52.0  # over which the spread of errors is learnt
LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Forecast:
    """Of W weeks and P products. ``level`` (W + 1, P): units a week, season taken out, expected from all that was sold before
    the week; ``season`` (W + AHEAD,): what the week multiplies it by, 1 without one; ``spread`` (W + 1, P): variance of a week's
    error over the units expected; ``alpha``: weight of the newest week; ``weeks`` (W + 1, P): weeks learnt from."""

    level: np.ndarray = field(repr=False)
    season: np.ndarray = field(repr=False)
    spread: np.ndarray = field(repr=False)
    alpha: float
    weeks: np.ndarray = field(repr=False)

    @property
    def seasonal(self) -> bool:
        """Whether a season of the year is counted in."""
        return bool((self.season != 1).any())

    def ahead(self, week: int, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance (P,) of the units asked for in ``time`` (P,) weeks from ``week`` on, as known before it.

        An error in the level is the same in every week of the time: the variance over T weeks is that of a week times the sum of
        (1 + (T - j) g)^2 (Hyndman et al. 2008, Forecasting with Exponential Smoothing, section 6.2), g the weight of a new week.
        """
        weeks = np.clip(np.asarray(time, dtype=float), 0.0, AHEAD - 1)
        total = np.concatenate([[0.0], np.cumsum(self.season[week : week + AHEAD])])
        mean = self.level[week] * np.interp(weeks, np.arange(len(total)), total)
        gain = np.maximum(self.alpha, 1 / np.maximum(self.weeks[week], 1))
        grown = 1 + gain * (weeks - 1) + gain**2 * (weeks - 1) * (2 * weeks - 1) / 6  # the mean of (1 + (T - j) g)^2
        return mean, self.spread[week] * mean * np.maximum(grown, 1.0)


def forecast(units: pd.DataFrame) -> Forecast:
    """Forecast ``units`` (weeks, products; NaN where demand could not be seen) by exponential smoothing, one weight for the shop.

    The weight, and whether a season is counted in, are those that forecast the shop's past weeks best, one ahead, each product
    measured by what it sells. The season is one of two waves a year for all products, learnt where two years are known.
    """
    values = units.to_numpy(dtype=float)
    plain = np.ones(len(values) + AHEAD)
    seasons = [plain] if len(values) < 2 * YEAR else [plain, _season(units)]
    losses = np.array([_losses(values, season) for season in seasons])
    chosen, best = np.unravel_index(losses.argmin(), losses.shape)
    season, alpha = seasons[chosen], ALPHAS[best]
    level, weeks = _levels(values / season[: len(values), None], (alpha,))
    level = level[:, 0]
    expected = level[:-1] * season[: len(values), None]
    return Forecast(np.nan_to_num(level), season, _spread((values - expected) ** 2, expected, weeks), alpha, weeks)


def _losses(values: np.ndarray, season: np.ndarray) -> list[float]:
    """Mean squared error one week ahead by alpha, each product measured by what it sells."""
    level, weeks = _levels(values / season[: len(values), None], ALPHAS)
    seen = np.isfinite(values)
    there = seen & (weeks[:-1] >= LEARNT)
    sold = np.where(seen, values, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    if not there.any():
        return [np.inf] * len(ALPHAS)
    expected = level[:-1] * season[: len(values), None, None]
    error = (values[:, None] - expected) ** 2 / np.maximum(sold, LEAST)
    return [float(np.mean(error[:, place][there])) for place in range(len(ALPHAS))]


def _levels(values: np.ndarray, alphas: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Level before each week and after the last (W + 1, alphas, P), and the weeks it was learnt from (W + 1, P)."""
    there = np.isfinite(values)
    weeks = np.vstack([np.zeros(values.shape[1]), np.cumsum(there, axis=0)])
    gains = np.maximum(np.array(alphas)[:, None], 1 / np.maximum(weeks[1:, None], 1)) * there[:, None]
    level = np.zeros((len(weeks), len(alphas), values.shape[1]))
    for week, (row, gain) in enumerate(zip(np.nan_to_num(values), gains, strict=True)):
        level[week + 1] = level[week] + gain * (row - level[week])
    return level, weeks


def _spread(error: np.ndarray, expected: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """Variance over mean of a week's error, learnt up to each week; Poisson's 1 counts like eight weeks, and is the least."""
    spread = np.ones((len(error) + 1, error.shape[1]))
    errors, means = np.full(error.shape[1], 0.0), np.full(error.shape[1], 0.0)
    keep = 1 - 1 / SPREAD_WEEKS
    for week in range(len(error)):
        there = np.isfinite(error[week]) & (weeks[week] >= 1)
        errors = np.where(there, keep * errors + np.nan_to_num(error[week]), errors)
        means = np.where(there, keep * means + expected[week], means)
        usual = np.divide(means, np.maximum(weeks[week], 1), where=means > 0, out=np.zeros_like(means))
        doubt = 8 * np.maximum(usual, LEAST)
        spread[week + 1] = np.maximum((errors + doubt) / (means + doubt), 1.0)
    return spread


def _season(units: pd.DataFrame) -> np.ndarray:
    """Two waves a year in the log of what the shop sells, beside a straight trend; the mean over a year is 1."""
    shares = units / units.mean().where(lambda m: m > 0)
    total = shares.mean(axis=1).to_numpy(dtype=float)
    weeks = np.arange(len(units) + AHEAD)
    angle = 2 * np.pi * weeks[:, None] * np.arange(1, WAVES + 1) / (365.25 / 7)
    waves = np.column_stack([np.sin(angle), np.cos(angle)])
    rows = np.isfinite(total) & (total > 0)
    if rows.sum() < 2 * YEAR:
        return np.ones(len(weeks))
    design = np.column_stack([np.ones(len(weeks)), weeks, waves])
    fitted = np.linalg.lstsq(design[: len(units)][rows], np.log(total[rows]), rcond=None)[0]
    season = np.exp(waves @ fitted[2:])
    return season / season[:YEAR].mean()
