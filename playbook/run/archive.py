"""Archive: ``memory.json`` beside every published report: the figures that later reports, and other clients', start from.

industry, currency, as_of, and a list of figures for each section that left some.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pandas as pd

from playbook.engagement import Engagement
from playbook.result.remembered import Remembered
from playbook.run.earlier import earlier_files, sound
from playbook.run.kept import READERS, stored
from playbook.run.manifest import write_json
from playbook.run.peers import MEMORY, OLDEST, peer_rows, read_peers
from playbook.run.phases import PHASES

__all__ = ["MEMORY", "PEERS", "PEER_COLUMNS", "damaged", "past_memory", "peer_kpis", "write_memory"]

PEERS = "peers"  # under which a run keeps the rows that it was begun with
PEER_COLUMNS = ("industry", "currency", "kpi", "value")
_Sections = dict[str, tuple[Remembered, ...]]


def write_memory(
    engagement: Engagement, as_of: date, figures: Mapping[str, tuple[Remembered, ...]], folder: Path, former: Path | None = None
) -> None:
    """Write what the sections left (by section id) into ``folder``; sections that did not run are taken from ``former``."""
    sections = next(sound([former / MEMORY], _sections), {}) if former is not None else {}
    for name in (section for phase in PHASES for section in phase.sections):
        sections |= {name: figures[name]} if figures.get(name) else {}
    told = {"industry": engagement.industry, "currency": engagement.currency, "as_of": as_of}
    write_json(folder / MEMORY, told | {"sections": {name: [_values(one) for one in found] for name, found in sections.items()}})


def past_memory(engagement: Engagement, as_of: date) -> tuple[Remembered, ...]:
    """What the reports published before ``as_of`` left; empty when there is none.

    The figures of each section come from the last report that has it: a run of one phase forgets nothing of the others. Of what
    was said of a time to come, all reports count (see ``_promised``), for a report a month would be forgotten before its time.
    """
    reports = list(sound(earlier_files(engagement.reports, as_of, MEMORY), _sections))
    latest: _Sections = {}
    for sections in reports:
        latest |= sections
    stands = [one for figures in latest.values() for one in figures if not _ahead(one)]
    every = [one for sections in reports for figures in sections.values() for one in figures if _ahead(one)]
    return (*stands, *_promised(every, as_of))


def peer_kpis(engagement: Engagement, as_of: date) -> pd.DataFrame:
    """Where the KPIs of the consultant's other clients stand: ``PEER_COLUMNS``, a row a client and KPI (see ``peer_rows``).

    During a run these are the rows it was begun with, which no other client's run changes.
    """
    rows = stored(engagement, PEERS)
    if rows is None:
        rows = peer_rows(read_peers(engagement.root), engagement.client, as_of)
    return pd.DataFrame(rows, columns=list(PEER_COLUMNS))


def damaged(engagement: Engagement, as_of: date) -> tuple[Path, ...]:
    """Files of earlier reports that cannot be read and are passed over for older ones."""
    found = []
    for name, read in {MEMORY: _sections, **READERS}.items():
        found += [file for file in earlier_files(engagement.reports, as_of, name) if not list(sound([file], read))]
    return tuple(found)


def _ahead(one: Remembered) -> bool:
    return one.kind in {"forecast", "promise"} and one.until is not None


def _promised(every: Sequence[Remembered], as_of: date) -> tuple[Remembered, ...]:
    """Of forecasts the one of each month that was made first; of promises the last one whose time is over, or else the last.

    ``every``: the oldest first. Times that ended more than two years before ``as_of`` are left out.
    """
    found: dict[tuple[str, str], Remembered] = {}
    for one in (one for one in every if one.until >= as_of - OLDEST):
        known = found.get((one.kind, one.id))
        if known is None or (one.kind == "promise" and (one.until <= as_of or known.until > as_of)):
            found[one.kind, one.id] = one
    return tuple(found.values())


def _sections(file: Path, told: dict) -> _Sections:
    made = date.fromisoformat(told["as_of"])
    return {name: tuple(_figure(one, made) for one in figures) for name, figures in told["sections"].items()}


def _values(one: Remembered) -> dict:
    return {name: value for name, value in asdict(one).items() if name != "made"}  # the file says of which day it is


def _figure(values: dict, made: date) -> Remembered:
    days = {name: date.fromisoformat(values[name]) for name in ("since", "until") if values[name] is not None}
    return replace(Remembered(**{**values, **days}), made=made)
