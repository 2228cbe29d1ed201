"""Elasticity: by how many percent sales change when a price changes by one percent, by product and by group of products.

How often a product is bought is modelled as a count (or as a log where volumes are large), with a level for each product,
for each week and for each group's month; how much is bought at a time is added by group. Products borrow from their group.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, stats

from playbook.methods.market_research.pricing.panel import PricePanel
from playbook.methods.market_research.pricing.panel_fit import cluster_covariance, fit_logs, fit_orders, lagged_covariance
from playbook.methods.market_research.pricing.shrinkage import pool

__all__ = ["LAGS", "Response", "levels", "measure_response", "own_prices"]

LARGE = 30  # orders a week (middle) from which, with hardly a week empty, the log is as good as the count
HARDLY = 0.005  # share of empty weeks that is "hardly any"
LAGS = 4  # weeks over which a product's surprises may hang together
FEWEST_TOGETHER = 3  # products in a week (or group) from which its common ups and downs can be taken out
MOST_LEVELS = 700  # of groups by month; with more of them, by quarter, and so on
MOST_ERROR = 2.0  # standard error above which a product's own estimate says nothing


@dataclass(frozen=True)
class Response:
    """How sales answer to prices.

    ``products``: product (code), product_id, category, group, own, own_error (from its own weeks), elasticity, error, low, high
    (drawn to its group), n_weeks; ``groups``: category,
    elasticity, error, between (standard deviation between its products), low, high, products, n_weeks; ``promotion``: what a
    promotion adds beyond its price (log), ``promotion_error`` (NaN without promotions), ``promoted`` weeks; ``kind``: "counts" or
    "logs"; ``unclear``: product ids with too few sales to say anything; ``season``: the period by which a group's ups and downs
    are taken out ("month", "quarter", "year", "none"; "shop" where so few products are sold that the shop's quarters stand in for
    its weeks).
    """

    products: pd.DataFrame
    groups: pd.DataFrame
    promotion: float
    promotion_error: float
    promoted: int
    kind: str
    unclear: tuple[str, ...]
    season: str


def measure_response(panel: PricePanel, level: float, kind: str | None = None) -> Response | None:
    """Elasticities of all products of the panel with intervals that hold ``level``; None when none can be told.

    ``kind`` "counts" or "logs" (default: logs when hardly a week is empty and orders are many). Errors allow for
    surprises that last over four weeks.
    """
    rows = panel.rows
    if rows.empty:
        return None
    kind = kind or ("logs" if panel.empty <= HARDLY and rows["orders"].median() >= LARGE else "counts")
    effects, season = levels(panel)
    own, codes = own_prices(rows["log_price"], rows["product"]), rows["product"].to_numpy()
    promoted = _varies(rows["promotion"])
    slopes = sparse.hstack([own, rows[["promotion"]].to_numpy()]) if promoted else own
    count = own.shape[1]
    try:
        fit = fit_orders(kind, rows["orders"].to_numpy(dtype=float), slopes, effects)
    except ValueError:  # one product, or all prices moving as one: nothing but the calendar could explain the sales
        return None
    covariance = lagged_covariance(fit, codes, rows["week_code"].to_numpy(), LAGS)
    # Where a price moved in few weeks, errors that allow for lasting surprises are too small: the classical are the least.
    estimate = fit.coefficients[:count]
    variance = np.maximum(np.diag(covariance), np.diag(fit.covariance))[:count]
    clear = (variance > 0) & (variance <= MOST_ERROR**2) & np.isfinite(estimate)
    if not clear.any():
        return None
    amount, amount_variance = _amounts(panel, promoted, effects)
    products = panel.products[clear]
    categories, group = np.unique(products["category"], return_inverse=True)
    pooled = pool(estimate[clear], variance[clear], group, level)
    added, noise = amount[products["group"]], amount_variance[products["group"]]
    error = np.sqrt(pooled.value_error**2 + noise)
    reach = stats.norm.ppf((1 + level) / 2)
    measured = products.assign(
        product=products.index, own=estimate[clear] + added, own_error=np.sqrt(variance[clear] + noise),
        elasticity=pooled.value + added, error=error,
        low=pooled.value + added - reach * error, high=pooled.value + added + reach * error,
    ).reset_index(drop=True)  # fmt: skip
    by_group = pd.DataFrame({"category": categories, "group": products.groupby("category")["group"].first().to_numpy()})
    added, noise = amount[by_group["group"]], amount_variance[by_group["group"]]
    middle = pooled.mean + added
    by_group = by_group.assign(
        elasticity=middle, error=np.sqrt(pooled.error**2 + noise), between=np.sqrt(pooled.believed),
        low=middle - np.sqrt((pooled.mean - pooled.low) ** 2 + reach**2 * noise),
        high=middle + np.sqrt((pooled.high - pooled.mean) ** 2 + reach**2 * noise),
        products=np.bincount(group), n_weeks=np.bincount(group, products["n_weeks"]).astype(int),
    )  # fmt: skip
    lift = float(fit.coefficients[count]) if promoted else np.nan
    lift_error = float(np.sqrt(covariance[count, count])) if promoted else np.nan
    if promoted and count > FEWEST_TOGETHER:
        lift_error = max(lift_error, float(np.sqrt(cluster_covariance(fit, codes)[count, count])))
    unclear = tuple(panel.products.loc[~clear, "product_id"])
    return Response(measured, by_group, lift, lift_error, int(rows["promotion"].sum()), kind, unclear, season)


def levels(panel: PricePanel) -> tuple[list[np.ndarray], str]:
    """Codes of the effects: product, week (quarter when few products are sold), group by month (or longer); and that period."""
    rows = panel.rows
    together = len(rows) / max(1, rows["week_code"].nunique())
    quarter = pd.factorize(rows["month"].dt.to_period("Q"), sort=True)[0]
    if together < FEWEST_TOGETHER:
        return [rows["product"].to_numpy(), quarter], "shop"
    effects = [rows["product"].to_numpy(), rows["week_code"].to_numpy()]
    sizes = panel.products.groupby("group").size()
    large = rows["group"].map(sizes >= FEWEST_TOGETHER).to_numpy(dtype=bool)
    groups = int((sizes >= FEWEST_TOGETHER).sum())
    if groups < 2:  # one group's months are in the weeks already
        return effects, "none"
    for name, period in {"month": "M", "quarter": "Q", "year": "Y"}.items():
        times, distinct = pd.factorize(rows["week"].dt.to_period(period), sort=True)
        if groups * len(distinct) <= MOST_LEVELS:
            code = np.where(large, 1 + rows["group"].to_numpy() * len(distinct) + times, 0)
            return [*effects, np.unique(code, return_inverse=True)[1]], name
    return effects, "none"


def own_prices(log_price: pd.Series, product: pd.Series) -> sparse.csr_matrix:
    """A column for each product with its log price in its own rows: (n, products)."""
    n, codes = len(product), product.to_numpy()
    return sparse.csr_matrix((log_price.to_numpy(), (np.arange(n), codes)), shape=(n, int(codes.max()) + 1))


def _amounts(panel: PricePanel, promoted: bool, effects: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """By group: how the units per order answer to the price, and the variance of that; zeros where every order is one unit."""
    rows, count = panel.rows, len(panel.groups)
    if not _varies(rows["amount"]):
        return np.zeros(count), np.zeros(count)
    slopes = own_prices(rows["log_price"], rows["group"])
    slopes = sparse.hstack([slopes, rows[["promotion"]].to_numpy()]) if promoted else slopes
    fit = fit_logs(rows["amount"].to_numpy(), slopes, effects[:2], rows["orders"].to_numpy(dtype=float))
    covariance = lagged_covariance(fit, rows["product"].to_numpy(), rows["week_code"].to_numpy(), LAGS)
    return fit.coefficients[:count], np.diag(covariance)[:count]


def _varies(values: pd.Series) -> bool:
    return bool(values.max() - values.min() > 1e-9)
