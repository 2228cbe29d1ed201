"""Deal margins: what deals are expected to earn at each discount, deal by deal and added up, with draws of the win model."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from playbook.methods.strategy.setting_prices.win_model import WinModel
from playbook.result.formats import EDGES

__all__ = ["GRID", "add_up", "best_discount", "margin_curve", "margins", "walk_away"]

GRID = 0.005  # steps of a discount
CHUNK = 100  # deals at once


def walk_away(deals: pd.DataFrame, least_margin: float, largest: float) -> pd.Series:
    """The largest discount of each deal that leaves the least margin (share of the net price) and is allowed; at least 0."""
    return (1 - deals["cost"] / deals["list_price"] / (1 - least_margin)).clip(0.0, largest)


def margins(
    deals: pd.DataFrame, model: WinModel, grid: np.ndarray, least_margin: float
) -> Iterator[tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]]:
    """In parts of a hundred deals: the deals, chance to win and expected margin (n, g, draws), and which discounts leave the
    least margin (n, g; the smallest where none does).

    Expected margin = chance x (list price x (1 - discount) - cost).
    """
    for start in range(0, len(deals), CHUNK):
        part = deals.iloc[start : start + CHUNK]
        chance = model.chance(part, grid)
        listed, cost = (part[c].to_numpy(dtype=float)[:, None] for c in ("list_price", "cost"))
        margin = listed * (1 - grid) - cost
        leaves = margin >= least_margin * listed * (1 - grid) - 1e-9
        leaves[:, 0] |= ~leaves.any(axis=1)
        yield part, chance, chance * margin[:, :, None], leaves


def add_up(
    deals: pd.DataFrame, model: WinModel, grid: np.ndarray, least_margin: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By ``cell`` of the deals (codes from 0): expected margin at one discount for all (cells, g, draws); gain of each deal's
    best over the discount given (cells, draws); and the mean chance of all deals at each discount (g,).

    The best of a deal is that of the mean over draws.
    """
    cells, draws = int(deals["cell"].max()) + 1, len(model.draws)
    totals, gains = np.zeros((cells, len(grid), draws)), np.zeros((cells, draws))
    chances = np.zeros(len(grid))
    for part, chance, margin, leaves in margins(deals, model, grid, least_margin):
        given = part["discount"].to_numpy(dtype=float)
        earned = part["list_price"].to_numpy(dtype=float) * (1 - given) - part["cost"].to_numpy(dtype=float)
        now = model.chance(part, given[:, None])[:, 0, :] * earned[:, None]
        best = np.where(leaves, margin.mean(axis=2), -np.inf).argmax(axis=1)
        np.add.at(totals, part["cell"].to_numpy(), margin)
        np.add.at(gains, part["cell"].to_numpy(), np.take_along_axis(margin, best[:, None, None], axis=1)[:, 0, :] - now)
        chances += chance.mean(axis=2).sum(axis=0)
    return totals, gains, chances / len(deals)


def best_discount(total: np.ndarray, grid: np.ndarray) -> tuple[float, float, float]:
    """Best discount for the mean of ``total`` (g, draws), and the range of the draws' own best."""
    low, high = np.quantile(grid[total.argmax(axis=0)], EDGES)
    return float(grid[total.mean(axis=1).argmax()]), float(low), float(high)


def margin_curve(grid: np.ndarray, share: np.ndarray, chance: np.ndarray) -> pd.DataFrame:
    """discount, chance, margin, low, high: ``share`` (g, draws) is the expected margin as a share of list prices."""
    low, high = np.quantile(share, EDGES, axis=1)
    return pd.DataFrame({"discount": grid, "chance": chance, "margin": share.mean(axis=1), "low": low, "high": high})
