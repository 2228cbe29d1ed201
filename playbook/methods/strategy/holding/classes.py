"""Classes: products by what they earn (ABC) and by how steadily they sell (XYZ)."""

import numpy as np
import pandas as pd

__all__ = ["abc", "xyz"]

ABC = (0.8, 0.95)  # of all that is earned: A up to, B up to (Dickie 1951)
XYZ = (0.5, 1.0)  # coefficient of variation of a week: X below, Y below


def abc(earned: pd.Series) -> pd.Series:
    """A, B or C by product: those that earn the first 80 percent together, up to 95, the rest. What earns nothing is C."""
    order = earned.clip(lower=0).sort_values(ascending=False, kind="stable")
    total = order.sum()
    before = (order.cumsum() - order) / total if total > 0 else pd.Series(1.0, order.index)
    kinds = np.select([before < ABC[0], before < ABC[1]], ["A", "B"], "C")
    return pd.Series(np.where(order > 0, kinds, "C"), order.index).reindex(earned.index)


def xyz(mean: pd.Series, variance: pd.Series) -> pd.Series:
    """X, Y or Z by product: steady, changing, hard to foresee."""
    relative = np.sqrt(variance) / mean.where(mean > 0)
    kinds = np.select([relative < XYZ[0], relative < XYZ[1]], ["X", "Y"], "Z")
    return pd.Series(kinds, mean.index)
