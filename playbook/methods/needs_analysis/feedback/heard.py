"""What was heard from customers: all that findings and tables of the voice are written from."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.feedback.satisfaction import Course
from playbook.methods.needs_analysis.feedback.subjects import Subjects
from playbook.methods.needs_analysis.feedback.ticket_trends import Waiting
from playbook.methods.needs_analysis.feedback.topics import WORDLESS
from playbook.methods.needs_analysis.windows import YEAR
from playbook.result.formats import Formats

__all__ = ["CLEAR", "LOW_SCORE", "SALES", "SERVICE", "Heard", "signed", "subject_words"]

CLEAR = ("shown", "likely")
SERVICE, SALES = mark("head of customer service"), mark("head of sales")
LOW_SCORE = mark("low score (0 to 6)")
TOPIC_COLUMNS = (
    *("topic", "filed", "language", "tickets", "share", "total", "recent", "earlier"),
    *("change", "change_low", "change_high", "change_evidence", "a_year_before", "words", "example"),
)


@dataclass(frozen=True)
class Heard:
    """All that the voice of the customer was worked out from and came to; ``buyers`` are customers of the last twelve months."""

    fmt: Formats
    as_of: date
    answers: pd.DataFrame
    tickets: pd.DataFrame
    nps: Course | None
    csat: Course | None
    score: str
    drivers: pd.DataFrame
    subjects: Subjects | None
    lost: pd.DataFrame
    window: int | None
    waiting: Waiting | None
    buyers: pd.Series | None

    @property
    def topics(self) -> pd.DataFrame:
        return pd.DataFrame(columns=list(TOPIC_COLUMNS)) if self.subjects is None else self.subjects.topics

    @property
    def scale(self) -> str:
        return self.fmt.say("0 to 10") if self.score == "recommend" else self.fmt.say("1 to 5")

    def named(self, topic: str) -> str:
        """A subject in a sentence: in quotation marks, as it may be any words of the service desk or of customers."""
        return f"“{subject_words(topic, self.fmt)}”"

    def since(self) -> pd.Timestamp:
        return pd.Timestamp(self.as_of) + pd.Timedelta(days=1) - pd.DateOffset(months=YEAR)


def subject_words(topic: str, fmt: Formats) -> str:
    """A subject as a reader is told it: the client's and the customers' own words stay as they are."""
    return fmt.told(topic) if topic in (LOW_SCORE, WORDLESS) else topic


def signed(value: float, fmt: Formats) -> str:
    """A number with its sign: +1.5."""
    return f"+{fmt.number(value, 1)}" if value > 0 else fmt.number(value, 1)
