"""Wording: columns and their values as people say them."""

import numpy as np
import pandas as pd

from playbook.intake.schema import FEATURE
from playbook.result.formats import Formats

__all__ = ["column_name", "said"]

_NAMES = {
    "recency_days": "days since the last order", "tenure_days": "days since the first order",
    "orders_90": "orders in the last 90 days", "orders_365": "orders in the last year", "orders_all": "orders so far",
    "revenue_90": "bought in the last 90 days", "revenue_365": "bought in the last year", "order_value": "average order",
    "gap_days": "days between orders", "discount_share_365": "share of discounts in the last year",
    "returned_share_365": "share sent back in the last year", "categories_365": "product groups in the last year",
    "products_365": "products in the last year", "tickets_90": "service requests in the last 90 days",
    "late_share_365": "share of late deliveries in the last year", "acquired_on": "days since the first contact",
    "subject": "subject", "owner": "sales person", "fee": "monthly fee",
}  # fmt: skip
_SAID = {
    "recency_days": "last order {days} ago", "tenure_days": "first order {days} ago", "acquired_on": "first contact {days} ago",
    "gap_days": "{days} between orders",
}  # fmt: skip
_MONEY = {"revenue_90", "revenue_365", "order_value", "value", "amount", "fee"}
LONGEST = 40  # letters of a client's own word


def column_name(column: str) -> str:
    """A column in words: the client's own header, or ours spelled out."""
    return _NAMES.get(column, column.removeprefix(FEATURE).replace("_", " "))


def said(column: str, value: object, fmt: Formats) -> str:
    """A column and its value in words, such as "last order 3 days ago" or "branch Airport Road"; money and shares as such."""
    name = column_name(column)
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return f"{name} not known"
    if isinstance(value, str):
        return f"{name} {value if len(value) <= LONGEST else value[: LONGEST - 1] + '…'}"
    if column in _SAID:
        days = round(float(value))
        return _SAID[column].format(days=f"{fmt.count(days)} {'day' if days == 1 else 'days'}")
    if column in _MONEY:
        return f"{name} {fmt.money(float(value))}"
    if "_share_" in column:
        return f"{name} {fmt.share(float(value))}"
    return f"{name} {fmt.number(float(value), 0 if abs(value) >= 100 else 1)}"
