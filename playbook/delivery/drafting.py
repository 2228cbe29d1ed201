"""Drafting: the draft as a file that a person opens, reviews and sends, and what was noted of it when it was written."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playbook.delivery.checking.leaving import check_draft, check_report, require_clean
from playbook.delivery.edition import Edition
from playbook.delivery.enclosed import How, enclose
from playbook.delivery.letter import write_letter
from playbook.delivery.message import WARN, compose
from playbook.delivery.recipients import domain, require_own_domains
from playbook.delivery.record import read_record, served
from playbook.errors import DeliveryError
from playbook.run.manifest import UNREADABLE, write_json
from playbook.run.phases import PHASES, Phase

__all__ = ["Draft", "reviewed", "write_draft"]


@dataclass(frozen=True)
class Draft:
    """A draft on disk: its file, its bytes and their SHA-256; ``fresh`` when it was written or changed just now."""

    file: Path
    content: bytes
    fresh: bool = False

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def heavy(self) -> bool:
        """Whether some mail servers may refuse it for its size."""
        return len(self.content) > WARN


def write_draft(
    edition: Edition,
    phases: tuple[Phase, ...] = PHASES,
    how: How = "zip",
    allowed: tuple[str, ...] = (),
) -> Draft:
    """Write ``reports/<client>/mail/<day>.eml``, if report and mail are clean; the same report leaves an equal draft alone.

    ``allowed`` are domains of recipients that were confirmed; the note beside the draft remembers them for later ones. Raises
    DeliveryError with everything the check found.
    """
    allowed = (*allowed, *_remembered(edition))
    require_own_domains(edition.engagement, _former(edition), allowed)
    require_clean(edition, check_report(edition))
    letter = write_letter(edition)
    content = compose(edition, letter, enclose(edition, phases, how))
    require_clean(edition, check_draft(edition, letter, content))
    file, note = _files(edition)
    fresh = not file.is_file() or file.read_bytes() != content
    file.parent.mkdir(parents=True, exist_ok=True)
    if fresh:
        part = file.with_suffix(".part")
        part.write_bytes(content)
        part.replace(file)
    draft = Draft(file, content, fresh)
    confirmed = {domain(one) for one in edition.engagement.recipients} & {domain(f"anybody@{one}") for one in allowed}
    write_json(note, {"draft": draft.digest, "report": edition.digest, "allowed_domains": sorted(confirmed)})
    return draft


def reviewed(edition: Edition, allowed: tuple[str, ...] = ()) -> Draft:
    """The draft of this report as it was written, checked once more.

    Raises DeliveryError when there is none, when it is another report's, when its file was changed since, or when the check finds
    something; also when client.yml names nobody.
    """
    client = edition.client
    file, note = _files(edition)
    first = f"Write it with: playbook mail {client}, look at it, then send."
    if not (file.is_file() and note.is_file()):
        raise DeliveryError(f"{client} has no draft of the report for {edition.as_of}. {first}")
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        report, written, confirmed = noted["report"], noted["draft"], tuple(noted["allowed_domains"])
    except UNREADABLE:
        raise DeliveryError(f"{client}: {note.name} beside the draft cannot be read. {first}") from None
    draft = Draft(file, file.read_bytes())
    if report != edition.digest:
        raise DeliveryError(f"{client}: the draft is of a report that has been replaced since. {first}")
    if written != draft.digest:
        raise DeliveryError(
            f"{client}: {file.name} was changed after it was written; send it from your mail program. Or: {first}"
        )
    if not edition.engagement.recipients:
        raise DeliveryError(
            f"{client}: client.yml names no recipients, for example recipients: [board@acme.example]. Then: {first}"
        )
    require_own_domains(edition.engagement, _former(edition), (*allowed, *confirmed))
    require_clean(edition, (*check_report(edition), *check_draft(edition, write_letter(edition), draft.content)))
    return draft


def _files(edition: Edition) -> tuple[Path, Path]:
    """The draft and the note on it."""
    return tuple(edition.mail / f"{edition.as_of.isoformat()}{suffix}" for suffix in (".eml", ".json"))


def _remembered(edition: Edition) -> tuple[str, ...]:
    """Domains that were confirmed with any draft for the client's recipients."""
    found: set[str] = set()
    for note in edition.mail.glob("????-??-??.json"):
        with suppress(*UNREADABLE):
            found.update(map(str, json.loads(note.read_text(encoding="utf-8"))["allowed_domains"]))
    return tuple(sorted(found))


def _former(edition: Edition) -> tuple[str, ...]:
    """Addresses that any of the client's reports has reached."""
    record = read_record(edition.mail)
    return tuple({address for entry in record for address in served(record, entry["report"])})
