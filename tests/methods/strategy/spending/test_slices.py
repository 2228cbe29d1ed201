"""A proposal's lines as a curve, and cut where the money ends."""

import numpy as np
import pytest
from markets import proposal

from playbook.methods.strategy.spending.allocation import allocate
from playbook.methods.strategy.spending.slices import SLICES, cut, ranked, sliced


def bought(p, money):
    first = ranked(p)
    option = sliced(first, money)
    return cut(first, option, allocate([option], money).parts[0])


def test_best_value_for_money_first():
    # value for cost: 1.5, 4, free, 2
    first = ranked(proposal([10.0, 5, 0, 20], [15.0, 20, 1, 40]))
    assert first.lines["key"].to_list() == ["C2", "C1", "C3", "C0"]
    option = sliced(first, np.inf)
    assert option.amounts.tolist() == [0, 5, 25, 35] and option.values.tolist() == [1, 21, 61, 76] and not option.whole


def test_many_lines_become_few_slices_that_promise_no_more():
    rng = np.random.default_rng(1)
    first = ranked(proposal(rng.uniform(1, 3, 5000), rng.lognormal(1, 1, 5000)))
    option = sliced(first, 1e6)
    spent, brought = first.lines["cost"].cumsum(), first.lines["value"].cumsum()
    assert len(option.amounts) == SLICES + 1 and not option.bent
    assert option.amounts[-1] == pytest.approx(spent.iloc[-1]) and option.values[-1] == pytest.approx(brought.iloc[-1])
    assert (np.interp(spent, option.amounts, option.values) <= brought + 1e-6).all()


def test_the_cut_pays_for_whole_lines_only():
    paid = bought(proposal([1.0] * 300, np.linspace(9, 2, 300)), 100.5)
    assert len(paid.lines) == 100 and paid.lines["key"].iloc[-1] == "C99"  # the dearest by value go first
    assert bought(proposal([1.0] * 300, [0.5] * 300), 100) is None  # nothing pays
    assert len(bought(proposal([1.0] * 300, [2.0] * 300), 1000).lines) == 300


def test_few_dear_lines_are_taken_whole():
    # 60 bring 120, 40 bring 70, 30 bring 50: with 90 the first and the last; a free line comes along
    paid = bought(proposal([60.0, 40, 30, 0], [120.0, 70, 50, 5]), 90)
    assert sorted(paid.lines["key"]) == ["C0", "C2", "C3"]
    assert bought(proposal([60.0], [120.0]), 59) is None


def test_what_costs_nothing_is_always_taken():
    paid = bought(proposal([0.0, 0.0], [3.0, 4.0]), 0)
    assert len(paid.lines) == 2 and paid.cost == 0
