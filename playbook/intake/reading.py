"""Rules about reading: cells that are empty, cells that do not read as what they should be, separators that may mislead."""

import re

import ibis.expr.types as ir

from playbook.intake.mapping import EXACT_BELOW, as_text, count_unreadable, nearly_numbers, too_large, unreadable
from playbook.intake.rules import Facts, places
from playbook.intake.schema import TABLES, Column
from playbook.intake.sent import Sent
from playbook.intake.sources import FILE, ROW
from playbook.intake.verdict import Check
from playbook.intake.workbook import KINDS
from playbook.locale import Verbatim, mark, said

__all__ = ["feature_checks", "left_out_checks", "mapping_checks", "reading_checks"]

_WORDS = {
    "date": mark("a date"),
    "time": mark("a date or time"),
    "money": mark("an amount"),
    "number": mark("a number"),
    "count": mark("a whole number"),
    "flag": mark("yes or no"),
}
_NO_DATA = mark("Words for an empty cell go under empty (for example empty: ['-', n/a]), rows that are no data under leave_out.")
_FORMULAS = mark("If the cells hold formulas, open the file in Excel and save it; else have them filled, or map another column.")
_GRAVE = {"date", "time", "money"}
_NUMBERS = {"money", "number", "count"}
CURRENCY = r"\p{Sc}|\b(?:EUR|USD|GBP|CHF|CNY|RMB|JPY)\b"  # signs of any currency, and the codes of the most common ones
FEWEST_GROUPS = 3  # so many values at least before three digits after the sign look like more than chance


def reading_checks(name: str, sent: Sent, facts: Facts) -> list[Check]:
    """Empty required cells and columns, unreadable cells, amounts too large to add up, suspicious separators of one table."""
    checks, nulls = [], [c for c in TABLES[name].columns if facts.nulls.get(c.name)]
    unread = count_unreadable(sent.raw, sent.source, [c for c in nulls if c.kind in _WORDS])
    for column in TABLES[name].columns:
        if column in nulls:
            checks += _lost(name, sent, facts, column, unread.get(column.name, 0))
        if column.name in facts.highs and _largest(facts, column) >= EXACT_BELOW:
            checks += _large(name, sent, facts, column)
        if column.name in facts.fine:
            checks += _thousands(name, sent, facts, column)
    return checks


def feature_checks(name: str, sent: Sent, facts: Facts) -> list[Check]:
    """Features that were most likely meant as numbers, and are kept as words because of a few values."""
    return [
        Check(
            "mixed-feature",
            "caution",
            name,
            header,
            values,
            facts.rows,
            (),
            said(
                "Most values of “{header}” are numbers, these are not, so that all of them are taken as words.",
                header=Verbatim(header),
            ),
            said(
                "Have the values corrected, or name the words that mean an empty cell under empty for {table} in client.yml.",
                table=name,
            ),
        )
        for header, values in nearly_numbers(sent.raw, sent.source).items()
    ]


def mapping_checks(name: str, sent: Sent, facts: Facts) -> list[Check]:
    """Names of ours that client.yml maps to one and the same column of the client's."""
    columns = sent.source.columns
    shared = {header: tuple(c for c in columns if columns[c] == header) for header in columns.values()}
    return [
        Check(
            "shared-column",
            "note",
            name,
            names[0],
            facts.rows,
            facts.rows,
            (),
            said(
                "The column “{header}” is read more than once: as {names}.",
                names=tuple(map(Verbatim, names)),
                header=Verbatim(header),
            ),
            "Please check in client.yml that this is meant, and that none of them has a column of its own.",
        )
        for header, names in shared.items()
        if len(names) > 1
    ]


def left_out_checks(name: str, sent: Sent) -> list[Check]:
    """Rows that client.yml names as no data: they count nowhere, and the client should know how many they are."""
    dropped = sent.raw.left_out
    rows = dropped.count().to_pyarrow().as_py() if dropped is not None else 0
    if not rows:
        return []
    header = next(iter(sent.source.leave_out))
    whole = rows + sent.raw.rows.count().to_pyarrow().as_py()
    reason = mark("These rows are left out because client.yml names them under leave_out; no figure counts them.")
    remedy = mark("Please confirm that they are totals or notes and no data.")
    shown = dropped.select(FILE, ROW, value=as_text(dropped[header]))
    return [Check("left-out", "note", name, None, rows, whole, places(shown, "value"), reason, remedy)]


