"""Today: price, sales, cost and competitors of now, worked out by hand, and what odd data do to them."""

import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.setting_prices.today import competitor_prices, prices_today

WEEKS = pd.date_range("2025-01-06", periods=52, freq="7D")


def sold(price=10.0, units=4.0, product="a", weeks=WEEKS, **more):
    n = len(weeks)
    table = pd.DataFrame({"product_id": product, "category": "x", "week": weeks, "units": np.full(n, units), **more})
    return table.assign(revenue=table["units"] * price, orders=2)


def test_a_price_that_stands_still():
    row = prices_today(sold()).iloc[0]
    assert (row["price"], row["paid"], row["moved"], row["units"]) == (10.0, 10.0, 1.0, pytest.approx(208.0))
    assert (row["price_low"], row["price_high"], row["n_weeks"], row["dispersion"]) == (10.0, 10.0, 52, 1.0)
    assert np.isnan(row["cost"]) and not row["stated"]


def test_a_price_that_moved_half_way_and_promotions():
    price = np.where(np.arange(52) < 26, 10.0, 12.0)
    price[[3, 30]] = 6.0
    discounted = np.where(np.isin(np.arange(52), [3, 30]), 4.0, 0.0)
    row = prices_today(sold(price, discounted_units=discounted)).iloc[0]
    # plain: 25 weeks at 10 and 25 at 12, so 11 a unit; all weeks: (250 + 300 + 12) / 52
    assert row["price"] == 12.0 and row["moved"] == pytest.approx(12 / 11)
    assert row["paid"] == pytest.approx(562 / 52 * 12 / 11)
    assert (row["price_low"], row["price_high"]) == (10.0, 12.0)  # 6.00 was seen in two weeks only


def test_always_on_promotion_the_price_is_that_of_the_promotion():
    row = prices_today(sold(8.0, discounted_units=4.0)).iloc[0]
    assert (row["price"], row["moved"]) == (8.0, 1.0)


def test_a_list_price_just_paid_is_the_price_now():
    price = np.where(np.arange(52) == 51, 13.0, 10.0)
    listed = pd.DataFrame({"product_id": ["a"], "list_price": [13.0]})
    assert prices_today(sold(price)).iloc[0]["price"] == 10.0
    assert prices_today(sold(price), listed).iloc[0]["price"] == 13.0
    assert prices_today(sold(price), listed.assign(list_price=20.0)).iloc[0]["price"] == 10.0  # nobody pays it


def test_a_new_product_counts_for_a_year_and_an_old_one_not_at_all():
    both = pd.concat([sold(), sold(product="new", weeks=WEEKS[-26:]), sold(product="gone", weeks=WEEKS[:30])])
    today = prices_today(both).set_index("product_id")
    assert today["units"].to_dict() == {"a": pytest.approx(208.0), "new": pytest.approx(208.0)}


def test_costs_stated_missing_zero_and_of_another_unit():
    table = pd.concat([sold(product=p) for p in ("none", "odd", "right", "zero")])
    listed = pd.DataFrame({"product_id": ["odd", "right", "zero"], "cost": [600.0, 12.0, 0.0]})
    today = prices_today(table, listed, 0.4).set_index("product_id")
    assert today["cost"].to_dict() == {
        "none": pytest.approx(6.0),
        "odd": pytest.approx(6.0),
        "right": 12.0,
        "zero": pytest.approx(6.0),
    }
    assert today["stated"].to_dict() == {"none": False, "odd": False, "right": True, "zero": False}
    assert today["odd"].sum() == 1
    assert prices_today(table, listed).set_index("product_id")["cost"].isna().sum() == 3  # no margin stated: no guess


def test_a_price_ten_times_off_in_one_week_is_left_out():
    price = np.where(np.arange(52) == 50, 100.0, 10.0)
    assert prices_today(sold(price)).iloc[0]["price_high"] == 10.0


def test_dispersion_of_swinging_sales():
    units = np.where(np.arange(52) % 2 == 0, 2.0, 8.0)
    assert prices_today(sold(units=units)).iloc[0]["dispersion"] == pytest.approx(36 / 2 / 5)


def test_nothing_sold():
    for table in (sold()[:0], sold(units=0.0), sold(price=-1.0)):
        assert prices_today(table).empty


def test_competitors_latest_prices_with_their_week():
    today = prices_today(sold())
    seen = pd.DataFrame(
        [("a", "x", WEEKS[50], 9.0), ("a", "x", WEEKS[51], 11.0), ("a", "y", WEEKS[48], 12.0), ("a", "z", WEEKS[2], 1.0),
         ("a", "far", WEEKS[51], 1000.0), ("other", "x", WEEKS[51], 5.0)],
        columns=["product_id", "competitor", "week", "price"],
    )  # fmt: skip
    table, odd = competitor_prices(today, seen)
    assert table.to_dict("records") == [{"product_id": "a", "rivals": 11.5, "competitors": 2, "seen": WEEKS[51]}]
    assert odd == 1  # a hundred times ours is another thing; last winter's price is not the latest quarter's
    assert competitor_prices(today, None)[0].empty and competitor_prices(today, seen[:0])[0].empty
