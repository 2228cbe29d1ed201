"""Sent: a client's tables as they came, read and mapped, but neither checked nor cut at the as-of day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import duckdb
import ibis
import ibis.expr.types as ir

from playbook.engagement import Engagement, Source
from playbook.errors import EngagementError, IntakeError
from playbook.intake.mapping import canonical, mapped, mapping_problems
from playbook.intake.sources import RawTable, connect, read_source, refused

__all__ = ["Sent", "last_day", "open_sources"]


@dataclass(frozen=True)
class Sent:
    """One table in its three states: the source's description, the rows as sent, the rows under canonical names."""

    source: Source
    raw: RawTable
    rows: ir.Table


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
            rows = canonical(raw, source)
            # Text is parsed once and kept; Parquet is typed already and stays where it is.
            rows = rows if _typed_at_source(source) else connection.create_table(name, rows, temp=True)
        except IntakeError as error:
            problems.extend(error.problems or [error.title])
        except duckdb.Error as error:  # a line far down in a file, which was not looked at before
            problems.append(refused(engagement, name, error).title)
        else:
            sent[name] = Sent(source, raw, rows)
    if problems:
        raise IntakeError(f"The tables of {engagement.client} cannot be read:", problems)
    return MappingProxyType(sent)


def last_day(sent: Mapping[str, Sent]) -> date | None:
    """The last day that orders, else the pipeline (opened or closed), show; None when neither holds a date."""
    for name, columns in (("orders", ("order_date",)), ("pipeline", ("created_on", "closed_on"))):
        known = [c for c in columns if name in sent and c in sent[name].rows.columns]
        days = [_last_until(sent[name].rows[c].cast("date"), date.today()) for c in known]
        if any(days):
            return max(filter(None, days))
    return None


def _last_until(days: ir.DateColumn, today: date) -> date | None:
    """The last of the days that have passed; without any, the last of all, for the checks to stumble over."""
    found = ibis.coalesce(days.max(where=days <= ibis.literal(today)), days.max())
    return found.to_pyarrow().as_py()


def _typed_at_source(source: Source) -> bool:
    return bool(source.path) and source.path.endswith(".parquet")
