"""Checks: every rule over all tables of a client at once, and the one error when a number would be wrong.

The rules lie next door: ``rules`` (one row at a time), ``reading`` (empty and unreadable cells),
``relations`` (between rows and tables), ``rhythm`` (time and size), ``deals`` (how they ended).
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from playbook.engagement import Engagement
from playbook.errors import IntakeError
from playbook.intake.deals import stage_checks
from playbook.intake.reading import feature_checks, left_out_checks, mapping_checks, reading_checks
from playbook.intake.relations import client_checks, duplicate_checks, relation_checks
from playbook.intake.rhythm import presence_checks, shape_checks
from playbook.intake.rules import Facts, measure, row_checks
from playbook.intake.sent import last_day, open_sources
from playbook.intake.verdict import Audit, Check, Inventory

__all__ = ["Audit", "Check", "Inventory", "audit", "require_sound"]

_GRAVITY = ("stop", "caution", "note")
_OF_THE_DAY = {"after-as-of", "closed-later", "late-table"}  # moot for a table of which nothing counts by that day


@lru_cache(maxsize=8)
def audit(engagement: Engagement, today: date | None = None, stops_only: bool = False) -> Audit:
    """All rules over all tables: the checks that fired, the gravest first, and the inventory.

    ``today`` defaults to the clock. ``stops_only`` leaves out the rules that can never stop the work, which
    take the longer part of the time. Raises EngagementError and IntakeError as ``open_sources`` does, when
    tables cannot be read at all; what can be read and is wrong becomes a check.
    """
    sent, today = open_sources(engagement), today or date.today()
    as_of = engagement.as_of or min(last_day(sent) or today, today)
    facts, checks = _facts(engagement, as_of, today), list(_may_stop(engagement, as_of, today))
    if not stops_only:
        for name, table in sent.items():
            checks += shape_checks(name, table, facts[name], as_of, engagement.currency)
            checks += relation_checks(name, sent, facts[name], engagement.currency)
            checks += left_out_checks(name, table)
            checks += feature_checks(name, table, facts[name])
            checks += mapping_checks(name, table, facts[name])
        checks += stage_checks(engagement, sent, facts) + client_checks(engagement, sent, facts)
    uncounted = {check.table for check in checks if check.rule == "nothing-counted"}
    moot = {(table, rule) for table in uncounted for rule in _OF_THE_DAY}
    moot |= {("interventions", "intervention-outside")} if "orders" in uncounted else set()
    checks = [check for check in checks if (check.table, check.rule) not in moot]
    inventory = (Inventory(n, sent[n].raw.origin, f.rows, f.first, f.last, f.total) for n, f in facts.items())
    order = {name: place for place, name in enumerate(sent)}
    checks.sort(key=lambda c: (_GRAVITY.index(c.level), order.get(c.table, len(order)), c.rule, c.column or ""))
    return Audit(tuple(checks), tuple(inventory))


@lru_cache(maxsize=8)
def _facts(engagement: Engagement, as_of: date, today: date) -> Mapping[str, Facts]:
    return {name: measure(name, table, as_of, today) for name, table in open_sources(engagement).items()}


@lru_cache(maxsize=8)
def _may_stop(engagement: Engagement, as_of: date, today: date) -> tuple[Check, ...]:
    """What the rules found that can stop the work; they go before every result, alone or within the whole audit."""
    checks, facts = [], _facts(engagement, as_of, today)
    for name, table in open_sources(engagement).items():
        checks += presence_checks(name, table, facts[name], as_of, today)
        checks += reading_checks(name, table, facts[name])
        checks += row_checks(name, table, facts[name], engagement.currency)
        checks += duplicate_checks(name, table, facts[name])
    return tuple(checks)


def require_sound(audit: Audit, client: str) -> None:
    """Raise one IntakeError that lists every stop: table, column, rows, where, why, and what to do."""
    if audit.stops:
        raise IntakeError(f"The tables of {client} cannot be used as they stand:", [_explain(check) for check in audit.stops])


def _explain(check: Check) -> str:
    where = " > ".join(part for part in (check.table, check.column) if part)
    examples = f" ({'; '.join(check.examples)})" if check.examples else ""
    return f"{where}: {check.extent or 'no rows'}{examples}. {check.reason} {check.remedy}"
