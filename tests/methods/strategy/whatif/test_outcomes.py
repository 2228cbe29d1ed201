import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.whatif.business import Business
from playbook.methods.strategy.whatif.outcomes import break_even, play, tornado, years
from playbook.methods.strategy.whatif.ranges import driver_ranges

SHOP = Business("shop", {"customers": 10.0, "order_value": 5.0}, pd.DataFrame(), 1000.0, 0.4, 100.0)


def test_break_even_by_hand():
    # Profit 400 - 100. Customers f: 400 f = 100 at a quarter. Cost f: 1000 - 600 f = 100 at 1.5. Goal 1,100: ten percent more.
    found = break_even(SHOP, 1100.0).set_index("driver")
    assert found.loc["customers", "profit"] == pytest.approx(-0.75)
    assert found.loc["cost", "profit"] == pytest.approx(0.5)
    assert found.loc["order_value", "goal"] == pytest.approx(0.1)
    assert np.isnan(found.loc["cost", "goal"])  # no cost moves revenue
    assert break_even(SHOP, None)["goal"].isna().all()


def test_break_even_of_a_price_is_that_nearest_to_todays():
    priced = Business("shop", {"customers": 1.0}, pd.DataFrame(), 1000.0, 0.4, 0.0, -2.0)
    # (p - 0.6) p^-2 = 0 at 0.6: forty percent down.
    assert break_even(priced, None).set_index("driver").loc["price", "profit"] == pytest.approx(-0.4)


def test_a_loss_today_asks_for_a_rise():
    losing = Business("shop", {"customers": 10.0}, pd.DataFrame(), 1000.0, 0.4, 500.0)
    found = break_even(losing, None).set_index("driver")
    assert found.loc["customers", "profit"] == pytest.approx(0.25)
    assert found.loc["cost", "profit"] == pytest.approx(-1 / 6)


def test_tornado_is_in_order_and_lies_at_the_edges():
    ranges = driver_ranges(SHOP)
    found = tornado(SHOP, ranges)
    assert (found["swing"].diff().dropna() <= 0).all()
    row = found.set_index("driver").loc["customers"]
    low, high = ranges.edges("customers")
    assert row["profit_low"] == pytest.approx(400 * low - 100) and row["revenue_high"] == pytest.approx(1000 * high)


def test_possible_years_are_the_same_on_every_run_and_worse_is_worse():
    ranges = driver_ranges(SHOP)
    one, two = play(SHOP, ranges), play(SHOP, ranges)
    assert (one.profit == two.profit).all()
    low, middle, high = one.edges("profit")
    assert low < middle < high
    assert middle == pytest.approx(300, rel=0.02)
    cases = years(SHOP, one).set_index("year")
    assert cases["profit"].is_monotonic_increasing
    assert cases.loc["worse", "profit"] == pytest.approx(low, rel=0.02)
    assert cases.loc["worse", "customers"] < 1 < cases.loc["better", "customers"]
    assert cases.loc["worse", "cost"] > cases.loc["better", "cost"]


def test_without_a_margin_there_is_revenue_only():
    bare = Business("shop", {"customers": 10.0}, pd.DataFrame(), 1000.0)
    outcomes = play(bare, driver_ranges(bare))
    assert np.isnan(outcomes.profit).all()
    assert years(bare, outcomes)["revenue"].is_monotonic_increasing
    assert break_even(bare, 1200.0)["profit"].isna().all()
