"""Policy: when to order each product and how much, and what that would have kept in the shop over the last year."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.holding.demand import expected_short, quantile
from playbook.methods.strategy.holding.forecast import Forecast

__all__ = ["COVER_WEEKS", "REVIEW_WEEKS", "eoq", "over_lead", "reorder", "replay"]

COVER_WEEKS = 6.0  # of demand in an order, where no cost of ordering and holding says more
REVIEW_WEEKS = 1.0  # stock is counted once a week
YEAR_WEEKS = 52.0
LEARNT_FIRST = 26  # weeks, before which no point is set in the replay


def eoq(yearly: np.ndarray, order_cost: float, holding: np.ndarray) -> np.ndarray:
    """Units to order at a time: sqrt(2 D S / H), D units a year, S an order, H to hold a unit for a year (Harris 1913)."""
    return np.sqrt(2 * np.asarray(yearly) * order_cost / np.asarray(holding))


def reorder(table: pd.DataFrame, level: float, order_cost: float | None, holding_rate: float | None) -> pd.DataFrame:
    """Per product: point (reorder point), safety (stock beyond expected demand), quantity, fill (share of demand served from the
    shelf).

    ``table``: mean (units a week over the year), expected and uncertain (mean and variance of demand over lead and review time,
    see ``over_lead``), cost (of a unit, NaN where not known), smallest (order).
    """
    point = quantile(level, table["expected"].to_numpy(), table["uncertain"].to_numpy())
    usual = table["mean"] * COVER_WEEKS
    quantity = usual.copy()
    if order_cost and holding_rate:
        priced = table["cost"] > 0
        best = eoq(table["mean"] * YEAR_WEEKS, order_cost, (table["cost"].where(priced, 1.0) * holding_rate))
        quantity = pd.Series(np.where(priced, best, usual), table.index)
    smallest = table["smallest"].fillna(1.0).clip(lower=1.0)
    quantity = (np.ceil(quantity / smallest).clip(lower=1.0) * smallest).where(table["mean"] > 0, 0.0)
    short = expected_short(point, table["expected"].to_numpy(), table["uncertain"].to_numpy())
    fill = 1 - np.divide(short, quantity, out=np.zeros(len(table)), where=quantity.to_numpy() > 0)
    return pd.DataFrame(
        {
            "point": point,
            "safety": (point - table["expected"]).clip(lower=0),
            "quantity": quantity,
            "fill": np.clip(fill, 0, 1),
        },
        index=table.index,
    )


def over_lead(found: Forecast, week: int, lead: pd.Series, lead_variance: pd.Series) -> pd.DataFrame:
    """expected and uncertain: mean and variance of demand from ``week`` on over the lead time and the week until the next count.

    A lead time that varies adds m^2 var(L), m units a week (Silver, Pyke & Thomas 2017, section 6.10).
    """
    time = lead + REVIEW_WEEKS
    mean, variance = found.ahead(week, time.to_numpy(dtype=float))
    return pd.DataFrame({"expected": mean, "uncertain": variance + (mean / time) ** 2 * lead_variance}, index=lead.index)


def replay(units: pd.DataFrame, found: Forecast, table: pd.DataFrame, level: float, start: pd.Series) -> tuple[float, float, int]:
    """Share of the units asked for that such points would have served, the mean stock in units, and the weeks played.

    Week by week over the last year, or what is left of it once half a year is learnt from. A point is that of the forecast made
    before its week. ``table``: quantity, lead, lead_variance; ``start``: stock at the beginning. Weeks without stock (NaN) ask
    for what was expected. Only the season, and how much a new week weighs, are learnt from all of them.
    """
    first = max(len(units) - int(YEAR_WEEKS), LEARNT_FIRST)
    asked = units.to_numpy(dtype=float)
    quantity = table["quantity"].to_numpy()
    lead = np.maximum(np.ceil(table["lead"].to_numpy()), 1).astype(int)
    due = np.zeros((len(asked) + int(lead.max(initial=1)) + 1, len(quantity)))
    hand, served, wanted, stock = start.to_numpy(dtype=float), 0.0, 0.0, 0.0
    played = range(first, len(asked))
    ahead = [over_lead(found, week, table["lead"], table["lead_variance"]) for week in played]
    points = quantile(level, *(np.array([known[column] for known in ahead]) for column in ("expected", "uncertain")))
    for week, point in zip(played, points, strict=True):
        hand = (np.maximum(hand, point) if week == first else hand) + due[week]
        now = np.where(np.isfinite(asked[week]), asked[week], found.level[week] * found.season[week])
        given = np.minimum(hand, now)
        hand = hand - given
        served, wanted, stock = served + given.sum(), wanted + now.sum(), stock + hand.sum()
        low = (hand + due[week + 1 :].sum(axis=0) <= point) & (quantity > 0)
        due[week + lead[low], np.flatnonzero(low)] += quantity[low]
    return float(served / wanted) if wanted else 1.0, float(stock / max(len(played), 1)), len(played)
