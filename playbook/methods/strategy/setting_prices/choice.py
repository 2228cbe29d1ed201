"""Choice: of the prices that a product may have, the one expected to earn most whose gain survives what is not known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.strategy.setting_prices.demand import Demand
from playbook.methods.strategy.setting_prices.endings import Endings
from playbook.result.formats import EDGES, LEVEL

__all__ = ["CHANGES", "MOST", "Limits", "choose", "gain_of"]

CHOICE_COLUMNS = (
    "value_based", "advised", "step", "gain", "gain_low", "gain_high", "falls", "followed", "best_gain", "verdict",
)  # fmt: skip
CHANGES = ("raise", "lower")
MOST = 60  # prices tried for one product
SMALLEST = 0.01  # a smaller change of a price is none
WORTH = 0.005  # gain as a share of the product's margin (or of 5 percent of its revenue, if that is more) below which it is none
THIN = 0.05
BEYOND = 0.05  # a step past the prices seen


@dataclass(frozen=True)
class Limits:
    """What holds for all prices: least margin (share of the price; cost itself when None), largest step at once, endings, and
    the ids of products whose price is not the client's to set."""

    least_margin: float | None
    largest_step: float
    endings: Endings
    fixed: frozenset[str] = frozenset()

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
    2006, Management Science 52). ``falls``: chance that profit falls (missing
    where the price stays); ``followed``: gain if competitors follow in full;
    ``best_gain``: at the price with the largest mean, sure or not. ``verdict``: "raise", "lower", "about right", "no room" (the
    best seems to lie beyond the prices seen), "unclear", "price war" (a lower price would not survive competitors' answer),
    "floor" (now below the least margin, and no price seen mends that), "no cost", "no answer" or "fixed".
    """
    rows, kept = [], np.zeros(demand.elasticity.shape)
    for place, row in enumerate(today.itertuples(index=False)):
        values, draws = _product(row, place, demand, limits)
        rows.append(values)
        kept[place] = draws
    return pd.DataFrame(rows, columns=list(CHOICE_COLUMNS), index=today.index), kept


def _product(row, place: int, demand: Demand, limits: Limits) -> tuple[tuple, np.ndarray]:
    elasticity, cost, spill, rivals = (d[place] for d in (demand.elasticity, demand.cost, demand.spill, demand.rivals))

    def stay(verdict: str, best: float = np.nan, best_gain: float = np.nan) -> tuple[tuple, np.ndarray]:
        return (best, row.price, 0.0, 0.0, 0.0, 0.0, np.nan, 0.0, best_gain, verdict), np.zeros(len(elasticity))

    def gains(ratio, rivals=0.0, follow=0.0) -> np.ndarray:
        return gain_of(ratio, row.units, row.paid, row.moved, cost, elasticity, spill, rivals, follow)

    if row.product_id in limits.fixed:
        return stay("fixed")
    if not row.cost > 0:
        return stay("no cost")
    floor = limits.floor(row.cost)
    below = row.price < floor * (1 - 1e-9)
    if not np.isfinite(elasticity).all():
        return stay("floor" if below else "no answer")
    if np.quantile(elasticity, (1 + LEVEL) / 2) >= 0:  # no answer to the price is shown: a rise would seem to pay without end
        return stay("floor" if below else "unclear")
    worth = WORTH * row.units * max(row.paid - row.cost, THIN * row.paid)
    tried = limits.endings.allowed(max(row.price_low, floor), row.price_high, MOST)
    tried = tried[np.abs(tried / row.price - 1) >= SMALLEST]
    # Near an end of the prices seen, a step past it is looked at: not to advise it, but to know that the answer lies there.
    past = [1 + step for end, step in ((row.price_high, BEYOND), (row.price_low, -BEYOND)) if abs(end / row.price - 1) < SMALLEST]
    settled = "floor" if below else "no room" if any(gains(ratio).mean() > worth for ratio in past) else "about right"
    if not len(tried):
        return stay(settled, row.price, 0.0)
    drawn, upward = gains((tried / row.price)[:, None]), tried > row.price
    mean, (least, most) = drawn.mean(axis=1), np.quantile(drawn, EDGES, axis=1)
    best = int(mean.argmax())
    value_based = tried[best] if mean[best] > 0 or below else row.price
    sure = (mean >= worth) & (least > 0) & (np.abs(tried / row.price - 1) <= limits.largest_step + 1e-9)
    followed = gains((tried / row.price)[:, None], rivals, 1.0).mean(axis=1)
    safe = sure & (upward | (followed > 0))
    if not safe.any():
        verdict = "price war" if sure.any() else "unclear" if (mean >= worth).any() else settled
        return stay("floor" if below else verdict, value_based, max(mean[best], 0.0))
    at = int(np.where(safe, mean, -np.inf).argmax())
    falls, step = float((drawn[at] < 0).mean()), tried[at] / row.price - 1
    values = (value_based, tried[at], step, mean[at], least[at], most[at], falls, followed[at], mean[best])
    return (*values, "raise" if upward[at] else "lower"), drawn[at]
