"""Lock: one run a client at a time. The system lets go of the lock of a process that is dead, however it died."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

from playbook.errors import RunError
from playbook.run.manifest import now

if os.name == "nt":
    import msvcrt
else:
    import fcntl

__all__ = ["LOCK", "held_by", "locked"]

LOCK = ".lock"
PAUSE = 0.2  # seconds between two attempts
_FAR = 1 << 30  # on Windows a locked byte cannot be read: one is locked where nothing stands


@contextmanager
def locked(reports: Path, waits: Callable[[str], bool]) -> Iterator[None]:
    """Hold a client's lock while the ``with`` block runs.

    When another run holds it, ``waits`` is told who, again and again; it answers whether to go on waiting. Raises RunError when
    it does not. The lock leaves no file behind, and no folder when the run left none.
    """
    file = reports / LOCK
    while (lock := _taken(file)) is None:
        if not waits(held_by(reports)):
            raise RunError(f"{reports.name} is being run by {held_by(reports)}: try again when that has ended.")
        sleep(PAUSE)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no open file
            file.unlink()
        os.close(lock)
        with suppress(OSError):  # they hold reports, as they should
            reports.rmdir()
            reports.parent.rmdir()


def held_by(reports: Path) -> str:
    """Who holds a client's lock, as far as the lock says."""
    try:
        told = (reports / LOCK).read_text("utf-8").split()
    except OSError:
        told = []
    return f"process {told[0]} since {told[1]}" if len(told) == 2 else "another process"


def _taken(file: Path) -> int | None:
    """The open lock file when nobody else holds it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    except (FileExistsError, FileNotFoundError):  # who held it has just left, and took the empty folder along
        if file.parent.is_file():
            raise
        return None
    try:
        if os.name == "nt":
            os.lseek(lock, _FAR, os.SEEK_SET)
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
            os.lseek(lock, 0, os.SEEK_SET)
        else:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_ino != file.stat().st_ino:  # who held it has just removed it: it is the lock of nothing
            raise FileNotFoundError
    except OSError:
        os.close(lock)
        return None
    with suppress(OSError):  # on a full disk nobody reads who holds it
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()} {now()}".encode())
    return lock
