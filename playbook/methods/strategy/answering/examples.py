"""Examples: which standing answers there are, and which past questions each of them would have answered."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.feedback.topic_words import CROWD, cleaned, languages_of
from playbook.methods.strategy.answering.wording import fold, vectoriser

__all__ = ["Examples", "gather"]

ALIKE = 0.6  # cosine from which a reply given is taken for a standing answer
USUAL = 0.25  # share of a subject's replies that one text makes up when it is the desk's usual reply
NEAREST = 5  # past questions that tell the subject of a standing answer which is filed under none


@dataclass(frozen=True)
class Examples:
    """``questions``: question (without greeting, names, numbers), subject (missing where unknown), language, at, group (equal for
    questions alike), source ('tickets' or 'feedback'). ``answers``: question, answer, subject, language, origin ('faq' or 'desk':
    a reply that the desk has sent again and again)."""

    questions: pd.DataFrame
    answers: pd.DataFrame


def gather(tickets: pd.DataFrame, faq: pd.DataFrame | None, feedback: pd.DataFrame | None = None) -> Examples:
    """Questions with their subjects, and the answers known for each subject.

    A subject is what the desk files tickets under (``topic``). Without topics, a standing answer is a subject of its own, and
    a ticket belongs to the one whose text its reply repeats. Without a FAQ, replies that the desk has sent to at least three
    customers, word for word, stand for it. ``feedback``: question, topic (what it was about), as kept by ``playbook ask``.
    """
    asked = pd.DataFrame({"question": tickets["question"].map(cleaned), "at": tickets["created_at"], "source": "tickets"})
    stated = tickets.get("language")
    asked["language"] = languages_of(tickets["question"].astype(str), stated).to_numpy()
    asked["subject"] = _named(tickets["topic"]) if "topic" in tickets else pd.Series(pd.NA, tickets.index, dtype="string")
    asked["reply"] = tickets["answer"].fillna("").str.strip() if "answer" in tickets else ""
    answers = _standing(faq) if faq is not None and len(faq) else _usual(asked)
    filed = asked["subject"].notna().any()
    if filed:
        answers["subject"] = answers["subject"].fillna(_nearest(answers["question"], asked))
        asked["subject"] = asked["subject"].map(_one_spelling(pd.concat([answers["subject"], asked["subject"]])))
        answers["subject"] = answers["subject"].map(_one_spelling(pd.concat([answers["subject"], asked["subject"]])))
    else:
        answers["subject"] = answers["subject"].fillna(answers["question"])
        asked["subject"] = _by_reply(asked["reply"], answers)
    if feedback is not None and len(feedback):
        asked = pd.concat([asked, _learnt(feedback)], ignore_index=True)
    asked = asked[asked["question"].str.len() > 0].reset_index(drop=True)
    asked["group"] = fold(asked["question"])
    return Examples(asked.drop(columns="reply"), answers.dropna(subset=["subject"]).reset_index(drop=True))


def _named(column: pd.Series) -> pd.Series:
    text = column.astype("string").str.strip()
    return text.mask(text == "")


def _one_spelling(names: pd.Series) -> dict[str, str]:
    """Names that differ only by case are one: the first is kept."""
    known: dict[str, str] = {}
    return {name: known.setdefault(name.casefold(), name) for name in names.dropna()}


def _standing(faq: pd.DataFrame) -> pd.DataFrame:
    subject = _named(faq["topic"]) if "topic" in faq else pd.Series(pd.NA, faq.index, dtype="string")
    language = languages_of(faq["question"].astype(str), faq.get("language"))
    return pd.DataFrame(
        {"question": faq["question"], "answer": faq["answer"], "subject": subject, "language": language, "origin": "faq"}
    ).reset_index(drop=True)


def _usual(asked: pd.DataFrame) -> pd.DataFrame:
    """Replies sent word for word to at least three askers, and to a good part of those who asked about the same."""
    sent = asked[asked["reply"].str.len() > 0]
    sent = sent.assign(of=sent.groupby("subject", dropna=False)["reply"].transform("size"))
    keys = ["subject", "language", "reply"]
    used = sent.groupby(keys, dropna=False).agg(times=("reply", "size"), of=("of", "first"), question=("question", "first"))
    used = used[
        (used["times"] >= CROWD) & ((used["times"] >= USUAL * used["of"]) | used.index.get_level_values("subject").isna())
    ]
    used = used.reset_index().rename(columns={"reply": "answer"})
    return used.assign(origin="desk")[["question", "answer", "subject", "language", "origin"]]


def _nearest(questions: pd.Series, asked: pd.DataFrame) -> pd.Series:
    """The subject under which most of the five past questions closest to each of ``questions`` were filed."""
    known = asked.dropna(subset=["subject"])
    if known.empty or questions.empty:
        return pd.Series(pd.NA, questions.index, dtype="string")
    vectors = vectoriser().fit_transform([*known["question"], *questions]).tocsr()
    near = (vectors[len(known) :] @ vectors[: len(known)].T).toarray()
    nearest = np.argsort(-near, axis=1, kind="stable")[:, :NEAREST]
    filed = known["subject"].to_numpy()
    return pd.Series([pd.Series(filed[row]).mode().iloc[0] for row in nearest], questions.index, dtype="string")


def _by_reply(replies: pd.Series, answers: pd.DataFrame) -> pd.Series:
    """The subject of the standing answer that each reply repeats; missing where it repeats none."""
    found = pd.Series(pd.NA, replies.index, dtype="string")
    told = replies[replies.str.len() > 0]
    if told.empty or answers.empty:
        return found
    model = vectoriser()
    standing = model.fit_transform(answers["answer"])
    alike = (model.transform(told) @ standing.T).toarray() / 2  # words and characters, each of length 1
    best = answers["subject"].to_numpy()[alike.argmax(axis=1)]
    found[told.index] = np.where(alike.max(axis=1) >= ALIKE, best, None)
    return found


def _learnt(feedback: pd.DataFrame) -> pd.DataFrame:
    question = feedback["question"].astype(str)
    return pd.DataFrame(
        {
            "question": question.map(cleaned),
            "at": pd.NaT,
            "source": "feedback",
            "language": languages_of(question),
            "subject": _named(feedback["topic"]),
            "reply": "",
        }
    ).dropna(subset=["subject"])
