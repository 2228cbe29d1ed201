"""Linear programmes with known optima, and a budget over options of falling return."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.strategy.spending.allocation import allocate, maximise


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


def test_maximise_says_when_there_is_no_answer():
    with pytest.raises(ValueError, match="no best allocation"):
        maximise([1], [[1]], [-1])
    with pytest.raises(ValueError, match="no best allocation"):
        maximise([1], [[-1]], [0])


def test_three_customer_groups():
    # worked example of the source article, put right: returns 2, 1.5, 1 and a budget of 3,000 leave 700 over
    best = allocate([2, 1.5, 1], [1000, 800, 500], 3000)
    assert best.amounts == pytest.approx([1000, 800, 500])
    assert (best.spent, best.total, best.left, best.price) == pytest.approx((2300, 3700, 700, 0))


def test_a_short_budget_goes_to_the_best_and_has_a_price():
    best = allocate([2, 1.5, 1], [1000, 800, 500], 1400)
    assert best.amounts == pytest.approx([1000, 400, 0])
    assert (best.total, best.left, best.price) == pytest.approx((2600, 0, 1.5))
    assert allocate([2, 1.5, 1], [1000, 800, 500], 1401).total - best.total == pytest.approx(best.price)


def test_tranches_fall_and_losing_ones_are_not_bought():
    # halves of the cost bring 0.75 and 0.25 of the gain: rates 3 and 1 for the first option, 1.5 and 0.5 for the second
    best = allocate([2, 1], [100, 100], 1000, ((0.5, 0.75), (0.5, 0.25)))
    assert best.amounts == pytest.approx([100, 50])
    assert best.gains == pytest.approx([200, 75])
    assert best.left == pytest.approx(850)


def test_nothing_to_spend_and_nothing_to_spend_on():
    assert allocate([2], [100], 0).spent == 0
    nothing = allocate([], [], 50)
    assert (nothing.spent, nothing.left, nothing.price) == (0, 50, 0)


def test_refusals():
    with pytest.raises(ValueError, match="negative"):
        allocate([1], [1], -1)
    with pytest.raises(ValueError, match="falling"):
        allocate([1], [1], 1, ((0.5, 0.3), (0.5, 0.7)))


OPTIONS = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1e6)), min_size=1, max_size=8)


@given(OPTIONS, st.floats(0, 1e7))
def test_money_adds_up(options, budget):
    returns, costs = map(np.array, zip(*options, strict=True))
    best = allocate(returns, costs, budget)
    slack = 1e-6 * max(budget, costs.sum(), 1)
    assert best.spent + best.left == pytest.approx(budget, abs=slack)
    assert (best.amounts >= 0).all() and (best.amounts <= costs + slack).all()
    # buying in order of return is optimal when every option has one tranche
    order, left, total = np.argsort(-returns), budget, 0.0
    for i in order[returns[order] >= 1]:
        taken = min(costs[i], left)
        left, total = left - taken, total + taken * returns[i]
    assert best.total == pytest.approx(total, abs=10 * slack)
