"""Clean: old reports of a client removed, never the newest, and what runs that were cut off left behind."""

import shutil
import tempfile
from pathlib import Path

import psutil

from playbook.errors import RunError
from playbook.run.kernels import SOCKETS
from playbook.run.lock import held_by, locked
from playbook.run.publish import published, recover, withdraw

__all__ = ["clean_client", "clean_sockets"]


def clean_client(reports: Path, keep: int) -> str:
    """Remove all but the ``keep`` newest published reports of a client, and left-over work folders; says what was done.

    Raises RunError for what the disk does not let go.
    """
    if not reports.is_dir():
        return "no report yet"
    try:
        with locked(reports, lambda _: False):
            recover(reports)
            old = published(reports)[:-keep]
            for folder in old:
                withdraw(folder)
            left = len(published(reports))
    except RunError:
        return f"left as it is: {held_by(reports)} runs it"
    except OSError as error:
        where = f"{error.filename or reports}: mend the folder, then clean again"
        raise RunError(f"{reports.name}: not all could be removed: {error.strerror or type(error).__name__}.", [where]) from None
    return f"{_counted(len(old))} removed, {left} kept"


def clean_sockets() -> None:
    """Remove the folders of kernel sockets that processes which are dead left in the temporary folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{SOCKETS}[0-9]*-*"):
        number = folder.name.removeprefix(SOCKETS).split("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _counted(reports: int) -> str:
    return "1 report" if reports == 1 else f"{reports} reports"
