import numpy as np
import pytest
from scipy import sparse

from playbook.methods.strategy.recommending.measures import first, ranked, spread

SCORES = np.array([[0.9, 0.8, 0.7, 0.1], [0.1, 0.2, 0.3, 0.4]])
BOUGHT = sparse.csr_matrix([[1, 0, 1, 1], [0, 0, 0, 1]])
KNOWN = sparse.csr_matrix([[1, 0, 0, 0], [0, 0, 1, 0]])


def test_gain_recall_and_hits_by_hand():
    found = ranked(SCORES, BOUGHT, KNOWN, np.array([0.5, 0.25, 0.5, 0.125]))
    # The first customer knows a, so the list is b c d; new are c and d, in places two and three. The best would be one and two.
    gain = 1 / np.log2(3) + 1 / np.log2(4)
    assert found.ndcg.tolist() == pytest.approx([gain / (1 + 1 / np.log2(3)), 1])
    assert found.recall.tolist() == [1, 1] and found.hit.tolist() == [True, True]
    assert found.top[0, :3].tolist() == [1, 2, 3] and found.found[0].tolist() == [False, True, True, False]
    assert found.top[1, 0] == 3 and found.found[1].tolist() == [True, False, False, False]


def test_only_ten_count_and_coverage_and_novelty_are_of_the_lists():
    scores = np.tile(np.arange(40.0)[::-1], (2, 1))
    bought = sparse.csr_matrix((np.ones(3), ([0, 0, 1], [0, 20, 30])), shape=(2, 40))
    found = ranked(scores, bought, sparse.csr_matrix((2, 40)), np.full(40, 0.25))
    assert found.ndcg.tolist() == pytest.approx([1 / (1 + 1 / np.log2(3)), 0])
    assert found.recall.tolist() == [0.5, 0] and found.hit.tolist() == [True, False]
    assert (found.coverage, found.novelty) == (10 / 40, 2)  # a quarter of the customers have each: two bits
    all_bought = sparse.csr_matrix(np.ones((2, 40)))
    assert ranked(scores, all_bought, sparse.csr_matrix((2, 40)), np.ones(40)).ndcg.tolist() == pytest.approx([1, 1])


def test_the_first_places_are_the_highest():
    assert first(np.array([[1.0, 3, 2, 3]]), 2).tolist() == [[1, 3]]
    assert first(np.array([[1.0, 3, 2, 3]]), 4).tolist() == [[1, 3, 2, 0]]
    assert first(np.zeros((1, 3)), 3).tolist() == [[0, 1, 2]]
    assert first(np.empty((0, 3)), 2).shape == (0, 2)


def test_range_of_a_mean():
    values = np.random.default_rng(0).normal(5, 2, 400)
    low, high = spread(values)
    assert (low, high) == spread(values)
    # 80 percent of a mean: 1.2816 standard errors of 0.1 either way.
    assert (high - low) / 2 == pytest.approx(1.2816 * values.std() / 20, rel=0.15)
    assert np.isnan(spread(values[:1])).all()
