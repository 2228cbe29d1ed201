"""Measures: how good ranked lists are, for customers who did buy something new in the period kept from the ranking."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from playbook.result.formats import EDGES

__all__ = ["TOP", "Ranking", "first", "ranked", "spread"]

TOP = 10
DRAWS = 400


@dataclass(frozen=True, eq=False)
class Ranking:
    """By customer judged: ``ndcg``, ``recall`` (both of the first ten) and ``hit``; of all lists: ``coverage`` (share of the
    items that any list names) and ``novelty`` (mean surprise of a named item, in bits); ``top`` (customers, 10) the items
    named, best first, and ``found`` (customers, 10) whether each was bought."""

    ndcg: np.ndarray
    recall: np.ndarray
    hit: np.ndarray
    coverage: float
    novelty: float
    top: np.ndarray
    found: np.ndarray


def ranked(scores: np.ndarray, bought: sparse.csr_matrix, known: sparse.csr_matrix, share: np.ndarray) -> Ranking:
    """Rank items by ``scores`` (C, I), those in ``known`` (C, I) left out, and hold the first ten against ``bought`` (C, I).

    ``share`` (I,): of the customers who had bought an item, for novelty. Discounted gain: Järvelin & Kekäläinen (2002), binary,
    against the best list there could be.
    """
    wanted, hidden = bought.toarray() > 0, known.toarray() > 0
    wanted &= ~hidden
    masked = np.where(hidden, -np.inf, scores)
    size = min(TOP, masked.shape[1])
    top = first(masked, size)
    found = np.take_along_axis(wanted, top, axis=1) & np.isfinite(np.take_along_axis(masked, top, axis=1))
    many = wanted.sum(axis=1)
    discount = 1 / np.log2(np.arange(2, size + 2))
    ideal = np.cumsum(discount)[np.minimum(many, size) - 1]
    surprise = -np.log2(np.clip(share, 1e-6, 1))
    return Ranking(
        (found @ discount) / ideal,
        found.sum(axis=1) / np.minimum(many, size),
        found.any(axis=1),
        len(np.unique(top)) / max(masked.shape[1], 1),
        float(surprise[top].mean()) if top.size else 0.0,
        top,
        found,
    )


def first(scores: np.ndarray, size: int) -> np.ndarray:
    """(C, size) places of the highest scores of each row, the highest first; of equal ones inside, the first place first."""
    if size < scores.shape[1]:
        some = np.sort(np.argpartition(-scores, size - 1, axis=1)[:, :size], axis=1)
    else:
        some = np.tile(np.arange(scores.shape[1]), (len(scores), 1))
    order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def spread(values: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """The range of a mean over customers, by bootstrap (Efron 1979)."""
    if len(values) < 2:
        return np.nan, np.nan
    rng = np.random.default_rng(seed)
    means = np.array([values[rng.integers(0, len(values), len(values))].mean() for _ in range(DRAWS)])
    low, high = np.quantile(means, EDGES)
    return float(low), float(high)
