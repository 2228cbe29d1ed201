"""A real local cluster of worker processes, of which some are killed, and the processes that clients run in on a worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import psutil
import pytest
from rich.console import Console

from playbook.errors import UsageError
from playbook.run import cluster as room
from playbook.run.client import Order, phases_named
from playbook.run.manifest import broken, read_manifest
from playbook.run.publish import published
from small import PAIR, SMALL, small_client, small_home, write_notebook

ENDLESS = "open(engagement.folder / 'begun', 'w').close()\nwhile True: pass"
loud = pytest.mark.filterwarnings("default")  # workers that end are warned of in many ways


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


@pytest.fixture
def home(tmp_path):
    return small_home(tmp_path)


def client_with(home, name, cell):
    """A client whose second notebook ends with ``cell``."""
    folder = small_client(home, name)
    write_notebook(folder / "notebooks" / "02-market-research.ipynb", SMALL["02-market-research"], cell)
    return folder


def run(home, names, scheduler, keep_going=True):
    with open(os.devnull, "w") as silence:
        return room.run_on_cluster(
            [(name, None) for name in names], home, Order(phases_named(PAIR)),
            scheduler=scheduler, keep_going=keep_going, console=Console(file=silence),
        )  # fmt: skip


def wait_for(found, seconds=120):
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer


def at_work(*workers):
    """The first process that one of these workers runs a client in, with the worker."""
    for pid in workers:
        with suppress(psutil.NoSuchProcess):  # a client's process has just ended
            for process in psutil.Process(pid).children():
                if "playbook.run.cluster" in " ".join(process.cmdline()):
                    return process, psutil.Process(pid)
    return None


def assert_stopped(reports):
    """A run that was stopped has left what it found, and nothing half finished."""
    failed = read_manifest(reports / "failed")
    assert failed["status"] == "failed" and "stopped before it was done" in failed["error"]
    assert [file.name for file in reports.iterdir()] == ["failed"]


@loud
@pytest.mark.slow
def test_clients_run_on_workers_and_outlive_one(home, cluster):
    names = ["one", "two", "three"]
    for name in names:
        small_client(home, name)
    client_with(home, "broken", "1 / 0")
    workers, killed = [worker.pid for worker in cluster.workers.values()], []

    def kill_one_at_work():
        client, worker = wait_for(lambda: at_work(*workers))
        begun = [client, *client.children(recursive=True)]
        worker.kill()
        killed.append(psutil.wait_procs(begun, 60)[1])

    killer = threading.Thread(target=kill_one_at_work)
    killer.start()
    outcomes = run(home, [*names, "broken"], cluster.scheduler_address)
    killer.join()
    assert killed == [[]]  # nothing that it had begun outlived it
    assert {o.client: o.state for o in outcomes} == dict.fromkeys(names, "ready") | {"broken": "failed"}
    assert "division by zero" in outcomes[-1].line and "Open reports/broken/failed" in outcomes[-1].line
    for name in names:
        (folder,) = published(home / "reports" / name)
        assert broken(folder) == ()


@loud
@pytest.mark.slow
def test_stop_on_error_lets_those_at_work_end_and_begins_no_further_client(home, cluster):
    waits = "import time\nwhile not (engagement.root / 'reports/broken/failed').exists():\n    time.sleep(0.1)\ntime.sleep(2)"
    client_with(home, "slow", waits)
    client_with(home, "broken", "1 / 0")
    for name in ("later", "last"):
        small_client(home, name)
    outcomes = run(home, ["slow", "broken", "later", "last"], cluster.scheduler_address, keep_going=False)
    assert [(o.client, o.state) for o in outcomes] == [("slow", "ready"), ("broken", "failed")]
    assert sorted(folder.name for folder in (home / "reports").iterdir()) == ["broken", "slow"]


@loud
@pytest.mark.slow
def test_stop_on_error_tells_of_a_client_whose_worker_was_lost(home, cluster):
    begun = client_with(home, "endless", ENDLESS) / "begun"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(begun)!r}).exists():\n    time.sleep(0.1)\n1 / 0"
    client_with(home, "broken", waits)
    small_client(home, "later")

    def kill_the_endless_ones():
        wait_for((home / "reports" / "broken" / "failed").exists)
        time.sleep(2)  # until its worker has said so
        _, worker = wait_for(lambda: at_work(*(worker.pid for worker in cluster.workers.values())))
        worker.kill()

    killer = threading.Thread(target=kill_the_endless_ones)
    killer.start()
    outcomes = run(home, ["endless", "broken", "later"], cluster.scheduler_address, keep_going=False)
    killer.join()
    assert [(o.client, o.state) for o in outcomes] == [("endless", "failed"), ("broken", "failed")]
    assert outcomes[0].error.title == "Its worker was lost, after another client had failed."


@loud
@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_when_the_command_ends_before_its_time_so_does_the_work(home, cluster, number, code):
    folder = client_with(home, "acme", ENDLESS)
    phases = [word for phase in PAIR for word in ("--phase", phase)]
    with subprocess.Popen(
        [sys.executable, "-m", "playbook", "run", "acme", *phases, "--scheduler", cluster.scheduler_address],
        cwd=home, env={**os.environ, "PLAYBOOK_HOME": str(home)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as command:  # fmt: skip
        wait_for((folder / "begun").exists)
        client, _ = at_work(*(worker.pid for worker in cluster.workers.values()))
        begun = [client, *client.children(recursive=True)]
        command.send_signal(number)
        said = command.communicate(timeout=60)[0]
    assert command.returncode == code and "Traceback" not in said, said
    assert psutil.wait_procs(begun, 30)[1] == []
    assert_stopped(home / "reports" / "acme")


@loud
@pytest.mark.slow
@pytest.mark.parametrize("keep_going", [True, False])
def test_a_cluster_that_is_lost_is_told_as_that(home, cluster, keep_going):
    begun = client_with(home, "acme", ENDLESS) / "begun"

    def lose():
        wait_for(begun.exists)
        cluster.close()

    loser = threading.Thread(target=lose)
    loser.start()
    (outcome,) = run(home, ["acme"], cluster.scheduler_address, keep_going)
    loser.join()
    assert outcome.error.title.startswith("The cluster could not end it: ")


def test_a_client_that_nobody_waits_for_any_more_is_stopped(home):
    begun = client_with(home, "acme", ENDLESS) / "begun"
    outcome = room._apart("acme", None, home, Order(phases_named(PAIR)), lambda: not begun.exists())
    assert outcome.error.title == "Its process ended with code 143."
    assert_stopped(home / "reports" / "acme")


def test_a_client_ends_with_its_worker(home):
    begun = client_with(home, "acme", ENDLESS) / "begun"
    script = home / "worker.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom playbook.run.client import Order, phases_named\n"
        "from playbook.run.cluster import _apart\n"
        "_apart('acme', None, Path(sys.argv[1]), Order(phases_named(sys.argv[2:])), lambda: True)\n"
    )
    with subprocess.Popen([sys.executable, script, home, *PAIR]) as worker:
        wait_for(begun.exists)
        client, _ = at_work(worker.pid)
        begun = [client, *client.children(recursive=True)]
        worker.kill()
    assert psutil.wait_procs(begun, 30)[1] == []
    assert_stopped(home / "reports" / "acme")


def test_an_outcome_comes_back_from_the_clients_process(home):
    client_with(home, "acme", "1 / 0")
    outcome = room._apart("acme", None, home, Order(phases_named(PAIR)), lambda: True)
    assert (outcome.error.failed.source, outcome.evidence) == ("1 / 0", True)


def test_a_process_that_ends_without_an_outcome_is_told_with_its_last_words(home):
    outcome = room._apart("acme", None, home, "no order", lambda: True)
    assert outcome.error.title == "Its process ended with code 1." and "AttributeError" in outcome.error.problems[-1]


@loud
def test_a_scheduler_that_does_not_answer_is_told(home, monkeypatch):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(room, "PATIENCE", "1s")
    with pytest.raises(UsageError, match="No scheduler answers at tcp://127.0.0.1:9"):
        run(home, [], "tcp://127.0.0.1:9")


def test_without_dask_it_is_said_how_to_get_it(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="pip install 'playbook\\[cluster\\]'"):
        run(home, [], "tcp://127.0.0.1:9")
