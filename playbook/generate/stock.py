"""Stock: weekly counts under a reorder rule, products that run out, a slow seller that fills the shelf, old models left over."""

import numpy as np
import pandas as pd

from playbook.generate.planted import LEFTOVERS, OUT_OF_STOCK, OUT_WEEKS, OVERSTOCKED_YEARS
from playbook.generate.shop import Shelf

__all__ = ["add_leftovers", "leftover_ids", "stock_counts"]

STOCK_WEEKS = 52
LEAD_DAYS = (7, 14, 21, 28)
COVER_WEEKS = 6  # demand that a supplier order covers
SAFETY_WEEKS = 1.2
SMALLEST_ORDERS = (6, 12, 24, 48, 96)  # boxes that suppliers deliver
FIRST_LEFTOVER = 901
LEFTOVER_LEAD = 28


def stock_counts(
    table: pd.DataFrame, shelf: Shelf, discontinued: pd.Index, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict]:
    """Monday counts of the last year under a reorder-point rule fed by the units really sold, and what was planted.

    The slowest seller lies there by the year. Products that sell little run out, each in the weeks in which it sold least; the
    first of them is out on the last day counted. Orders stay as they are: what was sold in such a week came in within it.
    Nothing of this happens to ``discontinued`` products.
    """
    weeks = shelf.weeks[-STOCK_WEEKS:]
    sold = _sold(table, shelf, weeks)
    mean = sold.mean().to_numpy()
    lead = rng.choice(LEAD_DAYS, len(shelf.products))
    lead_weeks = lead // 7
    point = np.ceil(mean * (lead_weeks + SAFETY_WEEKS)) + 1
    batch = np.ceil(mean * COVER_WEEKS) + 2
    boxes = np.array(SMALLEST_ORDERS)
    smallest = boxes[np.clip(np.searchsorted(boxes, batch, side="right") - 1, 0, None)]
    on_hand = np.ceil(point + batch * rng.random(len(mean)))
    listed = sold.drop(columns=discontinued)
    slowest = sold.columns.get_loc(listed.mean().idxmin())
    on_hand[slowest] = np.ceil(mean[slowest] * STOCK_WEEKS * (1 + OVERSTOCKED_YEARS))
    due = np.zeros((len(weeks) + max(lead_weeks) + 1, len(mean)))
    frames = []
    for number, monday in enumerate(weeks):
        on_hand = on_hand + due[number]
        on_order = due[number + 1 :].sum(axis=0)
        short = on_hand + on_order <= point
        due[number + lead_weeks[short], np.flatnonzero(short)] += batch[short]
        on_order = on_order + short * batch
        frames.append(
            pd.DataFrame(
                {
                    "date": monday,
                    "product_id": sold.columns,
                    "on_hand": on_hand,
                    "on_order": on_order,
                    "lead_time_days": lead,
                    "min_order": smallest,
                }
            )
        )
        on_hand = np.maximum(on_hand - sold.to_numpy()[number], 0)
    counts = pd.concat(frames, ignore_index=True).astype({"on_hand": int, "on_order": int})
    out = _out_of_stock(listed.drop(columns=sold.columns[slowest]))
    empty = pd.MultiIndex.from_frame(counts[["product_id", "date"]]).isin([(p, day) for p, days in out.items() for day in days])
    awaited = counts["product_id"].map(dict(zip(sold.columns, batch, strict=True))).astype(int)
    counts["on_order"] = counts["on_order"].where(~empty | (counts["on_order"] > 0), awaited)
    counts["on_hand"] = counts["on_hand"].where(~empty, 0)
    planted = {
        "out_of_stock": {product: [f"{day:%Y-%m-%d}" for day in days] for product, days in out.items()},
        "overstocked": {sold.columns[slowest]: f"more than {OVERSTOCKED_YEARS} years of sales"},
        "left_over": leftover_ids(shelf.products["product_id"]),
    }
    return counts, planted


def _sold(table: pd.DataFrame, shelf: Shelf, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """Units sold, one row a week and one column a product."""
    week = table["order_date"].dt.to_period("W-SUN").dt.start_time
    sold = table.groupby([week, "product_id"])["quantity"].sum().unstack(fill_value=0)
    return sold.reindex(index=weeks, columns=shelf.products["product_id"], fill_value=0).clip(lower=0)


def _out_of_stock(sold: pd.DataFrame) -> dict[str, list[pd.Timestamp]]:
    """The products with the fewest units in their weakest weeks, and those weeks; the first of them is out at the end."""
    weakest = np.sort(sold.to_numpy(), axis=0)[:OUT_WEEKS].sum(axis=0) + sold.mean().to_numpy() / 1000
    products = sold.columns[np.argsort(weakest, kind="stable")[:OUT_OF_STOCK]]
    out = {product: sorted(sold[product].sort_values(kind="stable").index[:OUT_WEEKS]) for product in products}
    out[products[0]] = sorted({*out[products[0]], sold.index[-1]})
    return out


def leftover_ids(product_ids: pd.Series) -> list[str]:
    """Numbers of the old models, in the manner of the others."""
    prefix = product_ids.iloc[0].rsplit("-", 1)[0]
    return [f"{prefix}-{FIRST_LEFTOVER + number}" for number in range(len(LEFTOVERS))]


def add_leftovers(products: pd.DataFrame, stock: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with the old models: listed, in stock all year, and never sold."""
    ids = leftover_ids(products["product_id"])
    old = pd.DataFrame(
        [
            {
                "product_id": id,
                "name": m.name,
                "category": m.category,
                "brand": m.brand,
                "cost": m.cost,
                "list_price": m.list_price,
                "launched_on": products["launched_on"].min(),
                "description": "Previous model, while stocks last.",
            }
            for id, m in zip(ids, LEFTOVERS, strict=True)
        ]
    )
    days = stock["date"].drop_duplicates()
    lying = pd.DataFrame({"product_id": ids, "on_hand": [m.units for m in LEFTOVERS]}).merge(days, how="cross")
    lying = lying.assign(on_order=0, lead_time_days=LEFTOVER_LEAD, min_order=SMALLEST_ORDERS[0])
    listed = pd.concat([products, old[[c for c in old if c in products]]], ignore_index=True)
    return listed, pd.concat([stock, lying], ignore_index=True).sort_values(["date", "product_id"], ignore_index=True)
