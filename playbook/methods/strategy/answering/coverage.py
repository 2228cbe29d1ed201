"""Coverage: subject by subject, how many questions come, how many could be answered at once, and where answers are missing."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.needs_analysis.feedback.topic_words import CROWD, cleaned, telling, words_of
from playbook.methods.strategy.answering.examples import Examples

__all__ = ["Coverage", "cover"]

YEAR = 365
WORDS = 4  # that tell what a subject without a name in plain words is about
GAP_TICKETS = 5  # questions of a year from which a missing answer is worth writing


@dataclass(frozen=True)
class Coverage:
    """``subjects``: subject, year (questions a year), asked (tried), sent, right (of those sent), answered (share of the
    subject's questions sent and right), precision, covered (has a standing answer), words. Of all questions: ``year`` how many
    come, ``known`` the share whose subject is known, ``sent`` the share sent, ``right`` the share sent and right with ``low`` and
    ``high``: the others count as handed to a person; ``precision`` of what is sent, with its range, not a number where nothing is
    sent."""

    subjects: pd.DataFrame
    year: float
    known: float
    sent: float
    right: float
    low: float
    high: float
    precision: float
    precision_range: tuple[float, float]

    @property
    def gaps(self) -> pd.DataFrame:
        """Subjects without a standing answer that are asked often enough to need one, the most frequent first."""
        return self.subjects[~self.subjects["covered"] & (self.subjects["year"] >= GAP_TICKETS)].reset_index(drop=True)


def cover(examples: Examples, tried: pd.DataFrame, as_of: date) -> Coverage:
    """``tried``: truth, sent and right (booleans) of the questions of the trial."""
    tickets = examples.questions[examples.questions["source"] == "tickets"]
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    recent = tickets[(tickets["at"] >= end - pd.Timedelta(days=YEAR)) & (tickets["at"] < end)]
    days = min(YEAR, (end - tickets["at"].min()).days + 1) if len(tickets) else YEAR
    scale = YEAR / days if days > 0 else 1.0
    table = (
        tried.groupby("truth").agg(asked=("sent", "size"), sent=("sent", "sum"), right=("right", "sum")).rename_axis("subject")
    )
    named = recent["subject"].dropna().value_counts().rename_axis("subject").rename("year") * scale
    table = table.join(named, how="outer").fillna(0.0).reset_index()
    table = table.sort_values(["year", "subject"], ascending=[False, True], ignore_index=True)
    table["answered"] = (table["right"] / table["asked"]).where(table["asked"] > 0)
    table["precision"] = (table["right"] / table["sent"]).where(table["sent"] > 0)
    table["covered"] = table["subject"].isin(examples.answers["subject"])
    table["words"] = [_words(examples.questions[examples.questions["subject"] == s]) for s in table["subject"]]
    asked, sent, right = len(tried), int(tried["sent"].sum()), int(tried["right"].sum())
    # The trial holds questions with a known subject alone: of the others nobody knows whether an answer would have been right.
    counted = recent if len(recent) else tickets
    known = float(counted["subject"].notna().mean()) if len(counted) else 1.0
    low, high = (edge * known for edge in share_range(right, asked))
    each = known / asked if asked else 0.0
    return Coverage(
        table, len(recent) * scale, known, sent * each, right * each, low, high,
        right / sent if sent else np.nan, share_range(right, sent),
    )  # fmt: skip


def _words(asked: pd.DataFrame) -> str:
    """The words that most of the questions share; none that fewer than three use, so that nobody is told by them."""
    language = asked["language"].mode().iloc[0] if len(asked) else "en"
    spoken = asked.loc[asked["language"] == language, "question"]
    used = pd.Series([w for text in spoken for w in set(words_of(cleaned(text), language))], dtype="object").value_counts()
    used = used[used >= CROWD].sort_index().sort_values(ascending=False, kind="stable")
    return ("、" if language == "zh" else ", ").join(telling(list(used.index), language)[:WORDS])
