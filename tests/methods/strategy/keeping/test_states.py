import pandas as pd
import pytest

from playbook.methods.strategy.keeping.states import customer_states

DAY = pd.Timestamp("2026-03-02")


def _orders(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "revenue"])
    return frame.assign(day=pd.to_datetime(frame["day"]), order_id=range(len(frame)))


def test_counts_and_gaps_up_to_the_day_before():
    orders = _orders(
        [
            ("a", "2026-03-02", 99.0),  # on the day: not known yet
            ("a", "2026-03-01", 30.0),
            ("a", "2026-01-10", 20.0),
            ("a", "2025-11-22", 10.0),  # 100 days before
            ("a", "2026-02-01", -5.0),  # a return is no order
            ("b", "2025-01-01", 50.0),  # beyond the longest window
            (None, "2026-02-01", 10.0),
            ("c", "2026-03-05", 10.0),
        ]
    )
    states = customer_states(orders, DAY, None, (90, 365))
    assert list(states.index) == ["a", "b"]
    a, b = states.loc["a"], states.loc["b"]
    assert (a["recency_days"], a["orders_90"], a["orders_365"], a["order_value"]) == (1, 2, 3, 20)
    assert a["gap_days"] == pytest.approx((100 - 1) / 2)
    assert (b["orders_365"], b["order_value"]) == (0, 50)
    assert pd.isna(b["gap_days"])


def test_nothing_after_the_day_changes_a_state():
    rows = [("a", "2026-02-01", 10.0), ("b", "2026-01-01", 20.0)]
    later = [("a", "2026-03-02", 500.0), ("b", "2026-04-01", 10.0), ("z", "2026-05-01", 1.0)]
    assert customer_states(_orders(rows), DAY).equals(customer_states(_orders(rows + later), DAY))


def test_only_what_does_not_change_is_taken_from_the_customers_table():
    customers = pd.DataFrame({"customer_id": ["a"], "region": ["北京"], "left_on": [DAY], "feature: score": [1.0]})
    states = customer_states(_orders([("a", "2026-02-01", 10.0), ("b", "2026-02-01", 10.0)]), DAY, customers)
    assert states.loc["a", "region"] == "北京" and pd.isna(states.loc["b", "region"])
    assert not {"left_on", "feature: score"} & set(states)


def test_no_orders_before_the_day_or_no_window_is_no_error():
    assert customer_states(_orders([("a", "2026-05-01", 1.0)]), DAY).empty
    assert customer_states(_orders([("a", "2026-02-01", 8.0)]), DAY, None, ()).loc["a", "order_value"] == 8
