"""Cross prices: how a product's sales answer to the prices of its neighbours on the shelf, and to those of competitors."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, stats

from playbook.methods.market_research.pricing.elasticity import LAGS, levels, own_prices
from playbook.methods.market_research.pricing.panel import PricePanel
from playbook.methods.market_research.pricing.panel_fit import PanelFit, cluster_covariance, fit_orders
from playbook.methods.market_research.pricing.shrinkage import between_variance, stand_out

__all__ = ["CROSS_COLUMNS", "PAIR_COLUMNS", "Rivalry", "answer_to_rivals", "cross_groups", "cross_pairs"]

CROSS_COLUMNS = ("category", "cross", "error", "low", "high", "stands_out")
PAIR_COLUMNS = ("product_id", "other_id", "category", "cross", "low", "high", "stands_out")
PAIRED, MOST_PAIRED = 8, 160  # products looked at by twos: the largest of a group, and of all groups
FEWEST_RIVAL_ROWS = 200  # product-weeks with a competitor's price
LEAST_RIVAL_MOVE = 0.01  # standard deviation of competitors' log prices


@dataclass(frozen=True)
class Rivalry:
    """Answer of sales to the competitors' prices: elasticity with its interval, and the product-weeks it rests on."""

    elasticity: float
    low: float
    high: float
    n: int


def cross_groups(panel: PricePanel, kind: str, level: float) -> pd.DataFrame:
    """By group, how a product's sales answer when all its neighbours' prices rise: category, cross, error, low, high, stands_out.

    The neighbours' price is the mean log price of the group's other products, weighed by revenue. Errors let all products of a
    group move together within a quarter. Positive: customers switch within the group; negative: they buy the goods together.
    """
    columns = list(CROSS_COLUMNS)
    rows, sizes = panel.rows, panel.products.groupby("group").size()
    groups = sizes.index[sizes > 1]
    if len(sizes) < 2 or not len(groups):  # of one group alone, the neighbours' prices and the weeks cannot be told apart
        return pd.DataFrame(columns=columns)
    neighbours = _neighbours(panel)
    spread = neighbours.groupby(rows["group"]).std()
    groups = groups[spread.reindex(groups).to_numpy() > 1e-3]
    place = rows["group"].map({g: i for i, g in enumerate(groups)})
    known = np.flatnonzero(place.notna())
    if not len(groups) or not len(known):
        return pd.DataFrame(columns=columns)
    others = sparse.csr_matrix(
        (neighbours.to_numpy()[known], (known, place.to_numpy()[known].astype(int))), shape=(len(rows), len(groups))
    )
    slopes = sparse.hstack([others, own_prices(rows["log_price"], rows["product"]), *_promotion(rows)])
    try:
        fit = fit_orders(kind, rows["orders"].to_numpy(dtype=float), slopes, levels(panel)[0])
    except ValueError:
        return pd.DataFrame(columns=columns)
    value, error = fit.coefficients[: len(groups)], _together(fit, rows, len(groups))
    reach = stats.norm.ppf((1 + level) / 2)
    clear = stand_out(2 * stats.norm.sf(np.abs(value) / error))
    names = [panel.groups[g] for g in groups]
    return pd.DataFrame(
        dict(zip(columns, (names, value, error, value - reach * error, value + reach * error, clear), strict=True))
    )


