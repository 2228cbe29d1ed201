"""Publish: a report folder appears whole, by one rename, or not at all.

reports/acme/2026-10-31/            the published report
reports/acme/.work-…/               being made; gone when done
reports/acme/.replaced-2026-10-31/  the former report, only during the rename; put back if that was cut off
reports/acme/failed/                the last run that failed: what stopped it, and the notebooks so far
"""

import shutil
import tempfile
from datetime import date
from pathlib import Path

__all__ = ["FAILED", "discard", "fail", "new_work", "publish", "published", "recover"]

FAILED = "failed"
_WORK, _REPLACED = ".work-", ".replaced-"


def published(reports: Path) -> tuple[Path, ...]:
    """A client's published folders, oldest first."""
    return tuple(sorted(p for p in reports.glob("????-??-??") if (p / "manifest.json").is_file()))


def new_work(reports: Path) -> Path:
    """A fresh folder to make a report in, on the same disk as the reports so that a rename publishes it."""
    reports.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=_WORK, dir=reports))


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
    return target


def recover(reports: Path) -> None:
    """Put back a report whose replacement was cut off between the two renames of ``publish``."""
    for former in reports.glob(f"{_REPLACED}*"):
        target = reports / former.name.removeprefix(_REPLACED)
        if target.exists():
            shutil.rmtree(former)
        else:
            former.rename(target)


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
