"""Dimensions: revenue by week or month of the groups that can explain a change: channels, products, regions, customers."""

from types import MappingProxyType

import pandas as pd

from playbook.locale import mark

__all__ = ["KNOWN", "NEW", "OTHERS", "UNKNOWN", "by_customer_and_channel", "by_product"]

NEW, KNOWN = mark("new customers"), mark("known customers")
UNKNOWN = mark("not stated")  # orders that name no customer, channel or region
OTHERS = mark("all other products")
MOST_GROUPS = 30  # of a feature of customers; with more it is an address rather than a group
_FEATURES = MappingProxyType(
    {
        "region": mark("region"), "contract": mark("contract"), "age_group": mark("age group"),
        "income_group": mark("income group"),
    }
)  # fmt: skip


def by_customer_and_channel(
    order_totals: pd.DataFrame, frequency: str, customers: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Revenue by period (rows) and group (columns), by name of the dimension; ``frequency`` is "W" (from Monday) or "M".

    Customers are told apart by whether an order was their first, and by what the client's table says of them. Segments are left
    out on purpose: they are made from what customers have bought lately, so that a change of revenue would explain itself.
    """
    orders = order_totals[["revenue"]].assign(period=_start(order_totals["day"], frequency))
    names: dict[str, pd.Series] = {}
    if "channel" in order_totals:
        names[mark("channel")] = order_totals["channel"]
    if "customer_id" in order_totals:
        who = order_totals["customer_id"]
        first = order_totals["day"] == order_totals.groupby("customer_id")["day"].transform("min")
        names[mark("customers")] = pd.Series(KNOWN, index=who.index).mask(first, NEW).mask(who.isna())
        for column, name in _FEATURES.items():
            if customers is not None and column in customers and 2 <= customers[column].nunique() <= MOST_GROUPS:
                told = customers.dropna(subset=[column]).drop_duplicates("customer_id").set_index("customer_id")[column]
                names[name] = who.map(told.astype("object"))
    return {
        name: _table(orders.assign(group=groups.astype("object").fillna(UNKNOWN).astype("str")))
        for name, groups in names.items()
        if groups.nunique() > 1
    }


def by_product(rows: pd.DataFrame, column: str, names: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    """The same by product group and by product; ``rows`` [product_id, category, ``column`` (start of the period), revenue].

    ``names`` [product_id, name] is the client's list of products.
    """
    found, rows = {}, rows.rename(columns={column: "period"})
    if rows["category"].nunique() > 1:
        found[mark("product group")] = _table(rows.assign(group=rows["category"].astype("str"))[["period", "group", "revenue"]])
    if rows["product_id"].nunique() > 1:
        told = rows["product_id"].astype("object")
        if names is not None and "name" in names:
            known = names.dropna(subset=["name"]).drop_duplicates("product_id").set_index("product_id")["name"]
            told = told.map(known.astype("object")).fillna(told)
        found[mark("product")] = _table(rows.assign(group=told.fillna(OTHERS).astype("str"))[["period", "group", "revenue"]])
    return found


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(["period", "group"])["revenue"].sum().unstack().fillna(0.0)


def _start(days: pd.Series, frequency: str) -> pd.Series:
    if frequency == "W":
        return days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    return days.dt.to_period("M").dt.to_timestamp()
