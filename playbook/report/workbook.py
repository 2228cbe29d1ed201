"""Workbook: the lists that people work from, one sheet each, in a file that Excel and LibreOffice open as it is."""

import re
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pandas as pd
from babel.numbers import get_currency_symbol
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from playbook.result.contract import Worklist
from playbook.result.formats import Formats

__all__ = ["WORKBOOK", "write_workbook"]

WORKBOOK = "action-lists.xlsx"
MOST_ROWS = 1_048_575  # below the heading, by Excel's rule
LONGEST_NAME = 31  # characters of a sheet's name, by Excel's rule
NARROW, WIDE = 10, 60  # characters
LOOKED_AT = 200  # rows that settle the width of a column
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no place for them
_FORMATS = {
    "share": "0.0%", "points": "0.0", "count": "#,##0", "number": "#,##0.00", "days": "#,##0.0", "date": "yyyy-mm-dd",
    "month": "yyyy-mm",
}  # fmt: skip
_HEAD = PatternFill("solid", fgColor="DFE4EC")
_TEXT, _LONG_TEXT = (Alignment(wrap_text=wraps, vertical="top") for wraps in (False, True))
_ZIPPED = (1980, 1, 1, 0, 0, 0)  # the same lists are the same bytes


def write_workbook(lists: Sequence[Worklist], file: Path, client: str, as_of: date, fmt: Formats) -> None:
    """Write all lists into one workbook: a front sheet that says what each is for, then a sheet a list.

    Numbers, dates and money keep their type; texts that begin like a formula stay texts; missing values are empty cells.
    """
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "Playbook", fmt.say("{client}: lists to work from", client=client)
    book.properties.created = book.properties.modified = datetime(as_of.year, as_of.month, as_of.day)
    first_sheet, cut = fmt.say("Lists"), fmt.say("The first {n} rows.", n=fmt.count(MOST_ROWS))
    names = _sheet_names([one.title for one in lists], first_sheet)
    front = pd.DataFrame(
        {
            "sheet": names,
            "rows": [len(one.frame) for one in lists],
            "how": [fmt.sentences(one.how, cut if len(one.frame) > MOST_ROWS else "") for one in lists],
            "as_of": pd.Timestamp(as_of),
        }
    )
    columns = {"sheet": ("List", "text"), "rows": ("Rows", "count"), "how": ("What for", "text"), "as_of": ("Data as of", "date")}
    _fill(book.create_sheet(first_sheet), front, {name: (fmt.told(label), unit) for name, (label, unit) in columns.items()}, fmt)
    for name, one in zip(names, lists, strict=True):
        _fill(book.create_sheet(name), one.frame.head(MOST_ROWS), one.columns, fmt)
    buffer = BytesIO()
    book.save(buffer)
    file.write_bytes(_timeless(buffer, as_of))


def _fill(sheet: Worksheet, frame: pd.DataFrame, columns: dict[str, tuple[str, str]], fmt: Formats) -> None:
    money = f'#,##0.00 "{get_currency_symbol(fmt.currency, fmt.locale)}"'
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(frame) + 1}"
    for place, (name, (label, unit)) in enumerate(columns.items(), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(frame[name], label, unit)
    head = []
    for label, _ in columns.values():
        cell = _text(sheet, label)
        cell.font, cell.fill, cell.alignment = Font(bold=True), _HEAD, _LONG_TEXT
        head.append(cell)
    sheet.append(head)
    kinds = [(name, unit, _FORMATS.get(unit, money)) for name, (_, unit) in columns.items()]
    for values in frame[list(columns)].itertuples(index=False):
        sheet.append([_cell(sheet, v, unit, pattern) for v, (_, unit, pattern) in zip(values, kinds, strict=True)])


def _cell(sheet: Worksheet, value: object, unit: str, pattern: str) -> Cell | None:
    if value is None or pd.isna(value):
        return None
    if unit == "text":
        return _text(sheet, str(value))
    if unit in ("date", "month"):
        value = pd.Timestamp(value).to_pydatetime()
    elif value in (float("inf"), float("-inf")):
        return None
    else:  # as the page tells them: counts are rounded, a difference of shares is told in points
        value = round(float(value)) if unit == "count" else float(value) * 100 if unit == "points" else float(value)
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = pattern
    return cell


def _text(sheet: Worksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, _CONTROL.sub("", text))
    cell.data_type = "s"
    cell.alignment = _LONG_TEXT if len(text) > WIDE else _TEXT
    if text.startswith(_FORMULA):
        cell.quotePrefix = True  # what a client's text begins with is never worked out, here or once copied elsewhere
    return cell


def _width(values: pd.Series, label: str, unit: str) -> float:
    longest = max(map(_columns, values.head(LOOKED_AT).dropna().astype(str)), default=0) if unit == "text" else 0
    return float(min(max(NARROW, max(map(len, label.split())) + 3, longest + 2), WIDE))


def _columns(text: str) -> int:
    """Width of a text in Latin characters: a Chinese one takes the room of two."""
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _sheet_names(titles: Sequence[str], first: str) -> list[str]:
    """Titles as Excel takes them for a sheet's name: 31 characters, none of []:*?/\\, each once."""
    names, taken = [], {first.casefold()}
    for title in titles:
        plain = " ".join(_FORBIDDEN.sub(" ", _CONTROL.sub("", title.replace(": ", " – "))).split()).strip("' ") or "List"
        name, number = _cut(plain), 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: LONGEST_NAME - len(str(number)) - 1].rstrip()} {number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _cut(name: str) -> str:
    """A name of a sheet at its longest, ended with a whole word where one ends in its second half."""
    if len(name) <= LONGEST_NAME:
        return name
    words = name[: LONGEST_NAME + 1].rpartition(" ")[0]
    return (words if len(words) > LONGEST_NAME / 2 else name[:LONGEST_NAME]).rstrip(" –'")


def _timeless(written: BytesIO, as_of: date) -> bytes:
    """The file with one fixed date in its directory, and the report's own in its properties, instead of the clock's."""
    written_on = f"{as_of.isoformat()}T00:00:00Z".encode()
    told = BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":  # openpyxl writes the time of saving there, whatever it was told
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + written_on, content)
            target.writestr(zipfile.ZipInfo(entry.filename, _ZIPPED), content, zipfile.ZIP_DEFLATED)
    return told.getvalue()
