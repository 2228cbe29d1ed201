"""Closing: what equal shares cost, and which columns stand in for an attribute the score never sees."""

import numpy as np
import pandas as pd
from sklearn.metrics import mutual_info_score

from playbook.methods.strategy.predicting.columns import tidy

__all__ = ["equal_choice", "equal_finding", "stand_ins"]

PARTS = 5  # classes of a number
LEAST = 0.01  # share of what is not known of the attribute that a column tells, from which it is named


def equal_choice(group: np.ndarray, worth: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """(N,) as many chosen as today, the same share in every group: in each those with the highest ``worth``."""
    return _by_share(group, worth, np.ones(len(chosen), dtype=bool), chosen.mean())


def equal_finding(group: np.ndarray, worth: np.ndarray, chosen: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """(N,) chosen so that every group has the same share of its yes found as all have together today."""
    return _by_share(group, worth, outcome, float(chosen[outcome].mean()) if outcome.any() else 0.0)


def _by_share(group: np.ndarray, worth: np.ndarray, counted: np.ndarray, share: float) -> np.ndarray:
    """In each group the best by ``worth``, down to where ``share`` of its ``counted`` rows are among them."""
    found = np.zeros(len(group), dtype=bool)
    for name in np.unique(group):
        at = np.flatnonzero(group == name)
        order = at[np.argsort(-worth[at], kind="stable")]
        wanted = round(share * counted[at].sum())
        found[order[np.cumsum(counted[order]) <= wanted]] = wanted > 0
    return found


def stand_ins(features: pd.DataFrame, group: np.ndarray) -> pd.DataFrame:
    """column, told: share of the uncertainty about the group that a column takes away (Theil 1970), the most first; only those
    that tell one percent or more."""
    names, place = np.unique(group, return_inverse=True)
    shares = np.bincount(place) / len(place)
    entropy = -float((shares * np.log(shares)).sum())
    rows = []
    if len(names) > 1:
        for column, values in tidy(features).items():
            if values.dtype == object:
                codes = pd.factorize(values, use_na_sentinel=False)[0]
            else:
                codes = pd.qcut(values.rank(method="first"), PARTS, labels=False, duplicates="drop").fillna(-1).astype(int)
            if len(np.unique(codes)) > len(codes) / 10:
                continue
            rows.append((column, mutual_info_score(place, codes) / entropy))
    table = pd.DataFrame(rows, columns=["column", "told"])
    return table[table["told"] >= LEAST].sort_values(["told", "column"], ascending=[False, True], ignore_index=True)
