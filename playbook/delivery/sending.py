"""Sending: a reviewed draft, once, to those who do not have it yet; who got it is written down before anybody is told."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from functools import partial

from playbook.delivery.checking.draft import parsed
from playbook.delivery.conversation import LATER, NOT_SENT, Answers, converse
from playbook.delivery.drafting import Draft, reviewed
from playbook.delivery.edition import Edition
from playbook.delivery.message import REPORT, UNSENT
from playbook.delivery.recipients import domain
from playbook.delivery.record import SENT, only_one, read_record, served, write_entry
from playbook.delivery.settings import Settings
from playbook.errors import DeliveryError
from playbook.run.manifest import now

__all__ = ["WAITS", "Delivery", "send"]

WAITS = (60.0, 300.0, 900.0)  # seconds before another try, when a server says that it cannot now; greylisting asks for minutes


@dataclass(frozen=True)
class Delivery:
    """What became of a mail: for each address its state and the server's answer; ``had`` are those who had it before."""

    client: str
    message_id: str | None
    answers: Answers
    had: dict[str, str]  # address -> when

    @property
    def complete(self) -> bool:
        return all(state == SENT for state, _ in self.answers.values())


def send(
    edition: Edition,
    settings: Settings,
    confirm: Callable[[Draft, tuple[str, ...]], bool],
    *,
    again: bool = False,
    allowed: tuple[str, ...] = (),
    waits: Sequence[float] = WAITS,
    pause: Callable[[float], None] = time.sleep,
) -> Delivery:
    """Send the reviewed draft of a report to those recipients who do not have it (``again``: to all).

    ``confirm`` is asked once with the draft and the addresses. Only answers 4xx are tried again, after each of ``waits``. A
    connection that breaks while the mail is under way counts as unknown: these people are not served again by themselves.
    Raises DeliveryError when nothing may be sent, or nothing was because of the connection.
    """
    draft = reviewed(edition, allowed)
    with only_one(edition.mail):
        had = {} if again else served(read_record(edition.mail), edition.digest)
        before = {a: had[a.lower()]["at"] for a in edition.engagement.recipients if a.lower() in had}
        wanted = tuple(a for a in edition.engagement.recipients if a.lower() not in had)
        if not wanted:
            return Delivery(edition.client, None, {}, before)
        if not confirm(draft, wanted):
            raise DeliveryError(f"{edition.client}: not sent, as you wished.")
        message_id = make_msgid(domain=domain(settings.sender))  # never this machine's own name
        content = _dressed(draft, settings, message_id)
        entry = {
            "report": edition.digest,
            "as_of": edition.as_of.isoformat(),
            "draft": draft.digest,
            "content": hashlib.sha256(content).hexdigest(),
            "message_id": message_id,
            "at": now(),
        }
        note = partial(_note, edition, entry)
        answers = _deliver(settings, content, wanted, waits, pause, note)
    return Delivery(edition.client, message_id, answers, before)


def _dressed(draft: Draft, settings: Settings, message_id: str) -> bytes:
    """The draft with what sending adds: sender, date, id; and without what only a draft needs."""
    message = parsed(draft.content)
    for name in (UNSENT, REPORT):
        del message[name]
    message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id
    return message.as_bytes(policy=SMTP)


def _deliver(
    settings: Settings,
    content: bytes,
    wanted: tuple[str, ...],
    waits: Sequence[float],
    pause: Callable[[float], None],
    note: Callable[[Answers], None],
) -> Answers:
    """Answers by address after all tries; ``note`` writes down what is known, before the mail's text goes out and after."""
    told: Answers = {}
    for number, wait in enumerate((0.0, *waits)):
        pending = tuple(a for a in wanted if told.get(a, (LATER, ""))[0] == LATER)
        if not pending:
            break
        if number:
            pause(wait)
        note({a: _final(told.get(a, (LATER, ""))) for a in wanted})
        told |= converse(settings, content, pending, partial(_note_over, note, wanted, told))
    told = {a: _final(one) for a, one in told.items()}
    note(told)
    return told


def _note_over(note: Callable[[Answers], None], wanted: tuple[str, ...], told: Answers, now_known: Answers) -> None:
    """Write down what one conversation knows over what was told before."""
    note({a: _final(now_known.get(a) or told.get(a) or (LATER, "")) for a in wanted})


def _final(one: tuple[str, str]) -> tuple[str, str]:
    """A state as it stands when nobody tries again."""
    return (NOT_SENT, one[1]) if one[0] == LATER else one


def _note(edition: Edition, entry: dict, told: Answers) -> None:
    write_entry(edition.mail, {**entry, "recipients": _named(told)})


def _named(told: Answers) -> dict[str, dict[str, str]]:
    return {address: {"state": state, "answer": answer} for address, (state, answer) in told.items()}
