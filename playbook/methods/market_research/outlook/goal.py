"""Demand goal: a revenue objective against the forecast, and the probability of reaching it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from playbook.engagement import Objective
from playbook.result.formats import LEVEL

__all__ = ["SUREST", "Goal", "revenue_goal"]

MONTHS_PER = {"week": 1, "month": 1, "quarter": 3, "year": 12}
YEAR = 12
WEEKS_A_MONTH = 365.25 / 12 / 7
SUREST = 0.99  # no forecast is surer than this, whatever the formula says
# Degrees of freedom of the chance. Of forecasts of sums of M3 series, 3 to 6 percent missed by more than twice the range's half
# width and 1 to 2 percent by more than three times: a t curve with 3 degrees has 5 and 2 there, a normal one 1 and 0.01.
TAILS = 3


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


def revenue_goal(
    history: pd.DataFrame,
    path: pd.DataFrame,
    objectives: tuple[Objective, ...],
    width: Callable[[int, int], float] | None = None,
) -> Goal | None:
    """The nearest revenue objective that is still ahead, or None.

    It is judged as the scorecard judges it: by the average over the last twelve months (fewer in a short history) up to its day.
    ``history``: month, revenue; ``path``: month, revenue, low, high. ``width(first, last)`` is the half width of the range of the
    sum of those months ahead, from how sums missed in the trials; without it all months are taken to miss in the same direction.
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
    line = pd.concat([history.assign(step=-1), path.assign(step=range(len(path)))], ignore_index=True)
    window = line[line["month"] <= due].tail(max(YEAR, months))
    if len(window) < months:
        return None
    target = objective.target * (WEEKS_A_MONTH if objective.per == "week" else 1)
    expected = window["revenue"].mean() * months
    steps = window.loc[window["step"] >= 0, "step"]
    half = 0.0
    if len(steps):
        first, end = int(steps.min()), int(steps.max()) + 1
        together = (path["high"] - path["revenue"]).iloc[first:end].sum()
        half = (float(together) if width is None else width(first, end)) * months / len(window)
    spread = half / t.ppf(0.5 + LEVEL / 2, TAILS)
    chance = t.sf(target, TAILS, expected, spread) if spread > 0 else float(expected >= target)
    low = expected - half
    return Goal(
        target,
        months,
        len(window),
        window["month"].iloc[-1],
        expected,
        max(low, 0.0) if (line["revenue"] >= 0).all() else low,
        expected + half,
        float(np.clip(chance, 1 - SUREST, SUREST)),
        due > path["month"].iloc[-1],
    )
