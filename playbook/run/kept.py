"""Kept: what one phase read and found, for the phases after it.

Within a process results are kept in memory. During ``playbook run`` they also lie in the run's own
work folder (named by ``PLAYBOOK_WORK``), which only this run writes and which is gone when it ends;
that is why a pickle may be read from there and from nowhere else. What is kept belongs to one client
file and one as-of day: a notebook that opens another one finds nothing of it.
"""

import json
import os
import pickle
from datetime import date
from pathlib import Path

from playbook.engagement import Engagement
from playbook.result.contract import Lesson, Result

__all__ = ["LESSONS", "WORK_VARIABLE", "keep", "past_lessons", "recall", "store", "stored"]

WORK_VARIABLE = "PLAYBOOK_WORK"
LESSONS = "lessons.json"
_memory: dict[tuple[Engagement, str], Result] = {}


def keep(engagement: Engagement, name: str, result: Result) -> None:
    """Keep a result under its method's name."""
    _memory[engagement, name] = result
    if folder := os.environ.get(WORK_VARIABLE):
        store(engagement, name, result, Path(folder))


def recall(engagement: Engagement, name: str) -> Result | None:
    """The result kept under that name, or None."""
    return _memory.get((engagement, name)) or stored(engagement, name)


def store(engagement: Engagement, name: str, value: object, folder: Path) -> None:
    """Write a value into a run's work folder, for the notebooks of the run."""
    file = _file(engagement, name, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        pickle.dump(value, stream, pickle.HIGHEST_PROTOCOL)


def stored(engagement: Engagement, name: str) -> object | None:
    """The value that this run wrote under that name; None when there is none, and outside ``playbook run``."""
    folder = os.environ.get(WORK_VARIABLE)
    if folder and (file := _file(engagement, name, Path(folder))).is_file():
        with file.open("rb") as stream:
            return pickle.load(stream)
    return None


def _file(engagement: Engagement, name: str, folder: Path) -> Path:
    return folder / f"{engagement.client}-{engagement.as_of}-{engagement.digest[:12]}" / f"{name}.pickle"


def past_lessons(engagement: Engagement, as_of: date) -> tuple[Lesson, ...]:
    """Lessons of the last published evaluation before ``as_of``; empty when there is none.

    Only earlier as-of days count, so that running the same day twice gives the same report.
    """
    earlier = sorted(file for file in engagement.reports.glob(f"????-??-??/{LESSONS}") if file.parent.name < as_of.isoformat())
    if not earlier:
        return ()
    return tuple(Lesson(**values) for values in json.loads(earlier[-1].read_text(encoding="utf-8")))
