"""Ridge: a straight line with its penalty chosen by generalised cross-validation, all penalties from one decomposition.

Craven & Wahba 1979; Golub, Heath & Wahba 1979, "Generalized cross-validation as a method for choosing a good ridge parameter".
scikit-learn's RidgeCV gives the same lines, but takes a pass over the rows for every penalty; uplift fits hundreds of them.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["PENALTIES", "Ridge", "fit_ridge"]

PENALTIES = np.logspace(0, 5, 11)


@dataclass(frozen=True)
class Ridge:
    """``weights`` (numbers,) and ``base``: prediction = base + rows @ weights."""

    weights: np.ndarray
    base: float
    penalty: float

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return self.base + rows @ self.weights


def fit_ridge(rows: np.ndarray, outcome: np.ndarray) -> Ridge:
    """Fit ``outcome`` (n,) on ``rows`` (n, numbers) with the penalty of PENALTIES that predicts best; the base is not shrunk."""
    middle, level, n = rows.mean(axis=0), outcome.mean(), len(outcome)
    x, y = rows - middle, outcome - level
    squares, turned = np.linalg.eigh(x.T @ x)
    squares = squares.clip(min=0.0)
    along = turned.T @ (x.T @ y)
    shrunk = along / (squares + PENALTIES[:, None])  # (penalties, numbers)
    left = float(y @ y) - 2 * shrunk @ along + (shrunk**2) @ squares
    used = 1 + (squares / (squares + PENALTIES[:, None])).sum(axis=1)
    best = int(np.argmin(left / np.maximum(n - used, 1e-9) ** 2))
    weights = turned @ shrunk[best]
    return Ridge(weights, float(level - middle @ weights), float(PENALTIES[best]))
