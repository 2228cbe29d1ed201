"""Peers: where the KPIs of all clients stood by each of their published reports.

Read once for a batch, before any client runs: clients run side by side, and which of them ended first must not show in a report.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from playbook.run.manifest import UNREADABLE

__all__ = ["MEMORY", "OLDEST", "PeerReport", "newest_peers", "peer_rows", "read_peers"]

MEMORY = "memory.json"
OLDEST = timedelta(days=730)  # a report that ends earlier than this before another one's day says nothing of today
MADE_UP = "truth"  # a client folder that holds this was generated


@dataclass(frozen=True)
class PeerReport:
    """A client's KPIs (id and value) by the report of one day."""

    client: str
    as_of: date
    industry: str
    currency: str
    kpis: tuple[tuple[str, float], ...]


def read_peers(root: Path) -> tuple[PeerReport, ...]:
    """All published reports that have KPIs, by client and day, without made-up clients.

    A file that is damaged is left out: it must not stop another client's run.
    """
    found = []
    for file in sorted((root / "reports").glob(f"*/????-??-??/{MEMORY}")):
        client = file.parents[1].name
        if (root / "data" / client / MADE_UP).is_dir():
            continue
        with suppress(*UNREADABLE):
            told = json.loads(file.read_text(encoding="utf-8"))
            kpis = tuple((str(k["id"]), float(k["value"])) for k in told["sections"].get("scorecard", ()) if k["kind"] == "kpi")
            day = date.fromisoformat(file.parent.name)
            if kpis:
                found.append(PeerReport(client, day, str(told["industry"]), str(told["currency"]), kpis))
    return tuple(found)


def peer_rows(reports: Sequence[PeerReport], client: str, as_of: date) -> tuple[tuple[str, str, str, float], ...]:
    """Industry, currency, KPI and value of every other client, by its newest report up to ``as_of`` that is at most two years
    older. Who is behind a row cannot be told: rows are in order of their figures and carry no name."""
    return tuple(sorted((r.industry, r.currency, *kpi) for r in newest_peers(reports, client, as_of) for kpi in r.kpis))


def newest_peers(reports: Sequence[PeerReport], client: str, as_of: date) -> tuple[PeerReport, ...]:
    """The newest report of every other client up to ``as_of`` that is at most two years older."""
    newest = {r.client: r for r in sorted(reports, key=lambda r: r.as_of) if as_of - OLDEST <= r.as_of <= as_of}
    newest.pop(client, None)
    return tuple(newest.values())
