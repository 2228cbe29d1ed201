"""Policy: when to order each product and how much, and what that would have kept in the shop over the last year."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.holding.demand import expected_short, quantile

__all__ = ["COVER_WEEKS", "eoq", "reorder", "replay"]

COVER_WEEKS = 6.0  # of demand in an order, where no cost of ordering and holding says more
REVIEW_WEEKS = 1.0  # stock is counted once a week
YEAR_WEEKS = 52.0


def eoq(yearly: np.ndarray, order_cost: float, holding: np.ndarray) -> np.ndarray:
    """Units to order at a time: sqrt(2 D S / H), D units a year, S an order, H to hold a unit for a year (Harris 1913)."""
    return np.sqrt(2 * np.asarray(yearly) * order_cost / np.asarray(holding))


def reorder(table: pd.DataFrame, level: float, order_cost: float | None, holding_rate: float | None) -> pd.DataFrame:
    """Per product: point (reorder point), safety (stock beyond mean demand), quantity, cycle (chance that a cycle runs short of
    nothing), fill (share of demand served from the shelf).

    ``table``: mean, variance (of a week), lead (weeks), lead_variance, cost (of a unit, NaN where not known), smallest (order).
    Demand over lead and review time: mean m (L + R), variance v (L + R) + m^2 var(L).
    """
    time = table["lead"] + REVIEW_WEEKS
    mean = table["mean"] * time
    variance = table["variance"] * time + table["mean"] ** 2 * table["lead_variance"]
    point = quantile(level, mean.to_numpy(), variance.to_numpy())
    usual = table["mean"] * COVER_WEEKS
    quantity = usual.copy()
    if order_cost and holding_rate:
        priced = table["cost"] > 0
        best = eoq(table["mean"] * YEAR_WEEKS, order_cost, (table["cost"].where(priced, 1.0) * holding_rate))
        quantity = pd.Series(np.where(priced, best, usual), table.index)
    smallest = table["smallest"].fillna(1.0).clip(lower=1.0)
    quantity = (np.ceil(quantity / smallest).clip(lower=1.0) * smallest).where(table["mean"] > 0, 0.0)
    short = expected_short(point, mean.to_numpy(), variance.to_numpy())
    fill = 1 - np.divide(short, quantity, out=np.zeros(len(table)), where=quantity.to_numpy() > 0)
    return pd.DataFrame(
        {"point": point, "safety": (point - mean).clip(lower=0), "quantity": quantity, "fill": np.clip(fill, 0, 1)},
        index=table.index,
    )


def replay(units: pd.DataFrame, table: pd.DataFrame, start: pd.Series) -> tuple[float, float]:
    """Share of the units asked for that the policy would have served, and its mean stock in units, week by week over ``units``.

    ``table``: point, quantity, lead (weeks); ``start``: stock at the beginning. Weeks without stock (NaN) ask for the usual. The
    policy looks at no week it has not lived through, but its points are learnt from the same weeks: the figures flatter it a
    little.
    """
    asked = units.fillna(units.mean()).fillna(0.0).to_numpy()
    point, quantity = table["point"].to_numpy(), table["quantity"].to_numpy()
    lead = np.maximum(np.ceil(table["lead"].to_numpy()), 1).astype(int)
    hand = np.maximum(start.to_numpy(dtype=float), point)
    due = np.zeros((len(asked) + int(lead.max(initial=1)) + 1, len(point)))
    served = stock = 0.0
    for week, wanted in enumerate(asked):
        hand = hand + due[week]
        given = np.minimum(hand, wanted)
        hand = hand - given
        served, stock = served + given.sum(), stock + hand.sum()
        low = (hand + due[week + 1 :].sum(axis=0) <= point) & (quantity > 0)
        due[week + lead[low], np.flatnonzero(low)] += quantity[low]
    return float(served / asked.sum()) if asked.sum() else 1.0, float(stock / max(len(asked), 1))
