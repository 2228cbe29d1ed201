"""Rests: what the answers of a phase rest on, by name, and how each of these stands now: equal text, equal answers.

Names are ``notebook:strategy``, ``parameters:strategy``, ``table:orders``, ``client file``, ``playbook``, ``libraries``,
``as of``, ``earlier:findings.json`` and ``peers``. A manifest keeps them with how they stood, so that the next run sees what
has changed without loading a method.
"""

import hashlib
import json
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from playbook.engagement import Engagement
from playbook.errors import UsageError
from playbook.intake.sources import fingerprint, source_files
from playbook.run.earlier import earlier_files
from playbook.run.feedback import feedback_file
from playbook.run.manifest import settings, versions
from playbook.run.notebooks import digest, notebook_file
from playbook.run.peers import MEMORY, PeerReport, peer_rows, read_peers
from playbook.run.phases import phase

__all__ = ["ALWAYS", "REPORT", "Standing", "package_digest"]

ALWAYS = ("client file", "as of", "playbook", "libraries")  # what every phase rests on
REPORT = (*ALWAYS, "notes", "brand", "earlier:memory.json")  # what a report rests on beside its phases


class Standing:
    """How what a client's phases rest on stands now; each is looked at once."""

    def __init__(
        self,
        engagement: Engagement,
        as_of: date,
        parameters: dict[str, dict[str, object]],
        peers: tuple[PeerReport, ...] | None = None,
    ):
        self.engagement, self.as_of, self.parameters, self.peers = engagement, as_of, parameters, peers
        self._known: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> str | None:
        if name not in self._known:
            self._known[name] = self._look(name)
        return self._known[name]

    def changed(self, before: dict[str, str | None] | None) -> tuple[str, ...]:
        """What stands differently than it stood ``before``; what nobody can tell (a database) counts as changed."""
        if before is None:
            return ("never run",)
        return tuple(name for name, stood in before.items() if stood is None or self[name] != stood)

    def of(self, names: tuple[str, ...] | None) -> dict[str, str | None] | None:
        """How all of ``names`` stand; None when nobody knows what they are."""
        return None if names is None else {name: self[name] for name in names}

    def _look(self, name: str) -> str | None:
        kind, _, what = name.partition(":")
        if kind == "notebook":
            return self._notebook(what)
        if kind == "parameters":
            return _text(self.parameters.get(what, {}))
        if kind == "table":
            return self._table(what)
        if kind == "earlier":
            return self._earlier(what)
        return self._whole[name]()

    @cached_property
    def _whole(self) -> dict:
        return {
            "client file": lambda: settings(self.engagement),
            "as of": self.as_of.isoformat,
            "playbook": package_digest,
            "libraries": lambda: _text(versions()),
            "notes": lambda: _files(sorted((self.engagement.folder / "notes").glob("*.md"))),
            "brand": self._brand,
            "peers": self._peers,
        }

    def _notebook(self, name: str) -> str | None:
        try:
            return digest(notebook_file(self.engagement, phase(name)))
        except UsageError:  # a phase that is not asked for may have none
            return None

    def _table(self, name: str) -> str | None:
        if name == "feedback":
            return _files([f for f in [feedback_file(self.engagement)] if f.is_file()])
        files = source_files(self.engagement, name)
        return fingerprint(files) if files else None

    def _earlier(self, name: str) -> str:
        files = earlier_files(self.engagement.reports, self.as_of, name)
        files = files if name == MEMORY else files[-1:]  # a later report remembers what any of them left
        return _text([(file.parent.name, _files([file])) for file in files]) if files else "none"

    def _brand(self) -> str:
        brand = self.engagement.brand
        logo = [self.engagement.root / "data" / brand.logo] if brand.logo else []
        return _text([brand.model_dump(), _files(logo) if logo else None])

    def _peers(self) -> str:
        peers = read_peers(self.engagement.root) if self.peers is None else self.peers
        return _text(peer_rows(peers, self.engagement.client, self.as_of))


@cache
def package_digest() -> str:
    """SHA-256 over the package's own files: code, words, style sheets."""
    room = Path(__file__).parents[1]
    return _files([f for f in sorted(room.rglob("*")) if f.is_file() and f.suffix != ".pyc"])


def _files(files: list[Path]) -> str:
    return fingerprint(tuple(files))


def _text(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
