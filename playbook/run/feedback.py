"""Feedback: what people said of answers by ``playbook ask``, kept in the client's folder and learnt from by the next run."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from playbook.engagement import Engagement
from playbook.errors import IntakeError

__all__ = ["COLUMNS", "FEEDBACK", "feedback_file", "read_feedback", "record_feedback"]

FEEDBACK = "service-feedback.csv"
COLUMNS = ("at", "question", "told", "topic")  # told: the subject it was taken to be about; topic: the one it was about

_REMEDY = f"save it as UTF-8 with the first line {','.join(COLUMNS)}, or move it away to begin anew"


def feedback_file(engagement: Engagement) -> Path:
    """Where the client's feedback lies."""
    return engagement.root / "data" / engagement.client / FEEDBACK


def read_feedback(engagement: Engagement) -> pd.DataFrame | None:
    """at, question, told, topic of each answer that somebody has judged; None without any.

    Raises IntakeError for a file that is not what ``record_feedback`` writes.
    """
    table = _table(engagement)
    return table if table is not None and len(table) else None


def _table(engagement: Engagement) -> pd.DataFrame | None:
    """The file as it is; None where there is none."""
    file = feedback_file(engagement)
    if not file.is_file():
        return None
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise IntakeError(f"data/{engagement.client}/{FEEDBACK} cannot be read:", [f"it is no UTF-8; {_REMEDY}"]) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        raise IntakeError(f"data/{engagement.client}/{FEEDBACK} cannot be read:", [f"it is no table; {_REMEDY}"]) from None
    if absent := [c for c in COLUMNS if c not in table]:
        raise IntakeError(
            f"data/{engagement.client}/{FEEDBACK} cannot be used:",
            [f"it has no column {', '.join(absent)}; {_REMEDY}"],
        )
    return table


def record_feedback(engagement: Engagement, question: str, told: str, topic: str) -> Path:
    """Add one judged answer to the client's file, in the order in which its columns stand there; returns the file.

    Raises IntakeError for a file that is not what this function writes.
    """
    file, table = feedback_file(engagement), _table(engagement)
    with file.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS if table is None else list(table), restval="")
        if table is None:
            writer.writeheader()
        elif not file.read_bytes().endswith(b"\n"):  # an editor left the last line open
            stream.write("\r\n")
        at = datetime.now(UTC).isoformat(timespec="seconds")
        writer.writerow(dict(zip(COLUMNS, (at, question, told, topic), strict=True)))
    return file
