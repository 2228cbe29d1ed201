"""Forecast, sparse: items that do not sell in every period; what they are called and how they are forecast.

An average of sizes and one of the time between sales, smoothed apart (Croston 1972), corrected for its bias (Syntetos & Boylan
2005), or with a chance of a sale that falls while none comes (Teunter, Syntetos & Babai 2011). All forecast one rate for every
step ahead.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from playbook.locale import mark
from playbook.methods.market_research.forecasting.candidates import CANDIDATES, NAIVE, Candidate
from playbook.methods.market_research.forecasting.season import Block

__all__ = ["INTERMITTENT", "SPARSE", "croston", "demand_class", "stopped", "teunter"]

INTERMITTENT = ("intermittent", "lumpy")
LONG_WAIT = 1.32  # mean periods between sales, and
VARIED = 0.49  # squared coefficient of variation of the sizes: the borders of Syntetos, Boylan & Croston 2005
SMOOTHING = 0.1  # of sizes and waits
CHANCE = 0.1  # of the chance of a sale


def demand_class(values: np.ndarray) -> str:
    """smooth, erratic, intermittent or lumpy by mean wait and variation of sizes; none when nothing was ever sold.

    Periods without a sale wait for the next one; ``values`` (n,) begins with the first period in which the item was on sale.
    """
    sold = values[values != 0]
    if not len(sold):
        return "none"
    wait = len(values) / len(sold)
    varied = (sold.std() / sold.mean()) ** 2 if sold.mean() else np.inf
    return (("smooth", "erratic"), ("intermittent", "lumpy"))[int(wait >= LONG_WAIT)][int(varied >= VARIED)]


def stopped(values: np.ndarray, patience: int) -> bool:
    """Whether an item that once sold is over: nothing for ``patience`` periods, and for twice its longest wait before.

    Rates of the methods here fall slowly, or not at all, when sales end: they would go on for years after.
    """
    sold = np.flatnonzero(values)
    if not len(sold):
        return False
    longest = int(np.diff(sold).max(initial=1))
    return len(values) - 1 - sold[-1] >= max(patience, 2 * longest)


def croston(block: Block, corrected: bool = True) -> np.ndarray:
    """Smoothed size divided by smoothed wait; ``corrected`` by 1 - smoothing / 2 (Syntetos-Boylan approximation)."""
    live = block.live
    size, wait, since = np.zeros(len(live)), np.zeros(len(live)), np.ones(len(live))
    begun = np.zeros(len(live), dtype=bool)
    for time in range(live.shape[1]):
        value = block.values[:, time]
        sale = live[:, time] & (value != 0)
        size = np.where(sale, np.where(begun, size + SMOOTHING * (value - size), value), size)
        wait = np.where(sale, np.where(begun, wait + SMOOTHING * (since - wait), since), wait)
        since = np.where(sale, 1.0, since + 1)
        begun |= sale
    rate = np.divide(size, wait, out=np.zeros(len(live)), where=wait > 0) * (1 - SMOOTHING / 2 if corrected else 1)
    return np.repeat(rate[:, None], block.horizon, axis=1)


def teunter(block: Block) -> np.ndarray:
    """Smoothed chance of a sale times smoothed size: falls towards zero for an item that no longer sells."""
    live = block.live
    size, begun = np.zeros(len(live)), np.zeros(len(live), dtype=bool)
    chance = np.where(live, block.values != 0, 0).sum(axis=1) / block.lengths
    for time in range(live.shape[1]):
        value = block.values[:, time]
        sale = live[:, time] & (value != 0)
        size = np.where(sale, np.where(begun, size + SMOOTHING * (value - size), value), size)
        chance = np.where(live[:, time], chance + CHANCE * (sale - chance), chance)
        begun |= sale
    return np.repeat((chance * size)[:, None], block.horizon, axis=1)


SPARSE: Mapping[str, Candidate] = MappingProxyType(
    {
        NAIVE: CANDIDATES[NAIVE],
        "Croston": lambda block: croston(block, corrected=False),
        mark("Croston, corrected"): croston,
        mark("chance and size"): teunter,
        "simple smoothing": CANDIDATES["simple smoothing"],
        "ARMA round a level": CANDIDATES["ARMA round a level"],
    }
)
