"""Record: every forecast made at a past day beside what came: those of the trials, and those that were published."""

import numpy as np
import pandas as pd

from playbook.methods.market_research.forecasting.ranges import widths
from playbook.methods.market_research.forecasting.trials import FEWEST_TESTS
from playbook.methods.market_research.outlook.outlook import SumRange
from playbook.result.remembered import Remembered

__all__ = ["COLUMNS", "published_record", "trial_record"]

COLUMNS = ["origin", "step", "month", "forecast", "low", "high", "actual", "error"]
MONTH, DAY = pd.DateOffset(months=1), pd.Timedelta(days=1)


def trial_record(history: pd.DataFrame, tests: SumRange) -> pd.DataFrame:
    """One row per past day and month forecast from it, in order of both: COLUMNS, and ``scale``.

    ``history``: month, revenue, whole months without gaps; ``tests``: see ``SumRange``. origin: the last month known then; step:
    months ahead, from 1; error: actual less forecast, revenue; low and high: the range that could have been given then, from the
    errors known by then (NaN where these were too few); scale: how much larger a like error would be today.
    """
    month, revenue = pd.DatetimeIndex(history["month"]), history["revenue"].to_numpy(dtype=float)
    n, steps = len(revenue), np.arange(1, tests.errors.shape[1] + 1) if tests.errors.ndim == 2 else np.empty(0, dtype=int)
    rows = []
    for place, back in enumerate(tests.back):
        known = np.isfinite(tests.errors[place])
        if not known.any():
            continue
        half = _half(tests, place, steps)
        for k in np.flatnonzero(known):
            at = n - back + k
            actual, error = revenue[at], tests.errors[place, k]
            told = actual - error
            rows.append(
                (month[n - back - 1], k + 1, month[at], told, told - half[k], told + half[k], actual, error, tests.unit[place])
            )
    return pd.DataFrame(rows, columns=[*COLUMNS, "scale"]).sort_values(["origin", "step"], ignore_index=True)


def _half(tests: SumRange, place: int, steps: np.ndarray) -> np.ndarray:
    """Half widths of the range of one start, from the errors of earlier starts that were known by then."""
    back = tests.back
    scaled = np.abs(tests.errors) * tests.unit[:, None]
    before = np.where(steps <= back[:place, None] - back[place], scaled[:place], np.nan)
    if np.isfinite(before).any(axis=1).sum() < FEWEST_TESTS:
        return np.full(len(steps), np.nan)
    return widths(before, len(steps), int(back[0] - back[place])) / tests.unit[place]


def published_record(remembered: tuple[Remembered, ...], history: pd.DataFrame) -> pd.DataFrame:
    """Forecasts of earlier reports that have come due, by month: COLUMNS. Months that the history does not hold yet are left out.

    origin: the last month that was over when the report was made.
    """
    came = history.set_index("month")["revenue"].astype(float)
    told = sorted(
        (pd.Timestamp(one.since), one) for one in remembered if one.kind == "forecast" and one.since and one.unit == "money"
    )
    rows = []
    for month, one in told:
        if month in came.index:
            origin = (
                min((pd.Timestamp(one.made) + DAY).to_period("M").to_timestamp(), month) - MONTH if one.made else month - MONTH
            )
            step = (month.year - origin.year) * 12 + month.month - origin.month
            low, high = (one.low, one.high) if one.ranged else (np.nan, np.nan)
            rows.append((origin, step, month, one.value, low, high, came[month], came[month] - one.value))
    return pd.DataFrame(rows, columns=COLUMNS)
