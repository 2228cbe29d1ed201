"""Kept results: what one phase found, for the phases after it.

Within a process results are kept in memory. During ``playbook run`` they also lie in the run's own
work folder (named by ``PLAYBOOK_WORK``), which only this run writes and which is gone when it ends;
that is why a pickle may be read from there and from nowhere else.
"""

import json
import os
import pickle
from datetime import date
from pathlib import Path

from playbook.engagement import Engagement
from playbook.result.contract import Lesson, Result

__all__ = ["LESSONS", "WORK_VARIABLE", "keep", "past_lessons", "recall"]

WORK_VARIABLE = "PLAYBOOK_WORK"
LESSONS = "lessons.json"
_memory: dict[tuple[Engagement, str], Result] = {}


def keep(engagement: Engagement, name: str, result: Result) -> None:
    """Keep a result under its method's name."""
    _memory[engagement, name] = result
    if folder := os.environ.get(WORK_VARIABLE):
        file = Path(folder) / f"{name}.pickle"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            pickle.dump(result, stream)


def recall(engagement: Engagement, name: str) -> Result | None:
    """The result kept under that name, or None."""
    if (engagement, name) in _memory:
        return _memory[engagement, name]
    folder = os.environ.get(WORK_VARIABLE)
    if folder and (file := Path(folder) / f"{name}.pickle").is_file():
        with file.open("rb") as stream:
            return pickle.load(stream)
    return None


def past_lessons(engagement: Engagement, as_of: date) -> tuple[Lesson, ...]:
    """Lessons of the last published evaluation before ``as_of``; empty when there is none.

    Only earlier as-of days count, so that running the same day twice gives the same report.
    """
    earlier = sorted(file for file in engagement.reports.glob(f"????-??-??/{LESSONS}") if file.parent.name < as_of.isoformat())
    if not earlier:
        return ()
    return tuple(Lesson(**values) for values in json.loads(earlier[-1].read_text(encoding="utf-8")))
