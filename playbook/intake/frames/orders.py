"""Orders, added up: by order, month, week and product group."""

import ibis
import pandas as pd

from playbook.intake.frames.frame import exact, frame, pick, total
from playbook.intake.tables import Tables

__all__ = ["FIRST_DAYS", "category_months", "months", "order_totals", "region_weeks", "weeks", "whole_periods"]

FIRST_DAYS = 3  # a first month counts as complete when its data begin within these days


@frame(orders=("order_id", "order_date", "revenue"))
def order_totals(tables: Tables) -> pd.DataFrame:
    """One row per order: order_id, day (midnight), revenue, units, and customer_id and channel where the client has them."""
    rows = tables.rows["orders"]
    rows = rows.mutate(day=rows.order_date.truncate("D"))
    totals = rows.group_by(["order_id", *pick(rows, "customer_id")]).aggregate(
        day=rows.day.min(),
        revenue=total(rows.revenue),
        units=total(rows.quantity) if "quantity" in rows.columns else ibis.null("float64"),
        **{c: rows[c].min() for c in pick(rows, "channel")},
    )
    return totals.order_by(["day", "order_id"]).to_pandas()


@frame(orders=("order_id", "order_date", "revenue"))
def months(tables: Tables) -> pd.DataFrame:
    """One row per complete calendar month: month (first day), revenue, orders, customers, order_value; gaps are rows of zero."""
    return _periods(tables, "M")


@frame(orders=("order_id", "order_date", "revenue"))
def weeks(tables: Tables) -> pd.DataFrame:
    """One row per complete week: week (Monday), revenue, orders, customers, order_value; gaps are rows of zero."""
    return _periods(tables, "W")


def _periods(tables: Tables, unit: str) -> pd.DataFrame:
    rows = tables.rows["orders"]
    name, frequency = ("month", "MS") if unit == "M" else ("week", "W-MON")
    rows = rows.mutate(**{name: rows.order_date.truncate(unit)})
    known = "customer_id" in rows.columns
    # Lines to orders first: what then has to be told apart is a tenth of the rows.
    orders = rows.group_by([name, "order_id", *pick(rows, "customer_id")]).aggregate(revenue=exact(rows.revenue))
    totals = orders.group_by(name).aggregate(
        revenue=orders.revenue.sum().cast("float64"),
        # An order of which only a part comes back in a period was placed in an earlier one.
        orders=orders.order_id.nunique(where=orders.revenue > 0),
        customers=orders.customer_id.nunique(where=orders.revenue > 0) if known else ibis.null("int64"),
    )
    span = rows.aggregate(first=rows.order_date.min(), last=rows.order_date.max()).to_pandas().iloc[0]
    counted = totals.to_pandas().set_index(name)
    counted.index = pd.DatetimeIndex(counted.index)
    complete = whole_periods(pd.Timestamp(span["first"]).normalize(), pd.Timestamp(tables.as_of), frequency)
    counted = counted.reindex(complete).fillna({"revenue": 0.0, "orders": 0, "customers": 0}).rename_axis(name).reset_index()
    return counted.assign(order_value=(counted["revenue"] / counted["orders"]).where(counted["orders"] > 0))


def whole_periods(first: pd.Timestamp, as_of: pd.Timestamp, frequency: str) -> pd.DatetimeIndex:
    """Starts of the periods that lie wholly between the first day of data and the as-of day."""
    starts = pd.date_range(first - pd.Timedelta(days=31), as_of + pd.Timedelta(days=1), freq=frequency)
    slack = pd.Timedelta(days=FIRST_DAYS - 1 if frequency == "MS" else 0)
    return starts[:-1][(starts[:-1] + slack) >= first]


@frame(orders=("order_id", "order_date", "revenue", "product_id"), products=("product_id", "category"))
def category_months(tables: Tables) -> pd.DataFrame:
    """One row per product group and month: category, month, revenue; lines without a known product are 'not assigned'."""
    rows, products = tables.rows["orders"], tables.rows["products"]
    rows = rows.mutate(month=rows.order_date.truncate("M"))
    sold = rows.group_by(["product_id", "month"]).aggregate(revenue=exact(rows.revenue))
    joined = sold.left_join(products.select("product_id", "category"), "product_id")
    joined = joined.mutate(category=joined.category.fill_null("not assigned"))
    totals = joined.group_by(["category", "month"]).aggregate(revenue=joined.revenue.sum().cast("float64"))
    return totals.order_by(["category", "month"]).to_pandas()


@frame(orders=("order_id", "order_date", "revenue", "customer_id"), customers=("customer_id", "region"))
def region_weeks(tables: Tables) -> pd.DataFrame:
    """One row per region of the customers and complete week: region, week (Monday), revenue; gaps are rows of zero.

    Orders of customers without a region, or that nobody knows, are left out.
    """
    rows, customers = tables.rows["orders"], tables.rows["customers"]
    rows = rows.mutate(week=rows.order_date.truncate("W"))
    spent = rows.group_by(["customer_id", "week"]).aggregate(revenue=exact(rows.revenue))
    homes = customers.filter(customers.region.notnull()).select("customer_id", "region")
    joined = spent.inner_join(homes, "customer_id")
    sold = joined.group_by(["region", "week"]).aggregate(revenue=joined.revenue.sum().cast("float64")).to_pandas()
    span = rows.aggregate(first=rows.order_date.min()).to_pandas().iloc[0]
    complete = whole_periods(pd.Timestamp(span["first"]).normalize(), pd.Timestamp(tables.as_of), "W-MON")
    wide = sold.assign(week=pd.to_datetime(sold["week"])).pivot(index="region", columns="week", values="revenue")
    wide = wide.sort_index().reindex(columns=complete).fillna(0.0).rename_axis(columns="week")
    return wide.stack().rename("revenue").reset_index()
