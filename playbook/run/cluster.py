"""A cluster: whole clients as tasks of a Dask scheduler, for batches that one machine is too small for.

A worker needs this package and reaches the playbook's home (data/, notebooks/, reports/) under the same path, for example on a
network drive. There each client runs in a process of its own, as ``playbook run`` would run it. When a worker dies the scheduler
gives its client to another one; the client's lock keeps the two from meeting.
"""

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import sleep

from rich.console import Console

from playbook.errors import RunError, UsageError
from playbook.run.batch import Outcome, run_clients
from playbook.run.client import Order
from playbook.run.kernels import SOCKETS
from playbook.run.progress import watching

__all__ = ["run_on_cluster"]

PATIENCE = "10s"  # for a scheduler that does not answer
PAUSE = 0.2  # seconds between two looks at a client's process


def run_on_cluster(
    clients: list[tuple[str, str | None]], root: Path, order: Order, *, scheduler: str, keep_going: bool, console: Console
) -> tuple[Outcome, ...]:
    """Run clients (name, as-of day or None) on the workers of ``scheduler`` (tcp://host:port); outcomes in their order.

    Without ``keep_going`` no client is begun after one has failed, and those at work come to their end. When this process is
    interrupted, or dies, the workers end what they are at. Raises UsageError where Dask is not installed or no scheduler answers.
    What a cluster loses becomes that client's outcome.
    """
    try:
        from distributed import Client, Event, as_completed
    except ImportError:
        raise UsageError("--scheduler needs Dask: pip install 'playbook[cluster]'.") from None
    try:
        cluster = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(f"No scheduler answers at {scheduler}: {error}") from None
    outcomes: dict[str, Outcome] = {}
    with cluster, watching(console, [name for name, _ in clients], len(order.phases) + 1) as (watch, over):
        stop, tasks = Event(client=cluster), {}
        asked = None if keep_going else stop.name
        for name, as_of in clients:
            watch(name, "waits for a worker", False)
            tasks[cluster.submit(_work, name, as_of, root, order, asked, pure=False)] = name
        for task in as_completed(tasks, loop=cluster.loop):
            name = tasks[task]
            over(name)
            if outcome := _outcome(name, task):
                outcomes[name] = outcome
                if outcome.error and not keep_going:  # its worker has said so, if it could
                    with suppress(OSError):  # the scheduler may be what was lost
                        stop.set()
    return tuple(outcomes[name] for name, _ in clients if name in outcomes)


def _outcome(name: str, task) -> Outcome | None:
    try:
        return task.result()
    except Exception as error:
        lost = f"The cluster could not end it: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return Outcome(name, error=RunError(lost))


def _work(name: str, as_of: str | None, root: Path, order: Order, stop: str | None) -> Outcome | None:
    """On a worker: run the client, as long as anybody waits for it. ``stop`` names an event, which is set when a client fails: no
    further one is begun after that, and the answer is None, unless it was begun on a worker that is lost."""
    from distributed import Event, get_worker

    if stop:
        begun = Event(f"{stop} {name}")
        if Event(stop).is_set():
            lost = RunError("Its worker was lost, after another client had failed.")
            return Outcome(name, error=lost) if begun.is_set() else None
        begun.set()
    worker = get_worker()
    task = worker.get_current_task()

    def wanted() -> bool:  # a worker cannot interrupt a task: it only marks one that the scheduler has let go
        known = worker.state.tasks.get(task)
        return known is not None and known.state != "cancelled"

    outcome = _apart(name, as_of, root, order, wanted)
    if stop and outcome.error:
        Event(stop).set()
    return outcome


def _apart(name: str, as_of: str | None, root: Path, order: Order, wanted: Callable[[], bool]) -> Outcome:
    """Run the client in a process of its own, because a worker may start none that start others.

    That process ends its work, in a clear state, when the pipe to it closes: here, once nobody wants it, or because the worker
    has died.
    """
    with tempfile.TemporaryDirectory(prefix=SOCKETS) as folder:
        answer, said = Path(folder) / "outcome", Path(folder) / "said"
        command = [sys.executable, "-m", __name__, str(answer)]
        with said.open("wb") as errors:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)
        with suppress(BrokenPipeError), process:  # it may end before it has read what is asked
            pickle.dump((name, as_of, root, order), process.stdin)
            process.stdin.flush()
            while process.poll() is None and wanted():
                sleep(PAUSE)
        if answer.is_file():
            return pickle.loads(answer.read_bytes())
        last = said.read_text(errors="replace").splitlines()[-3:]
    return Outcome(name, error=RunError(f"Its process ended with code {process.returncode}.", last))


def _answer(file: Path) -> None:
    """In that process: what is asked comes from the worker through a pipe; the outcome is left in ``file``."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    name, as_of, root, order = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_pipe, daemon=True).start()
    (outcome,) = run_clients([(name, as_of)], root, order, jobs=1, keep_going=True, console=Console(file=sys.stderr))
    file.write_bytes(pickle.dumps(outcome))


def _end_with_pipe() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing more comes, so that this waits for the pipe's end
    signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    _answer(Path(sys.argv[1]))
