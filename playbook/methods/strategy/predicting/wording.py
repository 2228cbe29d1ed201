"""Wording: columns and their values as people say them."""

import math

import numpy as np
import pandas as pd

from playbook.intake.schema import FEATURE
from playbook.locale import mark, said
from playbook.result.formats import Formats

__all__ = ["CHANGE", "MEAN", "column_name", "column_value", "edge", "listed_reasons"]

MEAN, CHANGE = " (mean of 3 months)", " (change in 3 months)"  # what headers of monthly numbers end with
_NAMES = {
    "recency_days": mark("days since the last order"), "tenure_days": mark("days since the first order"),
    "orders_90": mark("orders in the last 90 days"), "orders_365": mark("orders in the last year"),
    "orders_all": mark("orders so far"), "revenue_90": mark("spent in the last 90 days"),
    "revenue_365": mark("spent in the last year"), "order_value": mark("average order"),
    "gap_days": mark("days between orders"), "discount_share_365": mark("share of discounts in the last year"),
    "returned_share_365": mark("share sent back in the last year"),
    "categories_365": mark("product groups in the last year"), "products_365": mark("products in the last year"),
    "tickets_90": mark("service requests in the last 90 days"),
    "late_share_365": mark("share of late deliveries in the last year"), "acquired_on": mark("days since the first contact"),
    "subject": mark("subject"), "owner": mark("sales person"), "fee": mark("monthly fee"), "contract": mark("contract"),
    "months": mark("term in months"), "months_held": mark("months under contract"),
    "region": mark("region"), "channel": mark("channel"), "gender": mark("gender"), "age": mark("age"), "income": mark("income"),
    "city": mark("city"), "country": mark("country"), "tenure": mark("tenure"), "industry": mark("industry"),
    "age_group": mark("age group"), "income_group": mark("income group"), "household_size": mark("household size"),
    "amount": mark("amount"), "value": mark("value"), "product": mark("product"), "treatment": mark("treatment"),
}  # fmt: skip
_DAYS = {
    "recency_days": mark("last order {days} ago"), "tenure_days": mark("first order {days} ago"),
    "acquired_on": mark("first contact {days} ago"), "gap_days": mark("{days} between orders"),
}  # fmt: skip
_MONEY = {"revenue_90", "revenue_365", "order_value", "value", "amount", "fee"}
LONGEST = 40  # letters of a client's own word


def column_name(column: str) -> str:
    """A column in words, to be ``told`` in the reader's language: the client's own header, or ours spelled out."""
    if column.endswith(MEAN):
        return said("{column} (mean of 3 months)", column=column_name(column.removesuffix(MEAN)))
    if column.endswith(CHANGE):
        return said("{column} (change in 3 months)", column=column_name(column.removesuffix(CHANGE)))
    return _NAMES.get(column, column.removeprefix(FEATURE).replace("_", " "))


def column_value(column: str, value: object, fmt: Formats) -> str:
    """A column and its value in words, such as "last order 3 days ago" or "branch Airport Road"; money and shares as such."""
    name = fmt.told(column_name(column))
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return fmt.say("{column} not known", column=name)
    if isinstance(value, str):
        text = value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
    elif column in _DAYS:
        return fmt.say(_DAYS[column], days=fmt.days(round(float(value))))
    elif column in _MONEY:
        text = fmt.money(float(value))
    elif "_share_" in column:
        text = fmt.share(float(value))
    else:
        text = fmt.number(float(value), 0 if abs(value) >= 100 else 1)
    return fmt.say("{column} {value}", column=name, value=text)


def edge(value: float, fmt: Formats) -> str:
    """A number where a class begins or ends: to four figures, so that neighbours stay apart."""
    size = abs(value)
    return fmt.number(value, max(0, 3 - math.floor(math.log10(size))) if size > 0 else 0)


def listed_reasons(reasons: list[str], fmt: Formats) -> str:
    """Reasons one after the other, each of which may hold commas of its own."""
    return fmt.say("; ").join(reasons)
