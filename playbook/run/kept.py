"""Kept: what one phase read and found, for the phases after it.

Within a process results are kept in memory. During ``playbook run`` they also lie in the run's own
work folder (named by ``PLAYBOOK_WORK``), which only this run writes and which is gone when it ends;
that is why a pickle may be read from there and from nowhere else. Where another process of the run works
ahead of the notebooks, each of the two has a folder of its own, and ``PLAYBOOK_BESIDE`` names the other's.
What is kept belongs to one client file and one as-of day: a notebook that opens another one finds nothing of it.
"""

import os
import pickle
from datetime import date
from pathlib import Path
from types import MappingProxyType

from playbook.engagement import Engagement
from playbook.result.contract import Lesson, Result, Worklist
from playbook.result.remembered import Remembered
from playbook.run.earlier import earlier_files, sound
from playbook.run.noted import noted

__all__ = [
    "BESIDE_VARIABLE", "FINDINGS", "LESSONS", "PLAN", "READERS", "WORK_VARIABLE", "beside", "keep", "kept_figures",
    "kept_lists", "known", "laid", "of_file", "past_findings", "past_lessons", "past_plan", "recall", "room", "store", "stored",
]  # fmt: skip

WORK_VARIABLE, BESIDE_VARIABLE = "PLAYBOOK_WORK", "PLAYBOOK_BESIDE"
FINDINGS, LESSONS, PLAN = "findings.json", "lessons.json", "plan.json"
_LISTS, _FIGURES = "-lists", "-figures"
_memory: dict[tuple[Engagement, str], Result] = {}


def keep(engagement: Engagement, name: str, result: Result) -> None:
    """Keep a result under its method's name."""
    _memory[engagement, name] = result
    if folder := os.environ.get(WORK_VARIABLE):
        store(engagement, name, result, Path(folder))
        if result.worklists:  # apart, so that reading them loads no model
            store(engagement, name + _LISTS, result.worklists, Path(folder))
        if engagement.as_of and (figures := noted(name, result, engagement.as_of)):
            store(engagement, name + _FIGURES, figures, Path(folder))


def recall(engagement: Engagement, name: str) -> Result | None:
    """The result kept under that name, or None."""
    return _memory.get((engagement, name)) or stored(engagement, name)


def known(engagement: Engagement, name: str) -> bool:
    """Whether ``recall`` would find a result under that name."""
    folder = os.environ.get(WORK_VARIABLE)
    return (engagement, name) in _memory or bool(folder) and _file(engagement, name, Path(folder)).is_file()


def store(engagement: Engagement, name: str, value: object, folder: Path) -> None:
    """Write a value into a run's work folder, for the notebooks of the run; others see it whole or not at all."""
    file = _file(engagement, name, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.part")  # two may write the same
    with part.open("wb") as stream:
        pickle.dump(value, stream, pickle.HIGHEST_PROTOCOL)
    part.replace(file)


def stored(engagement: Engagement, name: str) -> object | None:
    """The value that this run wrote under that name; None when there is none, and outside ``playbook run``."""
    return _read(engagement, name, WORK_VARIABLE)


def beside(engagement: Engagement, name: str) -> object | None:
    """The value that the process beside this one wrote under that name; None when there is none, or no such process."""
    return _read(engagement, name, BESIDE_VARIABLE)


def laid(engagement: Engagement, name: str, folder: Path) -> object | None:
    """The value that was written under that name into a run's work folder; None when there is none."""
    file = _file(engagement, name, folder)
    return pickle.loads(file.read_bytes()) if file.is_file() else None


def _read(engagement: Engagement, name: str, variable: str) -> object | None:
    folder = os.environ.get(variable)
    return laid(engagement, name, Path(folder)) if folder else None


def kept_lists(engagement: Engagement, as_of: date, name: str, folder: Path) -> tuple[Worklist, ...]:
    """The worklists of a result that the run with this work folder kept; empty when it kept none."""
    return _kept(engagement, as_of, name + _LISTS, folder)


def kept_figures(engagement: Engagement, as_of: date, name: str, folder: Path) -> tuple[Remembered, ...]:
    """What a result that the run with this work folder kept leaves for later reports; empty when it left nothing."""
    return _kept(engagement, as_of, name + _FIGURES, folder)


def _kept(engagement: Engagement, as_of: date, name: str, folder: Path) -> tuple:
    return laid(engagement.model_copy(update={"as_of": as_of}), name, folder) or ()


def _file(engagement: Engagement, name: str, folder: Path) -> Path:
    return folder / room(engagement) / f"{name}.pickle"


def room(engagement: Engagement) -> str:
    """The folder, in a work folder, of what belongs to one client file, as-of day and language."""
    return f"{engagement.client}-{engagement.as_of}-{engagement.language}-{_mark(engagement)}"


def of_file(room: str, engagement: Engagement) -> str:
    """The same day's and language's folder under today's client file, which may name other recipients than the former one."""
    return f"{room.rpartition('-')[0]}-{_mark(engagement)}"


def _mark(engagement: Engagement) -> str:
    return engagement.digest[:12]


def past_lessons(engagement: Engagement, as_of: date) -> tuple[Lesson, ...]:
    """Lessons of the last published evaluation before ``as_of`` that can be read; empty when there is none."""
    return _last_published(engagement, as_of, LESSONS)


def past_plan(engagement: Engagement, as_of: date) -> tuple[dict, ...]:
    """Actions of the last plan published before ``as_of`` that can be read, as dicts (action_id, name, whom, owner, start, review
    ...); empty when there is none. Days are written as YYYY-MM-DD."""
    return _last_published(engagement, as_of, PLAN)


def past_findings(engagement: Engagement, as_of: date) -> tuple[dict, ...]:
    """Findings of the last report published before ``as_of`` that can be read, as dicts (section, id, sentence, value, low, high,
    money ...) with the report's own ``as_of`` (YYYY-MM-DD); empty when there is none."""
    return _last_published(engagement, as_of, FINDINGS)


def _last_published(engagement: Engagement, as_of: date, name: str) -> tuple:
    return next(sound(earlier_files(engagement.reports, as_of, name)[::-1], READERS[name]), ())


def _with_day(file: Path, findings: list[dict]) -> tuple[dict, ...]:
    return tuple({**_having(one, "section", "id", "sentence"), "as_of": file.parent.name} for one in findings)


def _having(values: dict, *names: str) -> dict:
    """The values; raises KeyError where a name is missing: the file is of another form."""
    for name in names:
        values[name]
    return values


READERS = MappingProxyType(
    {
        FINDINGS: _with_day,
        LESSONS: lambda file, lessons: tuple(Lesson(**one) for one in lessons),
        PLAN: lambda file, actions: tuple(_having(one, "action_id", "name") for one in actions),
    }
)  # what is made of a file and the JSON in it
