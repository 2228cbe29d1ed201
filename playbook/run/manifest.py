"""The manifest: which inputs, parameters and versions made a report, how long it took, what it answered, and its files."""

import hashlib
import json
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path

from playbook.engagement import Engagement
from playbook.intake.checks import Audit
from playbook.intake.sources import fingerprint, source_files
from playbook.run.feedback import feedback_file, read_feedback

__all__ = [
    "MANIFEST",
    "UNREADABLE",
    "Told",
    "broken",
    "file_digests",
    "git_commit",
    "in_a_word",
    "inputs",
    "now",
    "read_manifest",
    "settings",
    "versions",
    "write_json",
]

MANIFEST = "manifest.json"
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)  # of a file that is damaged or of another form
_LIBRARIES = ("playbook", "pandas", "numpy", "scikit-learn", "statsmodels", "duckdb", "ibis-framework", "papermill", "nbconvert")


@dataclass(frozen=True)
class Told:
    """What the pages tell, for the manifest and the command's last words."""

    phases: dict[str, str]  # phase id -> digest of its executed notebook
    sections: list[dict]
    files: dict[str, str]  # path in the folder -> SHA-256
    decide: int  # alerts that wait for a decision
    seconds: dict[str, float]
    commit: str | None  # of the playbook's own checkout


def inputs(engagement: Engagement, audit: Audit) -> list[dict]:
    """One entry per table: origin, files, rows, SHA-256 of the files (None for a database); and the feedback on answers."""
    entries = []
    for found in audit.inventory:
        files = source_files(engagement, found.table)
        entries.append(
            {
                "table": found.table,
                "origin": found.origin,
                "files": [f.name for f in files],
                "rows": found.rows,
                "sha256": fingerprint(files) if files else None,
            }
        )
    feedback = read_feedback(engagement)
    if feedback is not None:
        file = feedback_file(engagement)
        entries.append(
            {
                "table": "feedback",
                "origin": file.name,
                "files": [file.name],
                "rows": len(feedback),
                "sha256": fingerprint([file]),
            }
        )
    return entries


def settings(engagement: Engagement) -> str:
    """SHA-256 of all that client.yml says of the report itself: to whom it goes makes no report stale."""
    kept_out = {"client", "root", "digest", "as_of", "recipients", "known_by", "brand"}
    told = json.dumps(engagement.model_dump(mode="json", exclude=kept_out), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that numbers depend on."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _LIBRARIES}}


def git_commit(root: Path) -> str | None:
    """The commit of the playbook's own checkout, marked when files differ from it; None outside git."""
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return f"{commit} with changes" if _git(root, "status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_json(file: Path, content: object) -> None:
    """JSON with sorted keys, so that equal content is equal bytes."""
    file.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def in_a_word(attention: object) -> str:
    """The state of a report that was published, by what of it needs attention; as ``run`` and ``list`` say it."""
    return "needs attention" if attention else "ready"


def read_manifest(folder: Path) -> dict:
    """The manifest of a published or failed folder."""
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def file_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a report but the manifest and what is hidden, by its path in the folder."""
    files = (f for f in sorted(folder.rglob("*")) if f.is_file() and f.name != MANIFEST)
    found = {f.relative_to(folder).as_posix(): f for f in files}
    return {name: hashlib.sha256(f.read_bytes()).hexdigest() for name, f in found.items() if not name.startswith(".")}


def broken(folder: Path) -> tuple[str, ...]:
    """What a published folder lacks of its manifest or holds in another form; empty when it is whole.

    Other files than those of a report (a consultant's own remarks) may lie in a folder.
    """
    try:
        told = dict(read_manifest(folder)["files"])
    except UNREADABLE as error:
        return (f"{MANIFEST}: {type(error).__name__}",)
    held = file_digests(folder)
    return tuple(
        f"{name}: {'changed' if name in held else 'missing'}" for name, digest in told.items() if held.get(name) != digest
    )
