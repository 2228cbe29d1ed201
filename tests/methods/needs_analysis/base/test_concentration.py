"""Concentration: shares, Gini and Lorenz curve worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.needs_analysis.base.concentration import concentration, lorenz, measures


def test_measures_by_hand():
    # Ten customers: one brings 91, nine bring 1 each; 100 in all.
    found = measures(np.array([1.0] * 9 + [91.0]))
    assert (found.customers, found.top, found.half, found.total) == (10, 1, 1, 100)
    assert found.top_share == pytest.approx(0.91) and found.largest_share == pytest.approx(1)
    # Gini = sum over pairs |x - y| / (2 n^2 mean) = 2 * 9 * 90 / (2 * 100 * 10)
    assert found.gini == pytest.approx(0.81)


def test_equal_customers_are_not_concentrated():
    found = measures(np.full(20, 7.0))
    assert found.gini == pytest.approx(0) and found.top_share == pytest.approx(0.1) and found.half == 10
    curve = lorenz(np.full(20, 7.0))
    assert np.allclose(curve["customers"], curve["revenue"])


def test_the_curve_is_thinned_and_ends_in_one():
    curve = lorenz(np.arange(1.0, 5001.0))
    assert len(curve) == 101 and curve.iloc[0].tolist() == [0, 0] and curve.iloc[-1].tolist() == pytest.approx([1, 1])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=60))
def test_gini_is_twice_the_area_between_curve_and_diagonal(amounts):
    curve = lorenz(np.array(amounts))
    area = np.trapezoid(curve["revenue"], curve["customers"])
    assert measures(np.array(amounts)).gini == pytest.approx(1 - 2 * area, abs=1e-9)


def test_a_shift_to_few_customers_is_told_from_chance():
    rng = np.random.default_rng(3)
    before = pd.Series(rng.gamma(5, 20, 400), index=[f"c{i}" for i in range(400)])
    same = concentration(before * rng.uniform(0.95, 1.05, 400), before)
    assert same.change_low <= same.change <= same.change_high and same.chance > 0.05
    few = concentration(before * np.where(np.arange(400) < 20, 20.0, 1.0), before)
    assert few.chance < 0.05 and few.change_low > 0.1
    assert few.low < few.now.top_share < few.high


def test_returns_count_as_zero_and_are_counted():
    found = concentration(pd.Series([10.0, 10.0, -5.0], index=list("abc")), None)
    assert (found.now.customers, found.now.total, found.below_zero, found.change) == (2, 20, 1, None)


@pytest.mark.parametrize("amounts", [[], [0.0, 0.0], [-1.0]])
def test_without_revenue_there_is_no_concentration(amounts):
    assert concentration(pd.Series(amounts, dtype=float), None) is None


def test_one_customer_and_a_year_before_without_revenue():
    found = concentration(pd.Series([5.0], index=["a"]), pd.Series([0.0], index=["a"]))
    assert (found.now.top_share, found.low, found.high, found.before) == (1, 1, 1, None)
