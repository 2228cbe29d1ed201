"""Newcomer worth: what a customer is worth on the day of the first order, learnt from those who are known to have come new."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from playbook.methods.market_research.lifetime.bg_nbd import BuyingFit, choose_buying
from playbook.methods.market_research.lifetime.bg_nbd_future import NEWCOMER, expected_purchases
from playbook.methods.market_research.lifetime.customer_worth import WIDTH, Terms, discounting

__all__ = ["Newcomer", "newcomer_worth"]

BURN_IN = 52.0  # weeks, at most a third of the data: where nothing else is known, who first orders later is taken as new
FEWEST, FEWEST_BACK = 100, 30  # newcomers to learn from, and those of them who came back
KNOTS = 25  # ages for which the expectation is worked out; it is smooth in between


@dataclass(frozen=True)
class Newcomer:
    """What a new customer is worth, its first order included: ``value`` and its range; ``repeats`` expected within the horizon.

    ``customers`` it was learnt from; ``basis``: 'acquired' (the day they were won lies within the data), 'late' (their first
    order came long after the data begin), or 'all'. ``kept``: what they ordered so far, as a share of what the model gives
    for that time; the value is scaled by it.
    """

    value: float
    low: float
    high: float
    repeats: float
    customers: int
    basis: Literal["acquired", "late", "all"]
    kept: float = 1.0


def newcomer_worth(histories: pd.DataFrame, fit: BuyingFit, terms: Terms, acquired: pd.Series | None = None) -> Newcomer:
    """The first order, and the repeat orders to expect, at the mean value that orders of newcomers really had.

    That mean counts orders, not customers, so that it holds whether or not those who buy often spend more. Newcomers are those
    whose ``acquired`` day (by customer_id; weeks before the as-of day) lies within the data; where that is not known for enough,
    those whose first order came after a burn-in, since older customers are known only from the middle of their lives; else all.
    """
    fresh, basis = _newcomers(histories, acquired)
    if basis != "all":
        fit = choose_buying(fresh)
    times, weights = discounting(terms)

    def repeats(logs: np.ndarray) -> np.ndarray:
        moved = BuyingFit(fit.k, fit.early, np.exp(logs), fit.errors, fit.covariance, fit.log_likelihood, fit.customers)
        found = expected_purchases(moved, NEWCOMER, [*times, terms.weeks])[0]
        return np.array([found @ weights, found[-1]])

    kept = _kept(fresh, fit)
    logs, step = np.log(fit.estimates), 1e-3
    slope = np.array([(repeats(logs + s)[0] - repeats(logs - s)[0]) / (2 * step) for s in step * np.eye(4)]) * kept
    discounted, within = repeats(logs) * kept
    purchases = fresh["repeats"].to_numpy() + 1
    value = float(fresh["revenue"].sum() / purchases.sum())
    # Spread of a ratio of sums over customers, of the discounted repeats (delta method), and of what the model did not get right.
    residual = fresh["revenue"].to_numpy() - value * purchases
    parts = (
        (1 + discounted) * np.sqrt((residual**2).sum()) / purchases.sum(),
        value * np.sqrt(max(slope @ fit.covariance @ slope, 0.0)),
        value * discounted * abs(1 - 1 / kept),
    )
    spread = WIDTH * float(np.linalg.norm(parts)) * terms.margin
    worth = float((1 + discounted) * value * terms.margin)
    return Newcomer(worth, max(worth - spread, 0.0), worth + spread, float(within), len(fresh), basis, kept)


def _newcomers(histories: pd.DataFrame, acquired: pd.Series | None) -> tuple[pd.DataFrame, str]:
    span = float(histories["age"].max())
    late = (histories["age"] < span - min(BURN_IN, span / 3)).to_numpy()
    chosen = [("late", late)]
    if acquired is not None:
        since = histories["customer_id"].map(acquired).to_numpy(dtype=float)
        chosen.insert(0, ("acquired", since <= span))  # not known: not new
    for basis, who in chosen:
        fresh = histories[who]
        if len(fresh) >= FEWEST and (fresh["repeats"] > 0).sum() >= FEWEST_BACK:
            return fresh, basis
    return histories, "all"


def _kept(fresh: pd.DataFrame, fit: BuyingFit) -> float:
    """Repeat purchases so far over those to expect at the customers' ages, between a half and two."""
    ages = fresh["age"].to_numpy()
    knots = np.unique(np.linspace(0, ages.max(), KNOTS)[1:])
    path = PchipInterpolator([0.0, *knots], [0.0, *expected_purchases(fit, NEWCOMER, knots)[0]])
    expected = float(path(ages).sum())
    return float(np.clip(fresh["repeats"].sum() / expected, 0.5, 2.0)) if expected > 0 else 1.0
