"""Purchases: which customer bought which item when, and what the product list says of items, for what to offer next."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from playbook.intake.frames.baskets import bought, by_name
from playbook.intake.frames.frame import frame, pick
from playbook.intake.schema import FEATURE
from playbook.intake.tables import Tables

__all__ = ["MOST_OFFERED", "offered_products", "purchases"]

MOST_OFFERED = 2500  # items by buyers: closed-form models invert a matrix of this size in a second
MOST_LISTED = 10_000  # products described
LONGEST, SHARE = 91, 8  # days of the two last periods; of a short history an eighth each
YEAR = 365
EXACT = "decimal(18, 4)"  # sums are the same on every run


@frame(orders=("order_id", "order_date", "revenue", "customer_id", "product_id"))
def purchases(tables: Tables) -> pd.DataFrame:
    """One row per customer and item bought, in order of both, for the 2,500 items with most buyers.

    customer_id, item; early, middle, late: days with the item before the last two periods, in the one before the last, in the
    last; first, last, last_before (latest day before the last period); units and revenue of the last year (units are lines where
    there is no quantity). Equal in all rows: days, the length of a period (91, or an eighth of a shorter history), and left_out,
    items beyond the 2,500. What came back counts as bought: it was wanted. An item is a product, or a product's name
    where two products or more, on average, share one.
    """
    rows = bought(tables)
    rows = rows.filter(rows.customer_id.notnull())
    units = rows.quantity.fill_null(1) if "quantity" in rows.columns else ibis.literal(1)
    rows = rows.select(
        "customer_id", "item", revenue=rows.revenue.cast(EXACT), units=units.cast(EXACT), day=rows.order_date.cast("date")
    )
    daily = rows.group_by(["customer_id", "item", "day"]).aggregate(revenue=rows.revenue.sum(), units=rows.units.sum()).cache()
    days = _period(daily, tables.as_of)
    cut, middle, year = (tables.as_of - timedelta(days=n) for n in (days, 2 * days, YEAR))
    table = daily.group_by(["customer_id", "item"]).aggregate(
        early=daily.count(where=daily.day <= middle),
        middle=daily.count(where=(daily.day > middle) & (daily.day <= cut)),
        late=daily.count(where=daily.day > cut),
        first=daily.day.min(),
        last=daily.day.max(),
        last_before=daily.day.max(where=daily.day <= cut),
        units=daily.units.sum(where=daily.day > year).fill_null(0).cast("float64"),
        revenue=daily.revenue.sum(where=daily.day > year).fill_null(0).cast("float64"),
    ).cache()  # fmt: skip
    items = table.group_by("item").aggregate(n=table.count())
    kept = items.order_by([ibis.desc("n"), "item"]).limit(MOST_OFFERED)
    table = table.semi_join(kept, "item").order_by(["customer_id", "item"]).to_pandas()
    dates = {c: pd.to_datetime(table[c]) for c in ("first", "last", "last_before")}
    left_out = max(int(items.count().to_pandas()) - MOST_OFFERED, 0)
    return table.assign(**dates, days=days, left_out=left_out).astype({"customer_id": "category", "item": "category"})


@frame(products=("product_id",))
def offered_products(tables: Tables) -> pd.DataFrame:
    """One row per item of the product list, in order: item, text (all that is said of it), and where the client has them name,
    category, list_price, cost (means of products that share a name), launched_on, and on_hand (units at the latest count of each
    product; missing where none was counted). The first 10,000, those launched last before others."""
    products = tables.rows["products"]
    key = "name" if by_name(tables) else "product_id"
    products = products.filter(products[key].notnull())
    words = pick(products, "name", "category", "brand", "description")
    words += [c for c in products.columns if c.startswith(FEATURE) and products[c].type().is_string()]
    told: dict[str, ir.Value] = {f"text_{i}": products[c].min() for i, c in enumerate(words)}
    told |= {c: products[c].min() for c in pick(products, "name", "category") if c != key}
    told |= {c: products[c].mean() for c in pick(products, "cost", "list_price")}
    told |= {c: products[c].max() for c in pick(products, "launched_on")}
    if "on_hand" in tables.columns("stock"):
        counts = tables.rows["stock"]
        latest = counts.filter(counts.date == counts.date.max().over(ibis.window(group_by=counts.product_id)))
        latest = latest.group_by("product_id").aggregate(on_hand=latest.on_hand.sum())
        products = products.left_join(latest, "product_id")
        told["on_hand"] = products.on_hand.sum()
    table = products.group_by(item=products[key]).aggregate(one=products.count(), **told).drop("one")
    if "launched_on" in table.columns:
        table = table.order_by([ibis.desc("launched_on"), "item"])
    table = table.limit(MOST_LISTED).to_pandas().sort_values("item", ignore_index=True)
    parts = [table.pop(f"text_{i}").fillna("").astype(str) for i in range(len(words))]
    table["text"] = pd.concat(parts, axis=1).agg(" ".join, axis=1).str.strip() if parts else ""
    return table


def _period(daily: ir.Table, as_of: date) -> int:
    first = daily.day.min().to_pandas()
    span = LONGEST * SHARE if pd.isna(first) else (pd.Timestamp(as_of) - pd.Timestamp(first)).days + 1
    return max(1, min(LONGEST, span // SHARE))
