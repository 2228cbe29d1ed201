"""Data audit: what was read, whether it can be trusted, and what the client should look at."""

import re
from dataclasses import dataclass

import pandas as pd

from playbook.intake.verdict import Audit, Check, Inventory
from playbook.locale import mark
from playbook.result.contract import Finding, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["DataAudit", "data_audit"]

MOST_FINDINGS = 5  # the table has the rest
TOO_SMALL = 0.0005  # a smaller share would be written as nought
_LEVELS = (mark("stop"), mark("caution"), mark("note"))  # the gravest first
# Tables of the schema, as a reader is told of them.
TABLES = (
    mark("orders"), mark("customers"), mark("products"), mark("pipeline"), mark("journeys"), mark("marketing"),
    mark("competitors"), mark("market"), mark("tickets"), mark("surveys"), mark("stock"), mark("plan"), mark("interventions"),
    mark("cases"), mark("applications"), mark("payments"), mark("activity"), mark("faq"),
)  # fmt: skip


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
    tables = [_inventory(audit.inventory, fmt)] if audit.inventory else []
    if checks:
        tables.append(_checks(checks, audit.inventory, fmt))
    grave = [c for c in checks if c.level != "note"][:MOST_FINDINGS]
    return DataAudit(
        fmt=fmt, headline=_headline(checks, fmt), findings=(*(_finding(c, fmt) for c in grave), *_totals(audit.inventory, fmt)),
        tables=tuple(tables), audit=audit,
    )  # fmt: skip


def _share(check: Check) -> float:
    return check.rows / check.of if check.of else 0.0


def _headline(checks: list[Check], fmt: Formats) -> str:
    stops, cautions = (sum(c.level == level for c in checks) for level in ("stop", "caution"))
    if stops:
        return fmt.say_n(
            "The data are not yet fit for use: {n} fault makes numbers wrong",
            "The data are not yet fit for use: {n} faults make numbers wrong", stops,
        )  # fmt: skip
    if cautions:
        return fmt.say_n(
            "The data are fit for use; {n} point deserves care", "The data are fit for use; {n} points deserve care", cautions
        )
    return fmt.say("The data are fit for use, and nothing stood out")


def _totals(inventory: tuple[Inventory, ...], fmt: Formats) -> tuple[Finding, ...]:
    """One sentence per table that has a total: what the client can hold against its own books."""
    return tuple(
        Finding(
            f"data-audit-total-{i.table}", _total(i, fmt), value=i.total, unit="unit_money", n=i.rows, evidence="shown",
            action="Compare this total with your own books.",
        )
        for i in inventory if i.total is not None
    )  # fmt: skip


def _total(i: Inventory, fmt: Formats) -> str:
    values = {"table": fmt.told(i.table), "total": fmt.exact_money(i.total)}
    if not (i.first and i.last):
        return fmt.say_n(
            "The {table} table holds {n} row and adds up to {total}.", "The {table} table holds {n} rows and adds up to {total}.",
            i.rows, **values,
        )  # fmt: skip
    return fmt.say_n(
        "The {table} table holds {n} row from {first} to {last} and adds up to {total}.",
        "The {table} table holds {n} rows from {first} to {last} and adds up to {total}.",
        i.rows, **values, first=fmt.day(i.first), last=fmt.day(i.last),
    )  # fmt: skip


def _finding(check: Check, fmt: Formats) -> Finding:
    words = "-".join(part for part in (check.rule, check.table, check.column) if part)
    values = {"table": fmt.told(check.table), "extent": _extent(check, fmt), "reason": fmt.told(check.reason)}
    if check.column:
        sentence = fmt.say("{column} in table {table}: {extent}. {reason}", **values, column=check.column)
    else:
        sentence = fmt.say("Table {table}: {extent}. {reason}", **values)
    return Finding(
        f"data-audit-{re.sub(r'[^a-z0-9]+', '-', words.lower()).strip('-')}", sentence,
        value=_share(check), unit="share", n=check.of, evidence="shown", action=check.remedy,
    )  # fmt: skip


def _extent(check: Check, fmt: Formats) -> str:
    if not check.rows or check.of <= 1:  # such as a table that ends early: no single row of it is wrong
        return fmt.say_n("{n} row", "{n} rows", max(check.rows, check.of))
    values = {"n": fmt.count(check.rows), "of": fmt.count(check.of)}
    if _share(check) < TOO_SMALL:
        return fmt.say("{n} of {of} rows", **values)
    return fmt.say("{n} of {of} rows ({share})", **values, share=fmt.share(_share(check)))


def _inventory(inventory: tuple[Inventory, ...], fmt: Formats) -> Table:
    rows = [vars(i) | {"table": fmt.told(i.table), "origin": fmt.told(i.origin)} for i in inventory]
    frame = pd.DataFrame(rows).astype({"total": "float64"})
    columns = {
        "table": ("Table", "text"), "origin": ("Read from", "text"), "rows": ("Rows", "count"), "first": ("First day", "date"),
        "last": ("Last day", "date"), "total": ("Total", "unit_money"),
    }  # fmt: skip
    return Table(frame, "What we read", "the files and tables as the client sent them", columns, aside=True)


def _checks(checks: list[Check], inventory: tuple[Inventory, ...], fmt: Formats) -> Table:
    # Told before they stand in a frame: pandas keeps the letters of a sentence, not how it was put together.
    rows = [vars(c) | {name: fmt.told(getattr(c, name)) for name in ("level", "table", "reason", "remedy")} for c in checks]
    shares = pd.Series([_share(c) for c in checks])
    frame = pd.DataFrame(rows).drop(columns="examples").assign(share=shares.where(shares >= TOO_SMALL))
    columns = {
        "level": ("Level", "text"), "table": ("Table", "text"), "column": ("Column", "text"), "rows": ("Rows", "count"),
        "share": ("Of all", "share"), "reason": ("Why it matters", "text"), "remedy": ("What to do", "text"),
    }  # fmt: skip
    source = fmt.say("the rules of the intake, over all tables")
    if inventory:
        source = fmt.say_n("the rules of the intake, over {n} table", "the rules of the intake, over {n} tables", len(inventory))
    return Table(frame, "What we found", source, columns)
