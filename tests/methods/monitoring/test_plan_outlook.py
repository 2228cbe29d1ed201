import numpy as np
import pytest

from playbook.methods.monitoring.plan_outlook import spread_of_sums


def test_constant_spread_adds_up_as_independent_months():
    assert spread_of_sums(np.full(4, 3.0)) == pytest.approx(3 * np.sqrt([1, 2, 3, 4]))


def test_spread_of_a_random_walk_adds_up_as_its_sums_do():
    """y(h) = e1 + .. + eh: the sum of the first three is 3 e1 + 2 e2 + e3, variance 9 + 4 + 1."""
    assert spread_of_sums(np.sqrt([1.0, 2.0, 3.0])) == pytest.approx(np.sqrt([1, 4 + 1, 9 + 4 + 1]))


def test_smoothing_with_a_half_matches_the_published_covariances():
    """var(1) = 1, var(2) = 1 + 1/4, cov(1, 2) = 1/2 (Hyndman et al. 2008, ch. 6): variance of the sum 1 + 1.25 + 2 * 0.5."""
    assert spread_of_sums(np.sqrt([1.0, 1.25]))[1] == pytest.approx(np.sqrt(3.25))


def test_no_months_and_no_spread():
    assert len(spread_of_sums(np.array([]))) == 0
    assert spread_of_sums(np.array([0.0, 2.0])) == pytest.approx([0, 2])
