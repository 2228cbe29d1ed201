"""Desk: learns which subject a question is about, from past questions and standing answers, in three ways."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from playbook.methods.strategy.answering.wording import tokens, vectoriser

with warnings.catch_warnings():  # while it loads, its progress bar asks for widgets that no report could show
    warnings.filterwarnings("ignore", message="IProgress not found")
    import bm25s

__all__ = ["APPROACHES", "Approach", "Desk", "Embed", "learn_desk"]

Approach = Literal["retrieval", "classifier", "both"]
Embed = Callable[[Sequence[str]], np.ndarray]
APPROACHES: tuple[Approach, ...] = ("retrieval", "classifier", "both")
REGULAR = 0.5  # cost of a margin not kept; between .25 and 1 the result on banking77 moves by .2 points
MOST_ROUNDS = 5000
BLOCK = 500  # questions compared at a time


@dataclass(frozen=True, eq=False)
class Desk:
    """What was learnt. ``subjects`` (K,) in order; ``place`` (N,) the subject of each example; ``vectors`` (N, D) its words and
    characters; ``classifier`` None with a single subject; ``embed`` adds the meaning of sentences where that is installed."""

    subjects: np.ndarray
    place: np.ndarray
    vectors: sparse.csr_matrix
    words: FeatureUnion
    ranking: bm25s.BM25
    classifier: LinearSVC | None
    embed: Embed | None = None

    def scores(self, questions: Sequence[str]) -> tuple[dict[Approach, np.ndarray], np.ndarray]:
        """(questions, K) by approach: the higher, the likelier a question is about the subject; and (questions, K) the cosine to
        the closest example of the subject."""
        vectors = self.words.transform(questions)
        close = self._close(vectors)
        found = (close + self._ranked(questions)) / 2
        told = found if self.classifier is None else self._classified(vectors, questions)
        return {"retrieval": found, "classifier": told, "both": told + found}, close

    def _close(self, vectors: sparse.csr_matrix) -> np.ndarray:
        """(questions, K), 0 to 1: cosine of the closest example of each subject."""
        order, starts = self._by_subject()
        turned, best = self.vectors[order].T.tocsr(), np.zeros((vectors.shape[0], len(starts)))
        for start in range(0, vectors.shape[0], BLOCK):
            cosine = (vectors[start : start + BLOCK] @ turned).toarray() / 2  # words and characters, each of length 1
            best[start : start + BLOCK] = np.maximum.reduceat(cosine, starts, axis=1)
        return best

    def _ranked(self, questions: Sequence[str]) -> np.ndarray:
        """(questions, K), below 1: BM25 (Robertson and others 1994) of the closest example of each subject against that of the
        closest of all; a faint best stays faint."""
        order, starts = self._by_subject()
        best = np.zeros((len(questions), len(starts)))
        for row, question in enumerate(questions):
            known = [w for w in tokens(question) if w in self.ranking.vocab_dict]
            if known:
                scored = np.maximum.reduceat(self.ranking.get_scores(known)[order], starts)
                best[row] = scored / (scored.max() + 1.0)
        return best

    def _by_subject(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.place, kind="stable")
        return order, np.searchsorted(self.place[order], np.arange(len(self.subjects)))

    def _classified(self, vectors: sparse.csr_matrix, questions: Sequence[str]) -> np.ndarray:
        decided = self.classifier.decision_function(_inputs(vectors, questions, self.embed))
        return decided if decided.ndim == 2 else np.column_stack([-decided, decided])


def learn_desk(questions: pd.Series, subjects: pd.Series, embed: Embed | None = None) -> Desk:
    """Learn from examples (N,) and their subjects (N,): a linear support vector machine and an index to look up.

    ``embed`` turns texts into vectors (N, M) of length 1. Raises ValueError without an example.
    """
    if questions.empty:
        raise ValueError("no example to learn from")
    texts, names = list(questions), np.unique(subjects.to_numpy(dtype=str))
    place = np.searchsorted(names, subjects.to_numpy(dtype=str))
    words = vectoriser()
    vectors = words.fit_transform(texts).tocsr()
    ranking = bm25s.BM25()
    ranking.index([tokens(text) or [""] for text in texts], show_progress=False)
    classifier = None
    if len(names) > 1:
        classifier = LinearSVC(C=REGULAR, max_iter=MOST_ROUNDS, random_state=0).fit(_inputs(vectors, texts, embed), place)
    return Desk(names, place, vectors, words, ranking, classifier, embed)


def _inputs(vectors: sparse.csr_matrix, texts: Sequence[str], embed: Embed | None) -> sparse.csr_matrix:
    return vectors if embed is None else sparse.hstack([vectors, sparse.csr_matrix(embed(texts))], format="csr")
