"""Opening a client's tables: read, map, check, and cut at the as-of day. The only way to the rows that results count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from playbook.engagement import Engagement
from playbook.errors import IntakeError
from playbook.intake.checks import audit, require_sound
from playbook.intake.schema import TABLES
from playbook.intake.sent import last_day, open_sources

__all__ = ["Tables", "cut", "open_tables"]


@dataclass(frozen=True)
class Tables:
    """A client's tables under canonical names, without rows after ``as_of``; expressions, read only when asked."""

    rows: Mapping[str, ir.Table]
    as_of: date

    def columns(self, table: str) -> tuple[str, ...]:
        """Canonical columns of one table; empty when the client did not send it."""
        return tuple(self.rows[table].columns) if table in self.rows else ()


@lru_cache(maxsize=8)
def open_tables(engagement: Engagement) -> Tables:
    """The engagement's tables up to its as-of day (by default the last day that orders or pipeline show).

    Raises IntakeError with every stop of the audit: no result, in a notebook or in a report, rests on such tables.
    """
    require_sound(audit(engagement, stops_only=True), engagement.client)
    sent = open_sources(engagement)
    as_of = engagement.as_of or last_day(sent)
    if as_of is None:
        raise IntakeError("No dated row in orders or pipeline: set as_of in client.yml to the last day that counts.")
    return Tables(MappingProxyType({name: cut(name, table.rows, as_of) for name, table in sent.items()}), as_of)


def cut(name: str, rows: ir.Table, as_of: date) -> ir.Table:
    """Rows dated up to and including ``as_of``; tables that look ahead, and undated rows, stay whole."""
    schema = TABLES[name]
    if schema.date is None or schema.ahead or schema.date not in rows.columns:
        return rows
    moment = rows[schema.date]
    return rows.filter(moment.isnull() | (moment < ibis.literal(as_of + timedelta(days=1)).cast(moment.type())))
