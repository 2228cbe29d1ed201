"""A batch: clients side by side, each in processes of its own; one client's failure never stops another's report."""

import asyncio
import os
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.utils import ensure_event_loop
from rich.console import Console

from playbook.engagement import Engagement, open_engagement
from playbook.errors import EngagementError, PlaybookError
from playbook.run.client import Done, Order, in_words, run_client
from playbook.run.crew import Crew, at_hand, can_fork, warm_up
from playbook.run.failure import stopped_by_its_file
from playbook.run.manifest import UNREADABLE, in_a_word, read_manifest
from playbook.run.memory import UNKNOWN, Room
from playbook.run.progress import Watch, watching
from playbook.run.publish import FAILED, published

__all__ = ["Outcome", "run_clients"]

PAUSE = 0.5  # seconds until a client that found no room in memory is looked at again


@dataclass(frozen=True)
class Outcome:
    """How one client's run ended: the published folder and what needs attention, or the reason why there is none."""

    client: str
    folder: Path | None = None
    unchanged: bool = False
    attention: tuple[str, ...] = ()
    error: PlaybookError | None = None

    @property
    def evidence(self) -> bool:
        """Whether reports/<client>/failed tells of it."""
        return bool(self.error and self.error.evidence)

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else 0

    @property
    def state(self) -> str:
        """ready, needs attention or failed."""
        return "failed" if self.error else in_a_word(self.attention)

    @property
    def line(self) -> str:
        """The state with its reason and the next step."""
        if self.error is None:
            why = f": {', '.join(self.attention)}" if self.attention else ""
            as_it_was = " (nothing has changed)" if self.unchanged else ""
            return f"{self.client}: {self.state}{why}, open {self.folder / 'index.html'}{as_it_was}"
        failed = f" Open reports/{self.client}/{FAILED}/index.html." if self.evidence else ""
        return f"{self.client}: failed.{failed} {self.error}"


def run_clients(
    clients: list[tuple[str, str | None]], root: Path, order: Order, *, jobs: int, keep_going: bool, console: Console
) -> tuple[Outcome, ...]:
    """Run clients (name, as-of day or None), ``jobs`` side by side; outcomes are in the order of ``clients``.

    What is wrong with a client becomes its outcome. When this process is interrupted, all clients at work end in a clear state
    before the interruption goes on its way.
    """
    if not warm_up() and not can_fork():
        console.print("Notebooks start in new processes, which is slower: this system cannot fork loaded ones.", markup=False)
    with at_hand(), watching(console, [name for name, _ in clients], len(order.phases) + 1) as (watch, over):
        batch = _Batch(root, order, watch)
        waiting, outcomes = list(clients), {}
        with ThreadPoolExecutor(jobs) as threads:
            try:
                while waiting or batch.running:
                    while waiting and len(batch.running) < jobs and batch.begin(*waiting[0], threads):
                        waiting.pop(0)
                    for outcome in batch.ended():
                        over(outcome.client)
                        outcomes[outcome.client] = outcome
                        if outcome.error and not keep_going:
                            waiting.clear()
            except BaseException:
                batch.stop()  # and the threads, which the executor waits for, leave each client in a clear state
                raise
    return tuple(outcomes[name] for name, _ in clients if name in outcomes)


class _Batch:
    """Clients at work, a thread and a crew each."""

    def __init__(self, root: Path, order: Order, watch: Watch):
        self.root, self.order, self.watch = root, order, watch
        self.room, self.running, self.crews = Room(), {}, {}

    def begin(self, name: str, as_of: str | None, threads: ThreadPoolExecutor) -> bool:
        """Put a client to work if there is room for it."""
        need = _peak(self.root / "reports" / name)
        if not self.room.fits(need, {name: crew.memory() for name, crew in self.crews.items()}):
            return False
        self.room.enter(name, need)
        self.crews[name] = Crew(spare=lambda: 2 * len(self.running) <= (os.cpu_count() or 1))
        self.running[threads.submit(self.work, name, as_of, self.crews[name])] = name
        return True

    def work(self, name: str, as_of: str | None, crew: Crew) -> Outcome:
        try:
            with crew:
                done = self.run(name, as_of, crew)
            return Outcome(name, done.folder.relative_to(self.root), done.unchanged, done.attention)
        except PlaybookError as error:
            return Outcome(name, error=error)
        finally:
            _close_loop()

    def run(self, name: str, as_of: str | None, crew: Crew) -> Done:
        """Run the client; whatever goes wrong is a PlaybookError."""
        try:
            return run_client(self.opened(name, as_of), self.order, crew, self.watch)
        except PlaybookError:
            raise
        except Exception as error:  # before the client's run has begun, and so without evidence
            raise in_words(error, crew) from None

    def opened(self, name: str, as_of: str | None) -> Engagement:
        """The client's engagement; that its file cannot be used is kept as evidence before it is raised."""
        try:
            return open_engagement(name, as_of, self.order.language, self.root)
        except EngagementError as error:
            stopped_by_its_file(error, name, self.root / "reports" / name)
            raise

    def ended(self) -> list[Outcome]:
        """Outcomes of the clients that have ended; waits a little for one."""
        futures: set[Future[Outcome]] = wait(self.running, PAUSE, FIRST_COMPLETED).done
        for future in futures:
            name = self.running.pop(future)
            self.room.leave(name)
            del self.crews[name]
        return [future.result() for future in futures]

    def stop(self) -> None:
        """End all processes; whoever presses Ctrl-C again meanwhile changes nothing about it."""
        for crew in self.crews.values():
            crew.ended = True  # at once: to end a crew may mean to wait until the process that it begins has begun
        try:
            for crew in self.crews.values():
                crew.end()
        except KeyboardInterrupt:
            self.stop()


def _peak(reports: Path) -> int:
    """The most bytes that the client's last run needed; nobody knows of one that was over before it was looked at."""
    folders = published(reports)
    try:
        return int(read_manifest(folders[-1])["peak_memory_mib"]) * 2**20 or UNKNOWN if folders else UNKNOWN
    except UNREADABLE:
        return UNKNOWN


def _close_loop() -> None:
    """Put away what Jupyter leaves open in a thread that has run notebooks: its event loop, and what still waits in it."""
    loop = ensure_event_loop()
    waiting = asyncio.all_tasks(loop)
    for task in waiting:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
    loop.close()
