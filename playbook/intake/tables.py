"""Opening a client's tables: read, map, check, and cut at the as-of day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from playbook.engagement import Engagement, Source
from playbook.errors import EngagementError, IntakeError
from playbook.intake.mapping import canonical, mapped, mapping_problems
from playbook.intake.schema import TABLES
from playbook.intake.sources import RawTable, connect, read_source

__all__ = ["Sent", "Tables", "cut", "open_sources", "open_tables"]


@dataclass(frozen=True)
class Sent:
    """One table in its three states: the source's description, the rows as sent, the rows under canonical names."""

    source: Source
    raw: RawTable
    rows: ir.Table


@dataclass(frozen=True)
class Tables:
    """A client's tables under canonical names, without rows after ``as_of``; expressions, read only when asked."""

    rows: Mapping[str, ir.Table]
    as_of: date

    def columns(self, table: str) -> tuple[str, ...]:
        """Canonical columns of one table; empty when the client did not send it."""
        return tuple(self.rows[table].columns) if table in self.rows else ()


@lru_cache(maxsize=8)
def open_sources(engagement: Engagement) -> Mapping[str, Sent]:
    """Every source of the engagement, read and mapped but not yet checked.

    Raises EngagementError for a mapping that cannot work, and one IntakeError with all files and
    columns that cannot be read.
    """
    if wrong := mapping_problems(engagement):
        raise EngagementError(f"data/{engagement.client}/client.yml cannot be used:", wrong)
    connection, sent, problems = connect(), {}, []
    for name, source in engagement.sources.items():
        try:
            raw = read_source(connection, engagement, name)
            mapped(raw, source)
        except IntakeError as error:
            problems.extend(error.problems or [error.title])
            continue
        rows = canonical(raw, source)
        # Text is parsed once and kept; Parquet is typed already and stays where it is.
        sent[name] = Sent(source, raw, rows if _typed_at_source(source) else connection.create_table(name, rows, temp=True))
    if problems:
        raise IntakeError(f"The tables of {engagement.client} cannot be read:", problems)
    return MappingProxyType(sent)


def _typed_at_source(source: Source) -> bool:
    return bool(source.path) and source.path.endswith(".parquet")


@lru_cache(maxsize=8)
def open_tables(engagement: Engagement) -> Tables:
    """The engagement's tables up to its as-of day (by default the last day that orders or pipeline show)."""
    sent = open_sources(engagement)
    as_of = engagement.as_of or _last_day(sent)
    return Tables(MappingProxyType({name: cut(name, table.rows, as_of) for name, table in sent.items()}), as_of)


def cut(name: str, rows: ir.Table, as_of: date) -> ir.Table:
    """Rows dated up to and including ``as_of``; tables that look ahead, and undated rows, stay whole."""
    schema = TABLES[name]
    if schema.date is None or schema.ahead or schema.date not in rows.columns:
        return rows
    moment = rows[schema.date]
    return rows.filter(moment.isnull() | (moment < ibis.literal(as_of + timedelta(days=1)).cast(moment.type())))


def _last_day(sent: Mapping[str, Sent]) -> date:
    for name in ("orders", "pipeline"):
        if name in sent and TABLES[name].date in sent[name].rows.columns:
            last = sent[name].rows[TABLES[name].date].max().to_pyarrow().as_py()
            if last is not None:
                return last if type(last) is date else last.date()
    raise IntakeError("No dated row in orders or pipeline: set as_of in client.yml to the last day that counts.")
