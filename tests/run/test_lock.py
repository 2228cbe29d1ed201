"""One run a client at a time; the lock of a dead process is nobody's."""

import os
import subprocess
import sys
import threading

import pytest

from home import ROOT
from playbook.errors import RunError
from playbook.run.lock import LOCK, held_by, locked

HOLD = (
    "import sys, pathlib\nfrom playbook.run.lock import locked\n"
    "with locked(pathlib.Path(sys.argv[1]), lambda _: False):\n    print('held', flush=True)\n    sys.stdin.read()\n"
)


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock of reports/acme."""
    reports = tmp_path / "reports" / "acme"
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HOLD, reports]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables) as holder:
        assert holder.stdout.readline() == "held\n"
        yield reports, holder
        holder.kill()


def test_a_lock_leaves_nothing_behind(tmp_path):
    with locked(tmp_path / "reports" / "acme", pytest.fail):
        assert (tmp_path / "reports" / "acme" / LOCK).is_file()
    assert list(tmp_path.iterdir()) == []


def test_reports_stay(tmp_path):
    (tmp_path / "acme" / "2026-10-31").mkdir(parents=True)
    with locked(tmp_path / "acme", pytest.fail):
        pass
    assert [f.name for f in (tmp_path / "acme").iterdir()] == ["2026-10-31"]


def test_the_second_is_told_who_holds_it(other):
    reports, holder = other
    told = []
    with pytest.raises(RunError, match=f"acme is being run by process {holder.pid} since 20"), locked(reports, told.append):
        pytest.fail("held by two")
    assert told == [held_by(reports)] and str(holder.pid) in told[0]


def test_the_second_waits_until_the_first_is_done(other):
    reports, holder = other
    with locked(reports, lambda _: bool(holder.stdin.close()) or True):
        assert f"process {os.getpid()} " in held_by(reports)
    assert holder.wait(20) == 0


def test_the_lock_of_a_killed_process_is_taken_over_at_once(other):
    reports, holder = other
    holder.kill()
    holder.wait()
    assert (reports / LOCK).is_file()
    with locked(reports, pytest.fail):
        assert f"process {os.getpid()} " in held_by(reports)


def test_of_many_threads_one_at_a_time_holds_it(tmp_path):
    inside, most = [], []

    def work():
        with locked(tmp_path / "acme", lambda _: True):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


@pytest.mark.skipif(os.name == "nt", reason="a limit for files is Unix's")
def test_on_a_full_disk_nobody_waits_for_ever(tmp_path):
    import resource

    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # noqa: E731  not a byte can be written
    command = [sys.executable, "-c", HOLD, tmp_path / "acme"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, input="", capture_output=True, text=True, env=variables, preexec_fn=limit, timeout=60)
    assert done.stdout == "held\n", done.stderr
