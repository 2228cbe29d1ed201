"""What a page needs besides its notebook, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from playbook.locale import mark
from playbook.report.dress import Dress
from playbook.result.formats import Formats

__all__ = ["About", "Input", "Page"]

_SETTINGS = {"client": mark("client"), "language": mark("language"), "as_of": mark("data up to")}
_LANGUAGES = {"en": mark("English"), "zh": mark("Chinese")}


@dataclass(frozen=True)
class Input:
    """One table that went into the report: where from, how many rows, the SHA-256 of its files (None for a database)."""

    table: str
    origin: str
    rows: int
    sha256: str | None


@dataclass(frozen=True)
class About:
    """What made the report: inputs, parameters that were set, versions, the playbook's commit.

    No times: they would make every run differ.
    """

    inputs: tuple[Input, ...]
    parameters: Mapping[str, str]
    versions: Mapping[str, str]
    commit: str | None = None

    def settings(self, fmt: Formats) -> list[tuple[str, str]]:
        """Names and values of what was set, as a reader says them; a notebook's own parameters by their names."""
        return [
            (fmt.told(_SETTINGS.get(name, name)), _written(name, value, fmt)) for name, value in self.parameters.items() if value
        ]


@dataclass(frozen=True)
class Page:
    """One phase's page: ``number`` of ``total``, the section that heads it, the cover's facts, and links to its siblings."""

    id: str
    title: str
    number: int
    total: int
    lead: str
    client: str
    facts: tuple[str, ...]
    about: About
    note: str | None = None  # the consultant's words for this client, Markdown
    siblings: tuple[tuple[str, str], ...] = field(default=())  # (title, href) of all pages, this one included
    dress: Dress = Dress()
    fmt: Formats = field(default=Formats("EUR"))


def _written(name: str, value: str, fmt: Formats) -> str:
    if name == "as_of":
        return fmt.day(date.fromisoformat(value))
    return fmt.told(_LANGUAGES.get(value, value)) if name == "language" else value
