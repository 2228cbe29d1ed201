"""Leaving: the check before anything leaves, put together for a published report, for a mail and for files to hand over."""

import hashlib
from collections.abc import Iterable

from playbook.delivery.checking.book import book
from playbook.delivery.checking.code import code
from playbook.delivery.checking.draft import bodies, draft, parsed
from playbook.delivery.checking.figures import figures, foundations
from playbook.delivery.checking.links import links, rules
from playbook.delivery.checking.paper import paper
from playbook.delivery.checking.personal import personal
from playbook.delivery.checking.secrets import secrets
from playbook.delivery.checking.seen import Problem, Seen, folded, look_into
from playbook.delivery.checking.strangers import strangers
from playbook.delivery.edition import SUMMARY, Edition
from playbook.delivery.letter import Letter
from playbook.delivery.sender import sender
from playbook.delivery.words import words
from playbook.errors import DeliveryError
from playbook.run.manifest import read_manifest

__all__ = ["check_draft", "check_report", "require_clean"]


def check_report(edition: Edition) -> tuple[Problem, ...]:
    """Problems of a published report: its files, and whether its findings are those of its notebooks; empty when clean."""
    contents = edition.contents
    found = _leaks(edition, [seen for name, content in contents.items() for seen in look_into(name, content)])
    found += [problem for name, content in contents.items() if name.endswith(".xlsx") for problem in book(name, content)]
    found += [p for name, content in contents.items() if name.endswith(".pdf") for p in paper(name, content, set(contents))]
    found += rules(edition.pages) + links(edition.pages, set(contents)) + foundations(edition)
    if SUMMARY not in edition.pages:
        found.append(Problem("the report", f"has no {SUMMARY}"))
    published = edition.manifest.get("files", {})
    other = any(hashlib.sha256(content).hexdigest() != published.get(name) for name, content in contents.items() if published)
    if other or read_manifest(edition.folder) != edition.manifest:  # last, when all has been read
        found.append(Problem("the report", "was replaced by a new run while it was looked at; try once more"))
    return tuple(dict.fromkeys(found))


def check_draft(edition: Edition, letter: Letter, content: bytes) -> tuple[Problem, ...]:
    """Problems of a mail, given as the bytes of its draft: its own rules, its numbers, and the leaks in it and in its files."""
    message = parsed(content)
    html, text = bodies(message)
    attached = [(part.get_filename() or "a file without name", part.get_content()) for part in message.iter_attachments()]
    files = [(name, inside.encode() if isinstance(inside, str) else inside) for name, inside in attached]
    texts = [*look_into("the mail.html", html.encode()), Seen("the mail's text part", folded(text))]
    texts += [Seen(f"the mail's header {name}", folded(str(value))) for name, value in message.items() if name.lower() != "to"]
    texts += [seen for name, inside in files for seen in look_into(name, inside)]
    names = [name for name, _ in files]
    shown = {part["Content-ID"].strip("<> ") for part in message.walk() if part["Content-ID"]}  # looks like an address, is none
    found = [*draft(edition, content), *_leaks(edition, texts, shown)]
    allowed = [letter.subject, letter.intro, letter.signature, letter.client, *names, *words(edition.fmt).values()]
    allowed += [meaning for _, meaning in letter.grades]
    found += figures(edition, html, text, allowed)
    pages = {name: inside.decode() for name, inside in files if name.endswith(".html")}
    found += links(pages, set(names)) + rules(pages)
    found += [problem for name, inside in files if name.endswith(".xlsx") for problem in book(name, inside)]
    found += [problem for name, inside in files if name.endswith(".pdf") for problem in paper(name, inside, set(names))]
    return tuple(dict.fromkeys(found))


def require_clean(edition: Edition, found: Iterable[Problem]) -> None:
    """Raise DeliveryError with every problem, if there is one."""
    if problems := [str(p) for p in found]:
        count = "1 finding" if len(problems) == 1 else f"{len(problems)} findings"
        raise DeliveryError(f"{edition.client}: nothing leaves, the check has {count}:", problems)


def _leaks(edition: Edition, texts: list[Seen], shown: Iterable[str] = ()) -> list[Problem]:
    engagement = edition.engagement
    allowed = frozenset({*shown, *engagement.recipients, sender()[1]})
    return [
        *strangers(engagement, texts),
        *secrets(engagement, texts),
        *personal(engagement, texts, allowed),
        *code(edition, texts),
    ]
