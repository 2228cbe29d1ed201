"""Market: what competitors ask for the client's products, how large the market is, and what customers spend elsewhere."""

import ibis
import pandas as pd

from playbook.intake.frames.frame import exact, frame, pick
from playbook.intake.tables import Tables

__all__ = ["competitor_weeks", "market_sizes", "wallets"]


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


@frame(surveys=("date", "customer_id", "total_spend"), orders=("order_id", "order_date", "revenue", "customer_id"))
def wallets(tables: Tables) -> pd.DataFrame:
    """One row per customer who said what they spend a year: customer_id, day and total_spend of the latest answer, own, days.

    ``own`` is the net revenue of the 365 days that end with the answer, or with the first year of data where the answer came
    earlier; ``days`` is how many of them the data cover. ``customers``, equal in all rows: who bought in the last year.
    """
    answers, orders = tables.rows["surveys"], tables.rows["orders"]
    answers = answers.filter(answers.customer_id.notnull() & answers.total_spend.notnull())
    # Two answers on one day count as their mean.
    days = answers.group_by(["customer_id", "date"]).aggregate(total_spend=answers.total_spend.mean())
    last = days.group_by("customer_id").aggregate(day=days.date.max(), total_spend=days.total_spend.argmax(days.date))
    told = last.to_pandas()
    first, as_of = orders.order_date.min().to_pandas(), pd.Timestamp(tables.as_of)
    first = as_of if pd.isna(first) else pd.Timestamp(first).normalize()
    told = told.assign(day=pd.to_datetime(told["day"])).sort_values("customer_id", ignore_index=True)
    told["until"] = told["day"].clip(lower=first + pd.Timedelta(days=364)).clip(upper=as_of)
    windows = ibis.memtable(told[["customer_id", "until"]])
    bought = orders.join(windows, "customer_id")
    age = bought.until.delta(bought.order_date, unit="day")
    sums = bought.filter((age >= 0) & (age < 365)).group_by("customer_id").aggregate(own=exact(bought.revenue).cast("float64"))
    year = orders.filter((orders.order_date >= ibis.literal(as_of - pd.Timedelta(days=364))) & (orders.revenue > 0))
    table = told.merge(sums.to_pandas(), on="customer_id", how="left").fillna({"own": 0.0})
    table["days"] = ((table["until"] - first).dt.days + 1).clip(upper=365)
    return table.drop(columns="until").assign(customers=int(year.customer_id.nunique().to_pandas()))
