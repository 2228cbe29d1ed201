"""Demand: how much of a product is asked for until the next delivery, with its spread, from weeks in which it was there."""

import numpy as np
import pandas as pd
from scipy.stats import nbinom, norm, poisson

__all__ = ["demand_table", "expected_short", "quantile", "weekly"]

FAST = 20.0  # units in the time covered, from which a normal curve is close enough
FEWEST_WEEKS = 8  # with stock, below which a product's demand is not known


def weekly(sold: pd.DataFrame, counts: pd.DataFrame, products: list[str], last: pd.Timestamp, weeks: int) -> pd.DataFrame:
    """(weeks, products) units bought, NaN in weeks that began without stock, or before the product was first counted or sold:
    what was not there could not be asked for.

    ``sold``: product_id, week, units; ``counts``: date, product_id, on_hand; ``last`` the Monday of the last whole week.
    """
    mondays = pd.date_range(end=last, periods=weeks, freq="W-MON")
    table = sold.pivot_table(index="week", columns="product_id", values="units", aggfunc="sum", fill_value=0.0)
    table = table.reindex(index=mondays, columns=products, fill_value=0.0).astype(float)
    week = counts["date"] - pd.to_timedelta(counts["date"].dt.day_of_week, unit="D")
    begun = pd.concat([sold.groupby("product_id")["week"].min(), week.groupby(counts["product_id"]).min()], axis=1).min(axis=1)
    listed = mondays.to_numpy()[:, None] >= begun.reindex(products).to_numpy()
    empty = (counts.assign(week=week).groupby(["week", "product_id"])["on_hand"].max() <= 0).unstack(fill_value=False)
    empty = empty.reindex(index=mondays, columns=products, fill_value=False).astype(bool)
    return table.mask(empty | ~listed)


def demand_table(units: pd.DataFrame) -> pd.DataFrame:
    """By product: mean and variance of a week's demand, weeks (in which it was there), known (whether these are enough)."""
    there = units.notna().sum()
    return pd.DataFrame(
        {
            "mean": units.mean().fillna(0.0),
            "variance": units.var(ddof=1).fillna(0.0),
            "weeks": there,
            "known": there >= FEWEST_WEEKS,
        }
    )


def quantile(level: float, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Units that cover demand with chance ``level``: the newsvendor's quantile (Arrow, Harris & Marschak 1951).

    Slow demand is Poisson, or negative binomial where it varies more than that; from 20 units on it is normal.
    """
    mean, variance = np.asarray(mean, dtype=float), np.asarray(variance, dtype=float)
    wide = variance > mean * 1.0001
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.where(wide, mean**2 / np.where(wide, variance - mean, 1.0), 1.0)
        slow = np.where(
            wide, nbinom.ppf(level, np.maximum(size, 1e-9), np.clip(size / (size + mean), 1e-9, 1)), poisson.ppf(level, mean)
        )
    fast = np.ceil(mean + norm.ppf(level) * np.sqrt(variance))
    return np.where(mean <= 0, 0.0, np.maximum(np.where(mean >= FAST, fast, slow), 0.0))


def expected_short(point: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Units expected to be missing in a cycle that begins with ``point`` units: the loss function, exact for slow demand.

    E[(D - r)+] = sum over d >= r of P(D > d); normal: sigma * (phi(z) - z * (1 - Phi(z))) (Silver, Pyke & Thomas 2017, ch. 6).
    """
    point, mean, variance = (np.asarray(x, dtype=float) for x in (point, mean, variance))
    spread = np.sqrt(np.maximum(variance, 1e-12))
    z = (point - mean) / spread
    normal = spread * (norm.pdf(z) - z * norm.sf(z))
    slow = np.array([_loss(r, m, v) if m < FAST else 0.0 for r, m, v in zip(point, mean, variance, strict=True)])
    return np.where(mean < FAST, slow, normal)


def _loss(point: float, mean: float, variance: float) -> float:
    if mean <= 0:
        return 0.0
    reach = np.arange(0, int(np.ceil(point)))
    if variance > mean * 1.0001:
        size = mean**2 / (variance - mean)
        covered = nbinom.sf(reach, size, size / (size + mean)).sum()
    else:
        covered = poisson.sf(reach, mean).sum()
    return float(max(mean - covered, 0.0))
