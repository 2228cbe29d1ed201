import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.monitoring.alerting.contributions import REST, contributions, factor_parts, price_parts, surprise


def series(**values: float) -> pd.Series:
    return pd.Series(values, dtype="float64")


def test_each_group_is_held_against_its_usual_share_of_what_was_expected():
    """900 were expected, shares 1 to 2; 300 came from a where 300 were due, 300 from b where 600 were."""
    found = contributions(series(a=300, b=300), series(a=50, b=100), 900, 600).set_index("group")
    assert found["expected"].to_dict() == {"b": 600, "a": 300}
    assert found["change"].to_dict() == {"b": -300, "a": 0}
    assert found.index[0] == "b"  # what explains most of a fall stands first


def test_what_the_groups_do_not_hold_is_a_row_of_its_own():
    found = contributions(series(a=100), series(a=1), 100, 130).set_index("group")
    assert found["change"].to_dict() == {REST: 30, "a": 0} and found.index[0] == REST


amounts = st.dictionaries(st.sampled_from("abcdefg"), st.floats(-1e5, 1e6), min_size=1)


@given(now=amounts, before=amounts, expected=st.floats(0, 1e6), total=st.floats(-1e5, 1e6))
def test_the_changes_add_up_to_the_cent_whatever_the_groups(now, before, expected, total):
    found = contributions(pd.Series(now), pd.Series(before), expected, total)
    assert round(sum(round(c * 100) for c in found["change"])) == round((total - expected) * 100)


def test_surprise_is_zero_when_all_move_alike_and_one_bit_when_nothing_is_as_before():
    assert surprise(series(a=10, b=30), series(a=1, b=3)) == pytest.approx(0)
    assert surprise(series(a=10), series(b=5)) == pytest.approx(0.6931, abs=1e-4)
    assert surprise(series(a=10), series(a=0.0)) == 0


def test_orders_and_order_value_share_what_they_moved_together():
    """From 10 orders of 10 to 8 of 15: 2 fewer at 12.5 on average, 5 more on 9 orders on average."""
    parts = factor_parts((10, 100.0), (8, 120.0))
    assert parts.to_dict() == {"orders": -25.0, "order value": 45.0}
    assert factor_parts((0, 0.0), (8, 120.0)) is None


def rows(*given) -> pd.DataFrame:
    return pd.DataFrame(given, columns=["product_id", "category", "revenue", "units"]).astype(
        {"product_id": "category", "category": "category"}
    )


def test_prices_units_and_mix_add_up_and_the_reference_is_brought_to_what_was_expected():
    """26 weeks brought 2,600 of 260 pieces; of one week 100 was expected; 8 pieces at 11 came: 2 fewer, each 1 dearer."""
    parts = price_parts(rows(("p", "g", 88.0, 8.0)), rows(("p", "g", 2600.0, 260.0)), 100.0, 88.0)
    assert parts[["price", "volume", "mix", "other"]].tolist() == [9.0, -21.0, 0.0, 0.0]


def test_products_without_a_name_or_units_are_other_and_nothing_is_lost():
    now, before = rows(("p", "g", 50.0, 5.0), (None, "g", 30.0, None)), rows(("p", "g", 50.0, 5.0), (None, "g", 50.0, None))
    parts = price_parts(now, before, 100.0, 80.0)
    assert parts.sum() == pytest.approx(-20) and parts["other"] == pytest.approx(-20)
    assert price_parts(rows((None, "g", 30.0, None)), before, 100.0, 30.0) is None
