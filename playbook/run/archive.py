"""Archive: ``memory.json`` beside every published report: the figures that later reports, and other clients', start from.

industry, currency, as_of, and a list of figures for each section that left some.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from playbook.engagement import Engagement
from playbook.result.remembered import Remembered
from playbook.run.manifest import write_json
from playbook.run.phases import PHASES

__all__ = ["MEMORY", "PEER_COLUMNS", "past_memory", "peer_kpis", "write_memory"]

MEMORY = "memory.json"
OLDEST = timedelta(days=730)  # a report that ends earlier than this before another one's day says nothing of today
MADE_UP = "truth"  # a client folder that holds this was generated
PEER_COLUMNS = ("industry", "currency", "kpi", "value")


def write_memory(
    engagement: Engagement, as_of: date, figures: Mapping[str, tuple[Remembered, ...]], folder: Path, former: Path | None = None
) -> None:
    """Write what the sections left (by section id) into ``folder``; sections that did not run are taken from ``former``."""
    sections = _read(former)["sections"] if former is not None and (former / MEMORY).is_file() else {}
    for name in (section for phase in PHASES for section in phase.sections):
        if found := figures.get(name):
            sections[name] = [asdict(one) for one in found]
    told = {"industry": engagement.industry, "currency": engagement.currency, "as_of": as_of, "sections": sections}
    write_json(folder / MEMORY, told)


def past_memory(engagement: Engagement, as_of: date) -> tuple[Remembered, ...]:
    """Figures of the last report published before ``as_of``; empty when there is none."""
    folders = [f for f in _published(engagement.reports) if f.name < as_of.isoformat()]
    return tuple(one for figures in _read(folders[-1])["sections"].values() for one in map(_figure, figures)) if folders else ()


def peer_kpis(engagement: Engagement, as_of: date) -> pd.DataFrame:
    """Where the KPIs of the consultant's other clients stand, by their last report: ``PEER_COLUMNS``, a row a client and KPI.

    Who is behind a row cannot be told: rows are in order of their figures and carry no name. Made-up clients, and reports that
    end more than two years before ``as_of``, are left out.
    """
    rows = []
    for reports in sorted(engagement.reports.parent.glob("*/")):
        published = _published(reports)
        if reports.name == engagement.client or not published or (engagement.root / "data" / reports.name / MADE_UP).is_dir():
            continue
        told = _read(published[-1])
        if date.fromisoformat(told["as_of"]) < as_of - OLDEST:
            continue
        kpis = [one for one in told["sections"].get("scorecard", []) if one["kind"] == "kpi"]
        rows += [(told["industry"], told["currency"], one["id"], one["value"]) for one in kpis]
    return pd.DataFrame(rows, columns=list(PEER_COLUMNS)).sort_values(list(PEER_COLUMNS), ignore_index=True)


def _published(reports: Path) -> list[Path]:
    return sorted(file.parent for file in reports.glob(f"????-??-??/{MEMORY}"))


def _read(folder: Path) -> dict:
    return json.loads((folder / MEMORY).read_text(encoding="utf-8"))


def _figure(values: dict) -> Remembered:
    days = {name: date.fromisoformat(values[name]) for name in ("since", "until") if values[name] is not None}
    return Remembered(**{**values, **days})
