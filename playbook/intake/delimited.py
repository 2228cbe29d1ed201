"""Delimited text: what its reader does not tell: headers that stand twice, another sign between the columns, uneven lines."""

import csv
import gzip
import zlib
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from playbook.engagement import Source
from playbook.errors import IntakeError
from playbook.intake.disguise import require_text, require_utf8

__all__ = [
    "MOST_LINES",
    "delimiter",
    "header_line",
    "require_alike",
    "require_clear",
    "require_divided",
    "require_readable",
    "uneven",
]

SIGNS = (";", "\t", "|", ",")
MOST_LINES = 3  # of one file are named
MOST_ABOVE = 20  # lines may stand above the headers
_UNREADABLE = (OSError, EOFError, zlib.error, UnicodeError)  # the reader says what is wrong with such a file


def delimiter(file: Path, source: Source) -> str:
    """The sign between the columns: as client.yml says, else as the file's name does."""
    return source.delimiter or ("\t" if file.name.lower().removesuffix(".gz").endswith(".tsv") else ",")


def header_line(file: Path, source: Source) -> tuple[str, ...]:
    """The headers as they stand in a text file, without blanks around them; empty where they cannot be read.

    They are the first line with one that client.yml names, as a title may stand above them, else the first line.
    """
    try:
        with _opened(file, source) as stream:
            lines = islice(filter(None, csv.reader(stream, delimiter=delimiter(file, source))), MOST_ABOVE)
            rows = [tuple(h.strip() for h in line) for line in lines]
    except (*_UNREADABLE, csv.Error):
        return ()
    return next((row for row in rows if set(source.headers) & set(row)), rows[0] if rows else ())


def require_readable(name: str, source: Source, file: Path) -> tuple[str, ...]:
    """The headers of a text file; raises IntakeError where it is none, has another encoding or delimiter, or unclear headers."""
    if file.suffix != ".gz":
        require_text(name, file)
    if source.encoding.lower().replace("_", "-") == "utf-8":
        require_utf8(name, file)
    headers = header_line(file, source)
    require_divided(name, source, file, headers)
    require_clear(name, source, file, headers)
    return headers


def require_clear(name: str, source: Source, file: Path, headers: tuple[str, ...]) -> None:
    """Raise IntakeError where a header that client.yml names stands more than once in a file; ``headers`` are all it has."""
    places = {h: [str(n) for n, other in enumerate(headers, start=1) if other == h] for h in source.headers}
    problems = [
        f"{name}: {file.name} has the header {h!r} {'twice' if len(at) == 2 else f'{len(at)} times'} "
        f"(columns {', '.join(at[:-1])} and {at[-1]}): we cannot know which one is meant. Rename one."
        for h, at in places.items()
        if len(at) > 1
    ]
    if problems:
        raise IntakeError("A header that client.yml names stands more than once:", problems)


def require_alike(name: str, source: Source, required: Sequence[str], headers: Mapping[str, Sequence[str]]) -> None:
    """Raise IntakeError for files of one table that lack a ``required`` header which others of them have.

    ``headers``: all that each file has, by its name; none where they cannot be read. What no file has is told elsewhere.
    """
    held = {header for own in headers.values() for header in own}
    absent = {file: [h for h in required if h in held and h not in own] for file, own in headers.items() if own}
    problems = [
        f"{name}: {file} has no column {', '.join(map(repr, lacking))}, as other files of {source.path} have. It has: "
        f"{', '.join(headers[file])}. Have it exported like the others, or write path in client.yml so that it leaves it out."
        for file, lacking in absent.items()
        if lacking
    ]
    if problems:
        raise IntakeError("Files of one table have different columns:", problems)


def require_divided(name: str, source: Source, file: Path, headers: tuple[str, ...]) -> None:
    """Raise IntakeError where a text file has none of the headers that client.yml names, and another sign gives most of them."""
    sign, wanted = delimiter(file, source), set(source.headers)
    if not headers or wanted & set(headers):
        return
    found = {other: [h.strip(' "') for h in sign.join(headers).split(other)] for other in SIGNS if other != sign}
    best = max(found, key=lambda other: (len(wanted & set(found[other])), len(found[other])))
    if 2 * len(wanted & set(found[best])) > len(wanted):
        word = "a tab" if best == "\t" else repr(best)
        written = '"\\t"' if best == "\t" else f'"{best}"'
        raise IntakeError(f"{name}: the columns of {file.name} seem to be divided by {word}; then write delimiter: {written}.")


def uneven(file: Path, source: Source) -> list[str]:
    """The first few lines of a text file that have more or fewer fields than its header, in words."""
    found, begin, header = [], 1, header_line(file, source)
    try:
        with _opened(file, source) as stream:
            rows = csv.reader(stream, delimiter=delimiter(file, source))
            for row in rows:
                if row and len(row) != len(header):
                    open_end = f" and goes on to line {rows.line_num}" if rows.line_num > begin else ""
                    fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
                    found.append(f"{file.name} line {begin} has {fields}{open_end}, the header has {len(header)}")
                if len(found) == MOST_LINES:
                    break
                begin = rows.line_num + 1
    except csv.Error:
        found.append(f"{file.name} line {begin} has a field that does not end: perhaps a quotation mark is not closed")
    except _UNREADABLE:
        return []
    return found


def _opened(file: Path, source: Source) -> TextIO:
    plain = source.encoding.lower().replace("_", "-") in {"utf-8", "utf8"}
    settings = {"encoding": "utf-8-sig" if plain else source.encoding, "errors": "replace", "newline": ""}
    return gzip.open(file, "rt", **settings) if file.suffix == ".gz" else file.open(**settings)
