"""The parts of a schema: a column and a table, with what is possible in them and what is not."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["FEATURE", "Column", "Kind", "TableSchema"]

FEATURE = "feature: "  # before the client's own header, where a column of its own kind is kept for the methods that learn
Kind = Literal["id", "text", "date", "time", "money", "number", "count", "flag"]


@dataclass(frozen=True)
class Column:
    """One canonical column.

    ``required`` columns must be mapped for the table to be read at all and may not be empty.
    ``low`` and ``high`` bound what is possible (a value outside is a stop); ``unusual_below``
    marks what can happen but deserves a look (a caution).
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    unusual_below: float | None = None


@dataclass(frozen=True)
class TableSchema:
    """One canonical table: what a row is, its columns, its key, its date, and what it points at.

    A table with ``features`` may keep columns of the client's own beside the canonical ones: what is known of each row and no
    column here has a name for.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    date: str | None = None
    ahead: bool = False  # dates may lie after the as-of day (a plan), so rows are not cut there
    links: tuple[tuple[str, str], ...] = ()  # (own column, other table with the same column)
    features: bool = False

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` if there is none."""
        return next((c for c in self.columns if c.name == name), None) or _missing(self.name, name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)


def _missing(table: str, name: str):
    raise KeyError(f"{table} has no column {name}")
