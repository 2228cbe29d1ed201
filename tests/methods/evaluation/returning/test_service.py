"""Satisfaction and cost to serve, before and since; and what customers are still worth."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from playbook.methods.evaluation.returning.service import before_and_after
from playbook.methods.evaluation.returning.worth import worth_by_group, worth_since
from playbook.result.remembered import Remembered

FIRST, AS_OF = date(2026, 4, 1), date(2026, 6, 29)  # 90 days
ORDERS = pd.DataFrame({"day": pd.date_range("2025-12-01", AS_OF)})


def answers(before, since):
    days = ["2026-03-31"] * len(before) + ["2026-04-01"] * len(since)
    return pd.DataFrame({"date": pd.to_datetime(days), "satisfaction": [*before, *since]})


def test_ratings_before_and_since():
    (row,) = before_and_after(FIRST, AS_OF, answers([5, 5, 5, 1] * 10, [5, 1, 1, 1] * 10), None, ORDERS, None).itertuples()
    assert (row.measure, row.before, row.after, row.change, row.n, row.days) == (
        "Customer satisfaction", 0.75, 0.25, -0.5, 80, 90,
    )  # fmt: skip
    assert -1 < row.low < row.change < row.high < 0


def test_too_few_answers_or_too_young_an_intervention_say_nothing():
    assert before_and_after(FIRST, AS_OF, answers([5] * 19, [5] * 40), None, ORDERS, None).empty
    young = date(2026, 6, 3)
    assert before_and_after(young, AS_OF, answers([5] * 40, [5] * 40), None, ORDERS, 3.0).empty


def test_cost_to_serve_is_tickets_at_their_price_by_order():
    days = [
        *pd.date_range("2026-01-01 10:00", periods=30, freq="3D"),
        *[*pd.date_range("2026-04-01 10:00", periods=30, freq="3D")] * 2,
    ]
    tickets = pd.DataFrame({"created_at": days})
    (row,) = before_and_after(FIRST, AS_OF, None, tickets, ORDERS, 3.0).itertuples()
    assert (row.before, row.after, row.change) == (pytest.approx(1.0), pytest.approx(2.0), pytest.approx(1.0))
    assert 0 < row.low < 1 < row.high
    late = ORDERS[ORDERS["day"] >= "2026-01-02"]  # the first day of the time before lacks its orders
    assert before_and_after(FIRST, AS_OF, None, tickets, late, 3.0).empty


def written(*weeks):
    """Tickets by week of the 13 before and since, an order a day."""
    days = [FIRST - timedelta(days=90) + timedelta(days=7 * w + d % 7) for w, n in enumerate(weeks) for d in range(n)]
    return pd.DataFrame({"created_at": pd.to_datetime(days)})


def test_tickets_that_come_in_heaps_make_a_wider_range():
    """130 tickets before and 182 since: ten and fourteen a week, or all of them in every fourth week."""
    (even,) = before_and_after(FIRST, AS_OF, None, written(*[10] * 12, 10, *[14] * 13), ORDERS, 3.0).itertuples()
    assert even.low > 0.15
    heaps = [40, 0, 0, 0] * 3 + [10] + [56, 0, 0, 0] * 3 + [14]
    (apart,) = before_and_after(FIRST, AS_OF, None, written(*heaps), ORDERS, 3.0).itertuples()
    assert apart.change == pytest.approx(even.change, abs=0.01) and apart.low < 0


def test_the_range_holds_no_change_as_often_as_it_says_though_tickets_come_in_heaps():
    rng, held = np.random.default_rng(3), []
    for _ in range(150):
        tickets = written(*rng.negative_binomial(3, 3 / (3 + 12), 26))  # five times the variance of counts
        (row,) = before_and_after(FIRST, AS_OF, None, tickets, ORDERS, 3.0).itertuples()
        held.append(row.low <= 0 <= row.high)
    assert np.mean(held) == pytest.approx(0.8, abs=0.1)


def test_worth_of_those_who_got_it_and_those_left_out():
    ids = [f"c{i}" for i in range(60)]
    members = pd.DataFrame({"intervention_id": "mail", "customer_id": ids, "group": ["treated"] * 30 + ["control"] * 30})
    customers = pd.DataFrame({"customer_id": ids[:-1], "value": [110.0, 130.0] * 15 + [100.0] * 29})
    effects = pd.DataFrame({"id": ["mail", "tv"], "label": ["Mail", "TV"], "design": ["control group", "own past"]})
    (row,) = worth_by_group(effects, members, customers).itertuples()
    assert (row.got, row.left_out, row.n) == (120.0, pytest.approx(2900 / 30), 60)  # whoever is not valued counts as nothing
    assert row.low < row.more < row.high and row.more == pytest.approx(120 - 2900 / 30)
    assert worth_by_group(effects, members.iloc[:40], customers).empty  # ten left out are too few
    assert worth_by_group(effects, None, customers).empty


def test_worth_since_the_last_report():
    past = (Remembered(kind="worth", id="all-customers", label="All", value=100.0, low=90.0, high=110.0),)
    (row,) = worth_since([("all-customers", 120.0, 111.0, 130.0), ("new-customer", 1.0, 1.0, 1.0)], past).itertuples()
    assert (row.id, row.change, row.sure) == ("all-customers", pytest.approx(0.2), True)
    assert not worth_since([("all-customers", 115.0, 105.0, 125.0)], past)["sure"].any()
