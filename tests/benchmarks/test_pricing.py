"""Prices and discounts: what the advised prices lose against the best under planted demand, and whether the ranges hold it."""


import numpy as np
import pandas as pd

from measure import cpu
from playbook.engagement import Assumptions
from playbook.generate import generate_client
from playbook.methods.market_research.prices import prices
from playbook.methods.strategy.setting_prices.choice import gain_of
from playbook.methods.strategy.setting_prices.demand import optimum_price
from playbook.methods.strategy.setting_prices.shelf import price_shelf
from playbook.result.formats import Formats

SEEDS = range(1, 21)
STEP = 0.15
EUR = Formats("EUR")


def weeks_of(client) -> pd.DataFrame:
    """Complete weeks of a generated client's products, as the frame ``product_weeks``."""
    lines, products = client.tables["orders"], client.tables["products"]
    lines = lines[(lines["quantity"] > 0) & (lines["revenue"] > 0)]
    monday = lines["order_date"].dt.normalize() - pd.to_timedelta(lines["order_date"].dt.day_of_week, "D")
    lines = lines.assign(week=monday, discounted=lines["quantity"].where(lines["discount"] > 0, 0))
    table = lines.groupby(["product_id", "week"], as_index=False).agg(
        units=("quantity", "sum"),
        revenue=("revenue", "sum"),
        orders=("order_id", "nunique"),
        discounted_units=("discounted", "sum"),
    )
    table["category"] = table["product_id"].map(products.set_index("product_id")["category"])
    return table[table["week"].between("2023-11-06", "2026-10-19")].dropna(subset=["category"])


def ends(rows: pd.DataFrame, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Ratios to today's price between which all ways may choose: prices seen, not below cost, not more than the step."""
    low = np.maximum(rows[["price_low", "cost"]].max(axis=1) / rows["price"], 1 - step)
    return np.minimum(low, 1.0).to_numpy(), np.clip(rows["price_high"] / rows["price"], 1.0, 1 + step).to_numpy()


def true_gain(rows: pd.DataFrame, ratio: np.ndarray) -> np.ndarray:
    """Margin a year that prices at ``ratio`` times today's bring under the planted elasticity, product by product."""
    units, paid, moved, cost, truth = (rows[c].to_numpy(dtype=float) for c in ("units", "paid", "moved", "cost", "truth"))
    return gain_of(np.asarray(ratio, dtype=float), units, paid, moved, cost, truth, 0.0)


def best_gain(rows: pd.DataFrame, step: float) -> np.ndarray:
    """The largest of ``true_gain`` between the ends, on a fine grid."""
    low, high = ends(rows, step)
    return np.max([true_gain(rows, low + t * (high - low)) for t in np.linspace(0, 1, 401)], axis=0).clip(min=0.0)


def pooled_elasticity(weeks: pd.DataFrame) -> float:
    """One slope for everything: log units on log price with a level for each product, weeks without a sale left out."""
    log_units, log_price = np.log(weeks["units"]), np.log(weeks["revenue"] / weeks["units"])
    x, y = (v - v.groupby(weeks["product_id"]).transform("mean") for v in (log_price, log_units))
    return float((x * y).sum() / (x * x).sum())


def test_advised_prices_against_the_best(note):
    regret: dict[str, list[float]] = {"ours": [], "no step limit": [], "pooled": [], "cost-plus": [], "none": []}
    inside, totals, spent = [], [], []
    for seed in SEEDS:
        client = generate_client(seed=seed, customers=3000)
        truth, weeks, listed = client.truth.values["elasticity"], weeks_of(client), client.tables["products"]
        found = prices(weeks, EUR, product_list=listed)
        shelf, cost = cpu(lambda w=weeks, f=found, p=listed: price_shelf(w, f, p, None, Assumptions(), STEP))
        free = price_shelf(weeks, found, listed, None, Assumptions(), 9.0)
        spent.append(cost.cpu)
        rows = shelf.sheet[shelf.sheet["category"].isin(truth) & shelf.sheet["stated"]]
        rows = rows.assign(truth=rows["category"].map(truth))
        low, high = ends(rows, STEP)
        naive = optimum_price(rows["cost"] * rows["price"] / rows["paid"], np.full(len(rows), pooled_elasticity(weeks)))
        plus = rows["cost_plus"] if rows["cost_plus"].notna().all() else rows["price"]
        ways = {
            "ours": 1 + rows["step"],
            "pooled": naive / rows["price"],
            "cost-plus": plus / rows["price"],
            "none": 1.0 + 0 * rows["step"],
        }
        best, profit = (
            best_gain(rows, STEP).sum(),
            true_gain(rows, np.ones(len(rows))) + rows["units"] * rows["moved"] ** rows["truth"] * (rows["paid"] - rows["cost"]),
        )
        for name, ratio in ways.items():
            gain = true_gain(rows, np.clip(np.asarray(ratio, dtype=float), low, high)).sum()
            regret[name].append((best - gain) / (profit.sum() + best))
        wide = free.sheet.set_index("product_id").loc[rows["product_id"], "step"]
        top = best_gain(rows, 9.0).sum()
        regret["no step limit"].append((top - true_gain(rows, 1 + wide.to_numpy()).sum()) / (profit.sum() + top))
        changed = rows[rows["step"] != 0]
        true = true_gain(changed, 1 + changed["step"].to_numpy())
        inside.append((true >= changed["gain_low"]) & (true <= changed["gain_high"]))
        totals.append((shelf.gain[1] <= true.sum() <= shelf.gain[2], true.sum() / shelf.gain[0], len(changed)))
    held = pd.concat(inside)
    note("prices, 20 generated clients: regret, share of the best profit", f"{np.mean(regret['ours']):.2%}")
    for name, words in (
        ("pooled", "one elasticity for all"),
        ("cost-plus", "cost-plus at today's margin"),
        ("none", "prices of now"),
    ):
        note(
            "  the same",
            f"{np.mean(regret['ours']):.2%}",
            words,
            f"{np.mean(regret[name]):.2%}",
            np.mean(regret["ours"]) / np.mean(regret[name]),
        )
    note("  prices seen as the only limit", f"{np.mean(regret['no step limit']):.2%}")
    note("  80% ranges of a change's gain that hold the truth", f"{held.mean():.1%} of {len(held):,}")
    note(
        "  of all changes together; true gain over expected",
        f"{np.mean([t[0] for t in totals]):.0%} of 20; {np.mean([t[1] for t in totals]):.2f}",
    )
    note("  shelf of 60 products", f"{np.mean(spent):.2f} s")
    assert np.mean(regret["ours"]) < 0.02
    assert np.mean(regret["ours"]) < np.mean(regret["pooled"]) and np.mean(regret["ours"]) < np.mean(regret["cost-plus"])
    assert held.mean() > 0.7
