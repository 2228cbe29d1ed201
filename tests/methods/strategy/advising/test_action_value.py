"""One action priced by hand, on every basis."""

import math

import pytest

from playbook.methods.strategy.advising.action_value import COLUMNS, action_value
from playbook.methods.strategy.advising.advice import Learned, load_advice
from playbook.result.formats import Formats

ADVICE = load_advice()["loyal"][0].model_copy(
    update={
        "lift": load_advice()["loyal"][0].lift.model_copy(update={"low": 0.01, "expected": 0.05, "high": 0.10}),
        "cost": load_advice()["loyal"][0].cost.model_copy(update={"contact": 0.02, "reward": 0.01}),
    }
)
SEGMENT = {"segment": "Regulars", "kind": "loyal", "customers": 100, "revenue_year": 40_000.0, "order_value": 80.0}
AVERAGE = 250.0  # yearly revenue of an average customer of the shop


def priced(basis="year", margin=0.5, segment=SEGMENT):
    advice = ADVICE.model_copy(update={"basis": basis})
    return action_value(segment, advice, Learned(advice.lift), AVERAGE, margin, Formats("EUR"))


# value = 100 customers x basis x 5 % x 0.5; cost = 100 x (2 % of 250 + 1 % of the basis); break-even = cost / (100 x basis x 0.5)
@pytest.mark.parametrize(
    ("basis", "worth", "value", "cost", "break_even"),
    [
        ("year", 400, 1000, 900, 0.045),
        ("order", 80, 200, 580, 0.145),
        ("average", 250, 625, 750, 0.06),
    ],
)
def test_by_hand(basis, worth, value, cost, break_even):
    row = priced(basis)
    assert set(row) == set(COLUMNS)
    assert (row["basis_value"], row["value"], row["cost"], row["profit"]) == pytest.approx((worth, value, cost, value - cost))
    assert (row["value_low"], row["value_high"]) == pytest.approx((value / 5, value * 2))
    assert row["break_even"] == pytest.approx(break_even)


def test_an_action_that_ran_for_a_fifth_of_a_year_costs_a_fifth():
    """1 % of a year's revenue for 180 of cost; while it runs it still has to lift revenue by 4.5 % to pay."""
    lift = ADVICE.lift.model_copy(update={"low": 0.002, "expected": 0.01, "high": 0.02})
    row = action_value(SEGMENT, ADVICE, Learned(lift, days=73), AVERAGE, 0.5, Formats("EUR"))
    assert (row["value"], row["cost"], row["break_even"]) == pytest.approx((200, 180, 0.045))
    assert row["days"] == 73 and priced()["days"] == 365


def test_without_a_margin_values_are_revenue():
    row = priced(margin=None)
    assert row["value"] == pytest.approx(2000)
    assert math.isnan(row["profit"]) and math.isnan(row["break_even"])


@pytest.mark.parametrize("change", [{"customers": 0, "revenue_year": 0.0}, {"revenue_year": -50.0}, {"revenue_year": 0.0}])
def test_a_segment_worth_nothing(change):
    row = priced(segment=SEGMENT | change)
    assert row["value"] == 0 and row["cost"] >= 0 and math.isnan(row["break_even"])
