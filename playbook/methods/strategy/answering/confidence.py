"""Confidence: how sure an answer is, and from which confidence on it may go out without a person."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from playbook.methods.needs_analysis.chance import share_range

__all__ = ["FEWEST_SENT", "Confidence", "calibrated", "least_sure", "precision_curve"]

UNFAMILIAR = 0.02  # share of the questions answered right that is given up to keep strange ones out
FEWEST_SENT = 20  # answers below which nothing is said of their precision


@dataclass(frozen=True)
class Confidence:
    """Chance that the best subject is the right one: a logistic curve of its score and its lead over the next (Platt 1999).

    ``familiar``: likeness to the closest past question below which nothing is said. What nobody has asked before can look
    as much like one subject as what everybody asks.
    """

    score: float
    lead: float
    intercept: float
    familiar: float

    def of(self, scores: np.ndarray, likeness: np.ndarray) -> np.ndarray:
        """(N,) from the scores (N, K) of a question's subjects and its likeness (N,) to the closest past question; 0 where
        that is too small."""
        chance = 1 / (1 + np.exp(-(_evidence(scores) @ np.array([self.score, self.lead]) + self.intercept)))
        return np.where(likeness >= self.familiar, chance, 0.0)


def calibrated(scores: np.ndarray, likeness: np.ndarray, right: np.ndarray) -> Confidence:
    """From the scores (N, K) of a trial, the likeness (N,) to the closest past question, and whether the best was right (N,)."""
    familiar = float(np.quantile(likeness[right], UNFAMILIAR)) if right.any() else np.inf
    if right.all() or not right.any():  # nothing to tell apart; as if one more question had gone the other way
        return Confidence(0.0, 0.0, float(np.log((right.sum() + 0.5) / ((~right).sum() + 0.5))), familiar)
    fitted = LogisticRegression(C=10.0).fit(_evidence(scores), right)
    return Confidence(float(fitted.coef_[0, 0]), float(fitted.coef_[0, 1]), float(fitted.intercept_[0]), familiar)


def _evidence(scores: np.ndarray) -> np.ndarray:
    """(N, 2): the best score, and its lead over the next; a single subject leads by its score."""
    ranked = np.sort(scores, axis=1)
    best = ranked[:, -1]
    return np.column_stack([best, best - ranked[:, -2] if scores.shape[1] > 1 else best])


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
