"""Endings: the client's own are found and kept, at every size of a price."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.strategy.setting_prices.endings import learn_endings
from playbook.result.formats import Formats

EUR = Formats("EUR")
NINETY = [4.9, 7.9, 12.9, 19.9, 24.9, 33.9, 49.9, 66.9, 75.9, 88.9, 120.9, 249.9]


def test_the_habit_is_found_and_kept():
    endings = learn_endings(NINETY)
    assert endings.words(50.0, EUR) == ".90"
    assert endings.allowed(18.0, 22.5, 60).tolist() == [18.9, 19.9, 20.9, 21.9]


def test_two_endings_and_a_rare_one_that_is_no_habit():
    endings = learn_endings([10.49, 11.99, 12.49, 13.99, 14.99, 15.49, 16.99, 17.49, 18.99, 19.49, 21.3])
    assert endings.words(15.0, EUR) == ".49 or .99"
    assert endings.allowed(20.0, 22.0, 60).tolist() == [20.49, 20.99, 21.49, 21.99]


def test_dear_goods_have_endings_of_their_own():
    dear = [199.0 + 10 * i for i in range(12)]
    endings = learn_endings([*NINETY[:10], *dear])
    assert endings.allowed(200.0, 225.0, 60).tolist() == [209.0, 219.0]
    assert endings.allowed(20.0, 22.0, 60).tolist() == [20.9, 21.9]
    assert endings.words(300.0, EUR) == "9.00"


def test_yen_end_in_eighty():
    assert learn_endings([1980, 2980, 3480, 5980, 7980, 9980, 12980, 1280]).allowed(2000, 2400, 60).tolist() == [
        2080,
        2180,
        2280,
        2380,
    ]


def test_without_a_habit_prices_have_three_digits():
    endings = learn_endings([1.23, 4.56, 7.81])  # too few to tell
    assert endings.words(4.0, EUR) is None
    assert endings.allowed(0.00212, 0.00215, 60) == pytest.approx([0.00212, 0.00213, 0.00214, 0.00215])
    assert endings.allowed(1.001, 1.034, 60) == pytest.approx([1.01, 1.02, 1.03])


def test_nothing_fits_is_no_error():
    endings = learn_endings([np.nan, -1.0, 0.0, np.inf])
    assert endings.habits == ()
    assert len(endings.allowed(0.0, 5.0, 60)) == len(endings.allowed(5.0, 4.0, 60)) == len(endings.allowed(np.nan, 4.0, 60)) == 0


@given(st.lists(st.integers(1, 300_000), max_size=30), st.floats(0.01, 3000), st.floats(1.0, 3.0))
def test_allowed_prices_lie_inside_rise_and_end_so(cents, low, factor):
    endings = learn_endings(np.array(cents, dtype=float) / 100)
    prices = endings.allowed(low, low * factor, 60)
    assert len(prices) <= 60 and (np.diff(prices) > 0).all()
    assert ((prices >= low * (1 - 1e-8)) & (prices <= low * factor * (1 + 1e-8))).all()
    for price in prices:
        habit = next((h for h in endings.habits if round(100 * price) >= 10 * h[0]), None)
        assert habit is None or round(100 * price) % habit[0] in habit[1]
