"""Enclosed: the files that go with a mail: summary and report as one zip, page by page or as PDF, and the lists to work from."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from playbook.delivery.edition import SUMMARY, Edition
from playbook.errors import DeliveryError
from playbook.locale import mark
from playbook.report.workbook import WORKBOOK
from playbook.result.formats import Formats
from playbook.run.paper import BOOK, pdf_name, require_libraries
from playbook.run.phases import PHASES, Phase

__all__ = ["Enclosed", "How", "enclose", "linked", "packed"]

How = Literal["zip", "html", "pdf"]
_DAY = (1980, 1, 1, 0, 0, 0)  # of every file in a zip: the same report is the same bytes
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SUMMARY = mark("The executive summary.")
_LINK = re.compile(r'<a\b([^>]*?)\bhref="([\w.-]+\.(?:html|xlsx))(#[\w.-]*)?"([^>]*)>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True)
class Enclosed:
    """One file of a mail: its name as the reader sees it, its bytes and MIME type, and in words what it is."""

    name: str
    content: bytes
    mime: str
    what: str


def enclose(edition: Edition, phases: tuple[Phase, ...], how: How) -> tuple[Enclosed, ...]:
    """The summary, the chosen phases and the workbook of a report, ready to be attached.

    Names begin with client and day, for they end among a reader's other downloads. A link leads to a file of the same mail or is
    none: in a zip the pages keep their names and their links, beside a mail each page links only to what is attached with it.
    Raises DeliveryError for phases or PDFs that the report does not have.
    """
    fmt, stem = edition.fmt, f"{edition.client}-{edition.as_of.isoformat()}"
    chosen = tuple(p for p in edition.phases if p in phases)
    if phases != PHASES and (lacking := [p.id for p in phases if p not in chosen]):
        none = " and no ".join(lacking)
        raise DeliveryError(
            f"The report of {edition.client} for {edition.as_of} has no {none}. Next: playbook run {edition.client}"
        )
    lists = []
    if WORKBOOK in edition.contents:
        what = fmt.say("The lists to work from; the first sheet explains them.")
        lists = [Enclosed(f"{stem}-{WORKBOOK}", edition.contents[WORKBOOK], _XLSX, what)]
    if how == "pdf":
        return (*_printed(edition, chosen, stem), *lists)
    if how == "zip":
        alone = {SUMMARY: f"{stem}-summary.html"}
        content = _unpacked(edition, chosen)
        what = _zip_holds(chosen, WORKBOOK in content, fmt)
        zipped = packed({f"{stem}/{name}": content[name] for name in sorted(content)})
        pages = [Enclosed(f"{stem}-report.zip", zipped, "application/zip", what)]
    else:
        alone = {SUMMARY: f"{stem}-summary.html", WORKBOOK: f"{stem}-{WORKBOOK}"} | {p.page: f"{stem}-{p.page}" for p in chosen}
        parts = [(p, linked(edition.pages[p.page], alone).encode()) for p in chosen]
        pages = [Enclosed(alone[p.page], page, "text/html", _part(p, fmt)) for p, page in parts]
    summary = Enclosed(alone[SUMMARY], linked(edition.pages[SUMMARY], alone).encode(), "text/html", fmt.told(_SUMMARY))
    return (summary, *pages, *lists)


def _zip_holds(chosen: tuple[Phase, ...], lists: bool, fmt: Formats) -> str:
    """What the zip holds, in words; that the lists name customers is said, for whoever hands the mail on."""
    if not lists:
        return fmt.say("The report as a zip: {pages}. Unpack it and open index.html.", pages=_titles(chosen, fmt))
    return fmt.say(
        "The report as a zip: {pages}; with {file}, whose lists may name customers by their ids. Unpack it and open index.html.",
        pages=_titles(chosen, fmt), file=WORKBOOK,
    )  # fmt: skip


def _titles(phases: tuple[Phase, ...], fmt: Formats) -> str:
    return fmt.listed(fmt.told(p.title) for p in phases)


def _part(phase: Phase, fmt: Formats) -> str:
    return fmt.say("Part of the report: {title}.", title=fmt.told(phase.title))


def _printed(edition: Edition, chosen: tuple[Phase, ...], stem: str) -> Iterator[Enclosed]:
    """The book of all phases, or the summary and a PDF for each chosen one."""
    fmt = edition.fmt
    if not edition.pdfs:
        raise DeliveryError(
            f"The report of {edition.client} for {edition.as_of} has no PDFs. Next: playbook run {edition.client} --pdf"
        )
    require_libraries()
    from playbook.report.pdf import relinked  # its libraries are an extra

    def attached(file: str, what: str) -> Enclosed:
        return Enclosed(names[file], relinked(edition.contents[file], names), "application/pdf", what)

    if chosen == edition.phases:
        names = {BOOK: f"{stem}-{BOOK}"}
        what = fmt.say("The whole report as one PDF: the executive summary, then {pages}.", pages=_titles(chosen, fmt))
        yield attached(BOOK, what)
        return
    summary = pdf_name(SUMMARY)
    names = {summary: f"{stem}-summary.pdf"} | {pdf_name(p.page): f"{stem}-{pdf_name(p.page)}" for p in chosen}
    yield attached(summary, fmt.told(_SUMMARY))
    for phase in chosen:
        yield attached(pdf_name(phase.page), _part(phase, fmt))


def linked(page: str, names: Mapping[str, str]) -> str:
    """A page whose links to other files lead to these by their new ``names``; of a link to any other file the words stay."""

    def follow(match: re.Match) -> str:
        before, file, anchor, after, text = match.groups()
        if file not in names:
            return f"<span>{text}</span>"
        return f'<a{before}href="{names[file]}{anchor or ""}"{after}>{text}</a>'

    return _LINK.sub(follow, page)


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files by name, the same bytes for the same files."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _unpacked(edition: Edition, chosen: tuple[Phase, ...]) -> dict[str, bytes]:
    """Files of the zip, which keep their names, and their links to each other."""
    names = {name: name for name in edition.contents if name in {SUMMARY, WORKBOOK, *(p.page for p in chosen)}}
    pages = {name: linked(edition.pages[name], names).encode() for name in names if name in edition.pages}
    return {name: pages.get(name) or edition.contents[name] for name in names}
