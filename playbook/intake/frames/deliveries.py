"""Deliveries: when each order was promised and came, and at what discount it was bought."""

import pandas as pd

from playbook.intake.frames.frame import frame
from playbook.intake.tables import Tables

__all__ = ["deliveries", "order_discounts"]


@frame(orders=("order_id", "order_date", "revenue", "customer_id", "promised_on", "delivered_on"))
def deliveries(tables: Tables) -> pd.DataFrame:
    """One row per order with a promised day: order_id, customer_id, promised_on, delivered_on (its last parcel).

    Orders without a customer are left out; what is not delivered by the as-of day has no delivered_on.
    """
    rows = tables.rows["orders"]
    rows = rows.filter(rows.promised_on.notnull() & rows.customer_id.notnull())
    orders = rows.group_by(["order_id", "customer_id"]).aggregate(
        promised_on=rows.promised_on.max(), delivered_on=rows.delivered_on.max()
    )
    table = orders.order_by(["promised_on", "order_id", "customer_id"]).to_pandas()
    table = table.assign(promised_on=pd.to_datetime(table["promised_on"]), delivered_on=pd.to_datetime(table["delivered_on"]))
    return table.assign(delivered_on=table["delivered_on"].where(table["delivered_on"] <= pd.Timestamp(tables.as_of)))


@frame(orders=("order_id", "order_date", "revenue", "customer_id", "discount"))
def order_discounts(tables: Tables) -> pd.DataFrame:
    """One row per order of a known customer: order_id, customer_id, discounted (whether a line of it was reduced)."""
    rows = tables.rows["orders"]
    rows = rows.filter(rows.customer_id.notnull())
    orders = rows.group_by(["order_id", "customer_id"]).aggregate(discounted=(rows.discount.fill_null(0) > 0).any())
    return orders.order_by(["order_id", "customer_id"]).to_pandas()
