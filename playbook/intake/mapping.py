"""Mapping: the client's headers and spellings become canonical columns of the right type."""

from collections.abc import Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from playbook.engagement import Engagement, Source
from playbook.errors import IntakeError, did_you_mean
from playbook.intake.schema import FEATURE, TABLES, Column
from playbook.intake.sources import FILE, ROW, RawTable

__all__ = [
    "EXACT_BELOW",
    "as_text",
    "canonical",
    "count_unreadable",
    "feature_headers",
    "mapped",
    "mapping_problems",
    "nearly_numbers",
    "too_large",
    "try_strptime",
    "unreadable",
]

TRUE_WORDS = ("true", "t", "yes", "y", "1")
FALSE_WORDS = ("false", "f", "no", "n", "0")
EXACT_BELOW = 2**53  # whole numbers up to here survive being kept as a float, as ids with gaps are in pandas and Excel
MOSTLY = 0.9  # share of numbers from which a column of text was most likely meant to be one
_NUMERIC = {"money", "number", "count"}


@ibis.udf.scalar.builtin
def try_strptime(value: str, pattern: str) -> dt.timestamp:
    """DuckDB's own function: NULL where the pattern does not fit."""


def mapping_problems(engagement: Engagement) -> tuple[str, ...]:
    """What is wrong with ``sources:`` before any file is opened: unknown tables and columns, required ones left out."""
    problems = []
    for name, source in engagement.sources.items():
        schema = TABLES.get(name)
        if schema is None:
            hint = did_you_mean(name, list(TABLES))
            problems.append(f"sources > {name}: there is no such table.{hint} Tables: {', '.join(TABLES)}.")
            continue
        for column in source.columns:
            if column not in schema.names:
                hint = f"{did_you_mean(column, schema.names)} Known: {', '.join(schema.names)}."
                problems.append(f"sources > {name} > columns > {column}: unknown column.{hint}")
        if source.features and not schema.features:
            able = ", ".join(t.name for t in TABLES.values() if t.features)
            problems.append(f"sources > {name} > features: this table keeps no further columns; these do: {able}.")
        missing = [c for c in schema.required if c not in source.columns]
        if missing:
            words = ", ".join(missing)
            problems.append(f"sources > {name} > columns: {words} must be mapped; without it the table cannot be used.")
    if not {"orders", "pipeline"} & set(engagement.sources):
        problems.append("sources: orders or pipeline is needed; every analysis starts from one of them.")
    return tuple(problems)


def mapped(raw: RawTable, source: Source) -> None:
    """Raise IntakeError unless every header that client.yml names is in the file."""
    known, schema = ", ".join(raw.headers), TABLES[raw.name]
    named = [*source.columns.items(), *(("features", header) for header in source.features if source.features != "all")]
    absent = [
        f"{raw.name} > {column}: no column {header!r} in {raw.origin}.{did_you_mean(header, raw.headers)} It has: {known}. "
        f"Write the header under {'features' if column == 'features' else 'columns'} in client.yml as the file has it, or "
        f"{'have the column exported' if column in schema.required else 'take it out'}."
        for column, header in named
        if header not in raw.headers
    ]
    if absent:
        raise IntakeError("Columns named in client.yml are not in the files:", absent)


def canonical(raw: RawTable, source: Source) -> ir.Table:
    """The table under canonical names and types, with ``ROW`` and ``FILE``; what cannot be read is null (see ``unreadable``).

    The client's own features follow under ``FEATURE`` and their header: as numbers where every value is one, else as text.
    """
    schema = TABLES[raw.name]
    columns = {name: _typed(raw.rows[header], schema.column(name), source) for name, header in source.columns.items()}
    return raw.rows.select(**columns, **_features(raw, source), **{ROW: raw.rows[ROW], FILE: raw.rows[FILE]})


def feature_headers(raw: RawTable, source: Source) -> tuple[str, ...]:
    """The client's headers of the columns that are kept as features; ``all`` are those that no canonical column takes."""
    if source.features == "all":
        return tuple(h for h in raw.headers if h not in source.columns.values())
    return source.features


def nearly_numbers(raw: RawTable, source: Source) -> dict[str, int]:
    """Features that are text although most of their values are numbers: by header, how many values are not."""
    return {h: filled - numbers for h, (filled, numbers) in _counted(raw, source).items() if filled > numbers >= MOSTLY * filled}


def _features(raw: RawTable, source: Source) -> dict[str, ir.Value]:
    counted = _counted(raw, source)
    typed = {}
    for header in feature_headers(raw, source):
        value = raw.rows[header]
        if header in counted:  # text: leading zeros mark a code and no amount
            filled, numbers = counted[header]
            value = _number(value, source) if filled and numbers == filled else as_text(value)
        elif value.type().is_boolean():
            value = value.cast("string")
        elif value.type().is_numeric():
            value = _number(value, source)
        typed[FEATURE + header] = value
    return typed


