"""Price, volume and mix: worked out by hand, and to the cent whatever comes."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.needs_analysis.revenue.price_volume_mix import price_volume_mix


def sold(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["category", "product_id", "units", "revenue"])


def test_a_price_rise_is_all_price():
    found = price_volume_mix(sold(("tea", "a", 10, 100.0)), sold(("tea", "a", 10, 120.0)))
    assert found.to_dict("records") == [
        {"category": "tea", "before": 10000, "after": 12000, "change": 2000, "price": 2000, "volume": 0, "mix": 0, "other": 0}
    ]


def test_three_effects_by_hand():
    # Units 10 -> 20, all of one product, price 10 -> 15: the joint 50 is shared evenly. Volume: 10 more at the mean price
    # 12.50 = 125; price: 5 more at the mean number of units 15 = 75.
    found = price_volume_mix(sold(("tea", "a", 10, 100.0)), sold(("tea", "a", 20, 300.0))).iloc[0]
    assert (found["volume"], found["price"], found["mix"]) == (12500, 7500, 0)


def test_dearer_products_in_the_same_number_are_mix():
    # Ten units each time: five of each, then all ten of the dear one. Prices 1 and 3.
    before = sold(("tea", "cheap", 5, 5.0), ("tea", "dear", 5, 15.0))
    found = price_volume_mix(before, sold(("tea", "dear", 10, 30.0))).iloc[0]
    assert (found["mix"], found["volume"], found["price"]) == (1000, 0, 0)


def test_units_of_different_groups_are_never_added_up():
    before = sold(("fuel", "diesel", 10_000, 1000.0), ("tea", "a", 10, 100.0))
    after = sold(("fuel", "diesel", 20_000, 2000.0), ("tea", "a", 10, 100.0))
    found = price_volume_mix(before, after).set_index("category")
    assert found.loc["fuel", ["volume", "mix", "price"]].tolist() == [100000, 0, 0]
    assert found.loc["tea", "change"] == 0


def test_a_product_that_was_only_returned_is_other():
    found = price_volume_mix(sold(("tea", "a", 1, 10.0), ("tea", "b", -1, -5.0)), sold(("tea", "a", 1, 10.0))).iloc[0]
    assert (found["other"], found["change"]) == (500, 500)


def test_a_group_that_is_new_and_one_that_is_gone():
    found = price_volume_mix(sold(("tea", "a", 1, 10.0)), sold(("coffee", "b", 2, 30.0))).set_index("category")
    assert found["change"].to_dict() == {"coffee": 3000, "tea": -1000}
    assert (found[["price", "volume", "mix", "other"]].sum(axis=1) == found["change"]).all()


LINE = st.tuples(
    st.sampled_from(["tea", "coffee"]), st.sampled_from(["a", "b", "c"]), st.integers(-5, 50),
    st.decimals(-100, 5000, places=2, allow_nan=False).map(float),
)  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(st.lists(LINE, min_size=1, max_size=8), st.lists(LINE, min_size=1, max_size=8))
def test_effects_add_up_to_the_cent(earlier, later):
    found = price_volume_mix(sold(*earlier), sold(*later))
    assert (found[["price", "volume", "mix", "other"]].sum(axis=1) == found["change"]).all()
    total = round(sum(row[3] for row in later) * 100) - round(sum(row[3] for row in earlier) * 100)
    assert abs(found["change"].sum() - total) <= 1  # groups are rounded one by one
