"""Isolation: how few random cuts set an event apart from the others."""

import numpy as np
from sklearn import config_context
from sklearn.tree import ExtraTreeRegressor

__all__ = ["isolation"]

TREES, SAMPLE = 200, 512  # events that a tree draws


def isolation(rows: np.ndarray, seed: int) -> np.ndarray:
    """Oddness (n,) of rows (n, numbers) without gaps, between 0 and 1: the isolation forest of Liu, Ting & Zhou (2008).

    Each tree cuts a draw of the rows at random places of random numbers until they stand alone; odd ones soon do. scikit-learn's
    IsolationForest is the same; what it does around each tree takes longer than the tree.
    """
    matrix, rng = np.ascontiguousarray(rows, dtype=np.float32), np.random.RandomState(seed)
    size = min(SAMPLE, len(rows))
    deepest = int(np.ceil(np.log2(max(size, 2))))
    cuts = np.zeros(len(rows))
    grower = ExtraTreeRegressor(max_depth=deepest, max_features=1, random_state=rng)
    with config_context(skip_parameter_validation=True):
        for _ in range(TREES):
            some = rng.permutation(len(rows))[:size]
            tree = grower.fit(matrix[some], rng.uniform(size=size), check_input=False).tree_  # any numbers that differ will do
            cuts += (tree.compute_node_depths() - 1 + _cuts(tree.n_node_samples))[tree.apply(matrix)]
    return 2 ** (-cuts / (TREES * _cuts(np.array(size))))


def _cuts(rows: np.ndarray) -> np.ndarray:
    """How many cuts would set apart one of so many rows, on average (of an unsuccessful search in a binary tree)."""
    return np.where(rows > 2, 2 * (np.log(np.maximum(rows - 1, 1)) + np.euler_gamma) - 2 * (rows - 1) / rows, rows - 1.0)
