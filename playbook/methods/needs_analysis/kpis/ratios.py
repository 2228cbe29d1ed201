"""Ratios: one sum of a month divided by another of the same month, such as revenue by orders."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from playbook.methods.needs_analysis.kpis.data import Data, by_month, full_months

__all__ = ["RATIOS", "ratio_parts"]

EARLY = 12  # months at the start in which an old customer's first order looks like a new customer's, where no other date is known


def ratio_parts(kpi: str, data: Data) -> pd.DataFrame:
    """Numerator and denominator of a ratio by month (index: first day): [above, below]; empty when the data are missing.

    Raises KeyError for a KPI that is no ratio.
    """
    parts = RATIOS[kpi](data)
    if parts is None:
        return pd.DataFrame({"above": [], "below": []}, index=pd.DatetimeIndex([], name="month"), dtype="float64")
    return parts[["above", "below"]].astype("float64")


def _order_value(data: Data) -> pd.DataFrame | None:
    if data.months is None:
        return None
    return data.months.set_index("month").rename(columns={"revenue": "above", "orders": "below"})


def _gross_margin(data: Data) -> pd.DataFrame | None:
    if data.margin_months is None:
        return None
    months = data.margin_months.set_index("month")
    return pd.DataFrame({"above": months["revenue"] - months["cost"], "below": months["revenue"]})


def _acquisition_cost(data: Data) -> pd.DataFrame | None:
    won = _new_customers(data)
    if data.channel_months is None or won is None:
        return None
    spend = data.channel_months.groupby("month")["spend"].sum()
    spend.index = pd.DatetimeIndex(spend.index)
    both = pd.DataFrame({"above": spend, "below": won}).dropna()
    return both[both.index <= pd.Timestamp(data.last_day) - pd.offsets.MonthBegin(0)] if data.last_day else both


def _new_customers(data: Data) -> pd.Series | None:
    """Customers won by month: by the client's own date, else by the first order, from the second year of the orders on."""
    if data.customers is not None and "acquired_on" in data.customers:
        days = pd.to_datetime(data.customers["acquired_on"]).dropna()
        skipped = 0
    elif data.order_totals is not None and "customer_id" in data.order_totals:
        bought = data.order_totals[data.order_totals["revenue"] > 0]
        days, skipped = bought.groupby("customer_id")["day"].min(), EARLY
    else:
        return None
    span = full_months(days, data.last_day)[skipped:]
    if not len(span):
        return None
    return by_month(days.dt.to_period("M").value_counts().reindex(span, fill_value=0).astype("float64"))


def _cost_to_serve(data: Data) -> pd.DataFrame | None:
    if data.service_tickets is None or data.months is None or data.parameters.service_cost is None:
        return None
    span = full_months(data.service_tickets["created_at"], data.last_day)
    tickets = data.service_tickets["created_at"].dt.to_period("M").value_counts().reindex(span, fill_value=0)
    orders = data.months.set_index("month")["orders"]
    both = pd.DataFrame({"above": by_month(tickets) * data.parameters.service_cost, "below": orders})
    return both.dropna()


RATIOS: Mapping[str, Callable[[Data], pd.DataFrame | None]] = MappingProxyType(
    {
        "order_value": _order_value, "gross_margin": _gross_margin, "cac": _acquisition_cost, "cost_to_serve": _cost_to_serve,
    }
)  # fmt: skip
