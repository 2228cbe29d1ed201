"""Rules that look at one row at a time: all of a table's are counted in a single pass over it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from playbook.intake.mapping import EXACT_BELOW
from playbook.intake.schema import TABLES
from playbook.intake.sent import Sent
from playbook.intake.sources import FILE, ROW
from playbook.intake.verdict import Check, Level
from playbook.locale import Amount, Verbatim, mark, said

__all__ = ["EXAMPLES", "OLDEST", "TOTALS", "Facts", "RowRule", "holding", "measure", "places", "row_checks", "row_rules"]

TOTALS = {"orders": "revenue", "pipeline": "amount", "marketing": "spend"}  # what a client can reconcile
OLDEST = date(1990, 1, 1)  # an earlier day is most often an empty cell that some system filled in
EXAMPLES = 3
USUAL_SHARE = 1 / 3  # of the rows or the money at most is below 0 where only returns are
_WHOSE = {
    "customer_id": mark("{column} is empty: the lines count in totals, but belong to a customer that nobody knows."),
    "product_id": mark("{column} is empty: the lines count in totals, but belong to a product that nobody knows."),
}
_NUMBERS = {"money", "number", "count"}
_LINED = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")


@dataclass(frozen=True)
class RowRule:
    """A rule that each row keeps or breaks: ``broken`` is true where it is broken."""

    rule: str
    level: Level
    column: str
    broken: ir.BooleanValue
    reason: str
    remedy: str


@dataclass(frozen=True)
class Facts:
    """What the pass over one table showed.

    ``nulls``, ``lows`` and ``highs`` are by column; ``fine`` are columns that came as text and hold values finer
    than a hundredth; ``broken`` is, by row rule, how many rows break it and what they sum to in the total column.
    """

    rows: int
    first: date | None
    last: date | None
    total: float | None
    nulls: dict[str, int]
    lows: dict[str, float | None]
    highs: dict[str, float | None]
    fine: tuple[str, ...]
    broken: tuple[tuple[RowRule, int, float | None], ...]


def row_rules(name: str, rows: ir.Table, as_of: date, today: date) -> tuple[RowRule, ...]:
    """The row rules that apply to the columns a client sent."""
    schema = TABLES[name]
    rules = []
    for column in (c for c in schema.columns if c.name in rows.columns):
        value, of = rows[column.name], {"column": Verbatim(column.name), "meaning": column.meaning}
        limits = [(column.low, lambda low, v=value: v < low), (column.high, lambda high, v=value: v > high)]
        for limit, outside in limits:
            if limit is not None:
                rules.append(
                    RowRule(
                        "impossible-value",
                        "stop",
                        column.name,
                        outside(limit),
                        said("{column} ({meaning}) cannot be below {limit}.", **of, limit=f"{limit:g}")
                        if limit == column.low
                        else said("{column} ({meaning}) cannot be above {limit}.", **of, limit=f"{limit:g}"),
                        said("Check that {column} is the right column, and have the rows corrected.", **of),
                    )
                )
        if column.unusual_below is not None:
            rules.append(
                RowRule(
                    "unusual-value",
                    "note",
                    column.name,
                    value < column.unusual_below,
                    said(
                        "{column} below {limit} counts as it stands: returns and credits lower the totals.",
                        **of,
                        limit=f"{column.unusual_below:g}",
                    ),
                    "Please confirm that these are returns.",
                )
            )
        if name == "orders" and column.kind == "id" and not column.required:
            rules.append(
                RowRule(
                    "missing-id",
                    "note",
                    column.name,
                    value.isnull(),
                    said(_WHOSE[column.name], **of),
                    "Guest orders or fees are the usual reason; please say if the share is a surprise.",
                )
            )
        if column.kind in {"date", "time"}:
            rules.append(
                RowRule(
                    "very-old-date",
                    "stop" if column.required else "caution",
                    column.name,
                    value < ibis.literal(OLDEST).cast(value.type()),
                    said(
                        "A day before {year} is most often a placeholder for an empty cell; it stretches every time line.",
                        year=OLDEST.year,
                    ),
                    said("Please say what {column} means where nothing was known, and empty these cells.", **of),
                )
            )
    return (*rules, *_date_rules(name, rows, as_of, today))


def _date_rules(name: str, rows: ir.Table, as_of: date, today: date) -> list[RowRule]:
    schema = TABLES[name]
    if schema.date not in rows.columns or schema.ahead:
        return []
    moment = rows[schema.date]
    later = _closed_later(rows, as_of) if name == "pipeline" else []
    after_as_of, after_today = (moment >= ibis.literal(day + timedelta(days=1)).cast(moment.type()) for day in (as_of, today))
    return [
        *later,
        RowRule(
            "future-date",
            "stop" if name == "pipeline" or schema.column(schema.date).required else "caution",
            schema.date,
            after_today,
            said("These rows lie after today, {day}: day and month may be swapped, or the rows are not facts yet.", day=today),
            said(
                'Check date_format in client.yml (for example date_format: "%d.%m.%Y"), or leave the rows out of the {table}'
                " export.",
                table=name,
            ),
        ),
        RowRule(
            "after-as-of",
            "note",
            schema.date,
            after_as_of & ~after_today,
            said("These rows lie after the as-of day, {day}, and are not counted.", day=as_of),
            "Nothing to do; set as_of in client.yml to a later day to count them.",
        ),
    ]


def _closed_later(rows: ir.Table, as_of: date) -> list[RowRule]:
    if "closed_on" not in rows.columns:
        return []
    return [
        RowRule(
            "closed-later",
            "caution",
            "closed_on",
            rows.closed_on > ibis.literal(as_of),
            said(
                "These deals are closed after the as-of day, {day}; until then they count as open, whatever their stage says.",
                day=as_of,
            ),
            "Nothing to do if as_of is meant to look back; else set as_of to a later day, or check the dates.",
        )
    ]


def measure(name: str, sent: Sent, as_of: date, today: date) -> Facts:
    """One pass over one table: counts, span, total, extremes, and how many rows break each row rule."""
    rows, schema = sent.rows, TABLES[name]
    columns = [c for c in schema.columns if c.name in rows.columns]
    numbers = [c.name for c in columns if c.kind in _NUMBERS]
    texts = [c for c in numbers if sent.raw.rows[sent.source.columns[c]].type().is_string()]
    total = TOTALS.get(name) if TOTALS.get(name) in rows.columns else None
    rules = row_rules(name, rows, as_of, today)
    moment = rows[schema.date] if schema.date in rows.columns else None
    asked = {
        "rows": rows.count(),
        **({"first": moment.min().cast("date"), "last": moment.max().cast("date")} if moment is not None else {}),
        **({"total": rows[total].sum()} if total else {}),
        **{f"nulls {c.name}": rows[c.name].isnull().sum() for c in columns},
        **{f"low {c}": rows[c].min() for c in numbers},
        **{f"high {c}": rows[c].max() for c in numbers},
        **{f"fine {c}": _fine(rows[c]).any() for c in texts},
        **{f"broken {i}": rule.broken.sum() for i, rule in enumerate(rules)},
        **({f"money {i}": rows[total].sum(where=rule.broken) for i, rule in enumerate(rules)} if total else {}),
    }
    got = rows.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return Facts(
        rows=got["rows"],
        first=got.get("first"),
        last=got.get("last"),
        total=None if got.get("total") is None else round(got["total"], 2),
        nulls={c.name: got[f"nulls {c.name}"] or 0 for c in columns},
        lows={c: got[f"low {c}"] for c in numbers},
        highs={c: got[f"high {c}"] for c in numbers},
        fine=tuple(c for c in texts if got[f"fine {c}"]),
        broken=tuple((rule, got[f"broken {i}"] or 0, got.get(f"money {i}")) for i, rule in enumerate(rules)),
    )


def _fine(value: ir.FloatingValue) -> ir.BooleanValue:
    """Whether it is finer than a hundredth; of amounts that fit into a whole number of 64 bits when they are rounded."""
    return (((value.abs() < EXACT_BELOW).ifelse(value, ibis.null("float64")) * 1000).round() % 10) != 0


def row_checks(name: str, sent: Sent, facts: Facts, currency: str) -> list[Check]:
    """The row rules that were broken."""
    broken = [(_graver(rule, rows, money, facts), rows, money) for rule, rows, money in facts.broken]
    return [
        Check(
            rule.rule,
            rule.level,
            name,
            rule.column,
            rows,
            facts.rows,
            places(sent.rows.filter(rule.broken), rule.column),
            holding(rule.reason, money, currency),
            rule.remedy,
        )
        for rule, rows, money in broken
        if rows
    ]


def _graver(rule: RowRule, rows: int, money: float | None, facts: Facts) -> RowRule:
    """The rule as it is, or, of amounts below 0 that are too many for returns, a caution."""
    if rule.rule != "unusual-value" or not rows:
        return rule
    rest = facts.total - money if money is not None else 0.0
    if rows <= USUAL_SHARE * facts.rows and abs(money or 0.0) <= USUAL_SHARE * (abs(money or 0.0) + abs(rest)):
        return rule
    return replace(
        rule,
        level="caution",
        reason=said(
            "{column} is below 0 in more than a third of the rows, or of the money: perhaps the sign is turned, and sales are"
            " written as negative amounts.",
            column=Verbatim(rule.column),
        ),
        remedy=mark("Please confirm that these are returns; if they are sales, ask for the export with the other sign."),
    )


def holding(reason: str, money: float | None, currency: str) -> str:
    """The reason, and what the rows hold (`` They hold €1,204.``) where an amount is known."""
    if money is None:
        return reason
    return said("{reason} They hold {amount}.", reason=reason, amount=Amount(money, currency, whole=True))


def places(rows: ir.Table, value: str) -> tuple[str, ...]:
    """The first few rows as ``"orders_2025.csv line 17: '12,x'"``; ``rows`` carries ROW, FILE and the column ``value``."""
    shown = rows.select(FILE, ROW, value=rows[value]).order_by([FILE, ROW]).limit(EXAMPLES).to_pyarrow().to_pylist()
    return tuple(f"{r[FILE]} {'line' if _lined(r[FILE]) else 'row'} {r[ROW]}: {_shown(r['value'])}" for r in shown)


def _lined(file: str) -> bool:
    return file.lower().removesuffix(".gz").endswith(_LINED)


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    return f"{value:,.15g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)
