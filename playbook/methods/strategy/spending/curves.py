"""Curves: what a year of each channel brings for rising spend, as a mean over the draws, within the range that has been seen."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from playbook.engagement import ChannelLimit
from playbook.methods.strategy.spending.allocation import Option
from playbook.methods.strategy.spending.fitting import Response
from playbook.methods.strategy.spending.panel import YEAR
from playbook.methods.strategy.spending.response import FORMS, adstock, lagged, saturation

__all__ = ["Curves", "channel_option", "error_bound", "yearly_curves"]

SEEN = (0.05, 0.95)  # quantiles of weekly spend between which a channel may be moved
PIECES = 40
NUDGE = 0.01  # of today's spend: over which the return of the last unit is measured


@dataclass(frozen=True)
class Curves:
    """Channels that spent in the last year.

    ``today``: spend in that year; ``low`` and ``high``: yearly spend between which weekly spend has been seen; ``orders`` answers
    with the orders that yearly spends bring: see its words. ``places``: the channels' columns in the panel.
    """

    response: Response
    places: np.ndarray
    today: np.ndarray
    low: np.ndarray
    high: np.ndarray
    lags: np.ndarray

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self.response.panel.channels[i] for i in self.places)

    def orders(self, row: int, spend: np.ndarray) -> np.ndarray:
        """Orders a year that ``spend`` (yearly amounts) on channel ``row`` brings: draws x amounts.

        The weeks of the last year keep their pattern: all are raised or lowered by the same share.
        """
        share = np.atleast_1d(spend) / self.today[row]
        found = np.empty((len(self.response.form), len(share)))
        for form, (mine, felt, most) in self._felt.items():
            answer = np.stack([FORMS[form](felt[:, :, row] * s).sum(axis=1) for s in share], axis=1)
            found[mine] = most[:, [row]] * answer
        return found

    @cached_property
    def _felt(self) -> dict[str, tuple[np.ndarray, ...]]:
        """By form: its draws, what is felt in half-points (draws x weeks x channels), and the orders for an answer of one."""
        response, places, found = self.response, self.places, {}
        whole = lagged(response.panel.spend[:, places])
        for form in FORMS:
            mine = response.form == form
            effect, carryover, half = (part[mine][:, places] for part in (response.effect, response.carryover, response.half))
            mean = saturation(form, adstock(whole, carryover), half).mean(axis=1)
            found[form] = mine, adstock(self.lags, carryover) / half[:, None], effect / mean
        return found

    def margins(self, row: int) -> np.ndarray:
        """Orders that the last unit of today's spend brings, by draw."""
        edges = self.orders(row, self.today[row] * np.array([1 - NUDGE, 1 + NUDGE]))
        return (edges[:, 1] - edges[:, 0]) / (2 * NUDGE * self.today[row])


def yearly_curves(response: Response, pattern: np.ndarray | None = None) -> Curves | None:
    """Curves for a year like the last, or for weekly spends of the given ``pattern`` (weeks x channels); None if none spent.

    A channel may be moved as far as its weeks stay within what has been seen: at the spend of the week in which its average unit
    of money is spent, between the 5 and 95 percent quantiles of all weeks. Today's spend is always within.
    """
    panel = response.panel
    lags = lagged(panel.spend)[-YEAR:] if pattern is None else lagged(pattern)
    year = lags[:, :, 0]
    places = np.flatnonzero(year.sum(axis=0) > 0)
    if not len(places):
        return None
    year = year[:, places]
    today = year.sum(axis=0)
    usual = (year**2).sum(axis=0) / today
    seen = np.quantile(panel.spend[:, places], SEEN, axis=0)
    low, high = np.minimum(seen[0] / usual, 1.0) * today, np.maximum(seen[1] / usual, 1.0) * today
    return Curves(response, places, today, low, high, lags[:, places])


def channel_option(curves: Curves, row: int, worth: float, limit: ChannelLimit | None, free: bool = False) -> Option:
    """The channel for the budget: what it may take and what that brings, at ``worth`` an order.

    The client's floor and cap go before the range that has been seen; ``free``: down to nothing where no floor is set. Today's
    spend is a knot, so that no split that brings less than today's is advised. Where no step fits, the channel stays as it is.
    """
    today, low, high = curves.today[row], (0.0 if free else curves.low[row]), curves.high[row]
    step = None
    if limit is not None:
        high = high if limit.cap is None else min(high, limit.cap)
        low, high = max(min(low, high), limit.floor), max(high, limit.floor)
        step = limit.step
        if step and np.ceil(low / step) > np.floor(high / step):
            low = high = float(np.clip(today, low, high))
            step = None
    knots = np.unique(np.append(np.linspace(low, high, PIECES + 1), np.clip(today, low, high)))
    return Option(knots, curves.orders(row, knots).mean(axis=0) * worth, step)


def error_bound(curves: Curves, row: int, option: Option, worth: float) -> float:
    """By how much the straight pieces can lie below the curve at most.

    On a piece the gap of a concave curve is concave and nothing at both ends, so that it is at most twice the gap in the middle.
    """
    middle = (option.amounts[1:] + option.amounts[:-1]) / 2
    chord = (option.values[1:] + option.values[:-1]) / 2
    gap = curves.orders(row, middle).mean(axis=0) * worth - chord if len(middle) else np.zeros(1)
    return float(2 * max(gap.max(), 0.0))
