"""Turns: two processes of one run work through the same methods, each method but once.

Who wants an answer takes the method's turn first: when the other one is at work on it, that means waiting for its answer, and not
working it out a second time. A method takes the turns of those it rests on, never the other way round, so nobody waits in a
circle. The system lets go of the turn of a process that is dead.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playbook.engagement import Engagement
from playbook.run.kept import BESIDE_VARIABLE, WORK_VARIABLE, room

if os.name != "nt":
    import fcntl

__all__ = ["TURNS", "turn"]

TURNS = ".turns"  # folder beside the folders of the two


@contextmanager
def turn(engagement: Engagement, name: str) -> Iterator[None]:
    """Hold the turn of a method while the ``with`` block runs; nothing to hold where one process works alone."""
    if BESIDE_VARIABLE not in os.environ:
        yield
        return
    folder = Path(os.environ[WORK_VARIABLE]).with_name(TURNS) / room(engagement)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
