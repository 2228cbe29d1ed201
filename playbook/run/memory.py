"""Peak memory of this process and everything it started."""

import threading

import psutil

__all__ = ["PeakMemory"]

INTERVAL = 0.1  # seconds between two looks


class PeakMemory:
    """Watches the resident memory of the process tree while the ``with`` block runs; ``bytes`` is the peak."""

    def __init__(self):
        self.bytes = 0
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
            self.bytes = max(self.bytes, _tree(process))
            if self._done.wait(INTERVAL):
                return


def _tree(process: psutil.Process) -> int:
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:  # it ended between the list and the look
            continue
    return total
