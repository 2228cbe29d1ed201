"""Net weeks: what every product brought in every week, returns taken off, so that products add up to the week's revenue."""

from datetime import timedelta

import ibis
import pandas as pd

from playbook.intake.frames.frame import exact, frame, pick, total
from playbook.intake.frames.products import MOST_PRODUCTS, NO_GROUP
from playbook.intake.tables import Tables

__all__ = ["product_net_weeks"]

WEEKS = 117  # two years and the quarter that is watched


@frame(orders=("order_id", "order_date", "revenue", "product_id"))
def product_net_weeks(tables: Tables) -> pd.DataFrame:
    """One row per product and week of the 117 up to the as-of day: product_id, category, week (Monday), revenue and units, net.

    The 500 products that brought most stand by themselves, all others of a group are one row without an id, lines without a
    product too: rows of a week add up to its revenue. ``units`` is missing where the client does not count them, and for rows of
    several products, whose pieces are not alike.
    """
    rows = tables.rows["orders"]
    monday = tables.as_of - timedelta(days=tables.as_of.weekday(), weeks=WEEKS - 1)
    rows = rows.filter(rows.order_date >= monday).mutate(week=rows.order_date.truncate("W"))
    units = total(rows.quantity) if pick(rows, "quantity") else ibis.null("float64")
    rows = rows.group_by(["product_id", "week"]).aggregate(revenue=total(rows.revenue), units=units).cache()
    best = rows.filter(rows.product_id.notnull()).group_by("product_id").aggregate(all=exact(rows.revenue))
    best = best.order_by([ibis.desc("all"), "product_id"]).limit(MOST_PRODUCTS).select(kept="product_id")
    rows = rows.left_join(best, rows.product_id == best.kept)
    if "category" in tables.columns("products"):
        groups = tables.rows["products"].select(listed="product_id", category="category")
        rows = rows.left_join(groups, rows.product_id == groups.listed)
        rows = rows.mutate(category=rows.category.fill_null(NO_GROUP))
    else:
        rows = rows.mutate(category=ibis.literal(NO_GROUP))
    sums = rows.group_by(["kept", "category", "week"]).aggregate(revenue=total(rows.revenue), units=total(rows.units))
    table = sums.order_by(["week", "category", "kept"]).to_pandas().rename(columns={"kept": "product_id"})
    table["units"] = table["units"].where(table["product_id"].notna())
    return table.assign(week=pd.to_datetime(table["week"])).astype({"product_id": "category", "category": "category"})
