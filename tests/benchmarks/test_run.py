"""One client, five reports: ``playbook run`` against the loop that one would write in a shell."""

import os
import subprocess
import sys
from pathlib import Path

from home import ROOT, make_home, run_playbook
from measure import cpu

CLIENT = "aurora-audio"


def by_hand(home: Path) -> Path:
    """``papermill`` and ``jupyter nbconvert`` over the five notebooks, one after the other; returns the folder of pages."""
    folder, tools = home / "by-hand", Path(sys.executable).parent
    folder.mkdir()
    variables = {**os.environ, "PLAYBOOK_HOME": str(home), "PYTHONPATH": str(ROOT)}
    for notebook in sorted((home / "notebooks").glob("0*.ipynb")):
        done = folder / notebook.name
        for words in (
            [
                tools / "papermill",
                "--engine",
                "playbook",
                "-k",
                "python3",
                "--no-progress-bar",
                "-p",
                "client",
                CLIENT,
                notebook,
                done,
            ],
            [tools / "jupyter", "nbconvert", "--to", "html", "--no-input", done],
        ):
            subprocess.run(words, env=variables, cwd=home, check=True, capture_output=True)
    return folder


def test_playbook_run_against_papermill_and_nbconvert(note, tmp_path):
    home = make_home(tmp_path, CLIENT)
    done, ours = cpu(lambda: run_playbook(home, "run", CLIENT))
    assert done.returncode == 0, done.stdout + done.stderr
    pages, theirs = cpu(lambda: by_hand(home))
    published = next((home / "reports" / CLIENT).glob("????-??-??"))
    names = {page.name for page in published.glob("0*.html")}
    assert len(names) == 5 and names == {page.name for page in pages.glob("*.html")}
    assert (published / "index.html").is_file()  # the loop has no summary, no checks of the pages, no manifest
    note("one client, five reports", f"{ours.cpu:.1f} s", "papermill + nbconvert", f"{theirs.cpu:.1f} s", ours.cpu / theirs.cpu)
    note("  wall time", f"{ours.wall:.1f} s", "papermill + nbconvert", f"{theirs.wall:.1f} s", ours.wall / theirs.wall)
    sizes = [sum(page.stat().st_size for page in folder.glob("0*.html")) / 2**20 for folder in (published, pages)]
    note("  size of the five pages", f"{sizes[0]:.1f} MiB", "papermill + nbconvert", f"{sizes[1]:.1f} MiB", sizes[0] / sizes[1])
