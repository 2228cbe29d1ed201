"""Disguise: files that are not what their name says, and text that is not in the encoding that client.yml says."""

import re
from pathlib import Path

import charset_normalizer

from playbook.errors import IntakeError

__all__ = ["require_text", "require_utf8", "require_workbook"]

COMMON_ENCODINGS = ("cp1252", "gb18030", "utf_16", "cp1250", "cp1251", "big5", "shift_jis")  # what exports come in, besides UTF-8
SAMPLE = 1_000_000  # bytes that are looked at
WESTERN_SIGNS = frozenset("€£–’°")  # that stand alone in such text
MAGIC = {b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls"}  # the first bytes of a ZIP and of an OLE file


def require_text(name: str, file: Path) -> None:
    """Raise IntakeError where a file that is named as text is a workbook."""
    kind = MAGIC.get(_head(file)[:4])
    if kind:
        raise IntakeError(
            f"{name}: {file.name} is an Excel workbook and no text, whatever its name says: call it {file.stem}{kind},"
            " there and in client.yml, or open it in Excel and save it as CSV UTF-8."
        )


def require_workbook(name: str, file: Path) -> None:
    """Raise IntakeError where a file that is named as a workbook is text."""
    head = _head(file)
    if head[:4] not in MAGIC and b"\0" not in head:
        raise IntakeError(
            f"{name}: {file.name} cannot be read: it is text and no Excel workbook, whatever its name says: call it"
            f" {file.stem}.csv, there and in client.yml, or open it in Excel and save it as a workbook."
        )


def require_utf8(name: str, file: Path) -> None:
    """Raise IntakeError where a text file is not UTF-8, with an encoding that it may have, and a line read so."""
    if file.suffix == ".gz":
        return  # DuckDB names the line itself when a packed file is not UTF-8
    sample = _head(file, SAMPLE)
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > SAMPLE - 4:  # a character cut by the end of the sample
            return
        near = sample[max(0, error.start - 20_000) : error.start + 20_000]
        line = sample[sample.rfind(b"\n", 0, error.start) + 1 :].partition(b"\n")[0]
        hint = ""
        if encoding := _likely(near):
            shown = line.decode(encoding, errors="replace").strip()[:80]
            hint = f". With encoding: {encoding} a line reads {shown!r}; use another one if that looks wrong"
        raise IntakeError(f"{name}: {file.name} is not UTF-8 text; name its encoding in client.yml{hint}.") from None


def _likely(text: bytes) -> str | None:
    """The encoding that fits best; Western Europe's, the most common one, where Central Europe's does and both fit.

    So it is where nothing but single letters with accents stand between plain ones: guesses of a few letters are wild.
    """
    best = charset_normalizer.from_bytes(text, cp_isolation=list(COMMON_ENCODINGS)).best()
    try:
        runs = re.findall(r"[^\x00-\x7f]+", text.decode("cp1252"))
    except UnicodeDecodeError:
        return best.encoding if best else None
    single = all(len(run) <= 2 and (run.isalpha() or run in WESTERN_SIGNS) for run in runs)
    return "cp1252" if single or best is None or best.encoding == "cp1250" else best.encoding


def _head(file: Path, size: int = 1000) -> bytes:
    with file.open("rb") as stream:
        return stream.read(size)
