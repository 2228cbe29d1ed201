"""Rules about reading: cells that are empty, cells that do not read as what they should be, separators that may mislead."""

import re

from playbook.intake.mapping import as_text, nearly_numbers, unreadable
from playbook.intake.rules import Facts, places
from playbook.intake.schema import TABLES, Column
from playbook.intake.sent import Sent
from playbook.intake.sources import FILE, ROW
from playbook.intake.verdict import Check
from playbook.locale import Verbatim, mark, said

__all__ = ["feature_checks", "left_out_checks", "reading_checks"]

_WORDS = {
    "date": mark("a date"),
    "time": mark("a date or time"),
    "money": mark("an amount"),
    "number": mark("a number"),
    "count": mark("a whole number"),
    "flag": mark("yes or no"),
}
_NO_DATA = mark("Words for an empty cell go under empty (for example empty: ['-', n/a]), rows that are no data under leave_out.")
_GRAVE = {"date", "time", "money"}
FEWEST_GROUPS = 3  # so many values at least before three digits after the sign look like more than chance


def reading_checks(name: str, sent: Sent, facts: Facts) -> list[Check]:
    """Empty required cells, unreadable cells and suspicious separators of one table."""
    checks = []
    for column in TABLES[name].columns:
        if facts.nulls.get(column.name):
            checks += _lost(name, sent, facts, column)
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


def _lost(name: str, sent: Sent, facts: Facts, column: Column) -> list[Check]:
    """Cells that are null under the canonical name: those that hold something were not readable, the others are empty."""
    wrong = unreadable(sent.raw, sent.source, column)
    unread = wrong.count().to_pyarrow().as_py() if column.kind in _WORDS else 0
    header = sent.source.columns[column.name]
    checks = []
    if unread:
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
                _remedy(column, sent),
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
                said(
                    "Please fill “{header}”, or map {column} to a column that is always filled.",
                    header=Verbatim(header),
                    column=Verbatim(column.name),
                ),
            )
        )
    return checks


def _remedy(column: Column, sent: Sent) -> str:
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
