"""Book: what a workbook may carry along without showing it: hidden sheets, rows and names, comments, macros, outside data."""

import io
import re
import zipfile

from openpyxl import load_workbook

from playbook.delivery.checking.seen import Problem

__all__ = ["book"]

_CARRIED = {
    "xl/vbaProject.bin": "holds macros",
    "xl/connections.xml": "connects to outside data",
    "xl/externalLinks/": "links to another workbook",
    "xl/comments": "holds comments",
    "xl/threadedComments/": "holds comments",
    "xl/persons/": "names people who edited it",
    "xl/embeddings/": "embeds other files",
    "xl/pivotCache/": "carries the rows behind a pivot table",
    "customXml/": "carries data of its own",
    "docProps/custom.xml": "carries properties of its own",
}
_PEOPLE = re.compile(r"<(?:\w+:)?(?:creator|lastModifiedBy)\b[^>]*>([^<]*)<")  # whichever library wrote it
_OURS = "Playbook"  # the author that the playbook writes


def book(name: str, content: bytes) -> list[Problem]:
    """Problems of a workbook, given as its bytes; formulas too, for what a list shows has to be a value."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        entries = packed.namelist()
        found += [Problem(name, what) for start, what in _CARRIED.items() if any(e.startswith(start) for e in entries)]
        outside = [e for e in entries if e.endswith(".rels") and b'TargetMode="External"' in packed.read(e)]
        found += [Problem(f"{name}, {e}", "links to something outside the workbook") for e in outside]
        if "docProps/core.xml" in entries:
            people = _PEOPLE.findall(packed.read("docProps/core.xml").decode("utf-8"))
            found += [Problem(f"{name}, properties", f"names {who!r} as its author") for who in people if who not in ("", _OURS)]
    sheets = load_workbook(io.BytesIO(content))
    hidden_names = [n for n, defined in sheets.defined_names.items() if defined.hidden]
    found += [Problem(name, f"hides the name {n}") for n in hidden_names]
    for sheet in sheets.worksheets:
        where = f"{name}, sheet {sheet.title}"
        if sheet.sheet_state != "visible":
            found.append(Problem(where, "is hidden"))
        if columns := [letter for letter, column in sheet.column_dimensions.items() if column.hidden]:
            found.append(Problem(where, f"hides column {', '.join(columns)}"))
        if rows := [number for number, row in sheet.row_dimensions.items() if row.hidden]:
            found.append(Problem(where, f"hides {len(rows)} {'row' if len(rows) == 1 else 'rows'}, from row {rows[0]} on"))
        formulas = [cell.coordinate for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
        if formulas:
            found.append(Problem(where, f"holds a formula in {formulas[0]}"))
    return found
