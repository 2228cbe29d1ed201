"""Split: one budget over the proposals of all sections and the marketing channels, in one optimisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from playbook.engagement import ChannelLimit
from playbook.methods.strategy.spending.allocation import Allocation, Option, allocate, least
from playbook.methods.strategy.spending.curves import Curves, channel_option, error_bound
from playbook.methods.strategy.spending.slices import cut, ranked, sliced
from playbook.result.contract import Proposal
from playbook.result.formats import EDGES

__all__ = ["NEXT", "Market", "Split", "budget_curve", "sensitivity", "split"]

CURVE_POINTS = 21
BEYOND = 1.1  # the curve ends at this multiple of the most that pays
LEAST_MOVE = 0.02  # of all channel spend: below it, a shift is not worth the work
NEXT = 0.10  # share of the budget by which it is raised and lowered
NOTHING = np.zeros((1, 0))  # what no channels bring


@dataclass(frozen=True)
class Market:
    """The channels' ``curves``, what an order is ``worth`` (gross margin, or revenue), the client's ``limits`` by channel, and
    what is spent ``aside`` on channels too small to be told."""

    curves: Curves
    worth: float
    limits: Mapping[str, ChannelLimit]
    aside: float

    def options(self, free: bool) -> list[Option]:
        names = self.curves.channels
        return [channel_option(self.curves, i, self.worth, self.limits.get(name), free) for i, name in enumerate(names)]

    def value(self, amounts: np.ndarray) -> np.ndarray:
        """What yearly ``amounts`` by channel bring: draws x channels."""
        found = [self.curves.orders(i, amount)[:, 0] for i, amount in enumerate(amounts)]
        return np.column_stack(found) * self.worth


@dataclass(frozen=True)
class Split:
    """``proposals``: all that wait for money; ``funded``: those that get some, with the lines it pays for; ``amounts``: advised
    spend a year by channel; ``brought`` and ``before``: what that and today's spend bring (draws x channels); ``bound``: by how
    much the straight pieces may fall short of the best; ``freed``: channels may go below what has been seen, or the budget would
    not do; ``allocation`` over ``options``, proposals first."""

    proposals: tuple[Proposal, ...]
    funded: tuple[Proposal, ...]
    market: Market | None
    options: tuple[Option, ...]
    allocation: Allocation
    amounts: np.ndarray
    brought: np.ndarray
    before: np.ndarray
    bound: float
    freed: bool
    limit: float | None

    @property
    def aside(self) -> float:
        return self.market.aside if self.market else 0.0

    @property
    def today(self) -> np.ndarray:
        return self.market.curves.today if self.market else np.zeros(0)

    @property
    def spent(self) -> float:
        """On proposals and channels."""
        return sum(p.cost for p in self.funded) + float(self.amounts.sum()) + self.aside

    @property
    def value(self) -> float:
        """Of proposals and channels."""
        return sum(p.value for p in self.funded) + float(self.brought.mean(axis=0).sum())

    def gain_over_today(self) -> float:
        """What is left after cost beyond what today's channels leave without any proposal."""
        return self.value - float(self.before.mean(axis=0).sum()) - (self.spent - float(self.today.sum()) - self.aside)

    @property
    def moved(self) -> bool:
        """Whether enough channel money changes its place to be worth the work."""
        return float(np.abs(self.amounts - self.today).sum()) >= LEAST_MOVE * float(self.today.sum())

    def gain(self) -> tuple[float, float, float]:
        """Low, expected and high of what the channels leave after cost beyond what they leave today."""
        more = (self.brought - self.before).sum(axis=1) - (self.amounts - self.today).sum()
        low, high = np.quantile(more, EDGES)
        return float(low), float(more.mean()), float(high)


def split(proposals: Sequence[Proposal], market: Market | None, limit: float | None) -> Split | None:
    """The best split of ``limit`` (None: all that pays) over ``proposals`` (each key in one only) and the channels.

    None when the channels' floors alone take more than the limit.
    """
    money = np.inf if limit is None else limit
    channels, freed = market.options(free=False) if market else [], False
    if market and least(channels) + market.aside > money:
        channels, freed = market.options(free=True), True
        if least(channels) > money:
            return None
        market = replace(market, aside=min(market.aside, money - least(channels)))
    money -= market.aside if market else 0.0
    waiting = tuple(ranked(p) for p in proposals)
    mine = [sliced(p, money) for p in waiting]
    options = (*mine, *channels)
    found = allocate(options, money)
    funded = [cut(p, o, part) for p, o, part in zip(waiting, mine, found.parts, strict=False)]
    amounts = found.amounts[len(mine) :]
    bounds = [error_bound(market.curves, i, o, market.worth) for i, o in enumerate(channels)]
    return Split(
        proposals=waiting,
        funded=tuple(p for p in funded if p is not None),
        market=market,
        options=options,
        allocation=found,
        amounts=amounts,
        brought=market.value(amounts) if market else NOTHING,
        before=market.value(market.curves.today) if market else NOTHING,
        bound=float(sum(bounds)),
        freed=freed,
        limit=limit,
    )


def budget_curve(best: Split) -> pd.DataFrame:
    """budget, spent, value, price for budgets from the least that the channels take to beyond the most that pays."""
    low = least(best.options)
    most = low + (allocate(best.options).spent - low) * BEYOND
    rows = []
    for money in np.linspace(low, most if most > low else low * BEYOND, CURVE_POINTS):
        found = allocate(best.options, money)
        rows.append((money + best.aside, found.spent + best.aside, found.total, found.price))
    return pd.DataFrame(rows, columns=["budget", "spent", "value", "price"])


def sensitivity(best: Split) -> pd.DataFrame:
    """case, spent, value and left after cost.

    Cases: advised; today (channels as they are, no proposals); low (as advised, all returns at their low edge); low split (split
    anew for such returns); less and more (split anew for a budget smaller or larger by ``NEXT``).
    """
    found = best.allocation
    rows = [("advised", best.spent, best.value)]
    if best.market:
        rows.append(
            (
                "today",
                float(best.today.sum()) + best.aside,
                float(best.before.mean(axis=0).sum()),
            )
        )
    low = sum(float(p.lines["value_low"].sum()) for p in best.funded)
    low += float(best.brought.mean(axis=0) @ _lowered(best))
    rows.append(("low", best.spent, low))
    money = found.spent + found.left
    pessimist = allocate(_low(best), money)
    rows.append(("low split", pessimist.spent + best.aside, pessimist.total))
    if best.limit:
        for case, share in (("less", 1 - NEXT), ("more", 1 + NEXT)):
            if (other := best.limit * share - best.aside) >= least(best.options):
                again = allocate(best.options, other)
                rows.append((case, again.spent + best.aside, again.total))
    table = pd.DataFrame(rows, columns=["case", "spent", "value"])
    return table.assign(left=table["value"] - table["spent"])


def _low(best: Split) -> list[Option]:
    """The options at the low edge of their returns: a channel's curve is lowered as today's value is."""
    money = best.allocation.spent + best.allocation.left
    mine = [sliced(ranked(replace(p, lines=p.lines.assign(value=p.lines["value_low"]))), money) for p in best.proposals]
    channels = best.options[len(best.proposals) :]
    return [*mine, *(replace(o, values=o.values * f) for o, f in zip(channels, _lowered(best), strict=True))]


def _lowered(best: Split) -> np.ndarray:
    return np.quantile(best.before, EDGES[0], axis=0) / best.before.mean(axis=0)
