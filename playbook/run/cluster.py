"""A cluster: whole clients as tasks of a Dask scheduler, for batches that one machine is too small for.

A worker needs this package and reaches the playbook's home (data/, notebooks/, reports/) under the same path, for example on a
network drive. There each client runs in a process of its own, as ``playbook run`` would run it. When a worker dies the scheduler
gives its client to another one; the client's lock keeps the two from meeting.
"""

import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from playbook.errors import RunError, UsageError
from playbook.run.batch import Outcome, run_clients
from playbook.run.client import Order
from playbook.run.kernels import SOCKETS
from playbook.run.progress import watching

__all__ = ["run_on_cluster"]

PATIENCE = "10s"  # for a scheduler that does not answer


def run_on_cluster(
    clients: list[tuple[str, str | None]], root: Path, order: Order, *, scheduler: str, keep_going: bool, console: Console
) -> tuple[Outcome, ...]:
    """Run clients (name, as-of day or None) on the workers of ``scheduler`` (tcp://host:port); outcomes in their order.

    Raises UsageError where Dask is not installed or no scheduler answers. What a cluster loses becomes that client's outcome.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise UsageError("--scheduler needs Dask: pip install 'playbook[cluster]'.") from None
    try:
        cluster = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(f"No scheduler answers at {scheduler}: {error}") from None
    outcomes: dict[str, Outcome] = {}
    with cluster, watching(console, [name for name, _ in clients], len(order.phases) + 1) as (watch, over):
        tasks = {}
        for name, as_of in clients:
            watch(name, "waits for a worker", False)
            tasks[cluster.submit(_work, name, as_of, root, order, pure=False)] = name
        for task in as_completed(tasks, loop=cluster.loop):
            name = tasks[task]
            outcomes[name] = _outcome(name, task)
            over(name)
            if outcomes[name].error and not keep_going:
                cluster.cancel(list(tasks))
                break
    return tuple(outcomes[name] for name, _ in clients if name in outcomes)


def _outcome(name: str, task) -> Outcome:
    try:
        return task.result()
    except Exception as error:
        lost = f"The cluster could not end it: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return Outcome(name, error=RunError(lost))


def _work(name: str, as_of: str | None, root: Path, order: Order) -> Outcome:
    """On a worker: the client in a process of its own, because a worker may start none that start others."""
    asked = pickle.dumps((name, as_of, root, order))
    with tempfile.TemporaryDirectory(prefix=SOCKETS) as folder:
        answer = Path(folder) / "outcome"
        command = [sys.executable, "-m", __name__, str(answer)]
        done = subprocess.run(command, input=asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if answer.is_file():
            return pickle.loads(answer.read_bytes())
    said = done.stderr.decode(errors="replace").splitlines()[-3:]
    return Outcome(name, error=RunError(f"Its process ended with code {done.returncode}.", said))


def _answer(file: Path) -> None:
    """In that process: what is asked comes from the worker through a pipe; the outcome is left in ``file``."""
    name, as_of, root, order = pickle.load(sys.stdin.buffer)
    (outcome,) = run_clients([(name, as_of)], root, order, jobs=1, keep_going=True, console=Console(file=sys.stderr))
    file.write_bytes(pickle.dumps(outcome))


if __name__ == "__main__":
    _answer(Path(sys.argv[1]))
