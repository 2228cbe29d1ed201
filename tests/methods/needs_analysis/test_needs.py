"""Needs: gaps become ranked needs, with the money of the sections they come from."""

from datetime import date

import pandas as pd
import pytest

from playbook.engagement import Objective
from playbook.methods.needs_analysis.bridge import bridge
from playbook.methods.needs_analysis.funnel import funnel
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.methods.needs_analysis.needs import _ADVICE, needs
from playbook.methods.needs_analysis.scorecard import scorecard
from playbook.result.contract import Finding, Lesson, Result
from playbook.result.formats import Formats

EUR, DAY, DUE = Formats("EUR"), date(2026, 10, 31), date(2027, 10, 31)


def card(*objectives: Objective, revenue: float = 1000.0):
    month = pd.date_range(end="2026-10-01", periods=12, freq="MS")
    months = pd.DataFrame({"month": month, "revenue": revenue, "orders": 10, "customers": 8})
    return scorecard(objectives, DAY, EUR, months=months)


def goal(kpi: str, target: float, by: date = DUE) -> Objective:
    return Objective(kpi=kpi, target=target, by=by)


def fallen():
    rows = [("2024-11-01", "a", 100.0), ("2024-11-02", "b", 100.0), ("2025-12-01", "a", 100.0)]
    frame = pd.DataFrame(rows, columns=["day", "customer_id", "revenue"]).assign(order_id=range(3))
    return bridge(frame.assign(day=pd.to_datetime(frame["day"])), DAY, EUR)


def leaking(good: int = 0):
    """100 visits by social of which 20 pay, and ``good`` by mail that all pay."""
    rows = [(f"s{i}", step, "social") for i in range(100) for step in (["visit", "paid"] if i < 20 else ["visit"])]
    rows += [(f"m{i}", step, "mail") for i in range(good) for step in ("visit", "paid")]
    frame = pd.DataFrame(rows, columns=["journey_id", "step", "channel"])
    hours = frame["step"].map({"visit": 0, "paid": 1})
    frame["step_at"] = pd.Timestamp("2025-11-01") + pd.to_timedelta(hours, unit="h")
    orders = pd.DataFrame({"order_id": [1, 2], "day": pd.Timestamp("2026-01-01"), "revenue": 50.0})
    return funnel(EUR, DAY, journey_steps=frame, order_totals=orders)


def test_needs_are_ranked_by_money_and_the_outcome_heads_the_page():
    result = needs(card(goal("revenue", 1300), goal("order_value", 110)), EUR, fallen(), leaking())
    assert [(n.id, n.money) for n in result.ranked] == [
        ("needs-revenue", pytest.approx(300 * 12)),  # 300 a month short
        ("needs-order-value", pytest.approx(10 / 100 * 12000)),  # a tenth more on every order
        ("needs-lost-customers", pytest.approx(100)),  # one of two customers of 100 gone
        ("needs-funnel", pytest.approx(50)),  # one point of 100 visits, 50 an order
    ]
    assert result.headline == "Revenue is €3,600 a year short of its goal; the largest lever: the value of an order"
    assert "up to 33% of the revenue gap" in result.findings[1].sentence
    assert "overlap" in result.assumptions[0].text


def test_a_lever_larger_than_the_gap_and_one_without_a_price():
    large = needs(card(goal("revenue", 1010), goal("order_value", 150)), EUR)
    assert "that would close the whole revenue gap" in large.findings[0].sentence
    unpriced = needs(card(goal("order_value", 150), revenue=0.0), EUR)
    assert unpriced.headline == "The first thing to look at: the value of an order"


def test_the_leak_is_priced_by_the_better_channel_where_there_is_one():
    found = needs(card(), EUR, funnel=leaking(good=50)).ranked[0]
    assert found.money == pytest.approx(0.8 * 100 * 50, rel=0.05)  # drawn a little towards the average
    assert found.basis == "all at least as good as the best quarter by channel"
    assert (found.evidence, found.name) == ("indicative", "the step from visit to paid")


def test_lessons_open_the_section():
    lesson = Lesson("spring-mail", "Mail brought 8% more orders.", "shown", "scale", 0.08, 0.03, 0.12, 4000.0)
    first = needs(card(goal("revenue", 1300)), EUR, past_lessons=(lesson,)).findings[0]
    assert first.sentence == "Mail brought 8% more orders." and first.action == "Agreed last time: scale."
    assert (first.id, first.evidence, first.money) == ("needs-lesson-spring-mail", "shown", 4000)


