"""Demand: what is known of how sales answer to a product's price, as draws that carry what is not known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from playbook.methods.market_research.prices import Prices
from playbook.methods.market_research.pricing.panel import ONE_GROUP, REASONS
from playbook.result.formats import LEVEL

__all__ = ["CONJECTURE", "COST_SPREAD", "Demand", "draw_demand", "known_answers", "optimum_price"]

DRAWS = 1000
SEED = 4
UNSEEN = 0.1  # standard deviation of an error that all elasticities have in common, for prices were not set by chance
COST_SPREAD = 0.15  # standard deviation (log) of a product's cost where only the client's margin is known
CONJECTURE = 0.5  # part of what a product wins or loses by its price that goes to competitors, where nobody measured it


@dataclass(frozen=True)
class Demand:
    """Draws for n products: (n, draws) each.

    ``elasticity``: at most 0, NaN where nothing is known; ``cost`` of a unit (NaN where unknown); ``spill``: what all other
    products earn more a year for each 1 that is added to the log of this product's price; ``rivals``: answer of its sales to
    the competitors' prices, at least 0.
    """

    elasticity: np.ndarray
    cost: np.ndarray
    spill: np.ndarray
    rivals: np.ndarray


def optimum_price(cost, elasticity):
    """The price at which margin times units is largest when units follow price ** elasticity: cost * e / (1 + e).

    The rule of Lerner (1934), Rev. Economic Studies 1. Infinite for an elasticity of -1 or more: the best price lies beyond any
    that demand of this shape could tell. Arrays of one shape are allowed.
    """
    elasticity = np.asarray(elasticity, dtype=float)
    elastic = elasticity < -1
    return np.where(elastic, np.asarray(cost) * elasticity / np.where(elastic, 1 + elasticity, 1.0), np.inf)


def known_answers(today: pd.DataFrame, prices: Prices | None) -> pd.DataFrame:
    """What market research knows of each row of ``today``: elasticity, shared and alone (standard errors: the part that its
    group has in common, and the rest), source ("own", "group" or missing).

    A product that could not be measured is taken to be one more of its group; goods without a price per unit are not.
    """
    table = pd.DataFrame({"elasticity": np.nan, "shared": np.nan, "alone": np.nan, "source": None}, index=today.index)
    table["source"] = table["source"].astype(object)
    if prices is None or prices.groups.empty:
        return table
    groups = prices.groups.drop_duplicates("category").set_index("category")
    category = today["category"] if ONE_GROUP not in groups.index else pd.Series(ONE_GROUP, index=today.index)
    reasons = prices.left_out.astype({"product_id": str}).set_index("product_id")["reason"]
    fit = category.isin(groups.index) & (today["product_id"].map(reasons) != REASONS["weighed"])
    table.loc[fit, "elasticity"] = category.map(groups["elasticity"])
    table.loc[fit, "shared"], table.loc[fit, "alone"] = category.map(groups["error"]), category.map(groups["between"])
    table.loc[fit, "source"] = "group"
    own = prices.elasticities.astype({"product_id": str}).set_index("product_id")
    measured = today["product_id"].isin(own.index)
    mine = own.reindex(today.loc[measured, "product_id"])
    error = mine["error"].to_numpy(dtype=float)
    # Drawn to the mean of its group, a product errs with it: that much of its error is not its own.
    shared = np.minimum(error, category[measured].map(groups["error"]).fillna(0.0).to_numpy(dtype=float))
    table.loc[measured, "elasticity"] = mine["elasticity"].to_numpy(dtype=float)
    table.loc[measured, "shared"], table.loc[measured, "alone"] = shared, np.sqrt(error**2 - shared**2)
    table.loc[measured, "source"] = "own"
    return table


def draw_demand(today: pd.DataFrame, answers: pd.DataFrame, prices: Prices | None, draws: int = DRAWS) -> Demand:
    """Draws for the rows of ``today`` (with costs), by ``answers``; the same input gives the same draws.

    Each draw has its mirror image, so that means are those of the estimates. Elasticities of one group share the error of
    its mean; an elasticity above 0 is taken as 0. Effects on neighbours count where market research found that they stand out.
    """
    rng = np.random.default_rng(SEED)
    n = len(today)
    codes, groups = pd.factorize(today["category"], sort=True)
    every, together, alone, costs = (_mirrored(rng, rows, draws) for rows in (1, len(groups), n, n))
    shared, own, middle = (answers[c].to_numpy(dtype=float)[:, None] for c in ("shared", "alone", "elasticity"))
    elasticity = np.minimum(middle + UNSEEN * every + shared * together[codes] + own * alone, 0.0)
    spread = np.where(today["stated"].to_numpy(), 0.0, COST_SPREAD)[:, None]
    cost = today["cost"].to_numpy(dtype=float)[:, None] * np.exp(spread * costs - spread**2 / 2)
    return Demand(elasticity, cost, _spill(today, codes, prices, rng, draws), _rivals(elasticity, prices, rng, draws))


def _mirrored(rng: np.random.Generator, rows: int, draws: int) -> np.ndarray:
    half = rng.standard_normal((rows, draws // 2))
    return np.hstack([half, -half])


def _error(low, high):
    return (high - low) / (2 * stats.norm.ppf((1 + LEVEL) / 2))


def _spill(today: pd.DataFrame, codes: np.ndarray, prices: Prices | None, rng: np.random.Generator, draws: int) -> np.ndarray:
    """First order of the effect on neighbours: their units follow exp(cross x log of this price), and steps are small."""
    spill = np.zeros((len(today), draws))
    if prices is None:
        return spill
    revenue = (today["units"] * today["paid"]).to_numpy(dtype=float)
    earned = np.nan_to_num((today["units"] * (today["paid"] - today["cost"])).to_numpy(dtype=float))
    crosses = prices.cross[prices.cross["stands_out"].astype(bool)] if len(prices.cross) else prices.cross
    for row in crosses.itertuples():
        members = np.flatnonzero(today["category"] == row.category)
        # Of a neighbour's mean over its neighbours' prices, this product's share by revenue is its lever.
        part = earned[members] / np.maximum(revenue[members].sum() - revenue[members], np.finfo(float).tiny)
        lever = revenue[members] * (part.sum() - part)
        if len(members) > 1:
            spill[members] += lever[:, None] * (row.cross + row.error * _mirrored(rng, 1, draws))
    place = dict(zip(today["product_id"], range(len(today)), strict=True))
    for row in prices.pairs.itertuples():
        known = str(row.product_id) in place and str(row.other_id) in place
        if row.stands_out and known and row.category not in set(crosses["category"]):
            drawn = row.cross + _error(row.low, row.high) * _mirrored(rng, 1, draws)[0]
            spill[place[str(row.other_id)]] += earned[place[str(row.product_id)]] * drawn
    return spill


def _rivals(elasticity: np.ndarray, prices: Prices | None, rng: np.random.Generator, draws: int) -> np.ndarray:
    """As measured for all products together, else a part of each product's own elasticity."""
    if prices is None or prices.rivals is None:
        return -CONJECTURE * elasticity
    measured = prices.rivals
    drawn = measured.elasticity + _error(measured.low, measured.high) * _mirrored(rng, 1, draws)
    return np.broadcast_to(np.maximum(drawn, 0.0), elasticity.shape)
