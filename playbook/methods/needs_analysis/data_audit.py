"""Data audit: what was read, whether it can be trusted, and what the client should look at."""

import re
from dataclasses import dataclass

import pandas as pd

from playbook.intake.verdict import Audit, Check, Inventory
from playbook.result.contract import Finding, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["DataAudit", "data_audit"]

MOST_FINDINGS = 5  # the table has the rest
TOO_SMALL = 0.0005  # a smaller share would be written as nought
_LEVELS = ("stop", "caution", "note")  # the gravest first


@dataclass(frozen=True, kw_only=True)
class DataAudit(Result):
    """The audit itself beside its tables, for later phases that name their inputs."""

    audit: Audit


@section(
    "data-audit",
    "Can the data be trusted?",
    promise="what was read, every rule that fired, and totals to reconcile with the books",
)
def data_audit(audit: Audit, fmt: Formats) -> DataAudit:
    """What the client sent and every rule that fired on it, the gravest and widest first.

    A stop makes numbers wrong, a caution touches some of them, a note says what was left out on purpose.
    Totals are exact, so that the client can reconcile them with its own books.
    """
    checks = sorted(audit.checks, key=lambda c: (_LEVELS.index(c.level), -_share(c), c.table, c.rule))
    tables = [_inventory(audit.inventory)] if audit.inventory else []
    if checks:
        tables.append(_checks(checks, audit.inventory))
    grave = [c for c in checks if c.level != "note"][:MOST_FINDINGS]
    return DataAudit(
        fmt=fmt, headline=_headline(checks), findings=(*(_finding(c, fmt) for c in grave), *_totals(audit.inventory, fmt)),
        tables=tuple(tables), audit=audit,
    )  # fmt: skip


def _share(check: Check) -> float:
    return check.rows / check.of if check.of else 0.0


def _headline(checks: list[Check]) -> str:
    stops, cautions = (sum(c.level == level for c in checks) for level in ("stop", "caution"))
    if stops:
        return f"The data are not yet fit for use: {stops} {'fault makes' if stops == 1 else 'faults make'} numbers wrong"
    if cautions:
        return f"The data are fit for use; {cautions} {'point deserves' if cautions == 1 else 'points deserve'} care"
    return "The data are fit for use, and nothing stood out"


def _totals(inventory: tuple[Inventory, ...], fmt: Formats) -> tuple[Finding, ...]:
    """One sentence per table that has a total: what the client can hold against its own books."""
    return tuple(
        Finding(
            f"data-audit-total-{i.table}",
            f"The {i.table} table holds {fmt.count(i.rows)} rows{_span(i, fmt)} and adds up to {fmt.exact_money(i.total)}.",
            value=i.total, unit="unit_money", n=i.rows, evidence="shown", action="Compare this total with your own books.",
        )
        for i in inventory if i.total is not None
    )  # fmt: skip


def _span(inventory: Inventory, fmt: Formats) -> str:
    return f" from {fmt.day(inventory.first)} to {fmt.day(inventory.last)}" if inventory.first and inventory.last else ""


def _finding(check: Check, fmt: Formats) -> Finding:
    words = "-".join(part for part in (check.rule, check.table, check.column) if part)
    where = f"{check.table}, {check.column}" if check.column else check.table
    return Finding(
        f"data-audit-{re.sub(r'[^a-z0-9]+', '-', words.lower()).strip('-')}",
        f"{where.capitalize()}: {_extent(check, fmt)}. {check.reason}",
        value=_share(check), unit="share", n=check.of, evidence="shown", action=check.remedy,
    )  # fmt: skip


def _extent(check: Check, fmt: Formats) -> str:
    if not check.of:
        return f"{fmt.count(check.rows)} rows"
    if _share(check) < TOO_SMALL:
        return f"{fmt.count(check.rows)} of {fmt.count(check.of)} rows"
    return f"{fmt.count(check.rows)} of {fmt.count(check.of)} rows ({fmt.share(_share(check))})"


def _inventory(inventory: tuple[Inventory, ...]) -> Table:
    frame = pd.DataFrame([vars(i) for i in inventory]).astype({"total": "float64"})
    columns = {
        "table": ("Table", "text"), "origin": ("Read from", "text"), "rows": ("Rows", "count"), "first": ("First day", "date"),
        "last": ("Last day", "date"), "total": ("Total", "unit_money"),
    }  # fmt: skip
    return Table(frame, "What we read", "the files and tables as the client sent them", columns, aside=True)


def _checks(checks: list[Check], inventory: tuple[Inventory, ...]) -> Table:
    frame = pd.DataFrame([vars(c) for c in checks]).drop(columns="examples").assign(share=[_share(c) for c in checks])
    columns = {
        "level": ("Level", "text"), "table": ("Table", "text"), "column": ("Column", "text"), "rows": ("Rows", "count"),
        "share": ("Of all", "share"), "reason": ("Why it matters", "text"), "remedy": ("What to do", "text"),
    }  # fmt: skip
    return Table(frame, "What we found", f"the rules of the intake, over {len(inventory) or 'all'} tables", columns)
