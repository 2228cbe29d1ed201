"""Measuring: processor seconds of this process and its children, and the peak memory of a fresh one."""

import json
import os
import resource
import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook.run.memory import PeakMemory

__all__ = ["Cost", "cpu", "fresh"]

MIB = 2**20
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Cost:
    """Processor seconds and wall seconds; a machine that does other work stretches the second far more than the first."""

    cpu: float
    wall: float


def _spent() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def cpu(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """What ``work()`` returns, and its cost, processes that it started and waited for included."""
    begin, spent = time.perf_counter(), _spent()
    answer = work()
    return answer, Cost(_spent() - spent, time.perf_counter() - begin)


def fresh(script: Path, *words: str) -> dict[str, Any]:
    """What ``main(*words)`` of a script answers in a process of its own, with the peak of its resident memory as ``peak_mib``."""
    done = subprocess.run(
        [sys.executable, __file__, str(script), *words], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))},
    )  # fmt: skip
    return json.loads(done.stdout)


if __name__ == "__main__":
    with PeakMemory() as memory:
        answer = runpy.run_path(sys.argv[1])["main"](*sys.argv[2:])
    sys.stdout.write(json.dumps({**answer, "peak_mib": memory.bytes / MIB}))
