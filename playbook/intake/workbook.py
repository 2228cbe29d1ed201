"""Workbook: one sheet of an Excel file as it was sent, every cell as text."""

from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineWorkbook

from playbook.engagement import Source
from playbook.errors import IntakeError
from playbook.intake.delimited import require_clear
from playbook.intake.disguise import require_workbook

__all__ = ["KINDS", "read_sheet"]

KINDS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".ods")


def read_sheet(name: str, file: Path, source: Source) -> pa.Table:
    """The sheet that client.yml names, else the first: text under the headers of its first row, null where a cell is empty.

    Raises IntakeError where the file is text, the sheet is not there or empty, or a header stands twice; CalamineError where
    the file is broken.
    """
    require_workbook(name, file)
    book = CalamineWorkbook.from_path(str(file))
    if source.sheet is not None and source.sheet not in book.sheet_names:
        raise IntakeError(f"{name}: {file.name} has no sheet {source.sheet!r}; its sheets are {', '.join(book.sheet_names)}.")
    sheet = source.sheet or book.sheet_names[0]
    rows = book.get_sheet_by_name(sheet).to_python()
    if not rows:
        raise IntakeError(f"{name}: the sheet {sheet!r} of {file.name} is empty.")
    headers = tuple(str(h).strip() for h in rows[0])
    require_clear(name, source, file, headers)
    keep = [i for i, h in enumerate(headers) if h]
    return pa.table({headers[i]: pa.array([_cell(row[i]) for row in rows[1:]], pa.string()) for i in keep})


def _cell(value: object) -> str | None:
    """A cell as text: Excel keeps every number as a float, so 1042.0 is the id 1042."""
    if value is None or value == "":
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
