"""Segment rules: conditions by hand, in order, with every mistake named at once."""

import pandas as pd
import pytest

from playbook.engagement import SegmentRule
from playbook.errors import EngagementError
from playbook.methods.market_research.grouping.rules import MEASURES, apply_rules, default_rules, rule_words
from playbook.methods.market_research.grouping.ways import customer_measures
from playbook.result.formats import Formats

FMT = Formats("EUR")


def _customers(n: int = 10) -> pd.DataFrame:
    return pd.DataFrame({measure: range(1, n + 1) for measure in MEASURES}, dtype=float)


def rule(name: str, **when: str) -> SegmentRule:
    return SegmentRule(name=name, when=when)


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        (">= 9", [9, 10]), ("> 9", [10]), ("<= 2", [1, 2]), ("< 2", [1]), ("= 4", [4]), ("> 9.5", [10]), ("< -1", []),
        ("top 20%", [9, 10]), ("bottom 20%", [1, 2]), ("top 30 %", [8, 9, 10]), ("top 100%", [*range(1, 11)]), ("bottom 0%", []),
    ],
)  # fmt: skip
def test_conditions_by_hand(condition, fits):
    customers = _customers()
    found = apply_rules(customers, [rule("yes", orders=condition)], FMT)
    assert customers.loc[found == "yes", "orders"].tolist() == fits


def test_the_first_rule_wins_and_the_rest_is_other():
    rules = [rule("A", orders=">= 4"), rule("B", orders=">= 3"), rule("A", orders="= 1")]
    found = apply_rules(_customers(5), rules, FMT)
    assert found.tolist() == ["A", "Other", "B", "A", "A"]
    assert apply_rules(_customers(2), [], Formats("CNY", "zh")).tolist() == ["其他"] * 2


def test_all_conditions_of_a_rule_must_hold():
    customers = _customers(4).assign(revenue=[4.0, 3.0, 2.0, 1.0])
    found = apply_rules(customers, [rule("both", orders=">= 2", revenue=">= 2")], FMT)
    assert found.tolist() == ["Other", "both", "both", "Other"]


def test_equal_customers_stand_on_one_side_of_a_share():
    customers = _customers(4).assign(orders=1.0)  # all in the middle
    assert (apply_rules(customers, [rule("top", orders="top 20%")], FMT) == "Other").all()
    assert (apply_rules(customers, [rule("top", orders="top 60%")], FMT) == "top").all()


def test_every_mistake_is_named_with_its_rule_and_a_suggestion():
    with pytest.raises(EngagementError) as error:
        apply_rules(_customers(), [rule("VIP", revenu_year="top 20%"), rule("odd", age="> 3"), rule("good", orders="> 3")], FMT)
    assert len(error.value.problems) == 2
    assert "'VIP'" in error.value.problems[0] and "Did you mean 'revenue_year'?" in error.value.problems[0]
    assert "'odd'" in error.value.problems[1] and ", ".join(MEASURES) in error.value.problems[1]


def test_rules_in_words():
    assert rule_words(rule("x", orders_per_year=">= 12", revenue_year="top 20%"), FMT) == (
        "orders a year at least 12 and revenue of the last 12 months among the highest 20%"
    )


def test_the_rules_of_the_playbook_leave_nobody_out_and_are_named_in_both_languages():
    rules = default_rules(FMT)
    assert [r.name for r in rules] == ["High-frequency", "Loyal", "Potential", "High value", "Medium value", "Low value"]
    assert set(apply_rules(_customers(50), rules, FMT)) <= {r.name for r in rules}
    chinese = default_rules(Formats("CNY", "zh"))
    assert [r.when for r in chinese] == [r.when for r in rules] and chinese[1].name == "忠诚客户"


def test_measures_by_hand():
    day = pd.Timestamp("2026-10-31")
    orders = pd.DataFrame({"customer_id": "a", "day": [day - pd.Timedelta(days=d) for d in (365, 200, 10)], "revenue": 20.0})
    found = customer_measures(orders, day).iloc[0]
    assert found[["recency_days", "tenure_days", "orders", "orders_per_year", "revenue", "order_value"]].tolist() == [
        10, 365, 3, 3, 60, 20,
    ]  # fmt: skip
    assert found["revenue_year"] == 40 and set(MEASURES) <= set(found.index)