def _lost(name: str, sent: Sent, facts: Facts, column: Column, unread: int) -> list[Check]:
    """Cells that are null under the canonical name: ``unread`` hold something that was not readable, the others are empty."""
    header = sent.source.columns[column.name]
    checks = []
    if unread:
        wrong = unreadable(sent.raw, sent.source, column)
        grave = column.required or column.kind in _GRAVE
        checks.append(
            Check(
                "unreadable-value",
                "stop" if grave else "caution",
                name,
                column.name,
                unread,
                facts.rows,
                places(wrong, "value"),
                said(
                    "What stands in “{header}” does not read as {kind}, so no total that uses it would be right."
                    if grave
                    else "What stands in “{header}” does not read as {kind}, so these cells are treated as missing.",
                    header=Verbatim(header),
                    kind=_WORDS[column.kind],
                ),
                _remedy(column, sent, wrong),
            )
        )
    if not column.required and not unread and facts.nulls[column.name] == facts.rows:
        checks.append(
            Check(
                "empty-column",
                "caution",
                name,
                column.name,
                facts.rows,
                facts.rows,
                (),
                said(
                    "Column “{header}” of {origin}: {rows} of {rows} cells are empty, so whatever needs {column} says nothing.",
                    header=Verbatim(header),
                    origin=sent.raw.origin,
                    rows=f"{facts.rows:,}",
                    column=Verbatim(column.name),
                ),
                _FORMULAS
                if _workbook(sent)
                else said("Check whether “{header}” is the right column, or take it out of client.yml.", header=Verbatim(header)),
            )
        )
    if column.required and facts.nulls[column.name] > unread:
        raw = sent.raw.rows
        blank = raw.select(FILE, ROW, value=as_text(raw[header]))
        checks.append(
            Check(
                "empty-value",
                "stop",
                name,
                column.name,
                facts.nulls[column.name] - unread,
                facts.rows,
                places(blank.filter(blank.value.isnull()), "value"),
                said(
                    "Every row needs {column} ({meaning}); without it the row can be neither counted nor left out.",
                    column=Verbatim(column.name),
                    meaning=column.meaning,
                ),
                _FORMULAS
                if _workbook(sent)
                else said(
                    "Please fill “{header}”, or map {column} to a column that is always filled.",
                    header=Verbatim(header),
                    column=Verbatim(column.name),
                ),
            )
        )
    return checks


def _workbook(sent: Sent) -> bool:
    return (sent.source.path or "").lower().endswith(KINDS)


def _largest(facts: Facts, column: Column) -> float:
    return max(abs(facts.lows[column.name] or 0), abs(facts.highs[column.name] or 0))


def _large(name: str, sent: Sent, facts: Facts, column: Column) -> list[Check]:
    """Amounts beyond the numbers that can be added up: most often digits of another cell that slipped in."""
    large = too_large(sent.raw, sent.source, column)
    header = Verbatim(sent.source.columns[column.name])
    reason = said("What stands in “{header}” is larger than any amount we can add up exactly.", header=header)
    remedy = said("Check that “{header}” is the right column, and have the cells corrected.", header=header)
    rows = large.count().to_pyarrow().as_py()
    return [Check("too-large", "stop", name, column.name, rows, facts.rows, places(large, "value"), reason, remedy)]


def _signs(wrong: ir.Table) -> tuple[str, ...]:
    """The signs and codes of currencies in cells that do not read as numbers."""
    found = wrong.select(sign=wrong.value.re_extract(CURRENCY, 0)).distinct().order_by("sign")
    return tuple(sign for sign in found.to_pyarrow()["sign"].to_pylist() if sign)


def _remedy(column: Column, sent: Sent, wrong: ir.Table) -> str:
    if column.kind in _NUMBERS and (signs := _signs(wrong)):
        return said(
            "Cells hold the sign of a currency ({signs}). Have plain numbers exported, all in the currency of client.yml: amounts"
            " of two currencies must not be mixed.",
            signs=tuple(map(Verbatim, signs)),
        )
    if column.kind in {"date", "time"}:
        if not sent.source.date_format:
            return said(
                'Name the way dates are written in client.yml (for example date_format: "%d.%m.%Y"), or have the cells corrected.'
                " {no_data}",
                no_data=_NO_DATA,
            )
        return said(
            "Name the way dates are written in client.yml (it is “{now}” now), or have the cells corrected. {no_data}",
            now=sent.source.date_format,
            no_data=_NO_DATA,
        )
    if column.kind == "flag":
        example = f"values: {{{column.name}: {{ja: yes, nein: no}}}}"
        return said("Say what the words mean in client.yml, for example {example}.", example=example)
    return said(
        "Set decimal and thousands in client.yml (decimal is “{now}” now), or have the cells corrected. {no_data}",
        now=sent.source.decimal,
        no_data=_NO_DATA,
    )


def _thousands(name: str, sent: Sent, facts: Facts, column: Column) -> list[Check]:
    """Text like 1.234 in every cell that holds the decimal sign: more likely a thousand than a fraction."""
    value = sent.raw.rows[sent.source.columns[column.name]]
    sign = sent.source.decimal
    rows = sent.raw.rows.select(FILE, ROW, value=as_text(value))
    signed = rows.filter(rows.value.contains(sign))
    grouped = signed.value.re_search(rf"^-?[1-9]\d{{0,2}}{re.escape(sign)}\d{{3}}$")
    counted = signed.aggregate(signed=signed.count(), grouped=grouped.sum()).to_pyarrow().to_pylist()[0]
    if counted["signed"] < FEWEST_GROUPS or counted["grouped"] != counted["signed"]:
        return []
    return [
        Check(
            "doubtful-separator",
            "caution",
            name,
            column.name,
            counted["signed"],
            facts.rows,
            places(signed, "value"),
            said(
                "Every value with “{sign}” has exactly three digits after it."
                " If the sign separates thousands, each of them is read a thousand times too small.",
                sign=sign,
            ),
            said(
                "If so, write {settings} for {table} in client.yml.",
                settings=f"thousands: {sign!r}, decimal: {',' if sign == '.' else '.'!r}",
                table=name,
            ),
        )
    ]
