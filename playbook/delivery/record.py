"""Record: ``delivery.json`` beside a client's drafts: which report went to whom, when, with which answer of the server."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playbook.errors import DeliveryError
from playbook.run.lock import locked
from playbook.run.manifest import UNREADABLE, write_json

__all__ = ["DELIVERIES", "SENT", "UNKNOWN", "only_one", "read_record", "served", "write_entry"]

DELIVERIES = "delivery.json"
SENT, UNKNOWN = "sent", "unknown"  # unknown: the server had the mail, or part of it, and never said whether it took it


def read_record(folder: Path) -> list[dict]:
    """All deliveries of a client, oldest first: report, as_of, draft, content (SHA-256), message_id, at, recipients.

    ``recipients`` holds for each address its ``state`` (sent, refused, not sent, unknown) and the server's ``answer``.
    Raises DeliveryError for a file that cannot be read: without it nobody knows who has the report.
    """
    file = folder / DELIVERIES
    if not file.is_file():
        return []
    try:
        return _entries(json.loads(file.read_text(encoding="utf-8")))
    except UNREADABLE:
        raise DeliveryError(
            f"{file.parent.parent.name}/{file.parent.name}/{DELIVERIES} cannot be read; mend it by hand."
        ) from None


def _entries(told: object) -> list[dict]:
    """Deliveries as they are. Raises one of ``UNREADABLE`` for what is none."""
    if not isinstance(told, list):
        raise TypeError
    return [_entry(**one) for one in told]


def _entry(*, report: str, message_id: str, at: str, recipients: dict[str, dict], **more: object) -> dict:
    for one in recipients.values():
        one["state"]
    return {"report": report, "message_id": message_id, "at": at, "recipients": recipients, **more}


def served(record: list[dict], report: str) -> dict[str, dict]:
    """Addresses, in small letters, that have this report or may have it, with the delivery in which they got it."""
    had = {SENT, UNKNOWN}
    mine = [(a, e) for e in record if e["report"] == report for a, one in e["recipients"].items() if one["state"] in had]
    return {address.lower(): entry for address, entry in mine}


def write_entry(folder: Path, entry: Mapping[str, object]) -> None:
    """Put a delivery into the record, in place of what it said before of the same message; whole or not at all."""
    entries = [e for e in read_record(folder) if e["message_id"] != entry["message_id"]]
    part = folder / f".{DELIVERIES}"
    write_json(part, [*entries, dict(entry)])
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())  # a power cut must not make us forget who has the report
    part.replace(folder / DELIVERIES)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """One sending at a time for a client: two at once could serve the same people twice. Raises DeliveryError for the second."""

    def busy(holder: str) -> bool:
        raise DeliveryError(f"{folder.parent.name}: another sending is under way, by {holder}.")

    with locked(folder, busy):
        yield
