"""Earlier: files of a client's earlier reports; one that cannot be read is passed over for the next older one."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TypeVar

from playbook.run.manifest import UNREADABLE
from playbook.run.publish import is_day

__all__ = ["earlier_files", "sound"]

T = TypeVar("T")


def earlier_files(reports: Path, as_of: date, name: str) -> list[Path]:
    """That file of every report published for a day before ``as_of``, the oldest first.

    Only earlier as-of days count, so that running the same day twice gives the same report.
    """
    files = (file for file in reports.glob(f"????-??-??/{name}") if is_day(file.parent.name))
    return sorted(file for file in files if file.parent.name < as_of.isoformat())


def sound(files: list[Path], read: Callable[[Path, object], T]) -> Iterator[T]:
    """What ``read`` makes of each file and the JSON in it, in their order, without those that are damaged or of another form."""
    for file in files:
        with suppress(*UNREADABLE):
            yield read(file, json.loads(file.read_text(encoding="utf-8")))
