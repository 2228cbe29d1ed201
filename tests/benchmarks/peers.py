"""Peers: other libraries to compare with, each in an environment of its own, made when a benchmark first asks for it.

They stay out of the project's environment: some forbid the pandas we need, and none is needed to run the playbook.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".bench"

__all__ = ["peer_python", "run_peer"]


def peer_python(name: str, *requirements: str) -> Path:
    """The interpreter of the environment ``name`` with ``requirements`` in it; installed once, into ``.bench/``."""
    folder = FOLDER / name
    python, done = folder / "bin" / "python", folder / ".installed"
    if not done.exists() or done.read_text("utf-8") != " ".join(requirements):
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        subprocess.run([*uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *requirements], check=True)
        done.write_text(" ".join(requirements), "utf-8")
    return python


def run_peer(python: Path, script: Path, *words: str) -> str:
    """What a script prints when that interpreter runs it, on one thread as ours does."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    done = subprocess.run([python, script, *words], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
