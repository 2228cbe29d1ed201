"""Customer worth from orders: purchases to come, times what an order is worth, times the margin, discounted to today."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from playbook.methods.market_research.lifetime.bg_nbd import BuyingFit
from playbook.methods.market_research.lifetime.bg_nbd_future import (
    alive_probability,
    draw_estimates,
    expected_purchases,
    simulate_purchases,
)
from playbook.methods.market_research.lifetime.gamma_gamma import SpendFit, draw_spend, expected_value, fit_spend
from playbook.result.formats import EDGES

__all__ = [
    "WIDTH",
    "YEAR",
    "Spending",
    "Terms",
    "Worth",
    "discounting",
    "learn_spending",
    "worth_by_orders",
]

YEAR = 365.25 / 7  # weeks
POINTS = 6  # of the Gauss-Legendre quadrature over time; expected purchases are smooth in it
WORLDS, MOST_CELLS = 400, 4_000_000  # possible futures, and how many figures they may hold together
SEED = 5
GROUPS, PER_GROUP = 3, 200  # customers who order about as often are compared with one another
WIDTH = 1.2816  # standard deviations to either side that hold 80 percent of a normal distribution


@dataclass(frozen=True)
class Terms:
    """What turns orders into value: margin (share of revenue), rate (discount a year), horizon in weeks."""

    margin: float
    rate: float
    weeks: float

    @property
    def force(self) -> float:
        """The discount rate of a week, compounded without pause: an order may arrive on any day."""
        return float(np.log1p(self.rate) / YEAR)


@dataclass(frozen=True)
class Spending:
    """Order values by Gamma-Gamma among customers who order about as often: group i has at least ``bounds[i]`` orders."""

    bounds: np.ndarray
    fits: tuple[SpendFit, ...]

    def group(self, orders: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.bounds, orders, side="right") - 1


@dataclass(frozen=True)
class Worth:
    """``customers``: customer_id, alive, expected_orders (twelve months), order_value, value, low, high, in order of the
    histories; ``totals`` (worlds, groups): simulated value of each group of customers; ``active_year``: value of the next
    twelve months, discounted too, of each customer if it surely were still active."""

    customers: pd.DataFrame
    totals: np.ndarray
    active_year: np.ndarray


def learn_spending(histories: pd.DataFrame) -> Spending:
    """Gamma-Gamma for up to three groups by number of orders, 200 customers each at least: value may depend on frequency."""
    orders, values, logs = histories["repeats"].to_numpy() + 1, histories["value"].to_numpy(), histories["log_value"].to_numpy()
    parts = max(1, min(GROUPS, len(orders) // PER_GROUP))
    inner = np.quantile(orders, np.arange(1, parts) / parts, method="nearest") if parts > 1 else []
    bounds = np.unique([0, *inner])
    which = np.searchsorted(bounds, orders, side="right") - 1
    if np.bincount(which, minlength=len(bounds)).min() < PER_GROUP:
        bounds, which = np.zeros(1), np.zeros(len(orders), dtype=int)
    fits = [fit_spend(orders[which == i], values[which == i], logs[which == i]) for i in range(len(bounds))]
    return Spending(bounds, tuple(fits))


def worth_by_orders(
    histories: pd.DataFrame, fit: BuyingFit, spending: Spending, terms: Terms, groups: np.ndarray, many: int
) -> Worth:
    """The value of each customer within the horizon, and its range; ``groups`` (customers,): numbers 0 .. many - 1.

    The range of a single customer holds what may really happen (the customer leaves or stays, orders more or less), the drawn
    ``totals`` also how exactly the models' parameters are known.
    """
    times, weights = discounting(terms)
    early, early_weights = discounting(replace(terms, weeks=YEAR))
    expected = expected_purchases(fit, histories, [*times, terms.weeks, *early, YEAR])
    within = expected[:, len(times)]
    discounted = expected[:, : len(weights)] @ weights
    orders, values = histories["repeats"].to_numpy() + 1, histories["value"].to_numpy()
    of_spend = spending.group(orders)
    order_value = np.select(
        [of_spend == i for i in range(len(spending.fits))], [expected_value(f.estimates, orders, values) for f in spending.fits]
    )
    worth = discounted * order_value * terms.margin
    per_order = np.divide(discounted, within, out=np.ones(len(within)), where=within > 0) * terms.margin
    drawn, totals = _simulate(histories, fit, spending, terms.weeks, per_order, groups, many)
    low, high = drawn
    alive = alive_probability(fit, histories)
    year = expected[:, len(weights) :] @ early_weights * order_value * terms.margin
    customers = pd.DataFrame(
        {
            "customer_id": histories["customer_id"].to_numpy(),
            "alive": alive,
            "expected_orders": expected[:, -1],
            "order_value": order_value,
            "value": worth,
            # Where most futures hold no order at all, the mean lies above the range: it is taken in.
            "low": np.minimum(low, worth),
            "high": np.maximum(high, worth),
        }
    )
    return Worth(customers, totals, np.divide(year, alive, out=np.zeros(len(year)), where=alive > 0))


def discounting(terms: Terms) -> tuple[np.ndarray, np.ndarray]:
    """Times and weights that turn expected purchases at these times, and at the horizon, into discounted purchases.

    By parts: integral of exp(-f t) dE(t) = exp(-f H) E(H) + f x integral of exp(-f t) E(t) dt.
    """
    nodes, mass = np.polynomial.legendre.leggauss(POINTS)
    times, mass = (nodes + 1) / 2 * terms.weeks, mass / 2 * terms.weeks
    inner = terms.force * mass * np.exp(-terms.force * times)
    return times, np.append(inner, np.exp(-terms.force * terms.weeks))


def _simulate(
    histories: pd.DataFrame,
    fit: BuyingFit,
    spending: Spending,
    weeks: float,
    per_order: np.ndarray,
    groups: np.ndarray,
    many: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the range of each customer's value (2, customers), and the value of each group in each world (worlds, many)."""
    rng = np.random.default_rng(SEED)
    worlds = int(np.clip(MOST_CELLS // max(len(histories), 1), 50, WORLDS))
    estimates = draw_estimates(fit, worlds, rng)
    spends = [draw_spend(f, worlds, rng) for f in spending.fits]
    orders, values = histories["repeats"].to_numpy() + 1, histories["value"].to_numpy()
    of_spend = spending.group(orders)
    totals, ends = np.zeros((worlds, many)), np.empty((2, len(histories)))
    for first in range(0, len(histories), MOST_CELLS // worlds):
        part = slice(first, first + MOST_CELLS // worlds)
        made = simulate_purchases(estimates, fit, histories.iloc[part], weeks, rng)
        p, q, v = np.stack(spends, axis=1)[:, of_spend[part]].transpose(2, 0, 1)
        mean_rate = rng.gamma(q + p * orders[part]) / (v + orders[part] * values[part])
        money = rng.gamma(p * made) / mean_rate * per_order[part]
        ends[:, part] = np.quantile(money, EDGES, axis=0)
        member = groups[part][:, None] == np.arange(many)
        totals += money @ member
    return ends, totals
