"""Choice: worked out by hand, and what no advice may ever break."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.strategy.setting_prices.choice import CHANGES, Limits, choose, gain_of
from playbook.methods.strategy.setting_prices.demand import Demand
from playbook.methods.strategy.setting_prices.endings import Endings, learn_endings

FREE = Endings(())


def product(**columns):
    row = {
        "product_id": "p", "category": "x", "price": 10.0, "paid": 10.0, "units": 1000.0, "moved": 1.0, "price_low": 8.0,
        "price_high": 12.0, "cost": 6.0, "stated": True,
    }  # fmt: skip
    return pd.DataFrame([{**row, **columns}])


def answer(elasticity, error=0.0, cost=6.0, spill=0.0, rivals=0.0, draws=400):
    z = np.random.default_rng(1).standard_normal(draws // 2)
    drawn = np.minimum(elasticity + error * np.concatenate([z, -z]), 0.0)[None, :]
    return Demand(drawn, np.full_like(drawn, cost), np.full_like(drawn, spill), np.full_like(drawn, rivals))


def decide(row, demand, least_margin=None, step=0.5, endings=FREE):
    choice, draws = choose(row, demand, Limits(least_margin, step, endings))
    return choice.iloc[0], draws[0]


def test_gain_by_hand():
    # at 10 percent more and an elasticity of -2, units fall to 1000 / 1.21; margin 11 - 6 = 5 instead of 4
    assert gain_of(1.1, 1000, 10, 1.0, 6, -2.0, 0.0) == pytest.approx(1000 / 1.21 * 5 - 4000)
    # the price already lies 10 percent above the year's: first the units come down to those of now
    assert gain_of(1.0, 1000, 10, 1.1, 6, -2.0, 50.0) == 0.0
    # competitors follow in full and give back half of the answer
    assert gain_of(1.1, 1000, 10, 1.0, 6, -2.0, 0.0, 1.0, 1.0) == pytest.approx(1000 / 1.1 * 5 - 4000)
    assert gain_of(1.1, 1000, 10, 1.0, 6, -2.0, 100.0) == pytest.approx(1000 / 1.21 * 5 - 4000 + 100 * np.log(1.1))


def test_up_down_and_about_right():
    up, draws = decide(product(), answer(-2.0))  # best 12
    assert (up["verdict"], up["advised"], up["value_based"]) == ("raise", 12.0, 12.0)
    assert up["gain"] == pytest.approx(gain_of(1.2, 1000, 10, 1.0, 6, -2.0, 0.0)) and draws.mean() == pytest.approx(up["gain"])
    down, _ = decide(product(cost=6.0), answer(-4.0))  # best 8
    assert (down["verdict"], down["advised"]) == ("lower", 8.0)
    right, draws = decide(product(), answer(-2.5))  # best 10
    assert (right["verdict"], right["advised"], right["gain"]) == ("about right", 10.0, 0.0) and (draws == 0).all()


def test_a_price_that_others_set_stays():
    row, draws = choose(product(), answer(-2.0), Limits(None, 0.5, FREE, frozenset({product()["product_id"][0]})))
    assert (row["verdict"][0], row["advised"][0], row["gain"][0]) == ("fixed", 10.0, 0.0) and (draws == 0).all()


def test_inelastic_goes_to_the_highest_price_seen_and_no_further():
    row, _ = decide(product(), answer(-0.3))
    assert row["advised"] == 12.0
    row, _ = decide(product(price_high=10.0), answer(-0.3))
    assert (row["verdict"], row["advised"]) == ("no room", 10.0)


def test_a_step_is_no_larger_than_allowed_and_ends_as_asked():
    row, _ = decide(product(), answer(-0.3), step=0.1)
    assert row["advised"] == 11.0 and row["value_based"] == 12.0
    ninety = learn_endings([4.9, 7.9, *(12.9 + i for i in range(9))])
    row, _ = decide(product(price=10.9, paid=10.9), answer(-0.3), endings=ninety)
    assert row["advised"] == 11.9


def test_what_is_not_sure_is_left():
    row, _ = decide(product(), answer(-2.1, 1.0))
    assert (row["verdict"], row["gain"], row["advised"]) == ("unclear", 0.0, 10.0) and row["best_gain"] > 0
    row, _ = decide(product(), answer(-0.2, 0.5))  # no answer is shown: a rise would seem to pay without end
    assert row["verdict"] == "unclear"


def test_a_cut_has_to_survive_competitors():
    row, _ = decide(product(), answer(-4.0, rivals=0.2))
    assert row["verdict"] == "lower" and row["followed"] < row["gain"]
    row, _ = decide(product(), answer(-4.0, rivals=3.0))
    assert (row["verdict"], row["advised"]) == ("price war", 10.0)


def test_floors():
    row, _ = decide(product(cost=6.0), answer(-6.0), least_margin=0.35)  # best 7.2, floor 9.23
    assert row["verdict"] == "lower" and row["advised"] >= 6 / 0.65
    row, _ = decide(product(cost=9.0), answer(-1.2, cost=9.0), least_margin=0.2)  # floor 11.25
    assert row["verdict"] == "raise" and row["advised"] >= 11.25
    row, _ = decide(product(cost=9.0), answer(-1.2, cost=9.0), least_margin=0.4)  # floor 15, above every price seen
    assert (row["verdict"], row["advised"]) == ("floor", 10.0)
    row, _ = decide(product(cost=9.0), answer(np.nan, cost=9.0), least_margin=0.4)
    assert row["verdict"] == "floor"


def test_sold_below_cost_is_raised():
    row, _ = decide(product(cost=10.5), answer(-2.0, cost=10.5))
    assert row["verdict"] == "raise" and row["advised"] > 10.5


def test_nothing_known():
    assert decide(product(cost=np.nan), answer(-2.0))[0]["verdict"] == "no cost"
    assert decide(product(cost=0.0), answer(-2.0))[0]["verdict"] == "no cost"
    assert decide(product(), answer(np.nan))[0]["verdict"] == "no answer"


@settings(max_examples=150)
@given(
    price=st.floats(0.01, 5000), cost=st.floats(0.05, 1.9), low=st.floats(0.5, 1.0), high=st.floats(1.0, 2.0),
    elasticity=st.floats(-8, 1), error=st.floats(0, 2), least=st.sampled_from([None, 0.0, 0.2, 0.6]), step=st.floats(0.01, 0.5),
    moved=st.floats(0.67, 1.5), spill=st.floats(-500, 500), rivals=st.floats(0, 4), habit=st.booleans(),
)  # fmt: skip
def test_no_advice_breaks_its_limits(price, cost, low, high, elasticity, error, least, step, moved, spill, rivals, habit):
    endings = learn_endings([4.9, 7.9, *(12.9 + i for i in range(9))]) if habit else FREE
    row = product(price=price, paid=0.9 * price, cost=cost * price, price_low=low * price, price_high=high * price, moved=moved)
    demand = answer(elasticity, error, cost * price, spill * price, rivals, 100)
    found, draws = decide(row, demand, least, step, endings)
    assert found["gain"] >= 0 and found["gain"] == pytest.approx(draws.mean(), rel=1e-9, abs=1e-9 * price)
    if found["verdict"] not in CHANGES:
        assert found["advised"] == price and found["step"] == 0 and (draws == 0).all()
        return
    floor = cost * price / (1 - (least or 0.0))
    assert found["advised"] >= floor * (1 - 1e-9)
    assert low * price * (1 - 1e-9) <= found["advised"] <= high * price * (1 + 1e-9)
    assert abs(found["advised"] / price - 1) <= step + 1e-6
    assert 0 < found["gain_low"] <= found["gain_high"] and found["falls"] <= 0.1 + 1e-9
    assert found["best_gain"] >= found["gain"] - 1e-9
    if found["verdict"] == "lower":
        assert found["followed"] > 0
    if habit and found["advised"] >= 10:
        assert round(100 * found["advised"]) % 100 == 90
