"""Outcomes: possible years, drawn at random; what each driver does alone; how far it may fall before profit or goal is lost."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from playbook.methods.strategy.whatif.business import DOWN, Business
from playbook.methods.strategy.whatif.ranges import Ranges
from playbook.result.formats import EDGES

__all__ = ["Outcomes", "break_even", "play", "tornado", "years"]

DRAWS, SEED = 20_000, 11
NEAR = 0.05  # of the draws, on either side of an edge, tell what a year at that edge is like
FARTHEST = 20.0  # times a driver may be multiplied or divided in the search for a break-even


@dataclass(frozen=True)
class Outcomes:
    """``revenue`` and ``profit`` (draws,): of each possible year; ``factors``: of each driver in it."""

    revenue: np.ndarray = field(repr=False)
    profit: np.ndarray = field(repr=False)
    factors: dict[str, np.ndarray] = field(repr=False)

    def edges(self, what: str) -> tuple[float, float, float]:
        """Low, middle and high of 'revenue' or 'profit' at LEVEL."""
        return tuple(float(v) for v in np.quantile(getattr(self, what), [EDGES[0], 0.5, EDGES[1]]))


def play(business: Business, ranges: Ranges, draws: int = DRAWS, seed: int = SEED) -> Outcomes:
    """Possible years: all drivers moved together, and the elasticity of the price as uncertain as it was measured."""
    rng = np.random.default_rng(seed)
    factors = ranges.draw(draws, rng)
    elasticity = rng.normal(business.elasticity, business.elasticity_error, draws)
    revenue, profit = business.outcome(factors, elasticity)
    return Outcomes(revenue, profit, factors)


def tornado(business: Business, ranges: Ranges) -> pd.DataFrame:
    """Each driver alone from its low to its high edge, the others at their level, the widest first.

    driver, factor_low, factor_high, revenue_low, revenue_high, profit_low, profit_high (results at these factors), swing (of
    profit; of revenue without a margin).
    """
    rows = []
    for name in ranges.names:
        edges = ranges.edges(name)
        (revenue_low, profit_low), (revenue_high, profit_high) = (business.outcome({name: np.float64(f)}) for f in edges)
        swing = abs(profit_high - profit_low) if business.margin else abs(revenue_high - revenue_low)
        rows.append((name, *edges, *map(float, (revenue_low, revenue_high, profit_low, profit_high, swing))))
    columns = ["driver", "factor_low", "factor_high", "revenue_low", "revenue_high", "profit_low", "profit_high", "swing"]
    return pd.DataFrame(rows, columns=columns).sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def break_even(business: Business, goal: float | None) -> pd.DataFrame:
    """How far each driver has to move, alone, until profit is zero, and until revenue is at the ``goal``.

    driver, profit, goal as relative changes; NaN where no change does it, or the question does not arise.
    """
    rows = [
        {
            "driver": name,
            "profit": _root(lambda f, name=name: float(business.outcome({name: f})[1]), name) if business.margin else np.nan,
            "goal": np.nan if goal is None else _root(lambda f, name=name: float(business.outcome({name: f})[0]) - goal, name),
        }
        for name in business.drivers
    ]
    return pd.DataFrame(rows, columns=["driver", "profit", "goal"])


def _root(short, name: str) -> float:
    """The change nearest to none at which ``short`` is zero, looked for on the side that leads there."""
    now = short(1.0)
    if now == 0:
        return 0.0
    worse = FARTHEST if name in DOWN else 1 / FARTHEST
    end = worse if now > 0 else 1 / worse
    steps = np.geomspace(1.0, end, 200)
    values = np.array([short(f) for f in steps])
    crossed = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))
    if not len(crossed):
        return float("nan")
    return float(brentq(short, *sorted(steps[[crossed[0], crossed[0] + 1]]))) - 1


def years(business: Business, outcomes: Outcomes) -> pd.DataFrame:
    """A worse, the middle and a better year: year, revenue, profit, and the mean factor of each driver in years like these.

    Years are ranked by profit (by revenue without a margin); worse and better are those around the ends of the range at LEVEL.
    """
    ranked = np.argsort(outcomes.profit if business.margin else outcomes.revenue, kind="stable")
    rows = []
    for label, place in (("worse", EDGES[0]), ("as expected", 0.5), ("better", EDGES[1])):
        first, last = (int(np.clip(place + side * NEAR, 0, 1) * len(ranked)) for side in (-1, 1))
        own = ranked[first:last]
        row = {"year": label, "revenue": outcomes.revenue[own].mean(), "profit": outcomes.profit[own].mean()}
        rows.append(row | {name: values[own].mean() for name, values in outcomes.factors.items()})
    return pd.DataFrame(rows)
