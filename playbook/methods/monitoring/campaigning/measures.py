"""Measures: the four ratios of a channel, how much they scatter from week to week, and their ranges."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.locale import mark
from playbook.methods.needs_analysis.chance import share_range
from playbook.result.formats import LEVEL, Unit

__all__ = ["MEASURES", "Measure", "known", "ratio_range", "scatter"]

BLOCK = 4  # weeks; ratios that drift together for some weeks scatter more by month than by week
_Z = norm.ppf(0.5 + LEVEL / 2)


@dataclass(frozen=True)
class Measure:
    """A ratio of two columns of the marketing table: ``top`` / ``bottom``; ``turned``: it is told as bottom / top.

    ``share``: each case of bottom is a hit or not, so that the range is Wilson's; otherwise it is the delta method's.
    """

    id: str
    label: str
    words: str
    top: str
    bottom: str
    unit: Unit
    share: bool = False
    turned: bool = False

    def told(self, rate: float) -> float:
        """The rate as readers know it."""
        return rate if not self.turned else 1 / rate if rate else np.nan


MEASURES = MappingProxyType(
    {
        m.id: m
        for m in (
            Measure("ctr", mark("Click rate"), mark("clicks of those who saw it"), "clicks", "impressions", "share", share=True),
            Measure("cvr", mark("Conversion"), mark("orders of the clicks"), "orders", "clicks", "share", share=True),
            Measure("cpa", mark("Cost of an order"), mark("spend for an order"), "orders", "spend", "unit_money", turned=True),
            Measure("roas", mark("Revenue on spend"), mark("revenue for each unit of money spent"), "revenue", "spend", "number"),
        )
    }
)


def scatter(top: np.ndarray, bottom: np.ndarray, least: float = 0.0) -> float:
    """Variance of ``top`` for one unit of ``bottom``, taken to grow in proportion (quasi-likelihood; McCullagh and Nelder 1989,
    ch. 9), from weeks and from blocks of four: the larger one, and at least ``least``, what chance alone would bring."""
    used = bottom > 0
    top, bottom = top[used], bottom[used]
    found = [least]
    for length in (1, BLOCK):
        blocks = len(top) // length
        if blocks < 3:
            continue
        y, x = (v[len(v) - blocks * length :].reshape(blocks, length).sum(axis=1) for v in (top, bottom))
        found.append(float((((y - y.sum() / x.sum() * x) ** 2) / x).sum() / (blocks - 1)))
    return max(found)


def ratio_range(measure: Measure, top: float, bottom: float, variance: float) -> tuple[float, float, float]:
    """A measure with the ends of its range, as readers know it; ``variance`` as from ``scatter``. Missing where bottom is zero.

    Shares: Wilson, on as many cases as remain after scatter beyond chance. Others: delta method on the logarithm
    (Casella and Berger 2002, ch. 5.5), so that no end falls below zero; missing where the error is as
    large as the value.
    """
    if not bottom > 0:
        return np.nan, np.nan, np.nan
    rate = top / bottom
    if measure.share:
        beyond = max(variance / max(rate * (1 - rate), 1e-12), 1.0) if 0 < rate < 1 else 1.0
        return (rate, *share_range(min(top, bottom) / beyond, bottom / beyond))
    if rate <= 0:
        return (np.nan if measure.turned else 0.0), np.nan, np.nan
    if variance / bottom > rate**2:  # the error is as large as the value: too few to bound it
        return measure.told(rate), np.nan, np.nan
    factor = float(np.exp(_Z * np.sqrt(variance / bottom) / rate))
    ends = sorted(measure.told(r) for r in (rate / factor, rate * factor))
    return measure.told(rate), ends[0], ends[1]


def known(frame: pd.DataFrame) -> list[Measure]:
    """The measures whose two columns are there and hold something."""
    held = {column for column in frame.columns if column not in ("channel", "week") and frame[column].sum() > 0}
    return [m for m in MEASURES.values() if {m.top, m.bottom} <= held]
