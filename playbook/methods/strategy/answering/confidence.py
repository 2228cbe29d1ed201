"""Confidence: how sure an answer is, and from which confidence on it may go out without a person."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from playbook.methods.needs_analysis.chance import share_range

__all__ = ["FEWEST_SENT", "Confidence", "calibrated", "least_sure", "precision_curve"]

STRANGE = 0.1  # of all questions, those taken to be about something new when confidence is learnt
FEWEST_SENT = 20  # answers below which nothing is said of their precision


@dataclass(frozen=True)
class Confidence:
    """Chance that the best subject is the right one: a logistic curve (Platt 1999) of its score, its lead over the next, and the
    cosine of its closest example."""

    weights: tuple[float, float, float]
    intercept: float

    def of(self, scores: np.ndarray, close: np.ndarray) -> np.ndarray:
        """(N,) from scores and closeness (N, K) of a question's subjects."""
        return expit(_evidence(scores, close) @ np.array(self.weights) + self.intercept)


def calibrated(scores: np.ndarray, close: np.ndarray, truth: np.ndarray) -> Confidence:
    """From scores and closeness (N, K) of a trial, K at least 2, and the places (N,) of the right subjects.

    Each question counts twice: as it is, and with less weight as one about a subject that nobody knows yet, by leaving its own
    out. Without the second, a desk that is always right on past questions would be as sure of whatever is asked next.
    """
    rows = np.arange(len(truth))
    strange = scores.copy()
    strange[rows, truth] = -np.inf
    known, unknown = _evidence(scores, close), _evidence(strange, close)
    right = np.concatenate([scores.argmax(axis=1) == truth, np.zeros(len(truth), dtype=bool)])
    if not right.any():
        return Confidence((0.0, 0.0, 0.0), float(np.log(0.5 / (len(truth) + 0.5))))
    weight = np.repeat([1 - STRANGE, STRANGE], len(truth))
    fitted = LogisticRegression(C=10.0, max_iter=1000).fit(np.concatenate([known, unknown]), right, sample_weight=weight)
    return Confidence(tuple(map(float, fitted.coef_[0])), float(fitted.intercept_[0]))


def _evidence(scores: np.ndarray, close: np.ndarray) -> np.ndarray:
    """(N, 3): the best score, its lead over the next, the cosine of the best subject's closest example. A subject alone, or one
    that leads by all there is, leads by its score."""
    rows, best = np.arange(len(scores)), scores.argmax(axis=1)
    top = scores[rows, best]
    others = scores.copy()
    others[rows, best] = -np.inf
    next_best = others.max(axis=1)
    lead = np.where(np.isfinite(next_best), top - next_best, top)
    return np.column_stack([top, lead, close[rows, best]])


def precision_curve(confidence: np.ndarray, sendable: np.ndarray, right: np.ndarray) -> dict[str, np.ndarray]:
    """What happens from each confidence on: ``confidence`` (falling), ``sent`` and ``right`` (counts up to it).

    Arguments (N,): confidence of each question, whether there is an answer to send, whether it would be right.
    """
    order = np.argsort(-confidence, kind="stable")
    order = order[sendable[order]]
    sure = confidence[order]
    last = np.append(sure[1:] != sure[:-1], True) if len(sure) else np.zeros(0, dtype=bool)  # ties go out together
    return {
        "confidence": sure[last],
        "sent": np.arange(1, len(order) + 1)[last],
        "right": np.cumsum(right[order])[last],
    }


def least_sure(curve: dict[str, np.ndarray], precision: float) -> float | None:
    """The lowest confidence from which answers keep the precision, as sure as the report's ranges are; None where none does.

    What counts is the lower end of the range of the precision, because the confidence is picked on the same questions.
    """
    kept = [
        sure
        for sure, sent, right in zip(curve["confidence"], curve["sent"], curve["right"], strict=True)
        if sent >= FEWEST_SENT and share_range(right, sent)[0] >= precision
    ]
    return float(min(kept)) if kept else None
