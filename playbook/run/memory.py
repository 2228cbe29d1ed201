"""Memory: what a process tree holds, and whether there is room for one client more."""

import threading

import psutil

__all__ = ["PeakMemory", "Room", "held"]

INTERVAL, RARELY = 0.1, 0.3  # seconds between two looks; of what is shared, which holds the processes up while the system counts
UNKNOWN = 2**30  # bytes that a client is taken to need before its first report


class PeakMemory:
    """Watches the resident memory of the process tree while the ``with`` block runs; ``bytes`` is the peak.

    With ``parts``, memory that forked processes share is counted once and not in each of them.
    """

    def __init__(self, parts: bool = False):
        self.bytes = 0
        self._look, self._pause = (held, RARELY) if parts else (_tree, INTERVAL)
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._watcher.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._watcher.join()

    def _watch(self):
        process = psutil.Process()
        while True:
            self.bytes = max(self.bytes, self._look(process))
            if self._done.wait(self._pause):
                return


class Room:
    """Admits clients to the machine's memory: one more only if it fits beside what those at work may still come to need.

    One client is always admitted: if it alone is too big, waiting would not help.
    """

    def __init__(self, available=lambda: psutil.virtual_memory().available):
        self._available = available
        self._needs: dict[str, int] = {}

    def fits(self, need: int, held: dict[str, int]) -> bool:
        """Whether a client that needs ``need`` bytes fits now; ``held`` are the bytes of each client at work."""
        promised = sum(max(0, self._needs[name] - held.get(name, 0)) for name in self._needs)
        return not self._needs or self._available() - promised >= need

    def enter(self, client: str, need: int) -> None:
        """A client begins."""
        self._needs[client] = need

    def leave(self, client: str) -> None:
        """A client is done."""
        del self._needs[client]


def held(process: psutil.Process) -> int:
    """Bytes that a process and all that it started hold, with what they share with others counted in parts (on Linux)."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            full = one.memory_full_info()
            total += getattr(full, "pss", full.rss)
    except psutil.Error:
        return total  # it ended between the list and the look
    return total


def _tree(process: psutil.Process) -> int:
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:  # it ended between the list and the look
            continue
    return total
