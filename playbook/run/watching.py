"""Watching: where all clients stand, read from what is published and from nothing else, so that fifty take seconds."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

from playbook.methods.monitoring.comparing.compare import VERDICTS, compare
from playbook.report.watch_page import WatchRow, render_watch
from playbook.run.failure import failure
from playbook.run.kept import FINDINGS
from playbook.run.manifest import UNREADABLE, read_manifest
from playbook.run.phases import PHASES, STRATEGY
from playbook.run.publish import FAILED, published

__all__ = ["WATCH", "watch_clients", "write_watch"]

WATCH = "watch.html"
MOST = 2  # alerts and changes told of each client; its report has all
_LEVEL = re.compile(r"^[^:：]{1,20}[:：]\s*")  # what begins an alert's sentence: the page says it in its own way
LONGEST = 170  # characters of a sentence
GOALS = "plan-tracking-goals"


def watch_clients(root: Path, names: Sequence[str]) -> tuple[WatchRow, ...]:
    """A row a client: what cannot be read first, then most matters to decide, then most targets behind plan, then by name.

    Reads findings.json and manifest.json of the last two reports. A client whose files are broken is a row that says so.
    """
    rows = []
    for client in names:
        try:
            rows.append(_row(client, root))
        except UNREADABLE as error:
            rows.append(_broken(client, root, error))
    return tuple(sorted(rows, key=lambda r: (not r.broken, -r.urgent, -r.behind, r.client)))


def write_watch(root: Path, rows: Sequence[WatchRow]) -> Path:
    """Write the page beside the clients' reports; returns its path."""
    file = root / "reports" / WATCH
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".tmp")
    draft.write_text(render_watch(rows), encoding="utf-8", newline="\n")
    draft.replace(file)  # whoever has the page open never sees half of it
    return file


def _row(client: str, root: Path) -> WatchRow:
    reports = root / "reports" / client
    folders = published(reports)
    failed = failure(reports) is not None
    if not folders:
        state = "the first run failed" if failed else "no report yet"
        return WatchRow(client, client, None, state, f"{client}/{FAILED}/index.html" if failed else None)
    last, manifest = folders[-1], read_manifest(folders[-1])
    findings = _findings(last)
    alerts = [f for f in findings if f["section"] == "alerts"]
    urgent = [f for f in alerts if f.get("urgent")]
    others = [f for f in alerts if f not in urgent and not f["id"].endswith("-quiet")]
    plan, behind = _plan(findings)
    changed, changes = _changes(folders, findings)
    return WatchRow(
        client, str(manifest["name"]), last.name, _state(manifest, failed), f"{client}/{last.name}/index.html",
        decide=_decide(urgent, others, any(s["id"] == "alerts" for s in manifest["sections"])),
        alerts=tuple(_told(f) for f in (urgent or others)[:MOST]), plan=plan, changed=changed, changes=changes,
        urgent=len(urgent), behind=behind,
    )  # fmt: skip


def _state(manifest: dict, failed: bool) -> str:
    sections = manifest["sections"]
    answered = sum(s["status"] == "answered" for s in sections)
    phases = len({s["phase"] for s in sections})
    state = f"{answered} of {len(sections)} sections answered"
    if phases < len(PHASES):
        state = f"{phases} of {len(PHASES)} phases, {state}"
    if failed:
        state = f"the latest run failed; before it {state}"
    return state


def _findings(folder: Path) -> list[dict]:
    return json.loads((folder / FINDINGS).read_text(encoding="utf-8"))


def _decide(urgent: list, others: list, answered: bool) -> str:
    if urgent:
        return "One matter to decide:" if len(urgent) == 1 else f"{len(urgent)} matters to decide:"
    if others:
        return f"Nothing to decide; {len(others)} to keep an eye on:"
    return "All quiet" if answered else "–"


def _told(finding: dict) -> str:
    """An alert's first sentence, with the money at stake where it does not say it."""
    first, money = _short(_LEVEL.sub("", finding["sentence"])), finding.get("money_text")
    return f"{first.rstrip('.')} ({money} at stake)." if money and money not in first else first


def _short(sentence: str) -> str:
    """The first sentence, cut where it is long."""
    first = re.split(r"(?<=[.。]) |(?<=。)", sentence)[0]
    return shorten(first if first.endswith("。") else f"{first.rstrip('.')}.", LONGEST, placeholder=" …")


def _plan(findings: list[dict]) -> tuple[str, int]:
    """How the plan's targets stand, or without a plan the goals; and how many are behind."""
    counted = next((f for f in findings if f["id"] == GOALS), None)
    if counted is not None:
        return counted["sentence"], int(counted["value"])
    if tracked := sum(f["section"] == "plan-tracking" for f in findings):
        return f"{tracked} {'target' if tracked == 1 else 'targets'} tracked; how many are behind, the next run counts", 0
    goals = [f for f in findings if f["section"] == "scorecard" and f.get("money")]
    if not goals:
        return "–", 0
    return f"The client sent no plan table; {len(goals)} {'goal' if len(goals) == 1 else 'goals'} not reached yet", 0


def _changes(folders: Sequence[Path], findings: list[dict]) -> tuple[str, tuple[str, ...]]:
    if len(folders) < 2 or not (folders[-2] / FINDINGS).is_file():
        return "first report", ()
    now = [f for f in findings if f["phase"] != STRATEGY.id]  # proposals are no state
    try:
        changes = compare([f for f in _findings(folders[-2]) if f["phase"] != STRATEGY.id], now)
    except UNREADABLE:  # today's findings were read before: it is the earlier file, which no run mends
        return f"not compared: the report of {folders[-2].name} cannot be read", ()
    counts = Counter(changes["verdict"])
    parts = [f"{counts[v]} {v}" for v in VERDICTS[:-1] if counts[v]]
    top = changes[changes["verdict"].isin(VERDICTS[:2])].head(MOST)
    told = tuple(f"{row.verdict.capitalize()}: {_short(row.sentence)}" for row in top.itertuples())
    return f"Since {folders[-2].name}: {', '.join(parts) if parts else 'nothing'}", told


def _broken(client: str, root: Path, error: Exception) -> WatchRow:
    """A client whose report cannot be read: which file to look at, and what to do."""
    folders = published(root / "reports" / client)
    day = folders[-1].name if folders else None
    what = "is damaged and cannot be read" if isinstance(error, OSError | ValueError) else "lacks what a report has"
    state = f"the report {what}; playbook run {client} makes it anew"
    return WatchRow(client, client, day, state, broken=True)