def test_a_goal_that_is_reached_is_no_need_and_of_two_the_larger_gap_counts():
    result = needs(card(goal("revenue", 1300), goal("revenue", 2000, date(2028, 1, 1)), goal("orders", 5)), EUR)
    assert [(n.id, n.money) for n in result.ranked] == [("needs-revenue", pytest.approx(12000))]
    assert needs(card(goal("orders", 5)), EUR).headline == "All goals are reached, and no loss stands out"


def test_nothing_found_and_nothing_priced():
    empty = needs(card(), EUR)
    assert (empty.ranked, empty.tables, empty.findings) == ((), (), ())
    assert empty.headline == "No loss stands out in today's data"
    unpriced = needs(card(goal("revenue", 10), revenue=0.0), EUR)
    assert unpriced.ranked[0].money is None
    assert unpriced.headline == "The first thing to look at: the revenue gap"


def test_advice_is_complete():
    for advice in _ADVICE.values():
        assert advice["ease"] in {"easy", "moderate", "hard"}
        assert advice["name"].strip() and advice["sharpen"].strip()


def test_every_kpi_has_advice():
    assert set(CATALOGUE) <= set(_ADVICE)


def test_a_finding_that_the_advice_knows_becomes_a_need_with_its_money():
    frame = pd.DataFrame([("2024-11-01", "a", 100.0), ("2025-12-01", "a", 60.0)], columns=["day", "customer_id", "revenue"])
    months = pd.DataFrame(
        {
            "product_id": "p", "category": "Tea", "month": pd.to_datetime(["2024-11-01", "2025-12-01"]),
            "revenue": [100.0, 60.0], "units": [10.0, 10.0],
        }
    )  # fmt: skip
    frame = frame.assign(day=pd.to_datetime(frame["day"]), order_id=range(2))
    result = needs(card(), EUR, bridge(frame, DAY, EUR, product_months=months))
    found = {n.id: n for n in result.ranked}["needs-bridge-group"]
    assert (found.money, found.evidence, found.name) == (40.0, "shown", "the product group that lost most")
    assert found.basis == "change of revenue of one group"


def with_finding(id: str, money: float, **fields) -> Result:
    return Result(fmt=EUR, headline="-", findings=(Finding(id, "-", money=money, evidence="shown", **fields),))


def test_money_that_is_no_missing_revenue_is_no_part_of_the_revenue_gap():
    result = needs(
        card(goal("revenue", 1300), goal("order_value", 110)), EUR, customer_base=with_finding("customer-base-largest", 9000.0)
    )
    assert [(n.id, n.kind) for n in result.ranked[:2]] == [("needs-customer-base-largest", "risk"), ("needs-revenue", "outcome")]
    assert "revenue gap" not in result.findings[0].sentence
    assert result.headline.endswith("the largest lever: the value of an order")
    alone = needs(card(), EUR, customer_base=with_finding("customer-base-risk", 900.0))
    assert alone.headline == "The largest risk: regular customers in unusual silence, worth €900 a year"


def test_what_is_worth_next_to_nothing_is_no_need():
    goals = card(goal("revenue", 1300))
    for money, count in ((30.0, 1), (40.0, 2)):  # a hundredth of the gap is 36
        assert len(needs(goals, EUR, customer_base=with_finding("customer-base-lost", money)).ranked) == count
    assert len(needs(goals, EUR, customer_base=with_finding("customer-base-lost", -4000.0)).ranked) == 1


def test_lost_deals_are_not_a_step_from_closed_to_won():
    deals = pd.DataFrame({"opportunity_id": range(40), "stage": ["won"] * 10 + ["lost"] * 30, "amount": 100.0})
    deals["closed_on"] = pd.date_range("2025-11-05", periods=40, freq="9D")
    found = needs(card(), EUR, funnel=funnel(EUR, DAY, opportunities=deals)).ranked[0]
    assert (found.id, found.name, found.basis) == ("needs-funnel", "deals that end without a win", "one point more won")


def test_a_goal_that_cannot_be_measured_is_not_reached():
    assert needs(card(goal("orders", 5), goal("nps", 30)), EUR).headline == "No loss stands out in today's data"