def _counted(raw: RawTable, source: Source) -> dict[str, tuple[int, int]]:
    """By header of each feature that came as text: how many values there are, and how many of them are numbers."""
    texts = [h for h in feature_headers(raw, source) if raw.rows[h].type().is_string()]
    if not texts:
        return {}
    asked = {}
    for place, header in enumerate(texts):
        text = as_text(raw.rows[header])
        asked[f"filled {place}"] = text.count()
        asked[f"numbers {place}"] = (_number(text, source).notnull() & ~text.re_search(r"^0[0-9]")).sum()
    got = raw.rows.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return {h: (got[f"filled {i}"], got[f"numbers {i}"] or 0) for i, h in enumerate(texts)}


def count_unreadable(raw: RawTable, source: Source, columns: Sequence[Column]) -> dict[str, int]:
    """By column: how many values are there but are no ``column.kind``; all of a table's are counted in a single pass over it."""
    if not columns:
        return {}
    cells = {c.name: _value_and_typed(raw, source, c) for c in columns}
    asked = {name: (value.notnull() & typed.isnull()).sum() for name, (value, typed) in cells.items()}
    return {name: wrong or 0 for name, wrong in raw.rows.aggregate(**asked).to_pyarrow().to_pylist()[0].items()}


def unreadable(raw: RawTable, source: Source, column: Column) -> ir.Table:
    """Rows whose value is there but is no ``column.kind``: columns value, ROW, FILE."""
    value, typed = _value_and_typed(raw, source, column)
    table = raw.rows.select(FILE, ROW, value=value, typed=typed)
    return table.filter(table.value.notnull() & table.typed.isnull()).drop("typed")


def too_large(raw: RawTable, source: Source, column: Column) -> ir.Table:
    """Rows whose number is so large that sums with it are not exact: columns value (as it was sent), ROW, FILE."""
    value, typed = _value_and_typed(raw, source, column)
    table = raw.rows.select(FILE, ROW, value=value, typed=typed)
    return table.filter(table.typed.abs() >= EXACT_BELOW).drop("typed")


def _value_and_typed(raw: RawTable, source: Source, column: Column) -> tuple[ir.StringValue, ir.Value]:
    value = raw.rows[source.columns[column.name]]
    return as_text(value), _typed(value, column, source)


def as_text(value: ir.Value) -> ir.StringValue:
    """The value as the client wrote it, 1042.0 as 1042; null where nothing is written (empty, only spaces, not a number)."""
    if value.type().is_floating():
        near = (value.abs() < EXACT_BELOW).ifelse(value, ibis.null("float64"))  # so that it fits into a whole number of 64 bits
        text = (near == near.floor()).ifelse(near.try_cast("int64").cast("string"), value.cast("string"))
        return value.isnan().ifelse(ibis.null("string"), text)
    return _blank_to_null(value) if value.type().is_string() else value.cast("string")


def _typed(value: ir.Value, column: Column, source: Source) -> ir.Value:
    if column.kind in {"id", "text"}:
        return _text(value, column, source)
    if column.kind in {"date", "time"}:
        moment = _moment(value, source)
        return moment.date() if column.kind == "date" else moment
    if column.kind in _NUMERIC:
        return _number(value, source)
    return _flag(_text(value, column, source))


def _text(value: ir.Value, column: Column, source: Source) -> ir.StringValue:
    replacements = source.values.get(column.name)
    return as_text(value).substitute(replacements) if replacements else as_text(value)


def _moment(value: ir.Value, source: Source) -> ir.TimestampValue:
    if not value.type().is_string():
        known = value.type().is_date() or value.type().is_timestamp()
        return value.cast("timestamp") if known else value.cast("string").try_cast("timestamp")
    text = _blank_to_null(value)
    if source.date_format:
        return try_strptime(text, source.date_format)
    # Without a format only years of four digits are dates: DuckDB would read 02/01/23 as the year 2.
    return text.re_search(r"^\d{4}-").ifelse(text, ibis.null("string")).try_cast("timestamp")


def _number(value: ir.Value, source: Source) -> ir.FloatingValue:
    if value.type().is_string():
        text = _blank_to_null(value)
        text = text.replace(source.thousands, "") if source.thousands else text
        value = text.replace(",", ".") if source.decimal == "," else text
    if value.type().is_integer():
        return value.cast("float64")
    number = value.try_cast("float64")
    return (number.isnan() | number.isinf()).ifelse(ibis.null("float64"), number)


def _flag(value: ir.StringValue) -> ir.BooleanValue:
    word = value.lower()
    return ibis.cases((word.isin(TRUE_WORDS), True), (word.isin(FALSE_WORDS), False))


def _blank_to_null(value: ir.StringValue) -> ir.StringValue:
    return value.strip().nullif("")
