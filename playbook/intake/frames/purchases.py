"""Purchases: which customer bought which item when, and what is known of the items, for what to offer next."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from playbook.intake.frames.baskets import bought, item_key
from playbook.intake.frames.frame import exact, frame, pick
from playbook.intake.tables import Tables

__all__ = ["MOST_OFFERED", "offer_items", "purchases"]

MOST_OFFERED = 3000  # items by buyers: closed-form models invert a matrix of this size in seconds
LONGEST, SHARE = 91, 8  # days of the two last periods; of a short history an eighth each
YEAR = 365


@frame(orders=("order_id", "order_date", "revenue", "customer_id", "product_id"))
def purchases(tables: Tables) -> pd.DataFrame:
    """One row per customer and item bought, in order of both: customer_id, item, early, middle, late (orders with the item before
    the last two periods, in the one before the last, in the last), last (day); days, the length of a period (equal in all rows).

    Items are the 3,000 with most buyers; a period has 91 days, or an eighth of a shorter history. What came back counts as
    bought: it was wanted. An item is a product, or a product's name where two products or more, on average, share one.
    """
    rows = _wanted(tables, item_key(tables))
    days = _period(rows, tables.as_of)
    cut, middle = (tables.as_of - timedelta(days=n * days) for n in (1, 2))
    rows = rows.semi_join(_offered(rows), "item")
    rows = rows.group_by(["customer_id", "item", "order_id"]).aggregate(day=rows.day.min())
    table = rows.group_by(["customer_id", "item"]).aggregate(
        early=rows.count(where=rows.day <= middle),
        middle=rows.count(where=(rows.day > middle) & (rows.day <= cut)),
        late=rows.count(where=rows.day > cut),
        last=rows.day.max(),
    )
    table = table.order_by(["customer_id", "item"]).to_pandas()
    return table.assign(last=pd.to_datetime(table["last"]), days=days).astype({"customer_id": "category", "item": "category"})


@frame(orders=("order_id", "order_date", "revenue", "customer_id", "product_id"))
def offer_items(tables: Tables) -> pd.DataFrame:
    """One row per item of ``purchases``, in order of item: item, buyers, units and revenue (of the last year), first (day first
    sold), and where the client has them name, category, brand, description, cost (of a unit), listed (in the product list),
    on_hand (units at the latest count; missing where none was counted).

    Products that were never sold are there too, if the client lists them: they can be offered by what is said of them.
    """
    key = item_key(tables)
    rows = _wanted(tables, key)
    recent = rows.day > tables.as_of - timedelta(days=YEAR)
    units = rows.quantity.sum(where=recent) if "quantity" in rows.columns else rows.count(where=recent)
    sold = rows.group_by("item").aggregate(
        buyers=rows.customer_id.nunique(), units=units.cast("float64"), revenue=exact(ibis.ifelse(recent, rows.revenue, 0)),
        first=rows.day.min(),
    )  # fmt: skip
    sold = sold.mutate(revenue=sold.revenue.cast("float64")).order_by([ibis.desc("buyers"), "item"]).to_pandas()
    table = sold.head(MOST_OFFERED).sort_values("item", ignore_index=True)
    table["first"] = pd.to_datetime(table["first"])
    if "products" not in tables.rows:
        return table
    told = _told(tables, key)
    table = table.merge(told, on="item", how="left", validate="one_to_one")
    table["listed"] = table["item"].isin(told["item"])
    unsold = told[~told["item"].isin(sold["item"])].head(MOST_OFFERED)
    if len(unsold):
        fresh = unsold.assign(buyers=0, units=0.0, revenue=0.0, listed=True)
        table = pd.concat([table, fresh], ignore_index=True).sort_values("item", ignore_index=True)
    return table


def _wanted(tables: Tables, key: str) -> ir.Table:
    rows = bought(tables, key)
    return rows.filter(rows.customer_id.notnull()).mutate(day=rows.order_date.cast("date"))


def _period(rows: ir.Table, as_of: date) -> int:
    first = rows.day.min().to_pandas()
    span = LONGEST * SHARE if pd.isna(first) else (pd.Timestamp(as_of) - pd.Timestamp(first)).days + 1
    return max(1, min(LONGEST, span // SHARE))


def _offered(rows: ir.Table) -> ir.Table:
    counted = rows.group_by("item").aggregate(n=rows.customer_id.nunique())
    return counted.order_by([ibis.desc("n"), "item"]).limit(MOST_OFFERED).select("item")


def _told(tables: Tables, key: str) -> pd.DataFrame:
    """What the product list says of each item, with its stock; of products that share a name, the first by order of words."""
    products = tables.rows["products"]
    products = products.filter(products[key].notnull())
    words = {c: products[c].min() for c in pick(products, "name", "category", "brand", "description") if c != key}
    if "cost" in products.columns:
        words["cost"] = products.cost.mean()
    if "on_hand" in tables.columns("stock"):
        counts = tables.rows["stock"]
        latest = counts.filter(counts.date == counts.date.max().over(ibis.window(group_by=counts.product_id)))
        products = products.left_join(latest.select("product_id", "on_hand"), "product_id")
        words["on_hand"] = products.on_hand.sum()
    told = products.group_by(item=products[key]).aggregate(**words) if words else products.select(item=products[key]).distinct()
    return told.order_by("item").to_pandas()
