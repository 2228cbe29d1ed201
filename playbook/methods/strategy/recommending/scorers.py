"""Scorers: how much an item speaks for another: by who bought both, by a model of that, by what is said of them, by fashion.

Each gives a matrix (I, I); a customer's score for an item is the sum over what the customer bought.
"""

from collections.abc import Sequence

import numpy as np
from scipy import linalg, sparse
from sklearn.preprocessing import normalize

from playbook.methods.strategy.answering.wording import vectoriser

__all__ = ["alike", "ease", "in_common", "item_knn", "popularity"]

DENSE = 0.03  # share of filled cells from which plain multiplication is the faster one


def popularity(bought: sparse.csr_matrix) -> np.ndarray:
    """(I,) share of the customers who bought each item."""
    return np.asarray(bought.sum(axis=0)).ravel() / max(bought.shape[0], 1)


def in_common(bought: sparse.csr_matrix) -> np.ndarray:
    """(I, I) customers who bought both items; on the diagonal, who bought the one."""
    if bought.nnz > DENSE * np.prod(bought.shape):
        held = bought.toarray()
        return held.T @ held
    return (bought.T @ bought).toarray()


def item_knn(common: np.ndarray, shrink: float, neighbours: int) -> np.ndarray:
    """(I, I) cosine of the items' buyers, from ``in_common``, times n / (n + shrink) for n in common (Bell & Koren 2007).

    Each column keeps its closest ``neighbours``; the diagonal is zero.
    """
    length = np.sqrt(np.maximum(common.diagonal(), 1))
    close = common / np.outer(length, length) * (common / np.maximum(common + shrink, 1))
    np.fill_diagonal(close, 0)
    if neighbours < len(close):
        least = np.partition(close, len(close) - neighbours, axis=0)[len(close) - neighbours]
        close[close < least[None, :]] = 0
    return close


def ease(common: np.ndarray, weight: float) -> np.ndarray:
    """(I, I) weights of the linear model that best rebuilds who bought what from itself, without using an item for itself; from
    ``in_common``.

    B = I - P / diag(P) with P = (X'X + weight)^-1: Steck (2019, WWW, "Embarrassingly shallow autoencoders", equation 8).
    """
    gram = common.astype(np.float64)
    gram[np.diag_indices_from(gram)] += weight
    inverse = linalg.inv(gram, assume_a="pos", check_finite=False)
    found = -inverse / inverse.diagonal()[None, :]
    np.fill_diagonal(found, 0)
    return found.astype(np.float32)


def alike(texts: Sequence[str]) -> np.ndarray:
    """(I, I) cosine of what is said of the items, by words and characters in any script; the diagonal is zero."""
    if not any(text.strip() for text in texts):
        return np.zeros((len(texts), len(texts)), dtype=np.float32)
    vectors = normalize(vectoriser().fit_transform([text if text.strip() else " \u2205 " for text in texts]))
    close = (vectors @ vectors.T).toarray().astype(np.float32)
    said = np.array([bool(text.strip()) for text in texts])
    close[~said] = 0
    close[:, ~said] = 0
    np.fill_diagonal(close, 0)
    return close
