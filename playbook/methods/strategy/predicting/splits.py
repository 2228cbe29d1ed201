"""Splits: which rows a model learns from and which it is judged on, later rows by earlier ones where there are dates."""

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

__all__ = ["Split", "inner_folds", "outer_folds"]

Split = tuple[np.ndarray, np.ndarray]  # positions: to learn from, to judge on

FOLDS, BLOCKS, INNER = 5, 3, 3
ENOUGH = 1_500  # rows with which fewer parts are precise enough
START = 0.4  # of the rows are only learnt from, where later rows are judged by earlier ones
LEAST = 15  # of the rarer outcome in every part


def outer_folds(outcome: np.ndarray, when: pd.Series | None, seed: int) -> tuple[list[Split], bool]:
    """The parts to be judged on, and whether each is later than all it is judged by.

    With dates: the last 60 percent of the rows in up to three blocks of whole days, each judged by all rows before it
    (expanding window). Without dates, or where a block would hold too few of either outcome: five random parts, stratified.
    Tables of more than 1,500 rows are cut into two blocks or three parts: they are precise enough.
    """
    if when is not None and (blocks := _by_time(outcome, when)):
        return blocks, True
    folds = StratifiedKFold(FOLDS if len(outcome) <= ENOUGH else FOLDS - 2, shuffle=True, random_state=seed)
    return list(folds.split(outcome, outcome)), False


def inner_folds(outcome: np.ndarray, seed: int) -> list[Split]:
    """Three random parts, stratified, for the search within the rows that are learnt from."""
    return list(StratifiedKFold(INNER, shuffle=True, random_state=seed).split(outcome, outcome))


def _rarer(outcome: np.ndarray) -> int:
    return int(min(outcome.sum(), (~outcome).sum()))


def _by_time(outcome: np.ndarray, when: pd.Series) -> list[Split]:
    days = pd.to_datetime(when).dt.normalize()
    if days.isna().any() or days.nunique() < 2:
        return []
    place = days.rank(method="max", pct=True).to_numpy()  # the share of rows up to the end of that day
    for blocks in range(BLOCKS if len(outcome) <= ENOUGH else BLOCKS - 1, 0, -1):
        edges = np.linspace(START, 1, blocks + 1)
        edges[-1] = 1 + 1e-9
        splits = [
            (np.flatnonzero(place <= low), np.flatnonzero((place > low) & (place <= high)))
            for low, high in zip(edges, edges[1:], strict=False)
        ]
        splits = [(early, late) for early, late in splits if len(late)]
        if splits and all(_rarer(outcome[part]) >= LEAST for split in splits for part in split):
            return splits
    return []
