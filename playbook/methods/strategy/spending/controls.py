"""Controls: what moves orders beside advertising: level, trend, season, prices, interventions, and weeks out of line."""

import numpy as np
import pandas as pd

__all__ = ["BEND", "SEASON", "controls"]

BEND, SEASON = "bend", "season"  # columns whose size is learnt from the data
HARMONICS = 6
BEND_EVERY = 26  # weeks between the points at which the trend may change
LEVEL, FREE, EVENT, PRICE = 100.0, 10.0, 2.0, 0.5  # standard deviations of the other columns' effects, in those of the orders


def controls(
    weeks: pd.DatetimeIndex, price: np.ndarray | None, events: np.ndarray, odd: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The columns, their kinds, and the prior standard deviation of their effects (1 for kinds whose size is learnt).

    ``price``: level by week or None; ``events``: weeks x events between 0 and 1; ``odd``: weeks to be left to themselves.
    Returns weeks x columns, and two arrays of length columns.
    """
    n = len(weeks)
    number = np.arange(n)
    angle = 2 * np.pi * (weeks.day_of_year.to_numpy() + 3) / 365.25  # the middle of the week
    parts = [
        ("level", LEVEL, [np.ones(n)]),
        ("trend", FREE, [np.linspace(-1, 1, n)]),
        (BEND, 1.0, [np.clip(number - k, 0, None) / 52 for k in range(BEND_EVERY, n - BEND_EVERY // 2, BEND_EVERY)]),
        (SEASON, 1.0, [wave(k * angle) for k in range(1, HARMONICS + 1) for wave in (np.sin, np.cos)]),
        ("price", PRICE, [] if price is None else [(price - price.mean()) / price.std()]),
        ("event", EVENT, list(events.T)),
        ("odd", FREE, [(number == week).astype(float) for week in np.flatnonzero(odd)]),
    ]
    columns = np.array([column for _, _, several in parts for column in several]).T
    kinds = np.array([kind for kind, _, several in parts for _ in several])
    return columns, kinds, np.array([size for _, size, several in parts for _ in several])
