"""Visits, conversion and order value: worked out by hand."""

import pandas as pd

from playbook.methods.needs_analysis.revenue.factors import visit_factors


def orders(n: int, value: float) -> pd.DataFrame:
    return pd.DataFrame({"order_id": range(n), "revenue": value})


def visits(n: int, paid: int, start: str) -> pd.DataFrame:
    at = pd.Timestamp(start)
    came = pd.DataFrame({"journey_id": [f"{start}{i}" for i in range(n)], "step": "visit", "step_at": at})
    return pd.concat([came, came.head(paid).assign(step="paid", step_at=at + pd.Timedelta(hours=1))], ignore_index=True)


def test_twice_the_visits_at_the_same_rate_is_all_visits():
    found = visit_factors(orders(2, 50.0), orders(4, 50.0), (visits(10, 2, "2025-01-01"), visits(20, 4, "2026-01-01")))
    assert found.set_index("part")["cents"].to_dict() == {"visits": 10000, "conversion": 0, "order_value": 0}
    assert found.loc[0, ["before", "after"]].tolist() == [10, 20]


def test_every_factor_doubles():
    # 10 x .1 x 10 = 10, then 20 x .2 x 20 = 80: the change of 70 in three equal parts, the odd cent with the largest.
    found = visit_factors(orders(1, 10.0), orders(4, 20.0), (visits(10, 1, "2025-01-01"), visits(20, 4, "2026-01-01")))
    assert sorted(found["cents"]) == [2333, 2333, 2334]


def test_orders_that_no_visit_ends_in_are_a_part_of_their_own():
    found = visit_factors(orders(3, 10.0), orders(4, 10.0), (visits(10, 2, "2025-01-01"), visits(10, 2, "2026-01-01")))
    assert found.set_index("part")["cents"].to_dict() == {"visits": 0, "conversion": 0, "order_value": 0, "direct": 1000}


def test_visits_that_end_in_few_of_the_orders_explain_nothing():
    few = (visits(10, 1, "2025-01-01"), visits(10, 1, "2026-01-01"))
    assert visit_factors(orders(3, 10.0), orders(3, 10.0), few) is None
    assert visit_factors(orders(1, 10.0), orders(1, 10.0), (visits(0, 0, "2025-01-01"), visits(10, 1, "2026-01-01"))) is None
    one_step = visits(10, 0, "2025-01-01"), visits(10, 0, "2026-01-01")
    assert visit_factors(orders(1, 10.0), orders(1, 10.0), one_step) is None
