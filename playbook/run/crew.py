"""Crew: the processes that work for one client, each forked from a warm server or, where that cannot be, started afresh.

The server is Python's own fork server: one process, without threads, that has the libraries loaded (``preload``). A process
forked from it begins in milliseconds and shares nothing with another one but read-only memory. On systems where forking
loaded libraries is not safe (Windows, macOS) the same functions run in ordinary new processes.

Only the process that orchestrates has a crew: a process of a crew starts none of its own. While the server still loads,
one process forked from the orchestrating one itself can make a beginning (``at_hand``).
"""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any, Literal

import psutil

from playbook.engagement import know_file
from playbook.errors import PlaybookError, RunError
from playbook.run.memory import held
from playbook.run.words import hold_words

__all__ = ["ONE_THREAD", "Crew", "Killed", "Worker", "at_hand", "can_fork", "is_warm", "warm_up"]

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
LOOK = 2.0  # seconds between two looks at memory, each of which takes the system some hundredths of a second
_starting = threading.Lock()  # multiprocessing asks every process it knows how it is whenever it starts one
_warm, _forked = threading.Event(), threading.Event()


class Killed(RunError):
    """A process ended from outside, and not by anything that it did: what is worth a second try."""


def can_fork() -> bool:
    """Whether processes can be forked from one that has the libraries loaded."""
    return sys.platform == "linux" and "forkserver" in multiprocessing.get_all_start_methods()


def is_warm() -> bool:
    """Whether the server was started in this process."""
    return _warm.is_set()


def warm_up() -> bool:
    """Start the server, which loads the libraries while this process goes on; False where there can be none."""
    if can_fork() and not _warm.is_set():
        os.environ.update({name: os.environ.get(name, one) for name, one in ONE_THREAD.items()})  # read when a library loads
        forkserver.set_forkserver_preload(["playbook.run.preload"])
        forkserver.ensure_running()
        _warm.set()
    return _warm.is_set()