def cross_pairs(panel: PricePanel, kind: str, level: float) -> pd.DataFrame:
    """Pairs within a group: product_id, other_id, category, cross, low, high (drawn to the mean of all pairs), stands_out.

    ``cross``: change of the first product's sales when the price of the other rises by one percent; of a pair that
    stands out it is drawn to the mean by no more than its error (limited translation: Efron and Morris 1972, J. American
    Statistical Association 67). The largest eight of each group are compared, each with each; the own price, promotions and the
    calendar are taken out first. A pair stands out when at most one in twenty so named would be chance (Benjamini and Hochberg).
    """
    columns = list(PAIR_COLUMNS)
    rows = panel.rows
    revenue = rows["revenue"].groupby(rows["product"]).sum()
    ranked = panel.products.assign(revenue=revenue).sort_values(["revenue", "product_id"], ascending=[False, True])
    chosen = ranked.groupby("group").head(PAIRED).head(MOST_PAIRED)
    chosen = chosen[chosen.groupby("group")["group"].transform("size") > 1]
    if len(chosen) < 3:
        return pd.DataFrame(columns=columns)
    slopes = sparse.hstack([own_prices(rows["log_price"], rows["product"]), *_promotion(rows)])
    try:
        fit = fit_orders(
            kind, rows["orders"].to_numpy(dtype=float), slopes, levels(panel)[0][:2]
        )  # a group's months would hand a pair's effect to the group's others
    except ValueError:
        return pd.DataFrame(columns=columns)
    weights = np.maximum(fit.weights, 1e-9)
    prices, start = _filled(panel), rows["product"].searchsorted(np.arange(len(panel.products) + 1))
    quarter = pd.factorize(rows["month"].dt.to_period("Q"), sort=True)[0]
    week, known = rows["week_code"].to_numpy(), rows[["log_price", "promotion"]].to_numpy(dtype=float)
    found = []
    for group, members in chosen.groupby("group"):
        for product in members.index:
            at = slice(start[product], start[product + 1])
            others = members.index[members.index != product]
            calendar = (quarter[at, None] == np.unique(quarter[at])).astype(float)
            given = np.column_stack([calendar, known[at]])
            value, error, spare = _partial(given, fit.residuals[at], weights[at], prices[others][:, week[at]].T)
            found += [(product, other, group, v, e, spare) for other, v, e in zip(others, value, error, strict=True)]
    pairs = pd.DataFrame(found, columns=["a", "b", "group", "raw", "error", "spare"]).dropna().reset_index(drop=True)
    if len(pairs) < 2:
        return pd.DataFrame(columns=columns)
    p_values = 2 * stats.t.sf(pairs["raw"].abs() / pairs["error"], pairs["spare"])
    variance = pairs["error"].to_numpy() ** 2
    between = between_variance(pairs["raw"], variance)
    share = between / (between + variance)
    centre = float(np.average(pairs["raw"], weights=1 / (between + variance)))
    clear = stand_out(p_values)
    value = centre + share * (pairs["raw"] - centre)
    far = clear & ((value - pairs["raw"]).abs() > pairs["error"])
    value = value.where(~far, pairs["raw"] - np.sign(pairs["raw"] - centre) * pairs["error"])
    reach = stats.norm.ppf((1 + level) / 2) * np.where(far, pairs["error"], np.sqrt(share * variance))
    ids = panel.products["product_id"]
    table = pd.DataFrame(
        {
            "product_id": pairs["a"].map(ids), "other_id": pairs["b"].map(ids),
            "category": [panel.groups[g] for g in pairs["group"]], "cross": value, "low": value - reach, "high": value + reach,
            "stands_out": clear,
        }
    )  # fmt: skip
    order = table["stands_out"].astype(int) * 1e6 + table["cross"].abs()
    return table.iloc[np.argsort(-order.to_numpy(), kind="stable")].reset_index(drop=True)


def answer_to_rivals(panel: PricePanel, competitor_weeks: pd.DataFrame | None, kind: str, level: float) -> Rivalry | None:
    """How sales answer when competitors' prices (their mean, log) rise; None with too few or unmoving prices to compare."""
    if competitor_weeks is None or competitor_weeks.empty:
        return None
    theirs = competitor_weeks[competitor_weeks["price"] > 0]
    theirs = np.log(theirs["price"]).groupby([theirs["product_id"].astype(str), theirs["week"]]).mean().rename("theirs")
    rows = panel.rows.join(theirs, on=["product_id", "week"]).dropna(subset=["theirs"])
    moved = rows["theirs"] - rows.groupby("product")["theirs"].transform("mean")
    if len(rows) < FEWEST_RIVAL_ROWS or moved.std() < LEAST_RIVAL_MOVE or rows["product"].nunique() < 2:
        return None
    codes = [pd.factorize(rows[c], sort=True)[0] for c in ("product", "week_code", "group")]
    own = own_prices(rows["log_price"], pd.Series(codes[2]))
    slopes = sparse.hstack([moved.to_numpy()[:, None], own, *_promotion(rows)])
    try:
        fit = fit_orders(kind, rows["orders"].to_numpy(dtype=float), slopes, codes[:2])
    except ValueError:
        return None
    error = np.sqrt(cluster_covariance(fit, codes[0])[0, 0])
    reach = stats.t.ppf((1 + level) / 2, codes[0].max()) * error
    value = float(fit.coefficients[0])
    return Rivalry(value, float(value - reach), float(value + reach), len(rows))


