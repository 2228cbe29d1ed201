"""A process beside the notebooks changes nothing but the time: what it may do, what it leaves, and what its death costs."""

import os
import pickle
import subprocess
import sys
import threading
import time
from dataclasses import replace

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console

from home import ROOT
from playbook.engagement import open_engagement
from playbook.errors import IntakeError
from playbook.methods.needs_analysis.scorecard import scorecard
from playbook.run import batch
from playbook.run.ahead import Ahead, in_order, prepared
from playbook.run.batch import run_clients
from playbook.run.client import Order
from playbook.run.crew import Crew, can_fork, warm_up
from playbook.run.gathered import gather
from playbook.run.kept import BESIDE_VARIABLE, WORK_VARIABLE, stored
from playbook.run.manifest import broken
from playbook.run.phases import PHASES
from playbook.run.study import study
from playbook.run.turns import TURNS, turn
from playbook.run.uses import asks
from small import small_client, small_home, write_notebook

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork loaded processes")

IMPORTS = "from playbook import study\nfrom playbook.methods.market_research.segments import segments"


def notebook(*cells):
    return new_notebook(cells=[new_code_cell(IMPORTS), *map(new_code_cell, cells)])


def test_a_notebook_that_asks_with_defaults_says_what_for():
    cells = ("result = study(engagement, segments)\nresult.table", "study(engagement, segments)")
    assert asks(notebook(*cells)) == ("segments", "segments")


@pytest.mark.parametrize(
    "cell",
    [
        "study(engagement, segments, k_max=3)",
        "study(engagement, segments, **{'k_max': 3})",
        "study(engagement, method=segments)",
        "ask = study\nask(engagement, segments)",
        "from playbook import study as ask",
        "def segments(orders): ...",
        "segments = lambda orders: 1",
        "study = print",
        "import os",
        "%matplotlib inline",
    ],
)
def test_nothing_is_worked_out_ahead_of_a_notebook_that_may_ask_otherwise(cell):
    assert asks(notebook("study(engagement, segments)", cell)) is None


def test_what_rests_on_nothing_comes_first_and_the_last_notebooks_before():
    asked = [("scorecard", "voice"), ("segments", "lifetime_value"), ("impact", "returns")]
    assert in_order(asked) == ("impact", "segments", "voice", "scorecard", "lifetime_value", "returns")


def dies_at_once(crew, target, *given):
    worker = crew.start(time.sleep, 60)
    worker.kill()
    return worker


def begins_and_stops(crew, target, engagement, kept, names):
    return crew.start(target, engagement, kept, names[:3])


@pytest.mark.parametrize("early", [None, Crew.start, dies_at_once, begins_and_stops])
def test_several_that_gather_find_what_one_finds(tmp_path, monkeypatch, early):
    small_client(small_home(tmp_path), "acme")
    acme, found = open_engagement("acme", root=tmp_path), []
    assert warm_up()
    for several in (False, True):
        if several and early:
            monkeypatch.setattr(Crew, "early", early)
        kept = tmp_path / f"kept-{several}"
        with Crew(spare=lambda several=several: several) as crew:
            ready = prepared(crew, acme, PHASES[:2], {}, kept, ())
            until(lambda crew=crew: not any(worker.poll() is None for worker in crew._workers))
        files = {file.name: pickle.loads(file.read_bytes()) for file in kept.rglob("*.pickle") if file.stem.endswith("-reads")}
        found.append((replace(ready, seconds={}), files, sorted({file.name for file in kept.rglob("*.pickle")})))
    assert repr(found[0]) == repr(found[1])


BATCH = """
import sys
from pathlib import Path
from rich.console import Console
from playbook.run.batch import run_clients
from playbook.run.client import Order, phases_named
from playbook.run.crew import Crew, warm_up

usual = Crew.early

def early(crew, target, *given):
    worker = usual(crew, target, *given)
    print(f"early {worker is not None}\\n", end="")  # in one piece: two threads print
    if worker and sys.argv[2] == "kill":
        worker.kill()
    return worker

if __name__ == "__main__":
    Crew.early = early
    warm_up()
    order, clients = Order(phases_named(["market-research"])), [(name, None) for name in ("acme", "bolt", "coil")]
    for outcome in run_clients(clients, Path(sys.argv[1]), order, jobs=2, keep_going=True, console=Console(quiet=True)):
        print(outcome.client, outcome.error)
"""


@pytest.mark.parametrize("fate", ["live", "kill"])
def test_of_a_batch_one_client_is_read_while_the_server_loads(tmp_path, fate):
    home = small_home(tmp_path / "home")
    folders = [small_client(home, name) for name in ("acme", "bolt", "coil")]
    (tmp_path / "batch.py").write_text(BATCH)
    words = [sys.executable, str(tmp_path / "batch.py"), str(home), fate]
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert sorted(done.stdout.splitlines()) == ["acme None", "bolt None", "coil None", *["early False"] * 2, "early True"]
    assert done.stderr == ""
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(home) in " ".join(p.info["cmdline"] or ())]
    assert len(list((home / "reports").glob("*/2*/manifest.json"))) == len(folders)


