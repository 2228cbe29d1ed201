"""Market: what competitors ask for the client's products, and how large the market is."""

import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.tables import Tables

__all__ = ["competitor_weeks", "market_sizes"]


@frame(competitors=("date", "product_id", "competitor", "price"))
def competitor_weeks(tables: Tables) -> pd.DataFrame:
    """One row per product, competitor and week in which a price was seen: product_id, competitor, week (Monday), price (mean)."""
    rows = tables.rows["competitors"]
    rows = rows.mutate(week=rows.date.truncate("W"))
    prices = rows.group_by(["product_id", "competitor", "week"]).aggregate(price=rows.price.cast("decimal(38, 4)").mean())
    prices = prices.mutate(price=prices.price.cast("float64"))
    return prices.order_by(["product_id", "competitor", "week"]).to_pandas()


@frame(market=("period", "category", "size"))
def market_sizes(tables: Tables) -> pd.DataFrame:
    """One row per product group and period: period (first day), category, size, and share where the client states it."""
    rows = tables.rows["market"]
    table = rows.select("period", "category", "size", *pick(rows, "share")).order_by(["category", "period"]).to_pandas()
    return table.assign(period=pd.to_datetime(table["period"]))
