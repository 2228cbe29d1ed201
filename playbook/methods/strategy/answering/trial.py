"""Trial: past questions answered by what was learnt from the others, to see how often the answer would have been right."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from playbook.methods.strategy.answering.desk import APPROACHES, Approach, Embed, learn_desk

__all__ = ["Trial", "try_out"]

FOLDS, LARGE, PARTS = 5, 4_000, 4  # of more than LARGE questions one part in four is tried, once
UNKNOWN = 1.0  # below the least score: a subject that the fold has not seen is never the best


@dataclass(frozen=True, eq=False)
class Trial:
    """``rows`` (N,): index of the questions tried, in the table they came from; ``truth`` (N,): their subjects; ``scores``:
    (N, K) by approach; ``subjects`` (K,); ``close`` (N, K) as in ``Desk.scores``."""

    rows: pd.Index
    truth: np.ndarray
    scores: dict[Approach, np.ndarray]
    subjects: np.ndarray
    close: np.ndarray

    def told(self, approach: Approach) -> np.ndarray:
        """(N,) the subject that each question was taken to be about."""
        return self.subjects[self.scores[approach].argmax(axis=1)]

    def accuracy(self, approach: Approach) -> float:
        """Share of the questions whose subject was found."""
        return float((self.told(approach) == self.truth).mean())


def try_out(asked: pd.DataFrame, extra: pd.DataFrame, embed: Embed | None = None, seed: int = 0) -> Trial | None:
    """Answer each of ``asked`` (question, subject, group) from the others; None where there is nothing to learn from or to try.

    Questions of one group are never split between learning and trying. ``extra`` (question, subject), the standing answers' own
    questions, are always learnt from and never tried.
    """
    if asked["group"].nunique() < 2 or asked["subject"].nunique() < 2:
        return None
    subjects = np.unique(pd.concat([asked["subject"], extra["subject"]]).to_numpy(dtype=str))
    tried, alike, scores = [], [], {a: [] for a in APPROACHES}
    for known, held in _folds(asked, seed):
        learnt = pd.concat([asked.iloc[known], extra])
        desk = learn_desk(learnt["question"], learnt["subject"], embed)
        by_approach, close = desk.scores(list(asked["question"].iloc[held]))
        at = np.searchsorted(subjects, desk.subjects)
        for approach, found in by_approach.items():
            scores[approach].append(_widened(found, at, len(subjects), found.min() - UNKNOWN))
        tried.append(held)
        alike.append(_widened(close, at, len(subjects), 0.0))
    held = np.concatenate(tried)
    truth = asked["subject"].to_numpy(dtype=str)[held]
    joined = {a: np.concatenate(s) for a, s in scores.items()}
    return Trial(asked.index[held], truth, joined, subjects, np.concatenate(alike))


def _widened(found: np.ndarray, at: np.ndarray, columns: int, unseen: float) -> np.ndarray:
    wide = np.full((len(found), columns), unseen)
    wide[:, at] = found
    return wide


def _folds(asked: pd.DataFrame, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Places to learn from and places to try, with subjects in like shares."""
    large = len(asked) > LARGE
    folds = PARTS if large else min(FOLDS, asked["group"].nunique())
    subject, group = (pd.factorize(asked[c])[0] for c in ("subject", "group"))
    if np.bincount(subject).max() < folds:
        subject = np.zeros_like(subject)  # none is large enough to be shared out
    with warnings.catch_warnings():
        # of a subject with fewer questions than folds: those are the hard ones, and count as such
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        found = list(StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(subject, subject, group))
    usable = [(known, held) for known, held in found if len(known) and len(held)]
    yield from usable[:1] if large else usable
