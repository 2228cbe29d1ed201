"""Record: ``delivery.json`` beside a client's drafts: which report went to whom, when, with which answer of the server."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playbook.errors import DeliveryError
from playbook.run.manifest import write_json

__all__ = ["DELIVERIES", "SENT", "UNKNOWN", "only_one", "read_record", "served", "write_entry"]

DELIVERIES = "delivery.json"
SENT, UNKNOWN = "sent", "unknown"  # unknown: the server had the mail, or part of it, and never said whether it took it
_LOCK = ".sending"


def read_record(folder: Path) -> list[dict]:
    """All deliveries of a client, oldest first: report, as_of, draft, content (SHA-256), message_id, at, recipients.

    ``recipients`` holds for each address its ``state`` (sent, refused, not sent, unknown) and the server's ``answer``.
    Raises DeliveryError for a file that cannot be read: without it nobody knows who has the report.
    """
    file = folder / DELIVERIES
    if not file.is_file():
        return []
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise DeliveryError(
            f"{file.parent.parent.name}/{file.parent.name}/{DELIVERIES} cannot be read; mend it by hand."
        ) from None


def served(record: list[dict], report: str) -> dict[str, dict]:
    """Addresses that have this report or may have it, with the delivery in which they got it."""
    had = {SENT, UNKNOWN}
    return {a: e for e in record if e["report"] == report for a, one in e["recipients"].items() if one["state"] in had}


def write_entry(folder: Path, entry: Mapping[str, object]) -> None:
    """Put a delivery into the record, in place of what it said before of the same message; whole or not at all."""
    entries = [e for e in read_record(folder) if e["message_id"] != entry["message_id"]]
    part = folder / f".{DELIVERIES}"
    write_json(part, [*entries, dict(entry)])
    part.replace(folder / DELIVERIES)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """One sending at a time for a client: two at once could serve the same people twice. Raises DeliveryError for the second."""
    lock = folder / _LOCK
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        where = f"reports/{folder.parent.name}/{folder.name}/{_LOCK}"
        raise DeliveryError(f"{folder.parent.name}: another sending is under way; if none is, remove {where}.") from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
