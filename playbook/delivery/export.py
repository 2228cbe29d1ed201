"""Export: what a client gets as one zip, locked with a password or not, and how its reader verifies it."""

import hashlib
import io
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import pyzipper

from playbook.delivery.checking.leaving import check_report, require_clean
from playbook.delivery.edition import SUMMARY, Edition
from playbook.delivery.enclosed import packed
from playbook.errors import DeliveryError, UsageError
from playbook.report.workbook import WORKBOOK
from playbook.run.paper import BOOK, pdf_name
from playbook.run.phases import PHASES

__all__ = ["EXPORT", "LEAST", "SUMS", "export", "locked", "verify"]

EXPORT, SUMS = "export", "SHA256SUMS"
LEAST = 10  # characters of a password
MOST = 200_000_000  # bytes that an export may unpack to
_PAGES = (SUMMARY, *(p.page for p in PHASES))
_ALLOWED = {*_PAGES, *map(pdf_name, _PAGES), BOOK, WORKBOOK, SUMS}


def export(edition: Edition, folder: Path | None = None, password: str | None = None) -> Path:
    """Write ``<client>-<day>.zip`` with its checksum file: pages, workbook and PDFs, nothing else.

    With a password it is encrypted with AES (256 bits): 7-Zip, WinZip and Keka open it, Windows Explorer does not. Without
    one the same report is the same bytes. Raises DeliveryError with everything the check found, UsageError for a short password.
    """
    if password is not None and len(password) < LEAST:
        raise UsageError(f"The password is shorter than {LEAST} characters.")
    require_clean(edition, check_report(edition))
    folder = folder or edition.engagement.reports / EXPORT
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{edition.client}-{edition.as_of.isoformat()}"
    files = dict(edition.contents)
    files[SUMS] = "".join(f"{_sha(content)}  {name}\n" for name, content in files.items()).encode()
    inside = {f"{stem}/{name}": content for name, content in files.items()}
    target = folder / f"{stem}.zip"
    content = packed(inside) if password is None else _encrypted(inside, password)
    part = target.with_suffix(".part")
    part.write_bytes(content)
    part.replace(target)
    _sums(target).write_text(f"{_sha(content)}  {target.name}\n", encoding="utf-8", newline="\n")
    return target


def locked(file: Path) -> bool:
    """Whether a zip asks for a password. Raises DeliveryError when it is no zip."""
    with _opened(file) as archive:
        return any(entry.flag_bits & 1 for entry in archive.infolist())


def verify(file: Path, password: str | None = None) -> tuple[str, ...]:
    """Names of the files in an export whose every byte is as it was written.

    Raises DeliveryError with all that is wrong: the checksum file, the zip, a file inside, something that does not belong there.
    """
    sums, wrong = _sums(file), []
    if not sums.is_file():
        wrong.append(f"{sums.name} is not beside it")
    elif sums.read_text(encoding="utf-8", errors="replace").split()[:1] != [_sha(file.read_bytes())]:
        wrong.append(f"its bytes are not those that {sums.name} names")
    with _opened(file) as archive:
        entries = archive.infolist()
        wrong += [f"{e.filename} does not belong in an export" for e in entries if not _belongs(e.filename)]
        wrong += [f"{name} is in it {n} times" for name, n in Counter(_inside(e) for e in entries).items() if n > 1]
        wrong += [f"{e.filename} is not locked as the rest is" for e in entries if password and not e.flag_bits & 1]
        if sum(e.file_size for e in entries) > MOST:
            raise DeliveryError(f"{file.name} is not sound:", [*wrong, f"it would unpack to more than {MOST / 1e6:.0f} MB"])
        if password:
            archive.setpassword(password.encode())
        try:
            files = {_inside(e): archive.read(e) for e in entries}
        except (RuntimeError, pyzipper.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
            raise DeliveryError(f"{file.name} is not sound:", [*wrong, _unreadable(error)]) from None
    named = dict(
        reversed(line.split("  ", 1)) for line in files.pop(SUMS, b"").decode("utf-8", "replace").splitlines() if "  " in line
    )
    wrong += [f"{name} is missing" for name in named if name not in files]
    wrong += [f"{name} is not what was written" for name, content in files.items() if named.get(name) != _sha(content)]
    if wrong:
        raise DeliveryError(f"{file.name} is not sound:", wrong)
    return tuple(sorted(files))


def _opened(file: Path) -> pyzipper.AESZipFile:
    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    try:
        return pyzipper.AESZipFile(io.BytesIO(file.read_bytes()))
    except (pyzipper.BadZipFile, ValueError, OSError):
        raise DeliveryError(f"{file.name} is no zip, or only part of one.") from None


def _encrypted(files: dict[str, bytes], password: str) -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as target:
        target.setpassword(password.encode())
        target.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def _belongs(name: str) -> bool:
    folder, _, file = name.partition("/")
    return file in _ALLOWED and re.fullmatch(r"[\w][\w.-]*-\d{4}-\d\d-\d\d", folder) is not None


def _inside(entry: zipfile.ZipInfo) -> str:
    """A file's own name."""
    return entry.filename.rpartition("/")[2]


def _unreadable(error: Exception) -> str:
    asks = "password" in str(error).lower()
    return "the password is not the right one, or none was given" if asks else "a file inside is damaged"


def _sums(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
