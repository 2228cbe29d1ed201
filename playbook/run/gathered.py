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
from playbook.intake.checks import Audit, audit
from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import Tables, open_tables
from playbook.run.kept import beside, laid, store, stored

__all__ = ["FROM_BEHIND", "GATHERED", "audited", "gather", "gather_beside", "gathered"]

GATHERED = ("as_of", "audit", *FRAMES)
FROM_BEHIND = tuple(FRAMES)[::-1]
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
    for name in names:
        if laid(opened, name + READS, folder) is None:
            tables = open_tables(engagement)
            noting = _Noting(tables.rows)
            value = _read(engagement, name, Tables(noting, tables.as_of))
            if laid(opened, name + READS, folder) is None:
                store(opened, name, value, folder)
                store(opened, name + READS, tuple(sorted(noting.read if name in FRAMES else tables.rows)), folder)
    return {name: laid(opened, name + READS, folder) for name in names}


def gather_beside(engagement: Engagement, folder: Path, names: Sequence[str]) -> None:
    """Gather ``names`` into a run's work folder for the process that then looks after all of them.

    What is wrong with the tables that process tells.
    """
    with suppress(Exception):
        as_of = open_tables(engagement).as_of
        store(engagement, "as_of", (as_of, ()), folder)
        gather(engagement, as_of, folder, names)


def audited(engagement: Engagement, folder: Path) -> tuple[date, Audit]:
    """The as-of day and the audit of the client's tables, as they lie in a run's work folder or from the tables themselves.

    Raises IntakeError with every stop of the audit.
    """
    as_of, _ = laid(engagement, "as_of", folder) or (open_tables(engagement).as_of, ())
    found, _ = laid(engagement.model_copy(update={"as_of": as_of}), "audit", folder) or (audit(engagement), ())
    return as_of, found


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
