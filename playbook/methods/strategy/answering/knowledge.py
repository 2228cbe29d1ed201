"""Knowledge: what the service desk knows, asked one question at a time: an answer, or the hand-over to a person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.feedback.topic_words import cleaned, languages_of
from playbook.methods.strategy.answering.confidence import Confidence
from playbook.methods.strategy.answering.desk import Approach, Desk, Embed, learn_desk
from playbook.methods.strategy.answering.examples import Examples

__all__ = ["Knowledge", "Reply", "covered", "learn_knowledge"]


@dataclass(frozen=True)
class Reply:
    """``answer`` is None where a person has to answer: the subject is not sure enough, or has no standing answer.

    ``subject`` is the likeliest one, ``confidence`` the chance that it is right , ``suggestion`` what the standing answer to it
    would be (None without one), ``next_best`` the two subjects after it.
    """

    question: str
    answer: str | None
    subject: str | None
    confidence: float
    suggestion: str | None
    next_best: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Standing ``answers`` (see ``Examples``), what was learnt, and the confidence from which an answer goes out; without
    ``least`` (None) every question goes to a person."""

    answers: pd.DataFrame
    desk: Desk
    approach: Approach
    confidence: Confidence | None
    least: float | None

    def reply(self, question: str) -> Reply:
        """Answer one question in its own language where there is an answer in it."""
        asked = cleaned(question)
        by_approach, close = self.desk.scores([asked])
        scores = by_approach[self.approach]
        order = np.argsort(-scores[0], kind="stable")
        subject, *others = (str(self.desk.subjects[i]) for i in order[:3])
        sure = 0.0 if self.confidence is None or not asked else float(self.confidence.of(scores, close)[0])
        suggestion = self.answer_to(subject, asked)
        sent = suggestion if self.least is not None and sure >= self.least else None
        return Reply(question, sent, subject, sure, suggestion, tuple(others))

    def answer_to(self, subject: str, asked: str) -> str | None:
        """The standing answer of a subject closest to what was asked, in its language where there is one in it."""
        known = self.answers[self.answers["subject"] == subject]
        spoken = known[known["language"] == languages_of(pd.Series([asked])).iloc[0]]
        known = spoken if len(spoken) else known
        if known.empty:
            return None
        vectors = self.desk.words.transform([asked, *known["question"]])
        close = (vectors[1:] @ vectors[0].T).toarray().ravel()
        return str(known["answer"].iloc[int(close.argmax())])


def learn_knowledge(
    examples: Examples, approach: Approach, confidence: Confidence | None, least: float | None, embed: Embed | None = None
) -> Knowledge | None:
    """Learn from all questions whose subject is known and from the standing answers' own; None without any."""
    learnt = pd.concat([examples.questions.dropna(subset=["subject"]), examples.answers])[["question", "subject"]]
    if learnt.empty:
        return None
    return Knowledge(examples.answers, learn_desk(learnt["question"], learnt["subject"], embed), approach, confidence, least)


def covered(subjects: Sequence[str], answers: pd.DataFrame) -> np.ndarray:
    """(N,) whether there is a standing answer to each subject."""
    return np.isin(np.asarray(subjects, dtype=str), answers["subject"].to_numpy(dtype=str))
