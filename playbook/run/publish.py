"""Publish: a report folder appears whole, by one rename, or not at all.

reports/acme/2026-10-31/             the published report
reports/acme/.kept-2026-10-31-…/     what its notebooks kept for one another, named in its manifest
reports/acme/.work-…/                being made; gone when done
reports/acme/.replaced-2026-10-31/   the former report, only during the rename; put back if that was cut off
reports/acme/failed/                 the last run that failed: what stopped it, and the notebooks so far
"""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from playbook.run.manifest import MANIFEST, UNREADABLE, read_manifest

__all__ = [
    "FAILED",
    "KEPT",
    "discard",
    "fail",
    "is_day",
    "keep_beside",
    "new_work",
    "publish",
    "published",
    "recover",
    "withdraw",
]

FAILED = "failed"
KEPT = ".kept-"  # begins the name of a folder of what a report's notebooks kept
_WORK, _REPLACED = ".work-", ".replaced-"


def published(reports: Path) -> tuple[Path, ...]:
    """A client's published folders, oldest first."""
    return tuple(sorted(p for p in reports.glob("????-??-??") if is_day(p.name) and (p / MANIFEST).is_file()))


def is_day(name: str) -> bool:
    """Whether a folder's name is a day, as a report's is."""
    try:
        return bool(date.fromisoformat(name))
    except ValueError:  # a folder of the consultant's own
        return False


def new_work(reports: Path) -> Path:
    """A fresh folder to make a report in, on the same disk as the reports so that a rename publishes it."""
    reports.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=_WORK, dir=reports))


def keep_beside(cache: Path, reports: Path, as_of: date) -> str:
    """Put what a run kept beside the reports, before its report is published; returns the folder's name, for the manifest."""
    name = f"{KEPT}{as_of.isoformat()}-{cache.parent.name.removeprefix(_WORK)}"
    cache.rename(reports / name)
    return name


def publish(work: Path, reports: Path, as_of: date) -> Path:
    """Turn a finished work folder into the published report of ``as_of``; the former one of that day is replaced."""
    work.chmod(0o755)  # mkdtemp makes folders for the owner alone
    target, former = reports / as_of.isoformat(), reports / f"{_REPLACED}{as_of.isoformat()}"
    if target.exists():
        target.rename(former)
    try:
        work.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)
    _drop_kept(reports)
    return target


def recover(reports: Path) -> None:
    """Put right what runs that were cut off left behind; only for who holds the client's lock.

    A report whose replacement was cut off between the two renames of ``publish`` is put back; work folders, and what was kept for
    a report that was never published, are removed.
    """
    for former in reports.glob(f"{_REPLACED}*"):
        target = reports / former.name.removeprefix(_REPLACED)
        if target.exists():
            shutil.rmtree(former)
        else:
            former.rename(target)
    for work in reports.glob(f"{_WORK}*"):
        discard(work)
    _drop_kept(reports)


def withdraw(folder: Path) -> None:
    """Remove a published report, with what it kept."""
    gone = folder.with_name(f"{_WORK}{folder.name}")
    folder.rename(gone)  # so that no half of it is ever seen
    discard(gone)
    _drop_kept(folder.parent)


def fail(work: Path, reports: Path) -> Path:
    """Keep a failed run's folder as evidence, in place of the one before."""
    target = reports / FAILED
    shutil.rmtree(target, ignore_errors=True)
    work.chmod(0o755)
    work.rename(target)
    return target


def discard(work: Path) -> None:
    """Remove a work folder that is no longer needed."""
    shutil.rmtree(work, ignore_errors=True)


def _drop_kept(reports: Path) -> None:
    """Remove what was kept for reports that are not there."""
    if folders := list(reports.glob(f"{KEPT}*")):
        wanted = [_kept(report) for report in published(reports)]
        for folder in folders:
            if folder.name not in wanted:
                shutil.rmtree(folder, ignore_errors=True)


def _kept(report: Path) -> str | None:
    try:
        return read_manifest(report)["kept"]
    except UNREADABLE:  # whoever changed it by hand: nothing of it is taken over
        return None
