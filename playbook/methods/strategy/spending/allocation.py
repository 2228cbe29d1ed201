"""Allocation: linear programmes with their shadow prices, and a budget spread over options of falling return."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

__all__ = ["TOLERANCE", "Allocation", "Optimum", "allocate", "maximise"]

PAYS_AT = 1.0  # return per unit of money below which money is better kept
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Optimum:
    """Best ``amounts``, their ``total`` gain, and for each limit the gain of one more unit of it (``prices``)."""

    amounts: np.ndarray
    total: float
    prices: np.ndarray


def maximise(
    gain: Sequence[float], use: Sequence[Sequence[float]], limits: Sequence[float], upper: Sequence[float | None] | None = None
) -> Optimum:
    """Maximise ``gain @ x`` under ``use @ x <= limits`` and ``0 <= x <= upper`` (None: no bound) by linear programming.

    ``gain`` and ``upper`` have one value an option, ``limits`` one a row of ``use``. A cost is minimised as its negative, a
    requirement ``>=`` as the negative row. Raises ValueError when no amounts meet the limits or the gain has no end.
    Solver: HiGHS (Huangfu and Hall 2018, Mathematical Programming Computation 10), dual values as in
    Hillier and Lieberman, Introduction to Operations Research, ch. 4.7.
    """
    gain = np.asarray(gain, dtype=float)
    bounds = [(0, u) for u in upper] if upper is not None else (0, None)
    found = linprog(-gain, A_ub=np.asarray(use, dtype=float), b_ub=np.asarray(limits, dtype=float), bounds=bounds, method="highs")
    if not found.success:
        raise ValueError(f"no best allocation: {found.message}")
    return Optimum(found.x, float(gain @ found.x), -found.ineqlin.marginals + 0.0)


@dataclass(frozen=True)
class Allocation:
    """Money per option, what it brings, the sum of both, what is left of the budget, and the gain of the budget's next unit."""

    amounts: np.ndarray
    gains: np.ndarray
    spent: float
    total: float
    left: float
    price: float


def allocate(
    returns: Sequence[float], costs: Sequence[float], budget: float, tranches: Sequence[tuple[float, float]] = ((1.0, 1.0),)
) -> Allocation:
    """Spread ``budget`` over options for the largest total return.

    ``returns`` is what one unit of money brings when an option is taken whole, ``costs`` what taking it whole costs (its cap).
    ``tranches`` splits every option into (share of its cost, share of its gain), in the order in which they are bought; the
    gain per cost must fall, so that the linear programme fills them in that order. Tranches that bring back less than they
    cost are not bought. ``price`` is zero when money is left. Raises ValueError for a negative budget or rising tranches.
    """
    width, height = np.array(tranches, dtype=float).T
    if budget < 0:
        raise ValueError(f"a budget cannot be negative: {budget}")
    if np.any(np.diff(height / width) > TOLERANCE):
        raise ValueError("tranches must have falling returns")
    costs = np.asarray(costs, dtype=float)
    if not len(costs):
        return Allocation(costs, costs, 0.0, 0.0, float(budget), 0.0)
    rate = np.outer(returns, height / width)  # options x tranches: money back for each unit of money
    caps = np.outer(costs, width) * (rate >= PAYS_AT - TOLERANCE)
    best = maximise(rate.ravel(), np.ones((1, rate.size)), [budget], caps.ravel())
    amounts = np.clip(best.amounts, 0, None).reshape(rate.shape)
    spent = float(amounts.sum())
    left = float(budget) - spent
    left = 0.0 if left < TOLERANCE * max(budget, 1) else left
    return Allocation(
        amounts.sum(axis=1), (amounts * rate).sum(axis=1), spent, best.total, left, 0.0 if left else float(best.prices[0])
    )