@pytest.mark.parametrize("early", [Crew.early, Crew.start])
def test_tables_with_a_stop_end_all_that_gather(tmp_path, monkeypatch, early):
    monkeypatch.setattr(Crew, "early", early)
    folder = small_client(small_home(tmp_path), "acme")
    (folder / "raw" / "orders.csv").write_text("No,Date,Customer,Amount\n1,2025-01-02,c1,ten\n")
    with Crew(spare=lambda: True) as crew:
        with pytest.raises(IntakeError):
            prepared(crew, open_engagement("acme", root=tmp_path), PHASES[:2], {}, tmp_path / "kept", ())
        until(lambda: not any(worker.poll() is None for worker in crew._workers))


def test_it_answers_into_its_folder_and_leaves_no_trace(tmp_path):
    acme, kept = client_with_frames(tmp_path)
    assert warm_up()
    with Crew(spare=lambda: True) as crew, Ahead(crew, kept) as ahead:
        ahead.begin(acme, [("segments",), ("control_charts",)])
        (process,) = (psutil.Process(worker.pid) for worker in crew._workers)
        until(lambda: len(list(ahead.folder.rglob("*.pickle"))) >= 2)
        names = {file.stem for file in ahead.folder.rglob("*.pickle")}
    assert {"segments", "control_charts"} <= names
    assert not process.is_running() and [f.name for f in tmp_path.glob(".[at]*")] == []


def test_it_does_not_begin_without_a_spare_core_or_where_nobody_can_tell_what_is_asked(tmp_path):
    acme, kept = client_with_frames(tmp_path)
    for spare, asked in ((False, [("segments",)]), (True, [("segments",), None]), (True, [])):
        with Crew(lambda spare=spare: spare) as crew, Ahead(crew, kept) as ahead:
            ahead.begin(acme, asked)
            assert ahead.folder is None and not crew._workers


def test_an_answer_from_beside_is_taken_and_kept(tmp_path, monkeypatch):
    acme, kept = client_with_frames(tmp_path)
    monkeypatch.setenv(WORK_VARIABLE, str(tmp_path / ".ahead"))
    monkeypatch.setenv(BESIDE_VARIABLE, str(kept))  # this process works ahead
    answered = study(acme, scorecard)
    monkeypatch.setenv(WORK_VARIABLE, str(kept))
    monkeypatch.setenv(BESIDE_VARIABLE, str(tmp_path / ".ahead"))  # and now it is a notebook's
    assert stored(acme, "scorecard") is None
    taken = study(acme, scorecard)
    assert taken.seconds == answered.seconds and taken is not answered  # not worked out again
    assert stored(acme, "scorecard").headline == answered.headline and stored(acme, "scorecard-figures")


def test_a_turn_is_held_by_one_at_a_time(tmp_path, monkeypatch):
    acme, kept = client_with_frames(tmp_path)
    with turn(acme, "segments"):  # nobody beside: nothing to wait for
        assert not (tmp_path / TURNS).exists()
    monkeypatch.setenv(WORK_VARIABLE, str(kept))
    monkeypatch.setenv(BESIDE_VARIABLE, str(tmp_path / ".ahead"))
    told = []

    def other():
        with turn(acme, "segments"):
            told.append("second")

    waiting = threading.Thread(target=other)
    with turn(acme, "segments"):
        waiting.start()
        with turn(acme, "demand"):  # another method's is free
            time.sleep(0.2)
        told.append("first")
    waiting.join(10)
    assert told == ["first", "second"]


def test_reports_are_the_same_with_it_without_it_and_when_it_is_killed(tmp_path, monkeypatch):
    home = small_home(tmp_path)
    small_client(home, "acme", surveys=True)
    begun, begin = [], Ahead.begin

    def noted(self, *given):
        begin(self, *given)
        begun.append(self.folder is not None)

    def killed(self, *given):
        noted(self, *given)
        time.sleep(0.2)
        self._worker.kill()

    monkeypatch.setattr(Ahead, "begin", noted)
    with_it = report(home)
    monkeypatch.setattr(Ahead, "begin", killed)
    dead = report(home)
    assert begun == [True, True]
    monkeypatch.setattr(Ahead, "begin", noted)
    monkeypatch.setattr(batch.os, "cpu_count", lambda: 1)
    without = report(home)
    assert begun[2:] and not any(begun[2:])
    assert with_it == without == dead and "03-strategy.html" in without
    assert {f.name.split("-")[0] for f in (home / "reports" / "acme").glob(".*")} == {".kept"}


def test_a_setting_in_one_notebook_reaches_the_later_ones(tmp_path):
    home = small_home(tmp_path)
    small_client(home, "acme")
    write_notebook(home / "notebooks" / "02-market-research.ipynb", ("market_research.segments",), settings=", k_max=2")
    two = report(home)["03-strategy.html"]
    write_notebook(home / "notebooks" / "02-market-research.ipynb", ("market_research.segments",))
    assert report(home)["03-strategy.html"] != two


def client_with_frames(home):
    small_home(home)
    small_client(home, "acme")
    acme = open_engagement("acme", "2025-12-31", root=home)
    gather(acme, acme.as_of, home / ".kept")
    return acme, home / ".kept"


def until(done, seconds=60):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def report(home):
    """What a fresh run publishes, by file, without the manifest and the seconds in the notebooks."""
    with open(os.devnull, "w") as silence:
        console = Console(file=silence, width=200)
        (outcome,) = run_clients([("acme", None)], home, Order(force=True), jobs=1, keep_going=True, console=console)
    assert outcome.error is None, outcome.line
    folder = home / outcome.folder
    assert broken(folder) == ()
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.is_file() and f.name != "manifest.json"}
