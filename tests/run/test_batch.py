"""A batch: clients side by side that never meet, each with its own end, which is told with a reason and a next step."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from rich.console import Console

from playbook.errors import RunError
from playbook.run import client
from playbook.run.batch import _Batch, run_clients
from playbook.run.client import Order, phases_named
from playbook.run.crew import Crew, warm_up
from playbook.run.failure import explain, failure
from playbook.run.lock import locked
from playbook.run.manifest import broken, read_manifest
from playbook.run.memory import Room
from playbook.run.overview import overview
from playbook.run.publish import published
from small import PAIR, SMALL, small_client, small_home, write_notebook


def batch(home, *clients, jobs=2, keep_going=True, phases=PAIR, **order):
    console = Console(file=open(os.devnull, "w"), width=200)  # noqa: SIM115  closed with the console
    with console.file:
        return run_clients(
            [(name, None) for name in clients], home, Order(phases_named(phases), **order),
            jobs=jobs, keep_going=keep_going, console=console,
        )  # fmt: skip


def test_a_second_interruption_does_not_interrupt_the_end(tmp_path):
    class Beginning(Crew):
        interrupted = False

        def end(self):
            if not Beginning.interrupted:  # as Ctrl-C does while a crew waits for a process to begin
                Beginning.interrupted = True
                raise KeyboardInterrupt
            super().end()

    work = _Batch(tmp_path, Order(), lambda *_: None)
    with Beginning() as one, Beginning() as other:
        sleeper = other.start(time.sleep, 600)
        work.crews = {"one": one, "other": other}
        work.stop()
        assert Beginning.interrupted and one.ended and other.ended
        assert sleeper.wait(60) is not None


@pytest.mark.parametrize("cell", ["open({}, 'a').write('# changed\\n')", "open({}, 'a').write('name: [')\n1 / 0"])
def test_reports_never_rest_on_two_different_files(tmp_path, cell):
    home = small_home(tmp_path)
    folder = small_client(home, "acme")
    (good,) = batch(home, "acme")
    file, own = folder / "client.yml", folder / "notebooks" / "02-market-research.ipynb"
    text = file.read_text()
    write_notebook(own, SMALL["02-market-research"], cell.format(repr(str(file))))
    (outcome,) = batch(home, "acme")
    assert "data/acme/client.yml was changed while the reports were made" in outcome.line and outcome.evidence
    assert published(home / "reports" / "acme") == (home / good.folder,) and broken(home / good.folder) == ()
    own.unlink()
    file.write_text(text)
    (again,) = batch(home, "acme")
    assert again.unchanged


def test_clients_side_by_side_never_meet(tmp_path):
    home = small_home(tmp_path)
    names = [f"canary{letter * 3}" for letter in "abcdef"]
    for place, name in enumerate(names):
        small_client(home, name, scale=11 * (place + 1))
    outcomes = batch(home, *names, jobs=4)
    assert [(o.client, o.state, o.exit_code) for o in outcomes] == [(name, "ready", 0) for name in names]
    revenue = {}
    for name in names:
        (folder,) = published(home / "reports" / name)
        assert broken(folder) == ()
        others = [other.encode() for other in names if other != name]
        everything = [file.read_bytes().lower() for file in (home / "reports" / name).rglob("*") if file.is_file()]
        assert any(name.encode() in content for content in everything)
        assert [other for other in others if any(other in content for content in everything)] == []
        revenue[name] = [f["value"] for f in json.loads((folder / "findings.json").read_text()) if f["section"] == "scorecard"]
    assert len({str(figures) for figures in revenue.values()}) == len(names)
    assert {
        folder.name for name in names for folder in (home / "reports" / name).glob(".*") if ".kept-" not in folder.name
    } == set()


POISON = {
    "a": ("no client.yml key", "curency", "Did you mean"),
    "b": ("a table with a stop", "ten", "ten"),
    "c": ("a notebook that fails", "1 / 0", "division by zero"),
    "d": ("an endless cell", "while True: pass", "the notebook took longer than 20 seconds"),
    "e": ("a kernel that is killed", "import os; os.kill(os.getpid(), 9)", "ended from outside"),
    "g": ("no memory", "raise MemoryError('too much')", "too much"),
}


def poison(home, case):
    folder = small_client(home, f"poisoned-{case}")
    own = folder / "notebooks" / "02-market-research.ipynb"
    _, cell, _ = POISON[case]
    if case == "a":
        file = folder / "client.yml"
        file.write_text(file.read_text().replace("currency", cell))
    elif case == "b":
        (folder / "raw" / "orders.csv").write_text(f"No,Date,Customer,Amount\n1,2025-01-02,c1,{cell}\n")
    else:
        write_notebook(own, SMALL["02-market-research"], cell)
    return folder.name


def test_a_poisoned_client_stops_nobody_else_and_is_told_with_its_reason(tmp_path):
    home = small_home(tmp_path)
    cases = list(POISON)
    names = [poison(home, case) for case in cases]
    for good in ("one", "two"):
        small_client(home, good)
    outcomes = {o.client: o for o in batch(home, "one", *names, "two", jobs=3, notebook_timeout=20)}
    assert {name: o.state for name, o in outcomes.items()} == {"one": "ready", "two": "ready"} | dict.fromkeys(names, "failed")
    for case, name in zip(cases, names, strict=True):
        line = outcomes[name].line
        assert POISON[case][2] in line, line
        assert published(home / "reports" / name) == ()
        manifest = read_manifest(home / "reports" / name / "failed")
        told = "\n".join([manifest["error"], *manifest["problems"]])
        assert manifest["status"] == "failed" and POISON[case][2] in told and f"Open reports/{name}/failed/index.html" in line
        assert outcomes[name].exit_code == (2 if case in "ab" else 1)
        assert (home / "reports" / name / "failed" / "notebooks" / "02-market-research.ipynb").is_file() == (case not in "ab")
    assert list((home / "reports").rglob(".work-*")) == []


def test_a_core_that_nobody_needs_any_more_is_the_last_clients(tmp_path, monkeypatch):
    assert warm_up()
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    at_work = _Batch(tmp_path, Order(), lambda *_: None)
    with ThreadPoolExecutor(2) as threads:
        assert at_work.begin("one", None, threads) and at_work.begin("two", None, threads)
        crews = tuple(at_work.crews.values())
        assert [crew.spare for crew in crews] == [False, False]
        while at_work.running:
            at_work.ended()
        assert [crew.spare for crew in crews] == [True, True]


def test_a_failure_is_forgotten_when_a_run_comes_out_well(tmp_path):
    home = small_home(tmp_path)
    folder = small_client(home, "acme")
    assert batch(home, "acme")[0].state == "ready"
    own = folder / "notebooks" / "02-market-research.ipynb"
    write_notebook(own, SMALL["02-market-research"], "1 / 0")
    assert batch(home, "acme")[0].state == "failed"
    reports = home / "reports" / "acme"
    assert sorted(f.name for f in (reports / "failed").iterdir()) == ["index.html", "manifest.json", "notebooks"]
    assert failure(reports)["error"].endswith("division by zero") and overview(home)[0].state == "last run failed"
    own.unlink()
    assert batch(home, "acme")[0].unchanged
    assert failure(reports) is None and not (reports / "failed").exists()
    assert read_manifest(published(reports)[0])["language"] == "en"


def test_the_newest_cause_takes_the_place_of_the_one_before(tmp_path):
    home = small_home(tmp_path)
    folder = small_client(home, "acme")
    reports, file, raw = home / "reports" / "acme", folder / "client.yml", folder / "raw" / "orders.csv"
    (good,) = batch(home, "acme")
    own = write_notebook(folder / "notebooks" / "02-market-research.ipynb", SMALL["02-market-research"], "1 / 0")
    assert "division by zero" in batch(home, "acme")[0].line
    described, sold = file.read_text(), raw.read_text()

    def told():
        assert overview(home)[0].state == "last run failed" and broken(home / good.folder) == ()
        return failure(reports)["error"], sorted(f.name for f in (reports / "failed").iterdir())

    # Where the command is wrong nothing is known of the client.
    assert "a parameter 'nobody'" in batch(home, "acme", given={"nobody": "1"})[0].line
    assert "division by zero" in told()[0]
    raw.write_text(sold.replace("2023-01-02", "soon"))
    assert batch(home, "acme")[0].evidence
    assert told() == ("The tables of acme cannot be used as they stand:", ["index.html", "manifest.json"])
    file.write_text(described.replace("currency", "curency"))
    assert batch(home, "acme")[0].evidence
    file.write_text(described)
    assert told() == ("data/acme/client.yml cannot be used:", ["index.html", "manifest.json"])
    raw.write_text(sold)
    own.write_text("{")
    assert batch(home, "acme")[0].exit_code == 2
    assert "02-market-research.ipynb is not a notebook" in told()[0]
    own.unlink()
    assert batch(home, "acme")[0].unchanged and failure(reports) is None


def test_what_another_run_is_at_is_not_touched(tmp_path):
    home = small_home(tmp_path)
    folder = small_client(home, "acme")
    file, reports = folder / "client.yml", home / "reports" / "acme"
    file.write_text(file.read_text().replace("currency", "curency"))
    with locked(reports, lambda _: False):
        (outcome,) = batch(home, "acme")
        assert "curency" in outcome.line and not outcome.evidence
        assert [f.name for f in reports.iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_used_is_no_defect(tmp_path):
    home = small_home(tmp_path)
    small_client(home, "acme")
    (home / "reports").mkdir()
    (home / "reports" / "acme").write_text("a file")
    (outcome,) = batch(home, "acme")
    assert outcome.exit_code == 1
    assert "could not be read or written: File exists" in outcome.line and "make room or mend the folder" in outcome.line


def test_half_a_report_does_not_stay_with_the_failure(tmp_path):
    work = tmp_path / "work"
    for name in ("notebooks", ".paper-x", ".ahead"):
        (work / name).mkdir(parents=True)
        (work / name / "file").touch()
    for name in ("index.html", "03-strategy.html", "report.pdf", "action-lists.xlsx", "findings.json"):
        (work / name).touch()
    explain(RunError("A page is not fit."), "acme", "Acme & Sons", None, work)
    assert sorted(f.name for f in work.iterdir()) == ["index.html", "manifest.json", "notebooks"]
    page = (work / "index.html").read_text("utf-8")
    assert "A page is not fit." in page and "Acme &amp; Sons (acme): the run failed" in page


def test_too_little_memory_is_no_defect(tmp_path):
    assert "too little memory for this client" in str(client.in_words(MemoryError(), Crew()))


def test_stop_on_error_begins_no_further_client(tmp_path):
    home = small_home(tmp_path)
    name = poison(home, "b")
    small_client(home, "later")
    assert [o.client for o in batch(home, name, "later", jobs=1, keep_going=False)] == [name]
    assert not (home / "reports" / "later").exists()


def test_one_more_client_is_admitted_only_if_it_fits_beside_what_the_others_may_need():
    room = Room(available=lambda: 3000)
    assert room.fits(9000, {})  # alone, it would not help to wait
    room.enter("a", 2000)
    assert room.fits(1000, {"a": 0}) and not room.fits(1001, {"a": 0})
    assert room.fits(2500, {"a": 1500})  # of what it holds already, nothing is asked for again
    room.leave("a")
    assert room.fits(9000, {})


@pytest.fixture
def running(tmp_path):
    """A client with a good report, whose next run is in an endless cell: home, the command's process."""
    home = small_home(tmp_path)
    folder = small_client(home, "acme")
    assert batch(home, "acme")[0].state == "ready"
    cell = "open(engagement.folder / 'begun', 'w').close()\nwhile True: pass"
    write_notebook(folder / "notebooks" / "02-market-research.ipynb", SMALL["02-market-research"], cell)
    command = [sys.executable, "-m", "playbook", "run", "acme", "--phase", PAIR[0], "--phase", PAIR[1]]
    with subprocess.Popen(
        command,
        cwd=home,
        env={**os.environ, "PLAYBOOK_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell starts what runs behind it with Ctrl-C shut off; whoever stops a run by it sits before it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + 120
        while not (folder / "begun").exists():
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        yield home, process
        process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_stopped_ends_in_a_clear_state(running, number, code):
    home, process = running
    began = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == code, said
    assert "Traceback" not in said
    assert psutil.wait_procs(began, 20)[1] == []
    (folder,) = published(home / "reports" / "acme")
    assert broken(folder) == ()
    failed = read_manifest(home / "reports" / "acme" / "failed")
    assert failed["status"] == "failed" and "stopped before it was done" in failed["error"]
    assert (home / "reports" / "acme" / "failed" / "notebooks" / "01-needs-analysis.ipynb").is_file()
    assert [f.name for f in (home / "reports" / "acme").glob(".*") if not f.name.startswith(".kept-")] == []


def test_a_run_that_is_killed_leaves_the_last_report_and_the_next_run_cleans_up(running):
    home, process = running
    began = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    assert psutil.wait_procs(began, 20)[1] == []
    (folder,) = published(home / "reports" / "acme")
    assert broken(folder) == ()
    assert len(list((home / "reports" / "acme").glob(".work-*"))) == 1
    (home / "data" / "acme" / "notebooks" / "02-market-research.ipynb").unlink()
    assert batch(home, "acme")[0].unchanged  # as before the own edition
    assert [f.name for f in (home / "reports" / "acme").glob(".*") if not f.name.startswith(".kept-")] == []


def test_a_kernel_that_is_killed_once_is_started_once_more(tmp_path):
    home = small_home(tmp_path)
    folder = small_client(home, "acme")
    cell = (
        "import os, pathlib\nonce = pathlib.Path(engagement.folder / 'once')\n"
        "if not once.exists():\n    once.touch()\n    os.kill(os.getpid(), 9)"
    )
    write_notebook(folder / "notebooks" / "02-market-research.ipynb", SMALL["02-market-research"], cell)
    (outcome,) = batch(home, "acme")
    assert outcome.state == "ready" and broken(home / outcome.folder) == ()


def test_a_defect_of_ours_is_one_clients_failure_with_evidence(tmp_path, monkeypatch):
    home = small_home(tmp_path)
    for name in ("acme", "other"):
        small_client(home, name)
    whole = client.former_report
    monkeypatch.setattr(client, "former_report", lambda e, day: whole(e, day) if e.client == "other" else {}["gone"])
    acme, other = batch(home, "acme", "other")
    assert "A defect of the playbook: KeyError: 'gone'" in acme.line and "Open reports/acme/failed" in acme.line
    assert read_manifest(home / "reports" / "acme" / "failed")["status"] == "failed"
    assert other.state == "ready"


def test_a_full_disk_is_told_and_nothing_is_published(tmp_path):
    home = small_home(tmp_path)
    small_client(home, "acme")
    (home / "reports").mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", home / "reports"], capture_output=True, check=False
    ).returncode
    if mounted:
        pytest.skip("only root can make a small disk")
    try:
        (outcome,) = batch(home, "acme")
        assert outcome.state == "failed" and "space left" in outcome.line
        assert published(home / "reports" / "acme") == ()
        assert list((home / "reports" / "acme").glob(".work-*")) == []
    finally:
        subprocess.run(["umount", home / "reports"], check=True)
