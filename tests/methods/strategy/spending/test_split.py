"""One budget over proposals and channels: by hand, and never worse than today."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import proposal, two_channels
from scipy.optimize import minimize

from playbook.engagement import ChannelLimit
from playbook.methods.strategy.spending.split import budget_curve, sensitivity, split


def left(found):
    return found.value - found.spent


def test_channels_alone_as_another_solver_has_it():
    market = two_channels()
    today = float(market.curves.today.sum())
    found = split((), market, today)
    start, ends = market.curves.today, list(zip(market.curves.low, market.curves.high, strict=True))
    # spend in thousands, or SLSQP stops at once
    other = minimize(
        lambda k: k.sum() - market.value(k * 1000).mean(axis=0).sum() / 1000, start / 1000, method="SLSQP",
        bounds=[(a / 1000, b / 1000) for a, b in ends], constraints={"type": "ineq", "fun": lambda k: today / 1000 - k.sum()},
    )  # fmt: skip
    assert left(found) == pytest.approx(-other.fun * 1000, abs=found.bound + 1) and found.bound < 0.002 * found.value
    assert found.amounts.sum() <= today + 1e-6 and found.moved
    assert found.gain()[1] == pytest.approx(found.gain_over_today()) and found.gain_over_today() > 0


def test_proposals_and_channels_share_one_budget():
    """Money goes to a proposal until its lines bring less than the channels' last unit."""
    market = two_channels()
    offer = proposal([1.0] * 1000, np.linspace(8, 0.5, 1000))
    money = float(market.curves.today.sum()) * 0.75
    found = split((offer,), market, money)
    paid = found.funded[0]
    assert 0 < len(paid.lines) < 1000
    assert paid.lines["value"].min() == pytest.approx(found.allocation.price, abs=0.4)  # a slice is 50 lines wide
    assert found.allocation.price > 1 and money - 5 < found.spent <= money + 1e-6
    assert left(found) > left(split((), market, money))


def test_without_a_budget_everything_that_pays():
    found = split((proposal([1.0] * 100, np.linspace(3.0, 0.0, 100)),), None, None)
    assert found.funded[0].lines["value"].min() >= 1 - 0.1 and found.allocation.left == np.inf
    assert split((), two_channels(), None).amounts.shape == (2,)


def test_floors_above_the_budget_have_no_answer():
    market = two_channels(limits={"c0": ChannelLimit(floor=4000), "c1": ChannelLimit(floor=4000)})
    assert split((), market, 7999) is None
    assert split((), market, 8001).amounts == pytest.approx([4000, 4000], abs=1)


def test_a_small_budget_goes_below_what_has_been_seen_and_says_so():
    market = two_channels(aside=100.0)
    found = split((), market, 1000)
    assert found.freed and found.spent <= 1000 and found.amounts.sum() == pytest.approx(900)
    nothing = split((proposal([1.0], [5.0]),), market, 0)
    assert nothing.spent == 0 and nothing.funded == () and nothing.value == 0
    assert not split((), market, 11_000).freed


def test_caps_and_steps():
    market = two_channels(limits={"c0": ChannelLimit(cap=4000), "c1": ChannelLimit(step=1000)})
    found = split((), market, 10_000)
    assert found.amounts[0] <= 4000 and found.amounts[1] % 1000 == pytest.approx(0, abs=1e-6)


def test_a_huge_budget_is_not_spent_for_its_own_sake():
    found = split((proposal([1.0] * 50, [2.0] * 50),), two_channels(), 1e9)
    assert found.spent < 20_000 and found.allocation.left > 0.9e9 and found.allocation.price == 0


def test_curve_and_cases():
    market = two_channels()
    found = split((proposal([1.0] * 500, np.linspace(6, 0.5, 500)),), market, 9000)
    curve = budget_curve(found)
    assert (curve["value"].diff().dropna() >= -1e-6).all() and (curve["price"].diff().dropna() <= 1e-6).all()
    cases = sensitivity(found).set_index("case")
    assert len(cases) == 6 and cases.loc["less", "spent"] == pytest.approx(8100, rel=0.01)
    advised = cases.loc["advised"]
    assert cases.loc["less", "value"] < advised["value"] < cases.loc["more", "value"]
    assert cases.loc["low", "value"] < advised["value"]  # the lines' low edge is nothing
    assert cases.loc["low split", "left"] >= cases.loc["low", "left"]
    assert advised["left"] > cases.loc["today", "left"]


@settings(max_examples=20)
@given(
    st.tuples(st.floats(0.5, 40), st.floats(0.5, 40)),
    st.tuples(st.floats(10, 1000), st.floats(10, 1000)),
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(0, 100)), max_size=6),
    st.floats(0, 5000),
)
def test_never_worse_than_today(effect, half, lines, more):
    market = two_channels(effect, half)
    offers = (proposal([c for c, _ in lines], [v for _, v in lines]),) if lines else ()
    found = split(offers, market, float(market.curves.today.sum()) + more)
    assert found.gain_over_today() >= -1e-5 * found.before.mean(axis=0).sum()


def test_hundreds_of_thousands_of_lines():
    rng = np.random.default_rng(0)
    offers = [proposal(rng.uniform(1, 3, 200_000), rng.lognormal(1, 1, 200_000), id=f"p{i}") for i in range(3)]
    found = split(tuple(offers), two_channels(), 500_000)
    assert found.spent == pytest.approx(500_000, rel=1e-4)
    assert pd.concat([p.lines for p in found.funded])["cost"].sum() <= 500_000
