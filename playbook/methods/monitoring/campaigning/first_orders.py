"""First orders: whether those a campaign was meant for buy sooner than those set aside by lot, read day by day.

On every day the customers who have not bought yet are at risk. If the campaign does nothing, those who buy on a day are drawn
from both groups by lot. The likelihood ratio of that draw, multiplied over the days, is evidence that holds at every look: the
safe log-rank test (Grünwald, Ly, Perez-Ortiz and ter Schure 2021, AISTATS; ter Schure et al. 2024, arXiv:2011.06931).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaln, logsumexp
from scipy.stats import norm

from playbook.methods.monitoring.campaigning.sequential import always_valid
from playbook.result.formats import LEVEL

__all__ = ["FirstOrders", "first_orders"]

MEANT = 0.3  # standard deviation of the logarithm of odds worth finding: a third more or less likely to buy on a day
GRID = np.linspace(-2.0, 2.0, 161)  # logarithms of odds that are held against the data
EVEN = len(GRID) // 2  # place of odds of one
_WEIGHT = norm.logpdf(GRID, 0, MEANT) - logsumexp(norm.logpdf(GRID, 0, MEANT))


@dataclass(frozen=True)
class FirstOrders:
    """``days``: day, treated and control (customers who have bought so far), p_value, low, high and best (odds to buy on a day,
    treated against control; the range holds at all looks at once). ``treated``, ``control``: customers in each group."""

    days: pd.DataFrame
    treated: int
    control: int


def first_orders(bought: pd.DataFrame, treated: int, control: int, days: pd.DatetimeIndex, level: float = LEVEL) -> FirstOrders:
    """Follow two groups over ``days``; ``bought`` [day, treated] is the first order of each customer who ordered."""
    counts = bought.groupby(["day", "treated"]).size().unstack(fill_value=0).reindex(index=days, columns=[True, False])
    events = counts.fillna(0).astype(int)
    hits, others = events[True].to_numpy(), events[False].to_numpy()
    at_risk = np.column_stack([treated - np.cumsum(hits) + hits, control - np.cumsum(others) + others])
    likelihood = np.zeros((len(days), len(GRID)))
    for day, (one, other, risk) in enumerate(zip(hits, others, at_risk, strict=True)):
        total = one + other
        if total and risk.all() and one <= risk[0] and other <= risk[1]:  # with one group used up the draw has one outcome only
            could = np.arange(max(total - risk[1], 0), min(total, risk[0]) + 1)  # Fisher's noncentral hypergeometric distribution
            ways = -betaln(could + 1, risk[0] - could + 1) - betaln(total - could + 1, risk[1] - total + could + 1)
            likelihood[day] = ways[one - could[0]] + one * GRID - logsumexp(ways[:, None] + could[:, None] * GRID, axis=0)
    so_far = np.cumsum(likelihood, axis=0)
    mixed = logsumexp(so_far + _WEIGHT, axis=1)
    inside = so_far > (np.log(1 - level) + mixed)[:, None]
    odds = np.exp(GRID)
    frame = pd.DataFrame(
        {
            "day": days, "treated": np.cumsum(hits), "control": np.cumsum(others),
            "p_value": always_valid(mixed - so_far[:, EVEN]), "best": odds[so_far.argmax(axis=1)],
            "low": np.where(inside[:, 0], 0.0, odds[inside.argmax(axis=1)]),
            "high": np.where(inside[:, -1], np.inf, odds[len(odds) - 1 - inside[:, ::-1].argmax(axis=1)]),
        }
    )  # fmt: skip
    return FirstOrders(frame, treated, control)
