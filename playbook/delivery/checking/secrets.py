"""Secrets: values of settings, and what tells of the machine and the person that made the report."""

import base64
import getpass
import os
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from playbook.delivery.checking.own import house_words, noted_text, own_text, own_words, yaml_texts
from playbook.delivery.checking.seen import Problem, Seen, folded
from playbook.engagement import Engagement, client_names

__all__ = ["machine", "secret_values", "secrets"]

SHORTEST_NAMED, SHORTEST = 4, 8  # characters of a secret's value: named in a client.yml, or only by its variable's name
SHORTEST_USER = 4
_TELLING = re.compile(
    r"(?:^|_)(PASSWORD|PASSWD|PWD_?SECRET|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)(?:_|$)", re.I
)
_EVERYWHERE = {
    "admin",
    "container",
    "debian",
    "docker",
    "home",
    "host",
    "jovyan",
    "jupyter",
    "localhost",
    "root",
    "runner",
    "ubuntu",
    "user",
}
_CREDENTIALS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@|-----BEGIN [A-Z ]*PRIVATE KEY-----", re.I)


def secrets(engagement: Engagement, texts: Iterable[Seen]) -> list[Problem]:
    """Secrets, paths and names of the machine in these texts; a problem says which setting it is, never its value."""
    values = [
        (form, f"holds the value of the setting {name}") for name, value in secret_values(engagement) for form in _forms(value)
    ]
    told = [(re.compile(pattern, re.I), what) for pattern, what in machine(engagement)]
    found = []
    for seen in texts:
        found += [Problem(seen.where, what) for value, what in values if value in seen.text]
        found += [
            Problem(seen.where, f"{what}: “{seen.around(*hit.span())}”") for p, what in told if (hit := p.search(seen.text))
        ]
        if _CREDENTIALS.search(seen.text):
            found.append(Problem(seen.where, "holds an address with a password in it, or a private key"))
    return found


def secret_values(engagement: Engagement) -> Iterator[tuple[str, str]]:
    """Names and values of settings that nobody may read: those that a client.yml names, and those called like secrets."""
    named = {
        text.removeprefix("env:")
        for client in client_names(engagement.root)
        for text in yaml_texts(engagement.root / "data" / client / "client.yml")
        if text.startswith("env:")
    }
    for name, value in sorted(os.environ.items()):
        telling = _TELLING.search(name) is not None
        if name not in named and not telling:
            continue
        parts = urlsplit(value) if "://" in value else None
        pieces = (
            [value, *(unquote(p) for p in (parts.password, parts.hostname) if p and p not in _EVERYWHERE)] if parts else [value]
        )
        least = SHORTEST_NAMED if name in named else SHORTEST
        yield from ((name, piece) for piece in pieces if len(piece) >= least and not os.path.isdir(piece))


def machine(engagement: Engagement) -> Iterator[tuple[str, str]]:
    """Patterns, with what they show: where files lie on this machine, what it is called, and who works on it."""
    for path, what in ((Path.home(), "shows the home path"), (engagement.root, "shows the playbook's own path")):
        if len(path.parts) > 1:
            yield rf"(?<![\w.-]){re.escape(str(path))}(?=[/\\]|\b)(?![\w-])", what
    for name, what in ((_user(), "shows the user's name"), (socket.gethostname(), "shows the machine's name")):
        if _tells(name, engagement):
            yield rf"(?<!\w){re.escape(folded(name))}(?!\w)", what


def _tells(name: str, engagement: Engagement) -> bool:
    """Whether a user's or machine's name is rare enough to give something away, and not a word of the report's own."""
    small = name.lower()
    if len(name) < SHORTEST_USER or small in _EVERYWHERE or small in house_words(engagement.root / "notebooks"):
        return False
    texts = (*own_words(engagement), noted_text(engagement), own_text(engagement))
    return not any(small in text.lower() for text in texts)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a line for its user
        return ""


def _forms(value: str) -> tuple[str, ...]:
    """A value as it is, as an address quotes it, and as base64."""
    coded = base64.b64encode(value.encode()).decode().rstrip("=")
    return tuple(dict.fromkeys((folded(value), quote(value, safe=""), coded)))
