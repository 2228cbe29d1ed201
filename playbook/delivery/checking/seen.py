"""Seen: a file taken apart into the texts that its reader can see or dig out, whatever the kind of file."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from bs4 import BeautifulSoup
from openpyxl import load_workbook

from playbook.run.paper import require_libraries

__all__ = ["Problem", "Seen", "folded", "look_into"]

_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]")  # letters nobody sees would hide a word
_FONT = re.compile(r"url\(data:font/[^)]*\)")  # letters' shapes: nobody can read them, and chance spells short names in base64
_CELLS = re.compile(r"<sheetData>.*</sheetData>", re.DOTALL)  # of a sheet, whose heads, feet and prompts remain
_EXCERPT = 60


@dataclass(frozen=True)
class Problem:
    """Something that forbids a file to leave: where it is, and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Seen:
    """A text and where it stands; ``text`` is without letters that are not seen and in one form of writing (NFKC)."""

    where: str
    text: str

    def around(self, start: int, end: int) -> str:
        """What stands around a place, short enough for one line."""
        margin = max((_EXCERPT - (end - start)) // 2, 10)
        return " ".join(self.text[max(start - margin, 0) : end + margin].split())


def folded(text: str) -> str:
    """One form of writing, without what is not seen."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def look_into(name: str, content: bytes) -> Iterator[Seen]:
    """The texts of a file: pages with attributes and comments, workbooks and PDFs with their properties, zips with all inside."""
    if name.endswith(".html"):
        yield from _page(name, content.decode("utf-8", errors="replace"))
    elif name.endswith(".xlsx"):
        yield from _book(name, content)
    elif name.endswith(".pdf"):
        yield from _paper(name, content)
    elif name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield Seen(f"{name}, names", folded("\n".join(packed.namelist())))
            for entry in packed.namelist():
                yield from look_into(f"{name} > {entry}", packed.read(entry))
    elif not name.endswith(".png"):
        yield Seen(name, folded(content.decode("utf-8", errors="replace")))


def _page(name: str, html: str) -> tuple[Seen, ...]:
    return tuple(Seen(f"{name}{part}", text) for part, text in _page_texts(html))


@lru_cache(maxsize=32)  # the same page is looked at in the report, in the mail and in its zip
def _page_texts(html: str) -> tuple[tuple[str, str], ...]:
    soup = BeautifulSoup(html, "html.parser")
    strings = [_FONT.sub("", str(s)) for s in soup.find_all(string=True)]  # comments and styles too
    attributes = [" ".join(v) if isinstance(v, list) else str(v) for tag in soup.find_all(True) for v in tag.attrs.values()]
    attributes = [v for v in attributes if not v.startswith("data:") and re.search(r"[^\W\d_]{2}|@|\d{6}", v)]
    whole = folded("".join(strings))  # a word that begins bold and ends plain
    return ("", folded("\n".join(strings))), ("", whole), (", attributes", folded("\n".join(dict.fromkeys(attributes))))


def _book(name: str, content: bytes) -> Iterator[Seen]:
    book = load_workbook(io.BytesIO(content), read_only=True)
    for sheet in book.worksheets:
        lines = ["\t".join(str(v) for v in row if v is not None) for row in sheet.iter_rows(values_only=True)]
        yield Seen(f"{name}, sheet {sheet.title}", folded("\n".join([sheet.title, *lines])))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for entry in packed.namelist():
            if entry.endswith((".xml", ".rels")) and not entry.endswith(("sharedStrings.xml", "styles.xml", "theme1.xml")):
                raw = _CELLS.sub("", packed.read(entry).decode("utf-8", errors="replace"))
                words = map(unescape, [*re.findall(r">([^<]+)<", raw), *re.findall(r'="([^"]*)"', raw)])
                kept = [w for w in words if "openxmlformats" not in w and "schemas." not in w and "purl.org" not in w]
                yield Seen(f"{name}, {entry}", folded("\n".join(kept)))


def _paper(name: str, content: bytes) -> Iterator[Seen]:
    """What stands on each sheet, and every text beside it: properties, outline, links, words for pictures."""
    require_libraries()
    import pikepdf
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as sheets:
            texts = [sheet.get_textpage().get_text_range() for sheet in sheets]
        with pikepdf.open(io.BytesIO(content)) as pdf:
            beside = dict.fromkeys(text for one in pdf.objects for text in _strings(one))
    except (pypdfium2.PdfiumError, pikepdf.PdfError):
        return  # the check of the file itself says so
    yield from (Seen(f"{name}, page {number}", folded(text)) for number, text in enumerate(texts, start=1))
    yield Seen(f"{name}, beside its pages", folded("\n".join(beside)))


def _strings(one: object) -> Iterator[str]:
    """Texts in an object of a PDF, without those of other objects that it points at."""
    import pikepdf

    if isinstance(one, pikepdf.String):
        yield str(one)
    elif isinstance(one, pikepdf.Array | pikepdf.Dictionary | pikepdf.Stream):
        inside = one if isinstance(one, pikepdf.Array) else one.values()
        yield from (text for part in inside if not getattr(part, "is_indirect", False) for text in _strings(part))
