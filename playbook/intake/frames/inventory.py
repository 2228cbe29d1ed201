"""Inventory: what lay in stock on each day counted, and what each product sold week by week, returns taken off."""

from datetime import timedelta

import pandas as pd

from playbook.intake.frames.frame import frame, pick, total
from playbook.intake.tables import Tables

__all__ = ["stock_levels", "stocked_weeks"]

WEEKS = 156  # of sales: three seasons


@frame(stock=("date", "product_id", "on_hand"))
def stock_levels(tables: Tables) -> pd.DataFrame:
    """One row per count, by day and product: date, product_id, on_hand; on_order, lead_time_days, min_order where sent."""
    rows = tables.rows["stock"]
    rows = rows.filter((rows.date <= tables.as_of) & rows.product_id.notnull() & rows.on_hand.notnull())
    columns = ["date", "product_id", "on_hand", *pick(rows, "on_order", "lead_time_days", "min_order")]
    table = rows.select(columns).order_by(["date", "product_id"]).to_pandas()
    return table.assign(date=pd.to_datetime(table["date"]))


@frame(stock=("date", "product_id", "on_hand"), orders=("order_id", "order_date", "revenue", "product_id", "quantity"))
def stocked_weeks(tables: Tables) -> pd.DataFrame:
    """One row per product in stock's table and week in which it was bought, of the 156 weeks that end with the last whole one
    before the as-of day: product_id, week (Monday), units and revenue (of what was bought; returns are no demand)."""
    rows, counted = tables.rows["orders"], tables.rows["stock"].select("product_id").distinct()
    end = tables.as_of + timedelta(days=1)
    monday = end - timedelta(days=end.weekday())
    rows = rows.filter((rows.quantity > 0) & rows.product_id.notnull() & (rows.order_date < monday))
    rows = rows.filter(rows.order_date >= monday - timedelta(weeks=WEEKS)).semi_join(counted, "product_id")
    rows = rows.mutate(week=rows.order_date.truncate("W"))
    sold = rows.group_by(["product_id", "week"]).aggregate(units=total(rows.quantity), revenue=total(rows.revenue))
    table = sold.order_by(["product_id", "week"]).to_pandas()
    return table.assign(week=pd.to_datetime(table["week"]))
