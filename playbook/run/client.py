"""One client's run: check, execute the phases in order, render, inspect, publish."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import perf_counter

from nbformat import NotebookNode

from playbook.engagement import Engagement
from playbook.errors import RunError
from playbook.intake.checks import audit, require_sound
from playbook.intake.tables import open_tables
from playbook.report.gate import inspect_page
from playbook.report.page import About, Input, Page
from playbook.report.render import render
from playbook.report.summary import render_summary
from playbook.result.formats import Formats
from playbook.run.archive import write_memory
from playbook.run.failure import explain
from playbook.run.gathered import gather
from playbook.run.kept import FINDINGS, LESSONS, kept_figures
from playbook.run.lists import carry_lists, write_lists
from playbook.run.manifest import MANIFEST, git_commit, inputs, now, read_manifest, settings, versions, write_json
from playbook.run.memory import PeakMemory
from playbook.run.notebooks import answers, digest, execute, notebook_file, read_notebook
from playbook.run.parameters import accepted, checked, chosen
from playbook.run.phases import PHASES, STRATEGY, Phase
from playbook.run.progress import Watch
from playbook.run.prospects import require_usable
from playbook.run.publish import discard, fail, new_work, publish, recover

__all__ = ["Ready", "prepare", "run_client"]

SUMMARY = "index.html"


@dataclass(frozen=True)
class Ready:
    """A client whose file, tables and parameters were found sound, with all that a run needs."""

    engagement: Engagement
    as_of: date
    phases: tuple[Phase, ...]
    files: dict[str, Path]  # phase id -> notebook
    parameters: dict[str, dict[str, object]]  # phase id -> what its notebook is given
    inputs: list[dict]
    span: tuple[date, date]
    check_seconds: float


@dataclass
class _Record:
    """Times of the stages, filled as the run goes on; they end in the manifest and nowhere else."""

    started: str = field(default_factory=now)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begin = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - begin, 3)


def prepare(engagement: Engagement, phases: tuple[Phase, ...], given: dict[str, str]) -> Ready:
    """Everything that can be found wrong before a notebook starts, found now.

    Raises IntakeError, EngagementError or UsageError; nothing has been written by then.
    """
    begin = perf_counter()
    require_usable(engagement)
    found = audit(engagement)
    require_sound(found, engagement.client)
    files = {phase.id: notebook_file(engagement, phase) for phase in phases}
    accepts = {name: accepted(read_notebook(file), file.name) for name, file in files.items()}
    parameters = checked(chosen(given), accepts)
    as_of = open_tables(engagement).as_of
    for values in parameters.values():
        values.setdefault("as_of", as_of.isoformat())
    dated = [i for i in found.inventory if i.table in {"orders", "pipeline"} and i.first]
    span = (min(i.first for i in dated), as_of) if dated else (as_of, as_of)
    return Ready(engagement, as_of, phases, files, parameters, inputs(engagement, found), span, perf_counter() - begin)


def run_client(ready: Ready, watch: Watch, timeout: int | None = None) -> Path:
    """Run the phases and publish; returns the published folder.

    Raises RunError when a notebook or page does not come out whole: the last good report then stays as
    it was, and ``reports/<client>/failed`` says what happened.
    """
    engagement, record = ready.engagement, _Record()
    record.seconds["check"] = round(ready.check_seconds, 3)
    recover(engagement.reports)
    work = new_work(engagement.reports)
    try:
        with PeakMemory() as memory:
            notebooks = _execute(ready, work, record, watch, timeout)
            _write_pages(ready, notebooks, work, record, watch)
        _write_manifest(ready, notebooks, work, record, memory.bytes)
        return publish(work, engagement.reports, ready.as_of)
    except RunError as error:
        explain(error, engagement, ready.as_of, work)
        fail(work, engagement.reports)
        raise
    except BaseException:
        discard(work)
        raise


def _execute(ready: Ready, work: Path, record: _Record, watch: Watch, timeout: int | None) -> dict[str, NotebookNode]:
    """Executed notebooks by phase id, in order: those of this run, and those of the report they complete."""
    engagement, kept = ready.engagement, work / ".kept"
    (work / "notebooks").mkdir()
    notebooks = {}
    carried = _carried(ready)
    with record.stage("gather"):
        gather(engagement, ready.as_of, kept)
    for phase in PHASES:
        output = work / "notebooks" / phase.notebook
        if phase in ready.phases:
            watch(engagement.client, phase.title, False)
            with record.stage(phase.id):
                notebooks[phase.id] = execute(
                    engagement, ready.files[phase.id], output, ready.parameters[phase.id], kept, timeout
                )
            watch(engagement.client, f"{phase.title} done in {record.seconds[phase.id]:.1f} s", True)
        elif phase.id in carried:
            shutil.copy2(carried[phase.id], output)
            notebooks[phase.id] = read_notebook(output)
    if STRATEGY in ready.phases:
        write_lists(engagement, ready.as_of, kept, work)
    elif STRATEGY.id in carried:
        carry_lists(carried[STRATEGY.id].parents[1], work)
    sections = [name for phase in PHASES for name in phase.sections]
    figures = {name: kept_figures(engagement, ready.as_of, name.replace("-", "_"), kept) for name in sections}
    write_memory(engagement, ready.as_of, figures, work, engagement.reports / ready.as_of.isoformat() if carried else None)
    shutil.rmtree(kept, ignore_errors=True)
    return notebooks


def _carried(ready: Ready) -> dict[str, Path]:
    """Phases of the published report of the same day that rest on the very same inputs, and so may stand beside new ones."""
    folder = ready.engagement.reports / ready.as_of.isoformat()
    if not (folder / MANIFEST).is_file():
        return {}
    former = read_manifest(folder)
    same = (
        former["inputs"] == ready.inputs and former["client_file"] == ready.engagement.digest and former["versions"] == versions()
    )
    return {p.id: folder / "notebooks" / p.notebook for p in PHASES if same and p.id in former["phases"]}


def _write_pages(ready: Ready, notebooks: dict[str, NotebookNode], work: Path, record: _Record, watch: Watch) -> None:
    engagement = ready.engagement
    watch(engagement.client, "Reports", False)
    pages = {phase.id: _page(ready, phase, notebooks) for phase in PHASES if phase.id in notebooks}
    texts = {}
    with record.stage("render"):
        for phase in PHASES:
            if phase.id in pages:
                texts[phase.page] = render(notebooks[phase.id], pages[phase.id])
        texts[SUMMARY] = render_summary([(pages[name], notebooks[name]) for name in pages])
    with record.stage("inspect"):
        problems = [f"{name}: {problem}" for name, text in texts.items() for problem in inspect_page(text)]
    if problems:
        raise RunError("The pages are not fit to be sent:", problems)
    for name, text in texts.items():
        (work / name).write_text(text, encoding="utf-8", newline="\n")
    found = {name: answers(notebook) for name, notebook in notebooks.items()}
    write_json(
        work / FINDINGS,
        [_finding(name, a["id"], f) for name, given in found.items() for a in given for f in a["findings"]],
    )
    if "evaluation" in found:
        write_json(work / LESSONS, [lesson for a in found["evaluation"] for lesson in a["lessons"]])
    watch(engagement.client, "Reports written", True)


def _finding(phase: str, section: str, finding: dict) -> dict:
    return {"phase": phase, "section": section, **finding}


def _page(ready: Ready, phase: Phase, notebooks: dict[str, NotebookNode]) -> Page:
    engagement, fmt = ready.engagement, Formats(ready.engagement.currency, ready.engagement.language)
    note = engagement.folder / "notes" / f"{phase.id}.md"
    facts = [
        f"{fmt.month(ready.span[0])} to {fmt.month(ready.span[1])}",
        f"amounts in {engagement.currency}",
        f"data as of {fmt.day(ready.as_of)}",
    ]
    if engagement.prepared_for:
        facts.append(f"prepared for {engagement.prepared_for}")
    given = ready.parameters.get(phase.id, {})
    about = About(
        inputs=tuple(Input(i["table"], i["origin"], i["rows"], i["sha256"]) for i in ready.inputs),
        parameters={"client": engagement.client, **{name: str(value) for name, value in given.items()}},
        versions=versions(),
        commit=git_commit(engagement.root),
    )
    return Page(
        id=phase.id,
        title=phase.title,
        number=phase.number,
        total=len(PHASES),
        lead=phase.lead,
        client=engagement.name,
        facts=tuple(facts),
        about=about,
        note=note.read_text(encoding="utf-8") if note.is_file() else None,
        language=engagement.language,
        siblings=tuple((p.title, p.page) for p in PHASES if p.id in notebooks),
    )


def _write_manifest(ready: Ready, notebooks: dict[str, NotebookNode], work: Path, record: _Record, peak: int) -> None:
    engagement = ready.engagement
    sections = [
        {"phase": name, "id": a["id"], "status": a["status"], "seconds": a["seconds"], "unlock": a["unlock"]}
        for name, notebook in notebooks.items()
        for a in answers(notebook)
    ]
    write_json(
        work / MANIFEST,
        {
            "status": "published",
            "client": engagement.client,
            "name": engagement.name,
            "as_of": ready.as_of.isoformat(),
            "phases": {p.id: digest(work / "notebooks" / p.notebook) for p in PHASES if p.id in notebooks},
            "run": [p.id for p in ready.phases],
            "sections": sections,
            "inputs": ready.inputs,
            "client_file": engagement.digest,
            "settings": settings(engagement),
            "parameters": ready.parameters,
            "versions": versions(),
            "git_commit": git_commit(engagement.root),
            "started": record.started,
            "finished": now(),
            "seconds": record.seconds,
            "peak_memory_mib": round(peak / 2**20),
        },
    )
