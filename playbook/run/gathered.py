"""Gathered: all that a client's tables give to methods: the as-of day, the audit, and every frame they allow.

``playbook run`` reads and checks the tables once and hands what it gathered to its notebooks. In
JupyterLab and under plain papermill a notebook gathers for itself, when it asks for the first time.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path

from playbook.engagement import Engagement
from playbook.intake.checks import audit
from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import Tables, open_tables
from playbook.run.kept import beside, laid, store, stored

__all__ = ["GATHERED", "gather", "gather_from_behind", "gathered"]

GATHERED = ("as_of", "audit", *FRAMES)
READS = "-reads"  # the tables that something was made from, written after it


@lru_cache(maxsize=64)
def gathered(engagement: Engagement, name: str) -> tuple[object | None, tuple[str, ...]]:
    """One of ``GATHERED``, and what the client would have to send for it (then the value is None).

    Raises IntakeError with every stop of the audit: no result rests on such tables.
    """
    return stored(engagement, name) or beside(engagement, name) or _read(engagement, name)


def gather(engagement: Engagement, as_of: date, folder: Path, names: Sequence[str] = GATHERED) -> dict[str, tuple[str, ...]]:
    """Write everything that ``gathered`` can be asked for into a run's work folder; ``as_of`` is the day the notebooks open.

    What lies there already, as another process began with it, is not worked out again. Returns the tables that each of ``names``
    was made from.
    """
    opened = engagement.model_copy(update={"as_of": as_of})
    tables = open_tables(engagement)
    for name in names:
        if laid(opened, name + READS, folder) is None:
            noting = _Noting(tables.rows)
            value = _read(engagement, name, Tables(noting, tables.as_of))
            if laid(opened, name + READS, folder) is None:
                store(opened, name, value, folder)
                store(opened, name + READS, tuple(sorted(noting.read if name in FRAMES else tables.rows)), folder)
    return {name: laid(opened, name + READS, folder) for name in names}


def gather_from_behind(engagement: Engagement, folder: Path) -> None:
    """Write the frames into a run's work folder, the last one first, for a process that begins with the first one.

    What is wrong with the tables that process tells.
    """
    with suppress(Exception):
        gather(engagement, open_tables(engagement).as_of, folder, tuple(FRAMES)[::-1])


class _Noting(Mapping):
    """A client's tables, and which of them somebody looked at."""

    def __init__(self, rows: Mapping):
        self._rows, self.read = rows, set()

    def __getitem__(self, table: str) -> object:
        found = self._rows[table]  # whether there is a table, client.yml alone decides
        self.read.add(table)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _read(engagement: Engagement, name: str, tables: Tables | None = None) -> tuple[object | None, tuple[str, ...]]:
    tables = tables or open_tables(engagement)
    if name in FRAMES:
        lacks = lacking(FRAMES[name], tables)
        return (None, lacks) if lacks else (FRAMES[name].build(tables), ())
    return (tables.as_of if name == "as_of" else audit(engagement)), ()
