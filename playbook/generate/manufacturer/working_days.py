"""Working days: how much business a day sees, with Spring Festival, whose date moves, and the week of the National Day."""

import numpy as np
import pandas as pd

from playbook.generate.manufacturer.planted import FESTIVAL, FESTIVALS, WEEKDAY

__all__ = ["NATIONAL", "business", "from_festival", "next_open"]

NATIONAL = 0.15  # factor in the first week of October
OPEN = 0.5  # days with at least this much business are working days


def from_festival(days: pd.DatetimeIndex) -> np.ndarray:
    """Days since the nearest Spring Festival, negative before it."""
    away = (days.to_numpy()[:, None] - np.array(FESTIVALS, dtype="datetime64[D]")[None, :]) / np.timedelta64(1, "D")
    return np.take_along_axis(away, np.abs(away).argmin(axis=1)[:, None], axis=1)[:, 0]


def business(days: pd.DatetimeIndex) -> np.ndarray:
    """Factor on orders of each day; about 1 on average over a year."""
    away = from_festival(days)
    factor = np.array(WEEKDAY)[days.day_of_week]
    for first, last, times in FESTIVAL.values():
        factor = np.where((away >= first) & (away <= last), factor * times, factor)
    return np.where((days.month == 10) & (days.day <= 7), factor * NATIONAL, factor)


def next_open(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Each day, or the next working day where the works are closed."""
    grid = pd.date_range(days.min(), days.max() + pd.Timedelta(days=40))
    opened = grid[business(grid) >= OPEN]
    return opened[np.searchsorted(opened, days)]
