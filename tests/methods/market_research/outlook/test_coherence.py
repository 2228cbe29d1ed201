import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.methods.market_research.outlook.coherence import coherent, settled

SUMMING = np.array([[1.0, 1, 1], [1, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
LEVEL = np.array(["total", "group", "group", "product", "product", "product"])


def test_with_too_few_tests_counts_decide_by_hand():
    # Two products and their total: forecasts 4 and 6, total 13, so 3 too much. Weights by the number of products: 2, 1, 1. The
    # total gives way by 2/4 of the 3, each product by 1/4: total 11.5, products 4.75 and 6.75 (least squares, worked by hand).
    summing = np.array([[1.0, 1], [1, 0], [0, 1]])
    values = np.array([[13.0], [4], [6]])
    nothing = np.empty((3, 0, 1))
    found = coherent(summing, values, nothing, nothing, np.ones(3), np.array(["total", "product", "product"]))
    assert found.values[:, 0] == pytest.approx([11.5, 4.75, 6.75]) and found.method == "counts" and found.gains == {}


def _noisy(seed: int, noise: np.ndarray, starts: int = 8, steps: int = 6):
    rng = np.random.default_rng(seed)
    bottoms = 100 + rng.normal(0, 10, (3, starts + 1, steps))
    truth = np.einsum("ij,jkl->ikl", SUMMING, bottoms)
    given = truth + noise[:, None, None] * rng.normal(0, 1, truth.shape)
    return truth[:, :-1], given[:, :-1], given[:, -1], truth[:, -1]


def test_adding_up_does_no_harm_and_helps_the_noisy_levels():
    better = []
    for seed in range(12):
        noise = np.array([2.0, 6, 6, 9, 9, 9])
        truth, tests, values, came = _noisy(seed, noise)
        found = coherent(SUMMING, values, tests, truth, noise, LEVEL)
        assert np.allclose(SUMMING @ found.values[3:], found.values) and np.allclose(
            np.einsum("ij,jkl->ikl", SUMMING, found.tests[3:]), found.tests
        )
        assert sum(found.gains.values()) < 0
        better.append(np.abs(found.values - came).mean(axis=1) / np.abs(values - came).mean(axis=1))
    mean = np.mean(better, axis=0)
    assert (mean[1:] < 1).all() and mean[0] < 1.15


def test_what_is_over_stays_at_nothing_and_the_others_agree_without_it():
    truth, tests, values, _ = _noisy(4, np.full(6, 8.0))
    values[3] = 0.0
    for starts in (8, 2):  # by the trials, and by counts
        found = coherent(SUMMING, values, tests[:, :starts], truth[:, :starts], np.ones(6), LEVEL, np.array([True, False, False]))
        assert found.values[3] == pytest.approx(np.zeros(6)) and (found.values[4:] > 50).all()
        assert np.allclose(SUMMING @ found.values[3:], found.values)
    gone = coherent(SUMMING, 0 * values, tests, truth, np.ones(6), LEVEL, np.ones(3, dtype=bool))
    assert gone.values == pytest.approx(np.zeros((6, 6)))


def test_a_sure_total_is_left_alone():
    truth, tests, values, _ = _noisy(3, np.array([0.001, 8, 8, 20, 20, 20]))
    found = coherent(SUMMING, values, tests, truth, np.ones(6), LEVEL)
    assert found.values[0] == pytest.approx(values[0], abs=0.1) and found.gains["product"] < 0


def test_errors_unknown_beyond_the_end_are_left_out():
    truth, tests, values, _ = _noisy(1, np.full(6, 3.0))
    truth[:, -2:, 3:] = np.nan
    found = coherent(SUMMING, values, tests, truth, np.ones(6), LEVEL)
    assert np.isfinite(found.values).all() and np.isfinite(list(found.gains.values())).all()


def test_series_that_never_err_or_are_zero_are_no_accident():
    truth, tests, values, _ = _noisy(2, np.zeros(6))
    found = coherent(SUMMING, values, tests, truth, np.ones(6), LEVEL)
    assert found.values == pytest.approx(values)
    zeros = np.zeros((6, 8, 6))
    assert coherent(SUMMING, np.zeros((6, 6)), zeros, zeros, np.ones(6), LEVEL).values == pytest.approx(np.zeros((6, 6)))


def test_settling_keeps_a_groups_sum_and_takes_nothing_below_zero():
    bottoms = np.array([[10.0], [-2], [4]])
    assert settled(bottoms, np.array(["x", "x", "y"]), np.zeros(3, bool)).tolist() == [[8.0], [0.0], [4.0]]
    assert settled(bottoms, np.array(["x", "x", "y"]), np.array([False, True, False])).tolist() == [[10.0], [-2.0], [4.0]]
    assert settled(-bottoms[:1], np.array(["x"]), np.zeros(1, bool)).tolist() == [[0.0]]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4))
def test_whatever_comes_is_settled_in_cents_and_not_negative(values):
    found = settled(np.array(values)[:, None], np.array(["x", "x", "y", "y"]), np.zeros(4, bool))
    assert (found >= 0).all() and found == pytest.approx(np.round(found, 2))
