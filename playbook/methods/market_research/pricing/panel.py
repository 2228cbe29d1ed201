"""Price panel: which products and weeks can tell how customers answer to a price, and why the others cannot."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.intake.frames.products import NO_GROUP
from playbook.locale import mark, said

__all__ = ["DISCOUNTED", "FAR_OFF", "LEAST", "ONE_GROUP", "REASONS", "PricePanel", "price_panel"]

ONE_GROUP = "all products"  # where the client names no groups
FEWEST_WEEKS = 26  # with a sale
FEWEST_ORDERS = 1.3  # a week with a sale: if it is nearly always one, sales say next to nothing about demand
LEAST_MOVE = 0.02  # standard deviation of the log price: 2 percent up and down
FAR_OFF = np.log(3)  # a week's price at more than three times or less than a third of the usual one: other goods, or an error
WEIGHED = 0.05  # usual gap (log) of what a unit cost in one week: above it there is no price per unit
TOLD = 4  # orders a week from which that gap is looked at
DISCOUNTED = 0.5  # share of units at a discount from which a week counts as a promotion
LEAST = 1e-6  # units and revenue below are rounding
CAPPED = 0.95  # units per order above this quantile count as this much: bulk purchases answer to other things

REASONS = {
    "weeks": said("sold in fewer than {n} weeks", n=FEWEST_WEEKS),
    "orders": mark("hardly ever sold more than once a week"),
    "weighed": mark("no price per unit: buyers in the same week paid amounts far apart (weighed goods, mixed sizes)"),
    "still": mark("the price hardly moved"),
}


@dataclass(frozen=True)
class PricePanel:
    """``rows``: product, week, group (codes), log_price (centred on the product's median), promotion (0 or 1), orders, amount
    (log units per order, capped), month (date); ``products``: product_id, category, group, n_weeks, price (median of the
    last quarter), price_low, price_high by code; ``groups``: names by code; ``left_out``: product_id, category, reason;
    ``odd``: weeks left out for a price far from the usual; ``empty``: share of weeks without a sale between a product's first
    and last."""

    rows: pd.DataFrame
    products: pd.DataFrame
    groups: tuple[str, ...]
    left_out: pd.DataFrame
    odd: int
    empty: float


def price_panel(product_weeks: pd.DataFrame) -> PricePanel:
    """The weeks of ``product_weeks`` fit for measuring, in order of product and week; columns as in the frame of that name."""
    table = _priced(product_weeks)
    usual = table.groupby("product_id")["log_price"].transform("median")
    far = (table["log_price"] - usual).abs() > FAR_OFF
    odd = int(far.sum())
    group = table.drop_duplicates("product_id").set_index("product_id")["category"]
    table = table[~far].assign(log_price=table["log_price"] - usual)
    reasons = _reasons(table, group.index)
    kept = table[table["product_id"].isin(reasons.index[reasons.isna()])].reset_index(drop=True)
    left_out = reasons.dropna().rename_axis("product_id").reset_index()
    left_out["category"] = left_out["product_id"].map(group)
    kept["product"], ids = pd.factorize(kept["product_id"], sort=True)
    kept["group"], groups = pd.factorize(kept["category"], sort=True)
    kept["week_code"] = (kept["week"] - kept["week"].min()).dt.days.astype(int) // 7
    kept["month"] = kept["week"].dt.to_period("M").dt.start_time
    by_product = kept.groupby("product")
    cap = kept["product"].map(by_product["amount"].quantile(CAPPED))
    kept["amount"] = np.minimum(kept["amount"], cap.astype(float))
    products = by_product.agg(
        product_id=("product_id", "first"), category=("category", "first"), group=("group", "first"), n_weeks=("week", "size"),
        price_low=("price", "min"), price_high=("price", "max"),
    )  # fmt: skip
    span = by_product["week_code"].max() - by_product["week_code"].min() + 1
    empty = 1 - len(kept) / span.sum() if len(kept) else 0.0
    return PricePanel(kept, products, tuple(map(str, groups)), left_out, odd, float(empty))


def _priced(product_weeks: pd.DataFrame) -> pd.DataFrame:
    columns = ["product_id", "category", "week", "units", "revenue", "orders"]
    table = product_weeks[columns].astype({"product_id": str, "category": str})
    if table["category"].eq(NO_GROUP).all():
        table["category"] = ONE_GROUP
    sold = (table["units"] >= LEAST) & (table["revenue"] >= LEAST) & (table["orders"] > 0)
    table["promotion"] = 0.0
    if "discounted_units" in product_weeks:
        table["promotion"] = (product_weeks["discounted_units"] > DISCOUNTED * product_weeks["units"]).astype(float)
    table["gap"] = 0.0
    if "unit_low" in product_weeks:
        known = (product_weeks["orders"] >= TOLD) & (product_weeks["unit_low"] > 0)
        table["gap"] = np.log((product_weeks["unit_high"] / product_weeks["unit_low"]).where(known))
    table = table[sold].astype({"units": float, "revenue": float, "orders": float, "week": "datetime64[us]"})
    table = table.sort_values(["product_id", "week"], ignore_index=True)
    table["price"] = table["revenue"] / table["units"]
    table["log_price"], table["amount"] = np.log(table["price"]), np.log(table["units"] / table["orders"])
    return table


def _reasons(table: pd.DataFrame, ids: pd.Index) -> pd.Series:
    """Why a product cannot be measured, by product_id; missing where it can."""
    by_product = table.groupby("product_id")
    reasons = pd.Series(pd.NA, index=ids, dtype="string", name="reason")
    tests = {  # the first that applies is the one told
        "still": ~(by_product["log_price"].std() >= LEAST_MOVE),
        "orders": by_product["orders"].mean() < FEWEST_ORDERS,
        "weeks": by_product.size().reindex(ids, fill_value=0) < FEWEST_WEEKS,
        "weighed": by_product["gap"].median() > WEIGHED,
    }
    for name, failed in tests.items():
        reasons[failed.reindex(ids, fill_value=False)] = REASONS[name]
    return reasons
