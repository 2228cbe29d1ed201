"""Choice: of the prices that a product may have, the one expected to earn most whose gain survives what is not known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.strategy.setting_prices.demand import Demand
from playbook.methods.strategy.setting_prices.endings import Endings
from playbook.result.formats import LEVEL

__all__ = ["CHANGES", "CHOICE_COLUMNS", "MOST", "Limits", "choose", "gain_of"]

CHOICE_COLUMNS = (
    "value_based", "advised", "step", "gain", "gain_low", "gain_high", "falls", "followed", "best_gain", "verdict",
)  # fmt: skip
CHANGES = ("raise", "lower")
MOST = 60  # prices tried for one product
SMALLEST = 0.01  # a smaller change of a price is none
WORTH = 0.005  # gain as a share of the product's margin (or of 5 percent of its revenue, if that is more) below which it is none
THIN = 0.05
BEYOND = 0.05  # a step past the prices seen, to ask whether the best price may lie there


@dataclass(frozen=True)
class Limits:
    """What holds for all prices: least margin (share of the price; cost itself when None), largest step at once, endings."""

    least_margin: float | None
    largest_step: float
    endings: Endings

    def floor(self, cost):
        """The least price by cost: cost / (1 - least margin)."""
        return cost / (1 - (self.least_margin or 0.0))


def gain_of(ratio, units, paid, moved, cost, elasticity, spill, rivals=0.0, follow=0.0):
    """Change of margin a year when a price moves from now to ``ratio`` times now; arrays that fit together.

    Units of the year, as sold at the year's prices, become those at the price of now (``moved`` times the year's) by ``moved``
    ** elasticity. Competitors follow with the share ``follow`` of the step, to which sales answer by ``rivals``.
    """
    now = units * moved**elasticity
    return now * ((ratio * paid - cost) * ratio ** (elasticity + follow * rivals) - (paid - cost)) + spill * np.log(ratio)


def choose(today: pd.DataFrame, demand: Demand, limits: Limits) -> tuple[pd.DataFrame, np.ndarray]:
    """One row per product of ``today`` (same index) with ``CHOICE_COLUMNS``, and the draws of its gain, (n, draws).

    ``value_based``: the price expected to earn most within the prices seen and above the floor. ``advised``: the same among
    steps that are not too large and whose gain is positive over the whole range (with a lower price, also in the mean if
    competitors follow in full); without such a step it is the price of now, and the draws are 0. The mean over draws is
    maximised: as they come from estimates drawn to their groups, the best of many means is no lucky one (Smith and Winkler
    2006, Management Science 52). ``falls``: chance that profit falls; ``followed``: gain if competitors follow in full;
    ``best_gain``: at the price with the largest mean, sure or not. ``verdict``: "raise", "lower", "about right", "no room" (the
    best seems to lie beyond the prices seen), "unclear", "price war" (a lower price would not survive competitors' answer),
    "floor" (now below the least margin, and no price seen mends that), "no cost" or "no answer".
    """
    rows, kept = [], np.zeros(demand.elasticity.shape)
    for place, row in enumerate(today.itertuples(index=False)):
        values, draws = _product(row, place, demand, limits)
        rows.append(values)
        kept[place] = draws
    return pd.DataFrame(rows, columns=list(CHOICE_COLUMNS), index=today.index), kept


def _product(row, place: int, demand: Demand, limits: Limits) -> tuple[tuple, np.ndarray]:
    elasticity, cost, spill, rivals = (d[place] for d in (demand.elasticity, demand.cost, demand.spill, demand.rivals))
    none = np.zeros(len(elasticity))

    def stay(verdict: str, best: float = np.nan, best_gain: float = np.nan) -> tuple[tuple, np.ndarray]:
        return (best, row.price, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, best_gain, verdict), none

    if not row.cost > 0:
        return stay("no cost")
    floor = limits.floor(row.cost)
    if not np.isfinite(elasticity).all():
        return stay("no answer" if row.price >= floor else "floor")
    low, high = max(row.price_low, floor), row.price_high
    below = row.price < floor * (1 - 1e-9)
    tried = limits.endings.allowed(low, high, MOST)
    tried = tried[np.abs(tried / row.price - 1) >= SMALLEST]
    if np.quantile(elasticity, (1 + LEVEL) / 2) >= 0:  # no answer to the price is shown: a rise would seem to pay without end
        return stay("floor" if below else "unclear")
    if not len(tried):
        return stay(
            "floor" if below else "no room" if _more_beyond(row, elasticity, cost, spill) else "about right", row.price, 0.0
        )
    gains = gain_of((tried / row.price)[:, None], row.units, row.paid, row.moved, cost, elasticity, spill)
    followed = gain_of((tried / row.price)[:, None], row.units, row.paid, row.moved, cost, elasticity, spill, rivals, 1.0).mean(
        axis=1
    )
    mean, (least, most) = gains.mean(axis=1), np.quantile(gains, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    best = int(mean.argmax())
    value_based = tried[best] if mean[best] > 0 or below else row.price
    worth = WORTH * row.units * max(row.paid - row.cost, THIN * row.paid)
    pays = (mean >= worth) & (np.abs(tried / row.price - 1) <= limits.largest_step + 1e-9)
    sure = pays & (least > 0)
    safe = sure & ((tried > row.price) | (followed > 0))
    if safe.any():
        at = int(np.where(safe, mean, -np.inf).argmax())
        verdict = "raise" if tried[at] > row.price else "lower"
        chosen = (
            tried[at],
            tried[at] / row.price - 1,
            mean[at],
            least[at],
            most[at],
            float((gains[at] < 0).mean()),
            followed[at],
        )
        return (value_based, *chosen, mean[best], verdict), gains[at]
    if below:
        verdict = "floor"
    elif sure.any():
        verdict = "price war"
    elif (mean >= worth).any():
        verdict = "unclear"
    else:
        verdict = "no room" if _more_beyond(row, elasticity, cost, spill) else "about right"
    return stay(verdict, value_based, max(mean[best], 0.0))


def _more_beyond(row, elasticity: np.ndarray, cost: np.ndarray, spill: np.ndarray) -> bool:
    """Whether a price past the end of those seen would be expected to earn more than one at the end, near which it is now."""
    ends = [end for end, step in ((row.price_high, BEYOND), (row.price_low, -BEYOND)) if abs(end / row.price - 1) <= BEYOND]
    for end in ends:
        past = end / row.price * (1 + (BEYOND if end == row.price_high else -BEYOND))
        worth = WORTH * row.units * max(row.paid - row.cost, THIN * row.paid)
        if gain_of(past, row.units, row.paid, row.moved, cost, elasticity, spill).mean() > worth:
            return True
    return False
