"""Products: what each sold in every month, and week by week at which price."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from playbook.intake.frames.frame import exact, frame, pick, total
from playbook.intake.frames.orders import whole_periods
from playbook.intake.tables import Tables

__all__ = ["MOST_PRODUCTS", "NO_GROUP", "margin_months", "product_list", "product_months", "product_weeks"]

MOST_PRODUCTS = 500  # by revenue: of the products further down, too little is sold in a week to see a price at work
NO_GROUP = "not assigned"


@frame(products=("product_id",))
def product_list(tables: Tables) -> pd.DataFrame:
    """One row per product, in order of id: product_id, and name, category, brand, cost, list_price where the client has them."""
    rows = tables.rows["products"]
    columns = pick(rows, "name", "category", "brand", "cost", "list_price")
    return rows.select("product_id", *columns).order_by("product_id").to_pandas()


@frame(orders=("order_id", "order_date", "revenue", "product_id", "quantity"), products=("product_id", "cost"))
def margin_months(tables: Tables) -> pd.DataFrame:
    """One row per complete month: month, revenue and cost (units times the product's cost), of lines whose cost is known."""
    rows, products = tables.rows["orders"], tables.rows["products"]
    known = rows.inner_join(products.filter(products.cost.notnull()).select("product_id", "cost"), "product_id")
    known = known.filter(known.quantity.notnull()).mutate(month=known.order_date.truncate("M"))
    sums = known.group_by("month").aggregate(revenue=total(known.revenue), cost=total(known.quantity * known.cost))
    table = sums.order_by("month").to_pandas()
    return table[table["month"].isin(whole_periods(*_span(tables), "MS"))].reset_index(drop=True)


@frame(orders=("order_id", "order_date", "revenue", "product_id", "quantity"))
def product_months(tables: Tables) -> pd.DataFrame:
    """One row per product and complete month in which it sold: product_id, category, month, revenue and units, net of returns.

    ``category`` is 'not assigned' where the client names none; product_id and category are categorical.
    """
    rows = tables.rows["orders"]
    rows = rows.filter(rows.product_id.notnull()).mutate(month=rows.order_date.truncate("M"))
    sold = rows.group_by(["product_id", "month"]).aggregate(revenue=exact(rows.revenue), units=total(rows.quantity))
    sold = _grouped(sold, tables).mutate(revenue=ibis._.revenue.cast("float64"))
    table = sold.order_by(["product_id", "month"]).to_pandas()
    span = whole_periods(*_span(tables), "MS")
    kept = table[table["month"].isin(span)].reset_index(drop=True)
    return kept.astype({"product_id": "category", "category": "category"})


@frame(orders=("order_id", "order_date", "revenue", "product_id", "quantity"))
def product_weeks(tables: Tables) -> pd.DataFrame:
    """One row per product and complete week in which it was bought: product_id, category, week (Monday), units, revenue, orders.

    Returns are left out, so that revenue / units is the price paid; with the discount known, also ``discount`` (money taken
    off) and ``discounted_units``. ``unit_low`` and ``unit_high`` are the quartiles of what a line asked for one unit before
    its discount: apart from each other where goods are weighed or sizes are mixed. Of the products, the 500 that brought most
    revenue.
    """
    rows = tables.rows["orders"]
    rows = rows.filter(rows.product_id.notnull() & (rows.quantity > 0) & (rows.revenue > 0))
    best = rows.group_by("product_id").aggregate(all=exact(rows.revenue))
    best = best.order_by([ibis.desc("all"), "product_id"]).limit(MOST_PRODUCTS).select("product_id")
    rows = rows.semi_join(best, "product_id").mutate(week=rows.order_date.truncate("W"))
    discount, asked = {}, rows.revenue
    if pick(rows, "discount"):
        asked = rows.revenue + rows.discount.fill_null(0)
        discount = {"discount": total(rows.discount), "discounted_units": rows.quantity.sum(where=rows.discount > 0)}
    asked = asked / rows.quantity
    sold = rows.group_by(["product_id", "week"]).aggregate(
        units=total(rows.quantity), revenue=total(rows.revenue), orders=rows.order_id.nunique(), **discount,
        unit_low=asked.quantile(0.25), unit_high=asked.quantile(0.75),
    )  # fmt: skip
    table = _grouped(sold, tables).order_by(["product_id", "week"]).to_pandas()
    kept = table[table["week"].isin(whole_periods(*_span(tables), "W-MON"))].reset_index(drop=True)
    filled = kept.fillna({c: 0.0 for c in discount})
    return filled.astype({"product_id": "category", "category": "category"})


def _grouped(sold: ir.Table, tables: Tables) -> ir.Table:
    if "category" not in tables.columns("products"):
        return sold.mutate(category=ibis.literal(NO_GROUP))
    joined = sold.left_join(tables.rows["products"].select("product_id", "category"), "product_id")
    return joined.select(*sold.columns, category=joined.category.fill_null(NO_GROUP))


def _span(tables: Tables) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First day of the orders, and the as-of day."""
    rows = tables.rows["orders"]
    first = rows.order_date.min().to_pandas()
    return pd.Timestamp(first).normalize(), pd.Timestamp(tables.as_of)
