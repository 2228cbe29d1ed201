"""Own: the words that are the client's own, or the house's, and therefore give nobody else away."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import nbformat
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import playbook
from playbook.delivery.checking.seen import folded
from playbook.engagement import Engagement
from playbook.errors import PlaybookError
from playbook.intake.tables import open_tables
from playbook.locale import FOLDER

__all__ = ["house_words", "noted_text", "own_text", "own_words", "stamp", "yaml_texts"]

_TOLD = {"products": None, "competitors": ("competitor",), "marketing": ("channel",), "market": ("category",)}


def own_words(engagement: Engagement) -> tuple[str, ...]:
    """Names by which the client is meant to be known in what it gets: the longest first."""
    words = {engagement.name, engagement.client, *engagement.known_by, *engagement.recipients, engagement.prepared_for or ""}
    return tuple(sorted(filter(None, map(folded, words)), key=len, reverse=True))


@lru_cache(maxsize=8)
def own_text(engagement: Engagement) -> str:
    """What the client itself wrote of its products, channels and competitors, and what stands in its client.yml.

    Asked for only when something was found that might be a leak: it reads tables.
    """
    texts = list(yaml_texts(engagement.folder / "client.yml"))
    try:
        tables = open_tables(engagement)
    except PlaybookError:
        return folded("\n".join(texts))
    for table, columns in _TOLD.items():
        if table in tables.rows:
            rows = tables.rows[table]
            for column in columns or rows.columns:
                if column in rows.columns and rows[column].type().is_string():
                    texts += [v for v in rows.select(column).distinct().execute()[column] if isinstance(v, str)]
    return folded("\n".join(texts))


def noted_text(engagement: Engagement) -> str:
    """What the consultant wrote for this client. It may name people; of another client it speaks only by mistake."""
    notes = sorted((engagement.folder / "notes").glob("*.md"))
    return folded("\n".join(note.read_text(encoding="utf-8", errors="replace") for note in notes))  # some belong to no phase


def yaml_texts(file: Path) -> tuple[str, ...]:
    """All texts of a YAML file, keys included; none when it cannot be read."""
    return _yaml_texts(file, stamp(file))


def stamp(file: Path) -> tuple[int, int]:
    """When a file was changed last, and its size: what is read of it stands as long as these do."""
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4096)  # each client's file is looked at for each other client
def _yaml_texts(file: Path, _: tuple[int, int]) -> tuple[str, ...]:
    try:
        content = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8-sig"))
    except (YAMLError, ValueError, OSError):
        return ()
    return tuple(_texts(content))


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [t for key, one in value.items() for t in (*_texts(key), *_texts(one))]
    if isinstance(value, list):
        return [t for one in value for t in _texts(one)]
    return [value] if isinstance(value, str) else []


@lru_cache(maxsize=8)
def house_words(notebooks: Path) -> frozenset[str]:
    """Single words, in small letters, that every report may use because the house does: they give no client away.

    Only what readers see counts: the prose of notebooks, catalogues, texts kept as data, templates; never code, which may name a
    client.
    """
    cells = [
        c for f in sorted(notebooks.glob("*.ipynb")) for c in nbformat.read(f, as_version=4).cells if c.cell_type == "markdown"
    ]
    return _package_words() | _words_of(cell.source for cell in cells)


@lru_cache(maxsize=1)
def _package_words() -> frozenset[str]:
    package = Path(playbook.__file__).parent
    files = [f for room in ("methods", "report") for kind in ("*.yml", "*.j2") for f in (package / room).rglob(kind)]
    return _words_of(f.read_text(encoding="utf-8") for f in (*files, *FOLDER.glob("*.po")))


def _words_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(w.lower() for text in texts for w in re.findall(r"[^\W\d_]+", text))
