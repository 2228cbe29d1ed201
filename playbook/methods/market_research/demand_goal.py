"""Demand goal: a revenue objective against the forecast, and the probability of reaching it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.engagement import Objective
from playbook.result.formats import LEVEL

__all__ = ["SUREST", "Goal", "revenue_goal"]

MONTHS_PER = {"week": 1, "month": 1, "quarter": 3, "year": 12}
YEAR = 12
WEEKS_A_MONTH = 365.25 / 12 / 7
SUREST = 0.99  # no forecast is surer than this, whatever the formula says


@dataclass(frozen=True)
class Goal:
    """A revenue objective in terms of the forecast; ``reached`` is a probability.

    ``target``, ``expected``, ``low`` and ``high`` are revenue per ``months`` months (the objective's own period), averaged over
    the ``window`` months up to ``month``: a busy month alone reaches no goal and a quiet one misses none.
    """

    target: float
    months: int
    window: int
    month: pd.Timestamp
    expected: float
    low: float
    high: float
    reached: float
    beyond: bool  # the goal's own month lies after the forecast's last


def revenue_goal(history: pd.DataFrame, path: pd.DataFrame, objectives: tuple[Objective, ...]) -> Goal | None:
    """The nearest revenue objective that is still ahead, or None.

    It is judged as the scorecard judges it: by the average over the last twelve months (fewer in a short history) up to its day.
    ``history``: month, revenue; ``path``: month, revenue, low, high. The range of a sum assumes that all months miss in the same
    direction, which is the careful case; the probability takes the error as normal with the spread of the range.
    """
    last = history["month"].iloc[-1]
    ahead = sorted(
        (o for o in objectives if o.kpi == "revenue" and pd.Timestamp(o.by) >= last + pd.offsets.MonthBegin()), key=lambda o: o.by
    )
    if not ahead:
        return None
    objective = ahead[0]
    due = pd.Timestamp(objective.by).replace(day=1)
    months = MONTHS_PER[objective.per]
    known = history.assign(low=history["revenue"], high=history["revenue"])
    line = pd.concat([known, path], ignore_index=True)
    window = line[line["month"] <= due].tail(max(YEAR, months))
    if len(window) < months:
        return None
    target = objective.target * (WEEKS_A_MONTH if objective.per == "week" else 1)
    expected, low, high = window[["revenue", "low", "high"]].mean() * months
    spread = (high - expected) / norm.ppf(0.5 + LEVEL / 2)
    chance = norm.sf(target, expected, spread) if spread > 0 else float(expected >= target)
    return Goal(
        target,
        months,
        len(window),
        window["month"].iloc[-1],
        expected,
        low,
        high,
        float(np.clip(chance, 1 - SUREST, SUREST)),
        due > path["month"].iloc[-1],
    )
