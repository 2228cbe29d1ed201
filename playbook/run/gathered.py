"""Gathered: all that a client's tables give to methods: the as-of day, the audit, and every frame they allow.

``playbook run`` reads and checks the tables once and hands what it gathered to its notebooks. In
JupyterLab and under plain papermill a notebook gathers for itself, when it asks for the first time.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path

from playbook.engagement import Engagement
from playbook.intake.checks import audit
from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import open_tables
from playbook.run.kept import store, stored

__all__ = ["GATHERED", "gather", "gathered"]

GATHERED = ("as_of", "audit", *FRAMES)


@lru_cache(maxsize=64)
def gathered(engagement: Engagement, name: str) -> tuple[object | None, tuple[str, ...]]:
    """One of ``GATHERED``, and what the client would have to send for it (then the value is None).

    Raises IntakeError with every stop of the audit: no result rests on such tables.
    """
    return stored(engagement, name) or _read(engagement, name)


def gather(engagement: Engagement, as_of: date, folder: Path) -> None:
    """Write everything that ``gathered`` can be asked for into a run's work folder; ``as_of`` is the day the notebooks open."""
    opened = engagement.model_copy(update={"as_of": as_of})
    for name in GATHERED:
        store(opened, name, _read(engagement, name), folder)


def _read(engagement: Engagement, name: str) -> tuple[object | None, tuple[str, ...]]:
    tables = open_tables(engagement)
    if name in FRAMES:
        lacks = lacking(FRAMES[name], tables)
        return (None, lacks) if lacks else (FRAMES[name].build(tables), ())
    return (tables.as_of if name == "as_of" else audit(engagement)), ()
