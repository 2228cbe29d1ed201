"""A budget over options: straight, falling, S-shaped, stepped, whole; by hand and against trying everything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.strategy.spending.allocation import Option, allocate, least


def straight(back, cost, **kind):
    return Option(np.array([0.0, cost]), np.array([0.0, back * cost]), **kind)


GROUPS = [straight(2, 1000), straight(1.5, 800), straight(1, 500)]
# no answer to the first 100, most to the second 100
BURST = Option(np.array([0.0, 100, 200, 300]), np.array([0.0, 10, 400, 420]))


def test_three_customer_groups():
    # worked example of the source article, put right: returns 2, 1.5, 1 and a budget of 3,000 leave 700 over
    best = allocate(GROUPS, 3000)
    assert best.amounts == pytest.approx([1000, 800, 500])
    assert (best.spent, best.total, best.left, best.price) == pytest.approx((2300, 3700, 700, 0))


def test_a_short_budget_goes_to_the_best_and_has_a_price():
    best = allocate(GROUPS, 1400)
    assert best.amounts == pytest.approx([1000, 400, 0])
    assert (best.total, best.left, best.price) == pytest.approx((2600, 0, 1.5))
    assert allocate(GROUPS, 1401).total - best.total == pytest.approx(best.price)


def test_without_a_budget_all_that_pays_is_bought():
    best = allocate([*GROUPS, straight(0.9, 100)])
    assert best.amounts == pytest.approx([1000, 800, 500, 0]) and best.left == np.inf and best.price == 0


def test_falling_returns_stop_where_money_is_better_kept():
    # 50 bring 75 and 25 of the gain of 200; 50 bring 75 and 25 of 100: rates 3 and 1, 1.5 and 0.5
    best = allocate(
        [Option(np.array([0.0, 50, 100]), np.array([0.0, 150, 200])), Option(np.array([0.0, 50, 100]), np.array([0.0, 75, 100]))],
        1000,
    )
    assert best.amounts == pytest.approx([100, 50])
    assert best.values == pytest.approx([200, 75])


def test_an_s_shaped_answer_is_bought_in_its_order():
    assert BURST.bent and not straight(2, 10).bent
    # 200 on the burst and 50 elsewhere; a linear programme alone would begin with the steep middle
    best = allocate([BURST, straight(1.5, 300)], 250)
    assert best.amounts == pytest.approx([200, 50]) and best.total == pytest.approx(475)
    # 90 do not reach the middle, where 150 do
    assert allocate([BURST, straight(1.5, 300)], 90).amounts == pytest.approx([0, 90])
    assert allocate([BURST], 150).total == pytest.approx(205)


def test_floors_are_kept_and_steps_too():
    floor = Option(np.array([200.0, 400]), np.array([100.0, 150]))  # loses, but has to be
    best = allocate([floor, straight(2, 1000)], 700)
    assert best.amounts == pytest.approx([200, 500])
    assert least([floor, straight(2, 1000)]) == 200
    assert allocate([straight(2, 1000, step=300.0)], 800).amounts == pytest.approx([600])
    assert allocate([straight(2, 1000, step=300.0), straight(1.5, 1000)], 800).amounts == pytest.approx([600, 200])
    stepped = Option(np.array([250.0, 1000]), np.array([0.0, 750]), step=200.0)
    assert least([stepped]) == 400 and allocate([stepped], 500).amounts == pytest.approx([400])


def test_what_is_taken_whole_fills_the_budget_best():
    # 60 bring 120, 40 bring 70, 30 bring 50: with 90, the first and the last
    best = allocate([Option(np.array([0.0, 60, 100, 130]), np.array([0.0, 120, 190, 240]), whole=True)], 90)
    assert best.parts[0] == pytest.approx([1, 0, 1]) and best.total == pytest.approx(170)


def test_nothing_to_spend_and_nothing_to_spend_on():
    assert allocate([straight(2, 100)], 0).spent == 0
    nothing = allocate([], 50)
    assert (nothing.spent, nothing.left, nothing.price) == (0, 50, 0)
    fixed = Option(np.array([70.0]), np.array([10.0]))
    assert allocate([fixed], 100).amounts == pytest.approx([70])


def test_refusals():
    with pytest.raises(ValueError, match="negative"):
        allocate([straight(1, 1)], -1)
    with pytest.raises(ValueError, match="at least 200"):
        allocate([Option(np.array([200.0, 400]), np.array([100.0, 150]))], 199)
    with pytest.raises(ValueError, match="at least inf"):
        allocate([Option(np.array([210.0, 390]), np.array([100.0, 150]), step=200.0)], 1000)
    with pytest.raises(ValueError, match="rising"):
        Option(np.array([0.0, 0.0]), np.array([0.0, 1.0]))


OPTIONS = st.lists(st.tuples(st.floats(0, 10), st.floats(1, 1e6)), min_size=1, max_size=8)


@settings(max_examples=50)
@given(OPTIONS, st.floats(0, 1e7))
def test_money_adds_up(options, budget):
    returns, costs = map(np.array, zip(*options, strict=True))
    best = allocate([straight(r, c) for r, c in options], budget)
    slack = 1e-6 * max(budget, costs.sum(), 1)
    assert best.spent + best.left == pytest.approx(budget, abs=slack)
    assert (best.amounts >= 0).all() and (best.amounts <= costs + slack).all()
    # buying in order of return is best when every option is straight
    order, left, total = np.argsort(-returns), budget, 0.0
    for i in order[returns[order] >= 1]:
        taken = min(costs[i], left)
        left, total = left - taken, total + taken * returns[i]
    assert best.total - best.spent == pytest.approx(total - (budget - left), abs=10 * slack)


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=1, max_size=3), st.integers(0, 9))
def test_any_shape_as_by_trying_everything(shapes, budget):
    """Steps of 1 on curves of three pieces, S-shaped or not: every split can be tried."""
    options = [Option(np.arange(4.0), np.append(0.0, np.cumsum(gains)), step=1.0) for gains in shapes]
    best = allocate(options, budget)
    every = np.array(np.meshgrid(*[range(4)] * len(shapes))).reshape(len(shapes), -1).T
    left = sum(np.array(o.values)[every[:, i]] for i, o in enumerate(options)) - every.sum(axis=1)
    assert best.total - best.spent == pytest.approx(left[every.sum(axis=1) <= budget].max(), abs=1e-4)
