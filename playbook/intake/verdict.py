"""Verdict: what intake says about a client's tables: the checks that fired, and the inventory a client can reconcile."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

__all__ = ["Audit", "Check", "Inventory", "Level"]

Level = Literal["stop", "caution", "note"]


@dataclass(frozen=True)
class Check:
    """One rule that fired on one table: ``rows`` of ``of`` rows, where to look, why it matters and what to do.

    A stop ends the work: a number would be wrong. A caution is reported beside the numbers it touches.
    A note says what was left out on purpose.
    """

    rule: str
    level: Level
    table: str
    column: str | None
    rows: int
    of: int
    examples: tuple[str, ...]
    reason: str
    remedy: str

    @property
    def extent(self) -> str:
        """``"12 of 70 rows"``; empty where no single row is wrong, as with a table that ends early."""
        return f"{self.rows:,} of {self.of:,} rows" if self.rows else ""


@dataclass(frozen=True)
class Inventory:
    """One table as it was sent: rows, first and last day, and the total that the client can reconcile with its own books.

    ``total`` is the sum of revenue (orders), amount (pipeline) or spend (marketing) over all rows sent,
    in the client's currency; None for other tables and where the column was not sent.
    """

    table: str
    origin: str
    rows: int
    first: date | None
    last: date | None
    total: float | None


@dataclass(frozen=True)
class Audit:
    """All checks that fired, the gravest first, and the inventory of all tables."""

    checks: tuple[Check, ...]
    inventory: tuple[Inventory, ...]

    @property
    def stops(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.level == "stop")
