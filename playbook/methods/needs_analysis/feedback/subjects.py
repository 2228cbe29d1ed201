"""Subjects: what each ticket is about: as the service desk filed it where it did, else as its words say."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.feedback.ticket_trends import topic_changes
from playbook.methods.needs_analysis.feedback.topics import describe_groups, find_topics
from playbook.methods.needs_analysis.windows import YEAR

__all__ = ["Subjects", "ticket_subjects"]

FILED = 0.5  # share of tickets with a filed topic from which the client's own filing is followed
TICKETS_PER_FILED = 5  # on average: with fewer, the filing names single cases
MOST_FILED = 200  # filed topics that are described; a longer list is a free text field
LONGEST_LABEL = 40


@dataclass(frozen=True)
class Subjects:
    """``of``: the subject of each ticket (None where it cannot be told), in the order given.

    ``topics``: one row a subject, the most frequent first [topic, filed, language, tickets (last twelve months), share (of them),
    total, change, change_low, change_high, change_evidence, a_year_before, words, example]. ``agreement`` is the share of filed
    tickets that the words alone would put with most of their subject; ``sampled`` the texts that subjects were learned from.
    """

    of: pd.Series
    topics: pd.DataFrame = field(repr=False)
    agreement: float | None = None
    sampled: int | None = None


def ticket_subjects(tickets: pd.DataFrame, as_of: date, names: pd.Series | None = None) -> Subjects:
    """Subjects of ``tickets`` [created_at, question, topic?, language?]; ``names`` are the products', which make no subject.

    Where at least half of the tickets carry a filed topic, and a topic has five tickets on average, the filing is followed,
    which also joins the languages, and only the rest is grouped by its words.
    """
    names = [] if names is None else names.dropna().astype(str).tolist()
    spoken = tickets.get("language")
    filed = _filed(tickets)
    rest = filed.isna()
    subject, words, agreement, sampled = filed.astype(object), pd.DataFrame(), None, None
    found = find_topics(tickets["question"], languages=spoken, names=names)
    if rest.all():
        words, sampled = _labelled(found.topics), found.sampled
        subject = _by_label(found.labels, words, tickets.index)
    else:
        agreement = _agreement(filed, found.labels)
        # Few tickets without a filed topic are left out, not grouped.
        loose = find_topics(tickets.loc[rest, "question"], languages=None if spoken is None else spoken[rest], names=names)
        rows = _labelled(loose.topics, taken=set(filed.dropna()))
        subject[rest] = _by_label(loose.labels, rows, tickets.index[rest])
        told = describe_groups(tickets["question"], filed.where(filed.notna(), None), spoken, names).rename(
            columns={"group": "topic"}
        )
        words = pd.concat([told.assign(filed=True), rows], ignore_index=True)
    return Subjects(subject, _counted(tickets, subject, words, as_of), agreement, sampled)


def _filed(tickets: pd.DataFrame) -> pd.Series:
    """The filed topic of each ticket, or nothing at all where the filing cannot be followed."""
    if "topic" not in tickets:
        return pd.Series(None, index=tickets.index, dtype="string")
    filed = tickets["topic"].astype("string").str.strip().str.replace(r"\s+", " ", regex=True)
    filed = filed.mask(filed == "").str.slice(0, LONGEST_LABEL)
    different = filed.nunique()
    sound = (
        filed.notna().mean() >= FILED and 2 <= different <= MOST_FILED and filed.notna().sum() >= TICKETS_PER_FILED * different
    )
    return filed if sound else filed.mask(filed.notna())


def _labelled(topics: pd.DataFrame, taken: set[str] = frozenset()) -> pd.DataFrame:
    """Topics under their labels, each of which stands once."""
    rows, used = [], set(taken)
    for row in topics.to_dict("records"):
        label, number = row["label"], 2
        while label in used:
            label, number = f"{row['label']} ({number})", number + 1
        used.add(label)
        rows.append({**row, "number": row["topic"], "topic": label, "filed": False})
    return pd.DataFrame(rows, columns=["topic", "number", "filed", "language", "texts", "words", "example"])


def _by_label(labels: np.ndarray, rows: pd.DataFrame, index: pd.Index) -> pd.Series:
    names = dict(zip(rows["number"], rows["topic"], strict=True))
    return pd.Series([names.get(label) for label in labels], index=index, dtype=object)


def _agreement(filed: pd.Series, labels: np.ndarray) -> float | None:
    both = filed.notna().to_numpy() & (labels >= 0)
    if not both.any():
        return None
    table = pd.crosstab(labels[both], filed[both].astype(str).to_numpy())
    return float(table.max(axis=1).sum() / table.to_numpy().sum())


def _counted(tickets: pd.DataFrame, subject: pd.Series, words: pd.DataFrame, as_of: date) -> pd.DataFrame:
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    year = tickets["created_at"].between(end - pd.DateOffset(months=YEAR), end, inclusive="left")
    known = subject.notna()
    counts = pd.DataFrame({"tickets": subject[year & known].value_counts(), "total": subject[known].value_counts()}).fillna(0)
    counts["share"] = counts["tickets"] / max(1, int(year.sum()))
    changes = topic_changes(tickets[["created_at"]].assign(topic=subject), as_of)
    changes = changes.rename(columns={"low": "change_low", "high": "change_high", "evidence": "change_evidence"}).set_index(
        "topic"
    )
    about = words.set_index("topic")[["filed", "language", "words", "example"]]
    columns = ["change", "change_low", "change_high", "change_evidence", "a_year_before"]
    table = counts.join(changes[["recent", "earlier", *columns]]).join(about).rename_axis("topic").reset_index()
    table = table.astype({"tickets": int, "total": int})
    table = table.sort_values(["tickets", "total", "topic"], ascending=[False, False, True], ignore_index=True)
    return table[["topic", "filed", "language", "tickets", "share", "total", "recent", "earlier", *columns, "words", "example"]]
