"""Paper: the pages of a report printed as PDF by the Chromium that the machine has, one of each and one book of all."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import date
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

import psutil

from playbook.errors import RunError, UsageError
from playbook.run.manifest import file_digests
from playbook.run.phases import PHASES

__all__ = ["BOOK", "CHROMIUM", "find_chromium", "pdf_name", "print_page", "require_libraries", "write_pdfs"]

CHROMIUM = "PLAYBOOK_CHROMIUM"
PATIENCE = 300.0  # seconds for one print; the book of a hundred sheets takes some ten
_JOINED, BOOK = "report.html", "report.pdf"  # the page of all pages, and the book that is printed of it
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_OPTIONS = (
    "--headless", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--disable-dev-shm-usage",
)  # fmt: skip


def pdf_name(page: str) -> str:
    """What the PDF of a page is called: 03-strategy.pdf for 03-strategy.html."""
    return f"{page.removesuffix('.html')}.pdf"


def require_libraries() -> None:
    """Raise UsageError where the libraries that write and read PDFs, which are an extra, are not installed."""
    if lacking := [name for name in ("pikepdf", "pypdfium2") if find_spec(name) is None]:
        raise UsageError(f"PDFs need {' and '.join(lacking)}: pip install 'playbook[pdf]'.")


def find_chromium() -> str:
    """The path of the browser that prints: the one that PLAYBOOK_CHROMIUM names, else the first known one on PATH.

    Raises UsageError where there is none, or where the libraries of the extra ``pdf`` are not installed.
    """
    require_libraries()
    named = os.environ.get(CHROMIUM, "").strip()
    found = next(filter(None, map(shutil.which, [named] if named else _NAMES)), None)
    if found is None and named:
        raise UsageError(
            f"{CHROMIUM} is {named!r}, which is no program on this machine: write the path of Chromium, Chrome or Edge."
        )
    if found is None:
        raise UsageError(
            f"--pdf needs Chromium, Chrome or Edge, and none of {', '.join(_NAMES)} is on PATH. Install one, "
            f"or name it: {CHROMIUM}=/path/to/chrome"
        )
    return found


def write_pdfs(chromium: str, work: Path, day: date) -> dict[str, str]:
    """Write a PDF beside each page in ``work``, and the book of all; returns the digests of all files.

    Raises RunError where something could not be printed.
    """
    from playbook.report.pdf import finished, joined  # its libraries are an extra

    pages = [work / name for name in ("index.html", *(phase.page for phase in PHASES))]
    texts = {page.name: page.read_text(encoding="utf-8") for page in pages if page.is_file()}
    texts[_JOINED] = joined(texts, day)
    with tempfile.TemporaryDirectory(prefix=".paper-", dir=work) as folder:
        room = Path(folder)
        for name, text in texts.items():
            (room / name).write_text(text, encoding="utf-8")
        variables = _surroundings(room)
        printed = {name: print_page(chromium, room / name, variables) for name in texts}
    for name, content in finished(printed, texts, {name: pdf_name(name) for name in texts}, day).items():
        (work / name).write_bytes(content)
    return file_digests(work)


def print_page(chromium: str, page: Path, variables: dict[str, str], patience: float = PATIENCE) -> bytes:
    """What the browser prints of a page, as PDF; it may write into the page's folder, and is ended after ``patience`` seconds.

    Raises RunError with what it said when it does not print.
    """
    target, said = page.with_suffix(".pdf"), page.with_suffix(".log")
    command = [chromium, *_OPTIONS, f"--user-data-dir={page.parent / 'browser'}", f"--print-to-pdf={target}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # the sandbox refuses to work for root
    with said.open("wb") as log:  # a pipe would be waited for as long as any of its processes lives
        try:
            browser = subprocess.Popen([*command, page.as_uri()], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=variables)
        except OSError as error:
            raise RunError(f"{page.name} could not be printed: {chromium} cannot be started: {error.strerror}.") from None
        try:
            code = browser.wait(patience)
        except subprocess.TimeoutExpired:
            raise RunError(f"{page.name} could not be printed: the browser did not end within {patience:.0f} seconds.") from None
        finally:
            _end(browser)
    if code or not target.is_file():
        lines = said.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
        raise RunError(f"{page.name} could not be printed: {Path(chromium).name} ended with code {code}.", lines)
    return target.read_bytes()


def _end(browser: subprocess.Popen) -> None:
    """End a browser that is still at work, with all that it started."""
    if browser.poll() is None:
        for one in (*psutil.Process(browser.pid).children(recursive=True), browser):
            with suppress(psutil.NoSuchProcess):  # it has just ended
                one.kill()
        browser.wait()


def _surroundings(room: Path) -> dict[str, str]:
    """The environment to print in; on Linux with the Chinese font that the playbook brings, for a machine that has none."""
    if sys.platform != "linux":
        return dict(os.environ)
    usual = os.environ.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    told = room / "fonts.conf"
    told.write_text(
        f'<fontconfig><include ignore_missing="yes">{escape(usual)}</include>'
        f"<dir>{escape(str(files('noto_cjk_sans_otc')))}</dir></fontconfig>\n",
        encoding="utf-8",
    )
    return {**os.environ, "FONTCONFIG_FILE": str(told)}
