"""Frame: a named table for methods, the client's tables it needs, and the registry of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis.expr.types as ir
import pandas as pd

from playbook.intake.schema import FEATURE, TABLES
from playbook.intake.tables import Tables
from playbook.locale import said

__all__ = ["FRAMES", "Frame", "as_sent", "exact", "frame", "lacking", "pick", "total"]

_registry: dict[str, "Frame"] = {}
FRAMES: Mapping[str, "Frame"] = MappingProxyType(_registry)


@dataclass(frozen=True)
class Frame:
    """A named frame: which tables and columns it needs, and how it is built from them."""

    name: str
    needs: Mapping[str, tuple[str, ...]]
    build: Callable[[Tables], pd.DataFrame]


def frame(**needs: tuple[str, ...]):
    """Register a builder under its name: ``@frame(orders=("order_id",))`` says which tables and columns it reads."""

    def register(build: Callable[[Tables], pd.DataFrame]):
        _registry[build.__name__] = Frame(build.__name__, MappingProxyType(needs), build)
        return build

    return register


def lacking(frame: Frame, tables: Tables) -> tuple[str, ...]:
    """What the client would have to send for this frame, as ``"journeys (journey_id, step)"``; empty when all is there."""
    missing = []
    for table, columns in frame.needs.items():
        wanted = dict.fromkeys((*TABLES[table].required, *columns))
        absent = [c for c in wanted if c not in tables.columns(table)]
        if absent:
            missing.append(said("{table} ({columns})", table=table, columns=tuple(absent)))
    return tuple(missing)


def as_sent(tables: Tables, name: str) -> ir.Table:
    """A table as the client keeps it, in the schema's order, the client's own features (``FEATURE`` and header) after it."""
    rows = tables.rows[name]
    known = [c for c in TABLES[name].names if c in rows.columns]
    return rows.select(known + [c for c in rows.columns if c.startswith(FEATURE)])


def total(values: ir.NumericColumn) -> ir.NumericScalar:
    """The sum as a float, the same on every run."""
    return exact(values).cast("float64")


def exact(values: ir.NumericColumn) -> ir.DecimalScalar:
    """The sum to a ten-thousandth, the same on every run: sums of floats depend on the order in which threads end."""
    return values.cast("decimal(38, 4)").sum()


def pick(rows: ir.Table, *optional: str) -> list[str]:
    """Those of the optional columns that the client has."""
    return [c for c in optional if c in rows.columns]
