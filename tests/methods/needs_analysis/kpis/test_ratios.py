"""Ratios: the two sums behind each, month by month."""

from datetime import date

import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.needs_analysis.kpis.data import Data
from playbook.methods.needs_analysis.kpis.ratios import RATIOS, ratio_parts

JANUARY, FEBRUARY = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")
DAY = date(2026, 2, 28)
MONTHS = pd.DataFrame({"month": [JANUARY, FEBRUARY], "revenue": [100.0, 300.0], "orders": [4, 5], "customers": [2, 3]})


def parts(kpi: str, **frames) -> list[list[float]]:
    return ratio_parts(kpi, Data(DAY, **frames)).to_numpy().tolist()


def test_order_value_is_revenue_by_orders():
    assert parts("order_value", months=MONTHS) == [[100, 4], [300, 5]]


def test_gross_margin_takes_the_cost_off():
    margins = pd.DataFrame({"month": [JANUARY, FEBRUARY], "revenue": [100.0, 200.0], "cost": [60.0, 90.0]})
    assert parts("gross_margin", margin_months=margins) == [[40, 100], [110, 200]]


def test_acquisition_cost_is_spend_by_customers_won():
    spend = pd.DataFrame({"channel": ["a", "b", "a"], "month": [JANUARY, JANUARY, FEBRUARY], "spend": [10.0, 20.0, 40.0]})
    people = pd.DataFrame({"acquired_on": pd.to_datetime(["2026-01-01", "2026-01-20", "2026-02-05", None])})
    assert parts("cac", channel_months=spend, customers=people) == [[30, 2], [40, 1]]


def test_without_dates_of_their_own_customers_are_new_only_after_a_year_of_orders():
    days = pd.to_datetime(["2025-01-01", "2025-06-01", "2026-01-10", "2026-02-10"])
    orders = pd.DataFrame({"order_id": range(4), "day": days, "customer_id": list("abcb"), "revenue": 10.0})
    spend = pd.DataFrame({"channel": "a", "month": pd.to_datetime(["2025-06-01", "2026-01-01"]), "spend": [10.0, 30.0]})
    assert parts("cac", channel_months=spend, order_totals=orders) == [[30, 1]]  # c; a and b may have been customers before


def test_cost_to_serve_needs_the_cost_of_a_ticket():
    tickets = pd.DataFrame({"created_at": pd.to_datetime(["2026-01-01", "2026-01-31", "2026-02-02"])})
    frames = {"service_tickets": tickets, "months": MONTHS}
    assert parts("cost_to_serve", **frames, parameters=Assumptions(service_cost=6)) == [[12, 4], [6, 5]]
    assert parts("cost_to_serve", **frames) == []


def test_nothing_gives_nothing():
    for kpi in RATIOS:
        assert ratio_parts(kpi, Data(DAY)).empty
