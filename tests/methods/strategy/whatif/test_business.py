import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.whatif.business import Business, contract_business, pipeline_business, shop_business, visit_months

DAY = pd.Timestamp("2026-06-30")


def _months(n: int = 12, customers: float = 100.0, orders: float = 200.0, revenue: float = 100_000.0) -> pd.DataFrame:
    month = pd.date_range(end="2026-06-01", periods=n, freq="MS")
    return pd.DataFrame(
        {"month": month, "revenue": revenue, "orders": orders, "customers": customers, "order_value": revenue / orders}
    )


def test_a_shop_is_customers_times_orders_times_value():
    found = shop_business(_months(), margin=0.4, fixed=100_000.0)
    assert found.base == {"customers": 100, "frequency": 2, "order_value": 500}
    assert found.revenue == 1_200_000
    revenue, profit = found.outcome({"customers": 1.1, "order_value": 0.9})
    assert revenue == pytest.approx(1_200_000 * 0.99)
    assert profit == pytest.approx(0.4 * 1_200_000 * 0.99 - 100_000)


def test_visits_and_conversion_stand_for_customers_and_short_data_are_made_a_year():
    visits = _months(3)[["month"]].assign(visits=1000, bought=200)
    found = shop_business(_months(3), visits)
    assert found.base == {"visits": 3000, "conversion": 0.2, "frequency": 2, "order_value": 500}
    assert found.revenue == 1_200_000
    assert list(found.history) == list(found.base)


def test_without_known_customers_orders_are_counted_and_nothing_sold_is_no_business():
    assert shop_business(_months().assign(customers=np.nan)).base == {"orders": 200, "order_value": 500}
    assert shop_business(_months(orders=1.0, revenue=0.0)) is None
    assert shop_business(_months().iloc[:0]) is None


def test_price_moves_sales_and_cost_moves_with_sales():
    shop = Business("shop", {"customers": 1.0}, pd.DataFrame(), 1000.0, 0.4, 0.0, -2.0)
    revenue, profit = shop.outcome({"price": 1.1, "cost": 1.05})
    sold = 1.1**-2
    assert revenue == pytest.approx(1000 * sold * 1.1)
    assert profit == pytest.approx(1000 * sold * 1.1 - 600 * sold * 1.05)
    assert "price" not in Business("shop", {"customers": 1.0}, pd.DataFrame(), 1000.0).drivers


def test_visits_are_counted_by_whole_months():
    steps = pd.DataFrame(
        {
            "journey_id": ["a", "a", "b", "c", "d"],
            "step": ["visit", "paid", "visit", "visit", "visit"],
            "step_at": pd.to_datetime(["2026-05-01", "2026-05-01", "2026-05-20", "2026-06-02", "2026-06-03"]),
            "visits": 1,
        }
    )
    found = visit_months(steps, ("visit", "paid"), pd.Timestamp("2026-06-15"))
    assert found.to_dict("list") == {"month": [pd.Timestamp("2026-05-01")], "visits": [2], "bought": [1]}


def test_a_pipeline_by_hand_and_quicker_decisions_mean_more_of_them():
    # Every month two deals are decided after 73 days, one of them won at 1,000: 24 a year, 12,000 of revenue.
    closed = pd.date_range("2025-07-01", periods=12, freq="MS").repeat(2) + pd.Timedelta(days=14)
    deals = pd.DataFrame(
        {
            "opportunity_id": range(24), "stage": ["Won", "Lost"] * 12, "amount": [1000.0, np.nan] * 12,
            "closed_on": closed, "created_on": closed - pd.Timedelta(days=73),
        }
    )  # fmt: skip
    found = pipeline_business(deals, DAY)
    span = 12 / ((DAY - closed.min()).days / (365.25 / 12))  # the first deal was closed less than a year ago
    assert found.revenue == pytest.approx(12_000 * span)
    assert found.base["cycle"] == 73 and found.base["win_rate"] == 0.5 and found.base["deal_size"] == 1000
    assert found.outcome({"cycle": 0.5})[0] == pytest.approx(2 * found.revenue)
    assert pipeline_business(deals.assign(stage="Lost"), DAY) is None
    assert pipeline_business(deals.drop(columns="amount"), DAY) is None


def test_contracts_by_hand():
    # Ten run at a fee of 10; none begin, none end: 1,200 a year. With half ending a month: 10 x (1/2 + 1/4 + ...) fees.
    contracts = pd.DataFrame({"start": pd.Timestamp("2024-01-10"), "end": pd.Series([pd.NaT] * 10, dtype="datetime64[us]")})
    found = contract_business(contracts, 10.0, DAY)
    assert found.base == {"new": 0, "churn": 0}
    assert found.revenue == pytest.approx(1200)
    losing = Business("contracts", {"new": 0.0, "churn": 0.5}, pd.DataFrame(), 100.0, running=10.0)
    assert losing._paid(1.0, 1.0) == pytest.approx(10 * (1 - 0.5**12))
    assert losing.outcome({"churn": 0.0})[0] == pytest.approx(100 * 12 / (1 - 0.5**12))
    assert contract_business(contracts.assign(end=DAY), 10.0, DAY) is None
