"""Charts with a memory: weighted averages and sums of the weeks' differences, which find small changes that last.

EWMA: Roberts (1959); weight 0.2 and width 2.86 are Lucas & Saccucci's (Technometrics 1990) for 370 weeks between false alarms.
CUSUM: Page (1954); reference 0.5 and limit 5 give 465 weeks (Montgomery, ch. 9.1; Brook & Evans, Biometrika 1972).
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["LIMIT", "PULLED_IN", "REFERENCE", "WEIGHT", "WIDTH", "Memory", "cusum", "ewma"]

WEIGHT, WIDTH = 0.2, 2.86
REFERENCE, LIMIT = 0.5, 5.0
# A single wild week is the Shewhart chart's matter: beyond this many standard deviations it counts no more (Hawkins 1993).
PULLED_IN = 3.5


@dataclass(frozen=True)
class Memory:
    """``high`` and ``low``: the chart's value (paths, weeks), one for either side (of the EWMA twice the same); ``limit``: what
    it may not pass; ``alarm``: -1, 0 or 1; ``since``: weeks since the chart began anew, this one included.

    A chart begins anew after an alarm, so that what is over does not go on to alarm.
    """

    high: np.ndarray
    low: np.ndarray
    limit: np.ndarray
    alarm: np.ndarray
    since: np.ndarray


def ewma(score: np.ndarray, margin: np.ndarray, carry: float = 0.0) -> Memory:
    """Exponentially weighted moving average of ``score`` (paths, weeks), with the exact limits of its first weeks.

    ``margin`` (weeks,): standard error of the expected in the same unit: an error that all weeks share, and that the limits
    allow for (Jones, Champ & Rigdon 2001 show what it costs not to). ``carry``: how much of a week's noise the next one keeps;
    limits as in Zhang (Technometrics 1998).
    """
    paths, weeks = score.shape
    value, age = np.zeros(paths), np.zeros(paths)
    keeps = carry * (1 - WEIGHT)
    own = WEIGHT / (2 - WEIGHT) * (1 + keeps) / (1 - keeps)
    rows = []
    for week in range(weeks):
        age = age + 1
        value = (1 - WEIGHT) * value + WEIGHT * score[:, week].clip(-PULLED_IN, PULLED_IN)
        faded = (1 - WEIGHT) ** age
        shared = margin[week] ** 2
        limit = WIDTH * np.sqrt((1 - shared) * own * (1 - faded**2) + shared * (1 - faded) ** 2)
        alarm = np.where(np.abs(value) > limit, np.sign(value), 0.0)
        rows.append((value, value, limit, alarm, age))
        value, age = np.where(alarm == 0, value, 0.0), np.where(alarm == 0, age, 0.0)
    return _memory(rows)


def cusum(score: np.ndarray, margin: np.ndarray, carry: float = 0.0) -> Memory:
    """Two tabular sums of ``score`` (paths, weeks) beyond the reference, one a side; the low one is told as a negative number.

    ``margin`` raises the reference and ``carry`` the limit (Johnson & Bagshaw, Technometrics 1974); both as in ``ewma``.
    """
    paths, weeks = score.shape
    high, low, age = np.zeros(paths), np.zeros(paths), np.zeros(paths)
    limit = np.full(paths, LIMIT * np.sqrt((1 + carry) / (1 - carry)))
    rows = []
    for week in range(weeks):
        age = age + 1
        now = score[:, week].clip(-PULLED_IN, PULLED_IN)
        high = np.maximum(high + now - REFERENCE - margin[week], 0.0)
        low = np.maximum(low - now - REFERENCE - margin[week], 0.0)
        alarm = np.where(high > limit, 1.0, np.where(low > limit, -1.0, 0.0))
        rows.append((high, -low, limit, alarm, age))
        high, low, age = (np.where(alarm == 0, x, 0.0) for x in (high, low, age))
    return _memory(rows)


def _memory(rows: list[tuple[np.ndarray, ...]]) -> Memory:
    return Memory(*(np.stack(column, axis=1) for column in zip(*rows, strict=True)))
