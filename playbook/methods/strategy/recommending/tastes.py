"""Tastes: customers by items as matrices, one for each of the periods that learning and judging need."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

__all__ = ["Tastes", "tastes"]


@dataclass(frozen=True, eq=False)
class Tastes:
    """Matrices (C, I), 1 where a customer bought an item: ``early`` before the last two periods, ``before`` up to the last,
    ``ever``; ``middle`` and ``late`` in the last two periods. ``customers`` (C,) and ``items`` (I,) name rows and columns."""

    customers: np.ndarray
    items: np.ndarray
    early: sparse.csr_matrix
    middle: sparse.csr_matrix
    before: sparse.csr_matrix
    late: sparse.csr_matrix
    ever: sparse.csr_matrix


def tastes(purchases: pd.DataFrame, items: np.ndarray) -> Tastes:
    """From the frame of that name, for the items wanted (in order); customers without any of these are left out."""
    known = purchases[purchases["item"].isin(items)]
    customers, row = np.unique(known["customer_id"].to_numpy(dtype=object).astype(str), return_inverse=True)
    column = pd.Index(items).get_indexer(known["item"].astype(object))
    shape = (len(customers), len(items))

    def held(counts: pd.Series) -> sparse.csr_matrix:
        there = counts.to_numpy() > 0
        return sparse.csr_matrix((np.ones(there.sum(), dtype=np.float32), (row[there], column[there])), shape=shape)

    early, middle, late = (known[c] for c in ("early", "middle", "late"))
    return Tastes(
        customers, np.asarray(items), held(early), held(middle), held(early + middle), held(late), held(early + middle + late)
    )
