"""One client's run: check, execute the phases that have to run in order, render, inspect, publish.

What runs is only what changed: see ``rests`` for what a phase rests on and ``former`` for what is taken over instead.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from playbook.engagement import Engagement, file_read
from playbook.errors import PlaybookError, RunError
from playbook.run.ahead import Ahead, prepared
from playbook.run.crew import Crew, Killed
from playbook.run.failure import keep_evidence
from playbook.run.former import Former, former_report, unchanged
from playbook.run.lock import locked
from playbook.run.manifest import MANIFEST, Told, now, settings, versions, write_json
from playbook.run.notebooks import execute
from playbook.run.paper import find_chromium, write_pdfs
from playbook.run.parameters import GivenError
from playbook.run.peers import PeerReport
from playbook.run.phases import PHASES, Phase
from playbook.run.phases import phase as named
from playbook.run.progress import Watch
from playbook.run.publish import FAILED, discard, keep_beside, new_work, publish, recover
from playbook.run.rests import REPORT, Standing

__all__ = ["Done", "Order", "in_words", "phases_named", "run_client"]

KEPT, CACHE = ".kept", ".cache"  # in the work folder: what notebooks read of one another, and the same by phase


@dataclass(frozen=True)
class Order:
    """What is asked of every client of a batch; limits in seconds."""

    phases: tuple[Phase, ...] = PHASES
    given: dict[str, str] | None = None
    timeout: float | None = None
    notebook_timeout: float | None = None
    force: bool = False
    peers: tuple[PeerReport, ...] | None = None  # as they stood before the first of the batch ran; None reads them when needed
    language: str | None = None
    pdf: bool = False  # the pages as PDF, too


@dataclass(frozen=True)
class Done:
    """A published report, whether it stood there already, and what of it somebody has to look at."""

    folder: Path
    unchanged: bool = False
    attention: tuple[str, ...] = ()


def phases_named(names: list[str]) -> tuple[Phase, ...]:
    """The phases of these names, in their own order; all of them for no name. Raises UsageError for a name that none has."""
    return tuple(p for p in PHASES if p in {named(name) for name in names}) or PHASES


def run_client(engagement: Engagement, order: Order, crew: Crew, watch: Watch) -> Done:
    """Run what has to be run and publish; the processes are the crew's.

    Raises IntakeError, EngagementError or UsageError when the client cannot be run as it is, RunError when a notebook or page
    does not come out whole: the last good report then stays as it was, and ``reports/<client>/failed`` says what happened, until
    a run comes out well. Raises GivenError for a ``-p`` that cannot be used, which leaves nothing behind.
    """
    client = engagement.client
    if order.pdf:
        find_chromium()

    def waits(holder: str) -> bool:
        watch(client, f"waits: {holder} runs it", False)
        return not crew.ended

    crew.knows = file_read(engagement) or {}
    with locked(engagement.reports, waits):
        recover(engagement.reports)
        former = None if order.force else unchanged(engagement, order.phases, order.given or {}, order.peers)
        if former and (former.printed or not order.pdf):
            done = Done(former.folder, True, tuple(former.manifest["attention"]))
        else:
            done = _Run(engagement, order, crew, watch, new_work(engagement.reports)).whole()
        discard(engagement.reports / FAILED)
        return done


class _Run:
    """The steps of one run, in order."""

    def __init__(self, engagement: Engagement, order: Order, crew: Crew, watch: Watch, work: Path):
        self.engagement, self.order, self.crew, self.watch, self.work = engagement, order, crew, watch, work
        self.ready = None
        self.started, self.seconds = now(), {}

    def whole(self) -> Done:
        """All steps, or an error that leaves a clear state."""
        try:
            return self.go()
        except GivenError:
            discard(self.work)
            raise
        except Exception as error:
            self.leave(in_words(error, self.crew))

    def go(self) -> Done:
        self.tell("Checks", False)
        asked = (self.engagement, self.order.phases, self.order.given or {}, self.work / KEPT, self.order.peers)
        self.ready = ready = self.twice(lambda: prepared(self.crew, *asked))
        self.seconds |= ready.seconds
        former = former_report(self.engagement, ready.as_of)
        alike = former.same_inputs(ready.inputs, settings(self.engagement))
        carried = tuple(p for p in PHASES if alike and p not in ready.phases and former.answered(p))
        parameters = {**{p.id: former.manifest["parameters"].get(p.id, {}) for p in carried}, **ready.parameters}
        standing = Standing(self.engagement, ready.as_of, parameters, self.order.peers)
        rests = {p.id: standing.of(ready.rests[p.id]) for p in ready.phases}
        rests |= {p.id: former.manifest["rests"].get(p.id) for p in carried} | {"report": standing.of(REPORT)}
        fresh = self.to_run(former, rests)
        same = not fresh and not self.order.force and former.manifest["rests"]["report"] == rests["report"]
        if same and (former.printed or not self.order.pdf):
            discard(self.work)
            return Done(former.folder, True, tuple(former.manifest["attention"]))
        self.execute(fresh, carried, former)
        notebooks = {p.id: former.manifest.get("notebooks", {}).get(p.id) for p in carried}
        notebooks |= {p.id: standing[f"notebook:{p.id}"] for p in ready.phases}
        return self.publish(fresh, former, parameters, rests, {name: stood for name, stood in notebooks.items() if stood})

    def to_run(self, former: Former, rests: dict) -> tuple[Phase, ...]:
        """The phases that have to run: all, where those that do would not find what the others found."""
        if self.order.force:
            return self.ready.phases
        fresh = tuple(p for p in self.ready.phases if not former.same(p, rests[p.id]))
        return self.ready.phases if fresh and former.kept is None else fresh

    def execute(self, fresh: tuple[Phase, ...], carried: tuple[Phase, ...], former: Former) -> None:
        """The notebooks of all phases, in order: run, or taken over with what they kept."""
        kept, cache, ready = self.work / KEPT, self.work / CACHE, self.ready
        (self.work / "notebooks").mkdir()
        cache.mkdir(mode=0o700)
        taken = [p for p in PHASES if p not in fresh and (p in ready.phases or p in carried)]
        with Ahead(self.crew, kept) as ahead:
            for phase in PHASES:
                if phase in fresh:
                    if not ahead.folder and not any(p.number > phase.number for p in taken):
                        coming = [p for p in fresh if p.number >= phase.number]
                        ahead.begin(ready.opened, [ready.asks[p.id] for p in coming])
                    self.tell(phase.title, False)
                    before = _files(kept)
                    try:
                        self.twice(lambda phase=phase: self.notebook(phase, ahead.folder))
                    finally:
                        self.require_same_file()  # half saved, it may be why a notebook stopped
                    for file in sorted(f for f, state in _files(kept).items() if before.get(f) != state):
                        copy = cache / phase.id / file.relative_to(kept)
                        copy.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copy2(file, copy)
                    self.tell(f"{phase.title} done in {self.seconds[phase.id]:.1f} s", True)
                elif phase in taken:
                    former.take_over(phase, ready.opened, self.work, kept, cache)
                    if phase in ready.phases:
                        self.tell(f"{phase.title}: nothing has changed", True)

    def notebook(self, phase: Phase, beside: Path | None) -> None:
        begin, ready = perf_counter(), self.ready
        execute(
            self.engagement,
            ready.files[phase.id],
            self.work / "notebooks" / phase.notebook,
            ready.parameters[phase.id],
            self.work / KEPT,
            timeout=self.order.timeout,
            notebook_timeout=self.order.notebook_timeout,
            crew=self.crew,
            beside=beside,
        )
        self.seconds[phase.id] = round(perf_counter() - begin, 3)

    def publish(self, fresh: tuple[Phase, ...], former: Former, parameters: dict, rests: dict, notebooks: dict) -> Done:
        ready, engagement = self.ready, self.engagement
        self.require_same_file()
        self.tell("Reports", False)
        given = (ready, parameters, tuple(p.id for p in fresh), former.folder, self.work, self.work / KEPT)
        told = self.twice(lambda: self.crew.fresh(_write_pages, *given))
        files = self.print() if self.order.pdf else told.files
        attention = _attention(ready.cautions, told.decide, ready.damaged)
        peak = max(self.crew.peak / 2**20, former.manifest.get("peak_memory_mib", 0) if len(fresh) < len(PHASES) else 0)
        shutil.rmtree(self.work / KEPT)
        manifest = {
            "status": "published",
            "client": engagement.client,
            "name": engagement.name,
            "language": engagement.language,
            "as_of": ready.as_of.isoformat(),
            "day_given": engagement.as_of is not None,
            "phases": told.phases,
            "run": [p.id for p in fresh],
            "sections": told.sections,
            "attention": attention,
            "inputs": ready.inputs,
            "client_file": engagement.digest,
            "settings": settings(engagement),
            "parameters": parameters,
            "rests": rests,
            "notebooks": notebooks,
            "versions": versions(),
            "git_commit": told.commit,
            "started": self.started,
            "finished": now(),
            "seconds": self.seconds | told.seconds,
            "peak_memory_mib": round(peak),
            "files": files,
            "kept": keep_beside(self.work / CACHE, engagement.reports, ready.as_of),
        }
        write_json(self.work / MANIFEST, manifest)
        folder = publish(self.work, engagement.reports, ready.as_of)
        self.tell("Reports written", True)
        return Done(folder, False, attention)

    def print(self) -> dict[str, str]:
        """Digests of all files, with the PDFs of the pages that are there."""
        begin = perf_counter()
        self.tell("PDF", False)
        files = self.twice(lambda: self.crew.fresh(write_pdfs, find_chromium(), self.work, self.ready.as_of))
        self.seconds["pdf"] = round(perf_counter() - begin, 3)
        return files

    def require_same_file(self) -> None:
        """Raise RunError where client.yml is no longer what this run began with: each notebook opens it anew."""
        if file_read(self.engagement) is None and not self.crew.ended:
            raise RunError(
                f"data/{self.engagement.client}/client.yml was changed while the reports were made.",
                ["They would rest on two different files, so nothing was published: run it again."],
            )

    def twice(self, attempt: Callable[[], Any]) -> Any:
        """What the attempt returns; a process that was killed from outside is given a second chance, and nothing else is."""
        try:
            return attempt()
        except Killed as error:
            if self.crew.ended:
                raise
            self.tell(f"once more: {error.title}", False)
            return attempt()

    def leave(self, error: PlaybookError) -> None:
        """Keep what there is as evidence, and raise the error."""
        for name in (KEPT, CACHE):
            shutil.rmtree(self.work / name, ignore_errors=True)  # first: the disk may be full
        engagement, as_of = self.engagement, self.ready.as_of if self.ready else self.engagement.as_of
        keep_evidence(error, engagement.client, engagement.name, as_of, self.work, engagement.reports)
        raise error

    def tell(self, event: str, finished: bool) -> None:
        self.watch(self.engagement.client, event, finished)


def _write_pages(*given: Any) -> Told:
    """In a process of its own: the process that orchestrates need not load what pages are made with."""
    from playbook.run.pages import write_pages

    return write_pages(*given)


def _files(folder: Path) -> dict[Path, tuple[int, int]]:
    states = {}
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            stat = file.stat()
            if file.is_file():
                states[file] = (stat.st_mtime_ns, stat.st_size)
    return states


def _attention(cautions: int, decide: int, damaged: tuple[str, ...]) -> tuple[str, ...]:
    told = [
        cautions and f"{cautions} {'caution' if cautions == 1 else 'cautions'} on the data",
        decide and f"{decide} {'alert' if decide == 1 else 'alerts'} to act on now",
        damaged and f"{' and '.join(damaged)} cannot be read, so that older reports are used",
    ]
    return tuple(filter(None, told))


def in_words(error: Exception, crew: Crew) -> PlaybookError:
    """Any error as it is told: an interrupted run is not blamed on the process that was ended with it."""
    if crew.ended:
        return RunError("The run was stopped before it was done, by Ctrl-C or by a signal.")
    if isinstance(error, OSError):
        where = [f"{error.filename}: make room or mend the folder, then run again"] if error.filename else []
        return RunError(f"A file could not be read or written: {error.strerror or type(error).__name__}.", where)
    if isinstance(error, MemoryError):
        return RunError("The machine has too little memory for this client: run fewer side by side (-j), or give it more.")
    if not isinstance(error, PlaybookError):  # it must not take the batch with it
        return RunError(f"A defect of the playbook: {type(error).__name__}: {error}")
    return error