class Worker:
    """One process, to be used from any thread; it has the methods of ``subprocess.Popen`` that Jupyter calls."""

    stdin = stdout = stderr = None  # Jupyter closes them where a process has any

    def __init__(self, target: Callable, given: tuple, way: Literal["forkserver", "spawn", "fork"] | None = None):
        way = way or ("forkserver" if is_warm() else "spawn")
        self._process = multiprocessing.get_context(way).Process(target=_begin, args=(target, given))
        with _starting:
            self._process.start()
        self.pid = self._process.pid
        if way == "forkserver":
            _forked.set()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        with _starting:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end; returns the exit code."""
        if multiprocessing.connection.wait([self._process.sentinel], timeout):
            with _starting:
                self._process.join()  # it ends: its code is known in a moment
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal to the process and to all that it started."""
        if self.poll() is not None:
            return
        try:
            if os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:  # it has not come so far as to lead a group
                os.kill(self.pid, number)
        except ProcessLookupError:
            return  # it has just ended
        except AttributeError:  # Windows
            self._process.kill()

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started."""
        self.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))


class _Early(Worker):
    """Forked from this process, it waits to be told what to do."""

    def __init__(self):
        receiver, self._sender = multiprocessing.Pipe(duplex=False)
        with receiver:
            super().__init__(_obey, (receiver, self._sender), "fork")

    def tell(self, target: Callable, given: tuple) -> None:
        """Have it call ``target(*given)``, if it still lives."""
        with suppress(OSError), self._sender:
            self._sender.send((target, given))


_early: list[_Early] = []


@contextmanager
def at_hand() -> Iterator[None]:
    """Before the server has forked anything, and while this process has no thread, a process forked from this one stands by for
    the first crew that asks (``Crew.early``)."""
    if is_warm() and not _forked.is_set() and threading.active_count() == 1:
        with suppress(OSError):
            _early.append(_Early())
    try:
        yield
    finally:
        while _early:
            unneeded = _early.pop()
            unneeded.kill()
            unneeded.wait()


class Crew:
    """The processes of one client's run: none of them outlives the ``with`` block; ``peak`` is their most memory in bytes.

    ``knows`` is what each that works for it is told of the client's file (``engagement.file_read``), ``words`` how it holds words
    (``words.way_for``). ``spare`` tells whether the machine has, now, a core for a second process beside the one that the run
    waits for.
    """

    def __init__(self, spare: Callable[[], bool] = lambda: False):
        self._spare = spare
        self.knows: dict[str, object] = {}
        self.words = "auto"
        self.peak = 0
        self.ended = False
        self._workers: set[Worker] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Crew":
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._over.set()
        self._watcher.join()

    @property
    def spare(self) -> bool:
        """Whether there is a core, and a warm server, for one process more."""
        return is_warm() and self._spare()

    def start(self, target: Callable, *given: object) -> Worker:
        """A new process that calls ``target(*given)``. Raises RunError when the crew was ended."""
        with self._lock:
            if self.ended:
                raise RunError("The run was stopped.")
            worker = Worker(_knowing, (self.knows, self.words, target, given))
            self._workers = {w for w in self._workers if w.poll() is None} | {worker}
        return worker

    def early(self, target: Callable, *given: object) -> Worker | None:
        """As ``start``, but by the process ``at_hand``; None where there is none, or no need of one any more."""
        with self._lock, suppress(IndexError):
            if not self.ended and not _forked.is_set():
                worker = _early.pop()
                self._workers |= {worker}
                worker.tell(_knowing, (self.knows, self.words, target, given))
                return worker
        return None

    def fresh(self, function: Callable, *given: object) -> Any:
        """What ``function(*given)`` returns in a process of its own.

        Raises the PlaybookError that it raised, OSError likewise, Killed when the process ended before it had answered, and
        RunError for any other exception and for an answer that cannot be sent.
        """
        receiver, sender = multiprocessing.Pipe(duplex=False)
        with receiver:
            with sender:
                worker = self.start(_answer, sender, function, given)
            try:
                sent = receiver.recv_bytes()
            except (EOFError, OSError):  # nothing came, or a part
                raise Killed(_cause(worker.wait())) from None
        try:
            kind, value = pickle.loads(sent)
        except Exception as error:
            raise _failed(function, f"its answer cannot be read: {type(error).__name__}: {error}") from None
        if kind == "error":
            raise value
        return value

    def end(self) -> None:
        """End all processes; none starts after that."""
        with self._lock:
            self.ended = True
            for worker in self._workers:
                worker.kill()

    def memory(self) -> int:
        """Bytes that the crew's processes hold now, what they share with the server counted in parts."""
        return sum(_held(w.pid) for w in tuple(self._workers) if w.poll() is None)

    def _watch(self) -> None:
        while not self._over.wait(LOOK):
            self.peak = max(self.peak, self.memory())


def _held(pid: int) -> int:
    try:
        return held(psutil.Process(pid))
    except psutil.NoSuchProcess:  # it has just ended
        return 0


def _begin(target: Callable, given: tuple) -> None:
    """The first lines of every process: a group of its own, and an end when the process that asked for it ends."""
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C at the terminal reaches the orchestrating process alone
    multiprocessing.set_start_method(None, force=True)  # what a notebook starts is started as in any other kernel
    threading.Thread(target=_end_with_parent, daemon=True).start()
    target(*given)


def _knowing(said: dict[str, object], words: str, target: Callable, given: tuple) -> None:
    know_file(said)
    hold_words(words)
    target(*given)


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _obey(receiver: Connection, sender: Connection) -> None:
    sender.close()  # so that nothing can come where the other end is closed
    _warm.clear()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        target, given = receiver.recv()
    except EOFError:  # nobody needs it
        return
    target(*given)


def _answer(sender: Connection, function: Callable, given: tuple) -> None:
    try:
        answer = ("value", function(*given))
    except (PlaybookError, OSError, MemoryError) as error:
        answer = ("error", error)
    except Exception as error:
        answer = ("error", _failed(function, f"{type(error).__name__}: {error}"))
    try:
        sent = ForkingPickler.dumps(answer)
    except Exception as error:
        what = f"its answer ({type(answer[1]).__name__}) cannot be sent"
        sent = ForkingPickler.dumps(("error", _failed(function, f"{what}: {type(error).__name__}: {error}")))
    sender.send_bytes(sent)
    sender.close()


def _failed(function: Callable, why: str) -> RunError:
    return RunError(f"{function.__name__.strip('_')} failed: {why}")


def _cause(code: int | None) -> str:
    if code == -9:
        return "A process of the run was killed from outside: the machine may have run out of memory, or somebody stopped it."
    return f"A process of the run ended from outside (exit code {code}): somebody may have stopped it."
