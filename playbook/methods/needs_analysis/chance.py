"""Chance: the range of a share, whether two shares differ, and the word for how much of a difference chance may explain."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri
from statsmodels.stats.proportion import proportions_ztest

from playbook.result.contract import Evidence
from playbook.result.formats import LEVEL

__all__ = ["SHOWN", "evidence_of", "holm", "share_p_value", "share_range"]

SHOWN, LIKELY = 0.05, 1 - LEVEL  # two-sided error of the two upper grades of evidence


def evidence_of(p_value: float, otherwise: Evidence = "not shown") -> Evidence:
    """The report's grade of evidence for a two-sided error probability."""
    return "shown" if p_value <= SHOWN else "likely" if p_value <= LIKELY else otherwise


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Error probabilities of several tests, each held against chance for all of them together; the order is kept.

    Source: Holm (1979, Scandinavian Journal of Statistics 6). As statsmodels' multipletests, which sweeps the whole memory for
    garbage at every call: half a second in a busy notebook.
    """
    values = np.asarray(p_values, dtype=float)
    order = np.argsort(values, kind="stable")
    adjusted = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1)).clip(max=1)
    return adjusted[np.argsort(order, kind="stable")]


def share_range(hits: float, cases: float, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's interval of a share (Wilson 1927); not a number without cases.

    As statsmodels' proportion_confint, which takes a tenth of a millisecond for each share, and tables hold hundreds.
    """
    if not cases:
        return np.nan, np.nan
    share, z = hits / cases, ndtri((1 + level) / 2)
    centre = share + z**2 / (2 * cases)
    half = z * np.sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2))
    low, high = ((centre + side * half) / (1 + z**2 / cases) for side in (-1, 1))
    return min(max(float(low), 0.0), share), max(min(float(high), 1.0), share)  # rounding may part a share of all from its end


def share_p_value(hits: float, cases: float, other_hits: float, other_cases: float) -> float:
    """Two-sided p value of the test that two shares are equal, with pooled variance; 1 where all or none hit."""
    pooled = (hits + other_hits) / max(cases + other_cases, 1)
    if pooled in (0, 1) or not cases or not other_cases:
        return 1.0
    return float(proportions_ztest([hits, other_hits], [cases, other_cases])[1])
