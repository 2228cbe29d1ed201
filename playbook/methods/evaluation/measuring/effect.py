"""Effect: one intervention measured: by which comparison and why, how large, how sure, and what it earned."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.evaluation.measuring.estimate import CERTAIN, Estimate
from playbook.result.contract import Evidence

__all__ = ["DESIGNS", "FRAMES", "NAN", "Effect", "Payoff", "earned", "judge", "relative", "sized"]

Payoff = Literal["always", "expected", "possible", "never", "unknown"]
Verdict = Literal["shown", "likely", "indicative", "not shown", "harmful", "not started", "too early", "too little data"]

# the strongest comparison first
DESIGNS = (mark("control group"), mark("other customers"), mark("other regions"), mark("own past"))
WAITING = (mark("not started"), mark("too early"), mark("too little data"))  # verdicts of what cannot be measured yet
FRAMES = ("course", "by_week", "gaps", "metrics")  # fields of Effect that are frames
NAN = float("nan")


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One row of the impact table. ``effect`` and its range are relative; money is for the whole time measured.

    ``why`` says why this design and ``note`` what to keep in mind, in words that can be told in any language (``locale.said``).
    ``detectable`` is the smallest effect that would have been seen, ``pays_from`` the one that would earn the cost (both
    relative), ``needed`` the customers in each group to see the latter. ``rank`` of ``of``: place of the treated regions among
    all by the size of the gap, where other regions are the comparison. Frames, by design:
    ``course``: week, and treated, control or actual, expected (with low, high); ``by_week``: time, effect, low, high (see
    ``event_study`` and ``staggered``); ``gaps``: weeks x regions, relative to the level before; ``metrics``: metric, control,
    treated, effect, low, high (relative) and explained.
    """

    id: str
    label: str
    start: date
    end: date
    design: str
    verdict: Verdict
    cost: float
    why: str = ""
    n_treated: int = 0
    n_control: int = 0
    before_treated: float = NAN  # revenue per customer and week before the start
    before_control: float = NAN
    effect: float = NAN
    low: float = NAN
    high: float = NAN
    revenue: float = NAN
    revenue_low: float = NAN
    revenue_high: float = NAN
    profit: float = NAN
    profit_low: float = NAN
    profit_high: float = NAN
    roi: float = NAN
    payoff: Payoff = "unknown"
    detectable: float = NAN
    pays_from: float = NAN
    needed: int | None = None
    pre_trend_p: float = NAN
    rank: int = 0
    of: int = 0
    second: float = NAN  # the effect by synthetic difference in differences, where other regions are the comparison
    weeks: float = NAN
    note: str = ""
    course: pd.DataFrame | None = field(default=None, repr=False)
    by_week: pd.DataFrame | None = field(default=None, repr=False)
    gaps: pd.DataFrame | None = field(default=None, repr=False)
    metrics: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def measured(self) -> bool:
        return self.verdict not in WAITING


def judge(low: float, high: float, p: float, *, doubtful: bool = False, at_most_likely: bool = False) -> Evidence:
    """Strength of evidence from the range at LEVEL and the p-value; doubtful comparisons cannot give more than indications, and
    harm is told only where lot and certainty would have let a gain count as shown."""
    if not (low > 0 or high < 0):
        return "not shown"
    if doubtful:
        return "indicative"
    certain = p < 1 - CERTAIN and not at_most_likely
    if high < 0:
        return "harmful" if certain else "indicative"
    return "shown" if certain else "likely"


def relative(level: float, effect: float) -> float:
    """An effect as a share of what would have come without it, given the ``level`` that came; NaN where that is not above zero.

    It rises with the effect, so that the ends of a range can be put through it one by one.
    """
    return effect / (level - effect) if level - effect > 0 else NAN


def sized(estimate: Estimate, came: float, expected: float, scale: float) -> dict:
    """Fields of ``Effect`` that say how large an ``estimate`` a unit and week is; ``came`` and ``expected``: the levels with and
    without it; ``scale``: the units times weeks, by which it becomes money."""
    return {
        "effect": relative(came, estimate.effect),
        "low": relative(came, estimate.low),
        "high": relative(came, estimate.high),
        "revenue": estimate.effect * scale,
        "revenue_low": estimate.low * scale,
        "revenue_high": estimate.high * scale,
        "expected": expected,
        "expected_revenue": expected * scale,
        "detectable": estimate.detectable / expected if expected > 0 else NAN,
    }


def earned(found: dict, cost: float, margin: float | None) -> dict:
    """Profit, return and pay-off of what was ``found`` (fields of ``Effect``), and the effect from which it would pay."""
    if margin is None or not np.isfinite(found.get("revenue", NAN)):
        return {}
    profit, low, high = (found[name] * margin - cost for name in ("revenue", "revenue_low", "revenue_high"))
    payoff = "always" if low > 0 else "expected" if profit > 0 else "possible" if high > 0 else "never"
    basis = found["expected_revenue"]
    return {
        "profit": profit,
        "profit_low": low,
        "profit_high": high,
        "roi": profit / cost if cost > 0 else NAN,
        "payoff": payoff,
        "pays_from": cost / margin / basis if cost > 0 and basis > 0 else NAN,
    }