def _together(fit: PanelFit, rows: pd.DataFrame, count: int) -> np.ndarray:
    """Errors when products of a group may move together within a month or a quarter: the larger of the two."""
    found = [fit.errors[:count]]
    for period in "MQ":
        block = pd.factorize(rows["week"].dt.to_period(period), sort=True)[0]
        covariance = cluster_covariance(fit, rows["group"].to_numpy() * (block.max() + 1) + block)
        found.append(np.sqrt(np.maximum(np.diag(covariance)[:count], 0)))
    return np.max(found, axis=0)


def _promotion(rows: pd.DataFrame) -> list[np.ndarray]:
    return [rows[["promotion"]].to_numpy()] if rows["promotion"].nunique() > 1 else []


def _filled(panel: PricePanel) -> np.ndarray:
    """Log price by product (rows) and week (columns): without a sale that of the week before."""
    wide = panel.rows.pivot(index="product", columns="week_code", values="log_price")
    weeks = np.arange(int(panel.rows["week_code"].max()) + 1)
    return wide.reindex(columns=weeks).ffill(axis=1).bfill(axis=1).to_numpy()


def _neighbours(panel: PricePanel) -> pd.Series:
    """For each row, the mean log price of the other products of its group in that week, weighed by revenue; 0 without any."""
    rows, prices = panel.rows, _filled(panel)
    weights = rows["revenue"].groupby(rows["product"]).sum().to_numpy()
    group, count = panel.products["group"].to_numpy(), len(panel.groups)
    member = sparse.csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))), shape=(count, len(group)))
    total, weight = member @ (prices * weights[:, None]), member @ weights
    product, week = rows["product"].to_numpy(), rows["week_code"].to_numpy()
    rest = weight[group[product]] - weights[product]
    others = total[group[product], week] - weights[product] * prices[product, week]
    return pd.Series(np.where(rest > 0, others / np.where(rest > 0, rest, 1), 0.0), index=rows.index)


def _partial(known: np.ndarray, residuals: np.ndarray, weights: np.ndarray, others: np.ndarray):
    """Slopes of one product's unexplained sales on each of the others' prices (weeks, others), errors, degrees of freedom;
    ``known`` (weeks, k) is taken out first."""
    root = np.sqrt(weights)[:, None]
    left = others - known @ np.linalg.lstsq(root * known, root * others, rcond=None)[0]
    working = residuals / weights
    working = working - known @ np.linalg.lstsq(root * known, root[:, 0] * working, rcond=None)[0]
    cross = (weights[:, None] * left**2).sum(axis=0)
    enough = cross > 1e-3 * weights.sum() * LEAST_RIVAL_MOVE
    cross = np.where(enough, cross, np.nan)
    value = (weights[:, None] * left * working[:, None]).sum(axis=0) / cross
    scores = weights[:, None] * left * (working[:, None] - left * np.nan_to_num(value))
    meat = (scores**2).sum(axis=0)
    for lag in range(1, LAGS + 1):
        meat += 2 * (1 - lag / (LAGS + 1)) * (scores[lag:] * scores[:-lag]).sum(axis=0)
    spare = max(3, len(known) - known.shape[1] - 1)
    robust = np.maximum(meat, 0) * len(known) / spare / cross**2
    # Of a price that moved in few weeks the robust error is far too small: the classical one is the least.
    classical = (weights[:, None] * (working[:, None] - left * np.nan_to_num(value)) ** 2).sum(axis=0) / spare / cross
    return value, np.sqrt(np.maximum(robust, classical)), spare / (LAGS + 1)
