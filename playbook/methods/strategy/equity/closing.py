"""Closing: what equal shares cost, and which columns stand in for an attribute the score never sees."""

import numpy as np
import pandas as pd
from scipy.stats import chi2
from sklearn.metrics import mutual_info_score

from playbook.locale import mark
from playbook.methods.strategy.predicting.columns import tidy

__all__ = ["SAME_FOUND", "SAME_SHARE", "equal_choice", "equal_finding", "stand_ins"]

SAME_SHARE, SAME_FOUND = mark("the same share chosen"), mark("the same share of successes found")

PARTS = 5  # classes of a number
LEAST = 0.01  # share of what is not known of the attribute that a column tells, from which it is named
SURELY = 0.05


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
        if wanted:
            found[order[: np.searchsorted(np.cumsum(counted[order]), wanted) + 1]] = True
    return found


def stand_ins(features: pd.DataFrame, group: np.ndarray) -> pd.DataFrame:
    """column, told: share of the uncertainty about the group that a column takes away (Theil 1970), the most first; only those
    that tell one percent or more, beyond what chance explains (G-test at 95 percent over all columns). What a column of noise
    would seem to tell in so few rows is taken off (Miller 1955)."""
    names, place = np.unique(group, return_inverse=True)
    shares = np.bincount(place) / len(place)
    entropy = -float((shares * np.log(shares)).sum())
    rows = []
    if len(names) > 1:
        for column, values in tidy(features).items():
            if values.dtype == object:
                codes = pd.factorize(values, use_na_sentinel=False)[0]
            else:
                codes = np.ceil(values.rank(pct=True) * PARTS).fillna(0).astype(int).to_numpy()  # equal values stay together
            parts = len(np.unique(codes))
            if not 1 < parts <= len(codes) / 10:
                continue
            shared, free = mutual_info_score(place, codes), (parts - 1) * (len(names) - 1)
            if chi2.sf(2 * len(codes) * shared, free) * features.shape[1] < SURELY:
                rows.append((column, (shared - free / (2 * len(codes))) / entropy))
    table = pd.DataFrame(rows, columns=["column", "told"])
    return table[table["told"] >= LEAST].sort_values(["told", "column"], ascending=[False, True], ignore_index=True)
