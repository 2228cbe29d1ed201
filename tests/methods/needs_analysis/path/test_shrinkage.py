"""Shrinkage: small groups are drawn in, ranges hold, and the upper level is the best quarter's."""

import numpy as np
import pytest

from playbook.methods.needs_analysis.path.shrinkage import shrunk_shares, upper_level


def test_a_lucky_small_group_does_not_top_a_good_large_one():
    found = shrunk_shares([3, 450, 280, 310, 290], [3, 1000, 1000, 1000, 1000])
    assert found.expected[1] > found.expected[2]
    assert found.expected[0] < 0.6  # three of three
    assert found.expected[1] == pytest.approx(0.45, abs=0.02)
    assert found.p_value < 0.001


def test_groups_that_differ_by_chance_come_out_alike():
    rng = np.random.default_rng(1)
    cases = rng.integers(20, 200, 40)
    found = shrunk_shares(rng.binomial(cases, 0.3), cases)
    assert np.ptp(found.expected) < 0.08
    assert found.p_value > 0.05


@pytest.mark.parametrize("spread", [5, 40, 4000])
def test_ranges_hold_the_truth_as_often_as_they_say(spread):
    rng = np.random.default_rng(4)
    hits = []
    for _ in range(12):
        truth = rng.beta(0.3 * spread, 0.7 * spread, 25)
        cases = rng.integers(5, 300, 25)
        low, high = shrunk_shares(rng.binomial(cases, truth), cases).range(0.8)
        hits.append(((low <= truth) & (truth <= high)).mean())
    assert 0.72 <= np.mean(hits) <= 0.96  # wider than needed where the groups do not differ at all


def test_they_come_nearer_to_the_truth_than_counted_shares():
    rng = np.random.default_rng(5)
    truth, cases = rng.beta(6, 14, 60), rng.integers(3, 40, 60)
    hits = rng.binomial(cases, truth)
    assert ((shrunk_shares(hits, cases).expected - truth) ** 2).mean() < 0.6 * ((hits / cases - truth) ** 2).mean()


@pytest.mark.parametrize(
    ("hits", "cases"), [([0, 0], [5, 9]), ([5, 9], [5, 9]), ([0, 1], [1, 1]), ([2], [7]), ([0, 10**6], [10**6, 10**6])]
)
def test_extremes(hits, cases):
    found = shrunk_shares(hits, cases)
    assert ((found.expected >= 0) & (found.expected <= 1)).all()
    assert np.isfinite(found.draws).all()
    assert (found.p_value is None) == (len(hits) == 1)


def test_no_group_is_an_error():
    with pytest.raises(ValueError, match="at least one case"):
        shrunk_shares([], [])
    with pytest.raises(ValueError, match="at least one case"):
        shrunk_shares([0], [0])


def test_the_upper_level_is_that_of_the_best_quarter_of_cases():
    # Of 100 cases the best 10 have .9, the next 20 have .5: the 25th best has .5.
    assert upper_level(np.array([[0.9, 0.5, 0.1]]), [10, 20, 70]).tolist() == [0.5]
    assert upper_level(np.array([[0.9, 0.5]]), [50, 50]).tolist() == [0.9]
