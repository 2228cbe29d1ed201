import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from playbook.methods.strategy.recommending.scorers import alike, ease, in_common, item_knn, popularity

# Four customers, three items: a and b together twice, a alone, c alone.
BOUGHT = sparse.csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32))
COMMON = np.array([[3, 2, 0], [2, 2, 0], [0, 0, 1]], dtype=np.float32)


def test_popularity_and_buyers_in_common_by_hand():
    assert popularity(BOUGHT).tolist() == [0.75, 0.5, 0.25]
    assert np.array_equal(in_common(BOUGHT), COMMON)
    wide = sparse.csr_matrix(([1.0, 1.0], ([0, 0], [1, 70])), shape=(50, 100))  # too empty to be multiplied as a full matrix
    assert in_common(wide).sum() == 4 and in_common(wide)[1, 70] == 1
    assert popularity(sparse.csr_matrix((0, 3))).tolist() == [0, 0, 0]


def test_item_knn_by_hand():
    # Cosine of a and b: 2 / sqrt(3 x 2); two in common, shrunk by 2 / (2 + 2).
    close = 2 / np.sqrt(6)
    assert np.allclose(item_knn(COMMON, 0, 5), [[0, close, 0], [close, 0, 0], [0, 0, 0]])
    assert item_knn(COMMON, 2, 5)[0, 1] == pytest.approx(close / 2)


def test_item_knn_keeps_the_closest_of_each_column():
    common = np.array([[9, 6, 3], [6, 9, 1], [3, 1, 9]], dtype=float)
    found = item_knn(common, 0, 1)
    assert np.allclose(found, [[0, 6 / 9, 3 / 9], [6 / 9, 0, 0], [0, 0, 0]])


def test_ease_by_hand():
    # With a weight of 1: X'X + 1 has the block [[4, 2], [2, 3]] with inverse [[3, -2], [-2, 4]] / 8, and 2 for c.
    # B = -P / diag(P), column by column: from a to b 2 / 4, from b to a 2 / 3.
    found = ease(COMMON, 1.0)
    assert np.allclose(found, [[0, 0.5, 0], [2 / 3, 0, 0], [0, 0, 0]])


@settings(max_examples=25)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=12), st.floats(0.5, 100))
def test_ease_is_the_ridge_regression_of_each_item_on_the_others(rows, weight):
    # Steck (2019): without the item itself, each column of B is a ridge regression with the same weight.
    held = np.array(rows, dtype=float)
    found = ease(held.T @ held, weight)
    for item in range(4):
        others = np.delete(held, item, axis=1)
        line = np.linalg.solve(others.T @ others + weight * np.eye(3), others.T @ held[:, item])
        assert np.allclose(np.delete(found[:, item], item), line, atol=1e-4)
        assert found[item, item] == 0


def test_nothing_given_is_changed():
    before = COMMON.copy()
    item_knn(COMMON, 1, 1), ease(COMMON, 1.0)
    assert np.array_equal(COMMON, before)


def test_words_make_alike_in_any_script_and_silence_is_like_nothing():
    found = alike(["red tea cup", "blue tea cup", "garden chair", "", "红茶杯", "红茶杯 大"])
    assert np.array_equal(found, found.T) and (found.diagonal() == 0).all()
    assert found[0, 1] > 0.3 > found[0, 2]
    assert found[4, 5] > 0.3 and found[4, 0] < 0.1
    assert not found[3].any() and not found[:, 3].any()
    assert not alike(["", " "]).any() and alike([]).shape == (0, 0)
