"""Every benchmark adds rows to one table, which is printed at the end of ``make bench``. Nothing here asserts a time."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent))  # measure.py

_rows: list[tuple[str, ...]] = []
HEADINGS = ("what", "this playbook", "compared with", "theirs", "ratio")


@pytest.fixture
def note() -> Callable[..., None]:
    """``note(what, ours, other, theirs, ratio)``: one row of the table; the last three may be left out."""

    def add(what: str, ours: str, other: str = "", theirs: str = "", ratio: float | None = None) -> None:
        _rows.append((what, ours, other, theirs, "" if ratio is None else f"{ratio:.2f}"))

    return add


def pytest_terminal_summary() -> None:
    if not _rows:
        return
    table = Table(title="Processor seconds unless it says otherwise; a ratio below 1 is in our favour")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in {"what", "compared with"} else "right")
    for row in _rows:
        table.add_row(*row)
    Console(width=150).print(table)
