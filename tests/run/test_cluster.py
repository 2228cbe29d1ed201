"""A real local cluster of worker processes, one of which is killed in the middle."""

import os
import threading
import time
from contextlib import suppress

import psutil
import pytest
from rich.console import Console

from playbook.errors import UsageError
from playbook.run import cluster as room
from playbook.run.client import Order, phases_named
from playbook.run.manifest import broken
from playbook.run.publish import published
from small import PAIR, small_client, small_home, write_notebook

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # a killed worker is warned of in many ways


def run(home, names, scheduler):
    with open(os.devnull, "w") as silence:
        return room.run_on_cluster(
            [(name, None) for name in names], home, Order(phases_named(PAIR)),
            scheduler=scheduler, keep_going=True, console=Console(file=silence),
        )  # fmt: skip


@pytest.mark.slow
def test_clients_run_on_workers_and_outlive_one(tmp_path, monkeypatch):
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(room.__file__).rsplit("/playbook/", 1)[0], os.environ.get("PYTHONPATH", "")])
    )
    home = small_home(tmp_path)
    names = ["one", "two", "three", "broken"]
    for name in names:
        small_client(home, name)
    write_notebook(home / "data" / "broken" / "notebooks" / "02-market-research.ipynb", ("market_research.segments",), "1 / 0")
    with distributed.LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=None) as cluster:
        workers = [worker.pid for worker in cluster.workers.values()]

        def kill_one_at_work():
            """The first worker that has a client's process, killed with all the rest of it left alive."""
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                for pid in workers:
                    with suppress(psutil.NoSuchProcess):  # its client's process has just ended
                        worker = psutil.Process(pid)
                        if any("playbook.run.cluster" in " ".join(p.cmdline()) for p in worker.children()):
                            worker.kill()
                            return pid
                time.sleep(0.05)
            return None

        killed = []
        killer = threading.Thread(target=lambda: killed.append(kill_one_at_work()))
        killer.start()
        outcomes = run(home, names, cluster.scheduler_address)
        killer.join()
    assert killed[0] is not None
    assert {o.client: o.state for o in outcomes} == dict.fromkeys(names[:3], "ready") | {"broken": "failed"}
    assert "division by zero" in outcomes[-1].line
    for name in names[:3]:
        (folder,) = published(home / "reports" / name)
        assert broken(folder) == ()


def test_a_scheduler_that_does_not_answer_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "PATIENCE", "1s")
    with pytest.raises(UsageError, match="No scheduler answers at tcp://127.0.0.1:9"):
        run(small_home(tmp_path), [], "tcp://127.0.0.1:9")
