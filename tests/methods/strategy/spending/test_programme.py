"""Linear and mixed-integer programmes with known optima."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.strategy.spending.programme import maximise


def test_wyndor():
    # Hillier and Lieberman, Introduction to Operations Research: doors 2, windows 6, profit 36, shadow prices 0, 3/2, 1
    best = maximise([3, 5], [[1, 0], [0, 2], [3, 2]], [4, 12, 18])
    assert best.amounts == pytest.approx([2, 6])
    assert best.total == pytest.approx(36)
    assert best.prices == pytest.approx([0, 1.5, 1])


def test_profit_and_gambit():
    # the same authors: television 4, print 3, cost 10 million; requirements are negative rows, the cost a negative gain
    best = maximise([-1, -2], [[0, -1], [-3, -2], [1, -4]], [-3, -18, -4])
    assert best.amounts == pytest.approx([4, 3])
    assert best.total == pytest.approx(-10)


def test_super_grain():
    # the same authors: television 0, magazines 20, Sunday papers 10, 17,000 thousand exposures
    best = maximise([1300, 600, 500], [[300, 150, 100], [90, 30, 40]], [4000, 1000], upper=[5, None, None])
    assert best.amounts == pytest.approx([0, 20, 10])
    assert best.total == pytest.approx(17000)


def test_california_manufacturing():
    # the same authors, ch. 11: factory in Los Angeles and San Francisco, no warehouse, 14 million with 10 million of capital
    use = [[6, 3, 5, 2], [0, 0, 1, 1], [-1, 0, 1, 0], [0, -1, 0, 1]]
    best = maximise([9, 5, 6, 4], use, [10, 1, 0, 0], upper=[1] * 4, whole=[True] * 4)
    assert best.amounts == pytest.approx([1, 1, 0, 0])
    assert best.total == pytest.approx(14)


def test_whole_numbers_beside_parts():
    # 2 x + 3 y <= 8.5, x whole: x 4 leaves 0.5 for y; gain 3 x + 4 y = 12 + 4 / 6
    best = maximise([3, 4], [[2, 3]], [8.5], whole=[True, False])
    assert best.amounts == pytest.approx([4, 1 / 6])
    assert best.prices == pytest.approx([4 / 3])  # as long as x stays 4


def test_no_answer_is_said():
    with pytest.raises(ValueError, match="no best allocation"):
        maximise([1], [[1]], [-1])
    with pytest.raises(ValueError, match="no best allocation"):
        maximise([1], [[-1]], [0])
    with pytest.raises(ValueError, match="no best allocation"):
        maximise([1], [[2], [-2]], [1.5, -1.5], whole=[True])


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 12)), min_size=1, max_size=8), st.integers(0, 40))
def test_a_full_bag_as_by_trying_everything(things, room):
    worth, weight = map(np.array, zip(*things, strict=True))
    best = maximise(worth, [weight], [room], upper=[1] * len(things), whole=[True] * len(things))
    every = (np.arange(2 ** len(things))[:, None] >> np.arange(len(things))) & 1
    assert best.total == pytest.approx((every @ worth)[every @ weight <= room].max())
