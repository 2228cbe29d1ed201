"""Elasticities: do the ranges hold the planted truth, what simpler ways would have said, and the time against statsmodels."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from measure import cpu
from playbook.generate import generate_client
from playbook.methods.market_research.pricing.elasticity import measure_response, own_prices
from playbook.methods.market_research.pricing.panel import PricePanel, price_panel
from playbook.methods.market_research.pricing.panel_fit import fit_counts

SEEDS = range(1, 21)
LEVEL = 0.90


def product_weeks(seed: int, customers: int) -> tuple[pd.DataFrame, dict[str, float]]:
    """Complete weeks of a generated client's listed products, as the frame of that name, and the planted elasticities."""
    client = generate_client(seed=seed, customers=customers)
    lines = client.tables["orders"]
    lines = lines[(lines["quantity"] > 0) & (lines["revenue"] > 0)]
    monday = lines["order_date"].dt.normalize() - pd.to_timedelta(lines["order_date"].dt.day_of_week, "D")
    lines = lines.assign(week=monday, discounted=lines["quantity"].where(lines["discount"] > 0, 0))
    table = lines.groupby(["product_id", "week"], as_index=False).agg(
        units=("quantity", "sum"),
        revenue=("revenue", "sum"),
        orders=("order_id", "nunique"),
        discounted_units=("discounted", "sum"),
    )
    category = client.tables["products"].set_index("product_id")["category"]
    whole = table["week"].between("2023-11-06", "2026-10-19")
    table = table[whole].assign(category=table["product_id"].map(category)).dropna(subset=["category"])
    return table, client.truth.values["elasticity"]


def filled(table: pd.DataFrame) -> pd.DataFrame:
    """The usual repair: a row for every week, the price carried on where nothing sold."""
    weeks = pd.date_range(table["week"].min(), table["week"].max(), freq="7D")
    grid = pd.MultiIndex.from_product([sorted(table["product_id"].unique()), weeks], names=["product_id", "week"])
    price = (table["revenue"] / table["units"]).groupby([table["product_id"], table["week"]]).first().reindex(grid)
    price = price.groupby("product_id").ffill().groupby("product_id").bfill()
    category = table.drop_duplicates("product_id").set_index("product_id")["category"]
    orders = table.set_index(["product_id", "week"])["orders"].reindex(grid, fill_value=0)
    return (
        pd.DataFrame({"log_price": np.log(price), "orders": orders})
        .reset_index()
        .assign(category=lambda t: t["product_id"].map(category))
    )


def carried_prices(table: pd.DataFrame) -> pd.Series:
    """Poisson regression of all weeks on carried prices, one slope a group, with a level for each product and week."""
    full = filled(table)
    codes = [pd.factorize(full[c], sort=True) for c in ("category", "product_id", "week")]
    slopes = own_prices(full["log_price"], pd.Series(codes[0][0]))
    fit = fit_counts(full["orders"].to_numpy(dtype=float), slopes, [codes[1][0], codes[2][0]], truncated=False)
    return pd.Series(fit.coefficients, codes[0][1])


@pytest.mark.parametrize("customers", [3000, 800])
def test_ranges_hold_the_planted_truth(note, customers):
    inside, ours, logs, carried, products = [], [], [], [], []
    for seed in SEEDS:
        table, truth = product_weeks(seed, customers)
        panel = price_panel(table)
        found = measure_response(panel, LEVEL)
        groups, true = found.groups.set_index("category"), pd.Series(truth)
        inside.append(groups["low"].le(true) & groups["high"].ge(true))
        ours.append(groups["elasticity"] - true)
        logs.append(measure_response(panel, LEVEL, kind="logs").groups.set_index("category")["elasticity"] - true)
        carried.append(carried_prices(table) - true)
        own = found.products["category"].map(truth)
        products.append(found.products["low"].le(own) & found.products["high"].ge(own))
    held, error = pd.concat(inside), {name: pd.concat(e) for name, e in (("ours", ours), ("logs", logs), ("carried", carried))}
    assert len(held) == 20 * 7
    assert held.mean() >= 0.85
    assert abs(error["ours"].mean()) < 0.1
    note(f"elasticities, {customers:,} customers: 90% ranges that hold the truth", f"{held.mean():.1%} of 140")
    note("  the same for products", f"{pd.concat(products).mean():.1%}")
    for name, words in (("logs", "logs of weeks that sold"), ("carried", "Poisson, prices carried on")):
        note("  mean error", f"{error['ours'].mean():+.3f}", words, f"{error[name].mean():+.3f}")
        root, theirs = (float(np.sqrt((error[n] ** 2).mean())) for n in ("ours", name))
        note("  root mean square error", f"{root:.3f}", words, f"{theirs:.3f}", root / theirs)


def test_time_against_statsmodels(note):
    table, _ = product_weeks(1, 3000)
    panel = price_panel(table)
    rows = panel.rows
    codes = [rows[c].to_numpy() for c in ("group", "product", "week_code")]
    slopes = own_prices(rows["log_price"], rows["group"])
    orders = rows["orders"].to_numpy(dtype=float)
    ours, cost = cpu(lambda: fit_counts(orders, slopes, codes[1:], truncated=False))
    theirs, other = cpu(lambda: statsmodels_fit(panel, slopes.toarray(), orders))
    assert ours.coefficients == pytest.approx(theirs, abs=1e-5)
    note(
        "Poisson with product and week levels",
        f"{cost.cpu:.3f} s",
        "statsmodels GLM, dummies",
        f"{other.cpu:.1f} s",
        cost.cpu / other.cpu,
    )
    _, whole = cpu(lambda: measure_response(price_panel(table), LEVEL))
    note("  elasticities of 58 products, errors included", f"{whole.cpu:.2f} s")


def statsmodels_fit(panel: PricePanel, slopes: np.ndarray, orders: np.ndarray) -> np.ndarray:
    dummies = [pd.get_dummies(panel.rows[c], dtype=float).to_numpy() for c in ("product", "week_code")]
    fit = sm.GLM(orders, np.hstack([slopes, dummies[0], dummies[1][:, 1:]]), family=sm.families.Poisson()).fit()
    return fit.params[: slopes.shape[1]]
