"""A crew: processes forked from a warm server that answer, fail and end as told, and of which none outlives its run."""

import gc
import os
import random
import signal
import struct
import subprocess
import sys
import time
from multiprocessing.connection import Connection

import numpy
import psutil
import pytest

from home import ROOT
from playbook.engagement import opening
from playbook.errors import RunError, UsageError
from playbook.result import canvases
from playbook.result.theme import canvas
from playbook.run.crew import ONE_THREAD, Crew, Killed, can_fork, is_warm, warm_up

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork loaded processes")


@pytest.fixture(scope="module", autouse=True)
def warm():
    assert warm_up() and is_warm()


@pytest.fixture
def crew():
    with Crew() as crew:
        yield crew


def test_a_function_answers_from_a_process_of_its_own(crew):
    assert crew.fresh(os.getpid) != os.getpid()
    assert crew.fresh(sorted, [3, 1, 2]) == [1, 2, 3]


def test_each_process_knows_what_the_crew_knows_of_the_clients_file(crew):
    crew.knows = {"name: Acme": {"name": "Known"}}
    assert crew.fresh(opening._parsed, "name: Acme") == {"name": "Known"}
    assert crew.fresh(opening._parsed, "name: Other") == {"name": "Other"}
    assert "name: Acme" not in opening._known


def test_the_server_has_the_libraries_loaded_and_leads_no_process_astray(crew):
    loaded, variables = crew.fresh(_seen)
    assert {"pandas", "sklearn", "statsmodels.api", "seaborn", "pyagrum", "ipykernel.kernelapp"} <= loaded
    assert {"playbook.methods.strategy.plan", "playbook.run.client"} <= loaded
    assert variables["OMP_NUM_THREADS"] == "1"


def _seen():
    return set(sys.modules), dict(os.environ)


def test_a_process_draws_on_canvases_that_the_server_laid_in(crew):
    before, after = crew.fresh(_canvases_left)
    assert before - after == 1
    assert crew.fresh(_canvases_left)[0] == before  # each process has its own


def _canvases_left():
    before = len(canvases._laid_in)
    with canvas():
        return before, len(canvases._laid_in)


def test_nothing_that_the_server_makes_ready_begins_a_thread():
    code = "import playbook.run.preload, threading; print(threading.active_count())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]


@pytest.mark.parametrize("cores", ["1", "2"])
def test_nor_does_a_library_that_is_rehearsed(cores):
    code = (
        "import sklearn.cluster, playbook.run.rehearsal as it, psutil; threads = psutil.Process().num_threads;"
        "before = threads(); it.rehearse(); print(threads() - before)"
    )
    variables = {**os.environ, **dict.fromkeys(ONE_THREAD, cores)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]


def test_no_two_processes_draw_the_same_random_numbers(crew):
    drawn = {crew.fresh(_draw) for _ in range(4)}
    assert len(drawn) == 4


def _draw():
    return random.random()


def test_errors_a_person_can_put_right_come_back_as_they_are(crew):
    with pytest.raises(UsageError, match="no such day") as error:
        crew.fresh(_raise, UsageError("no such day", ["31 June"]))
    assert error.value.problems == ("31 June",)
    with pytest.raises(OSError, match="No space left"):
        crew.fresh(_raise, OSError(28, "No space left on device"))
    with pytest.raises(RunError, match="raise failed: ZeroDivisionError: 1 / 0"):
        crew.fresh(_raise, ZeroDivisionError("1 / 0"))


def _raise(error):
    raise error


def test_a_process_that_is_killed_is_told_as_that(crew):
    with pytest.raises(Killed, match="killed from outside"):
        crew.fresh(_kill_myself)


def _kill_myself():
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_while_it_answers_is_told_as_that(crew):
    with pytest.raises(Killed, match="killed from outside"):
        crew.fresh(_answer_by_half)


def _answer_by_half():
    (pipe,) = (c for c in gc.get_objects() if isinstance(c, Connection) and c.writable)
    os.write(pipe.fileno(), struct.pack("!i", 100) + b"the first half")  # of the 100 bytes announced
    _kill_myself()


def test_an_answer_that_cannot_be_sent_is_no_process_that_was_killed(crew):
    for function, said in (
        (_gives_function, r"gives_function failed: its answer \(function\) cannot be sent: .*pickle"),
        (_raises_fussy, "raises_fussy failed: its answer cannot be read: TypeError: .*'two'"),
    ):
        with pytest.raises(RunError, match=said) as error:
            crew.fresh(function)
        assert not isinstance(error.value, Killed)  # which would be tried once more


def _gives_function():
    return lambda: None


def _raises_fussy():
    raise Fussy("one", "two")


class Fussy(OSError):
    """Pickled as what it says, from which it cannot be made again."""

    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def test_what_is_too_big_for_a_pipe_comes_through(crew):
    assert crew.fresh(numpy.zeros, 3_000_000).shape == (3_000_000,)


def test_the_end_takes_all_with_it_and_nothing_starts_after(crew):
    worker = crew.start(_start_another_and_sleep)
    deadline = time.monotonic() + 20
    while not (children := psutil.Process(worker.pid).children()) and time.monotonic() < deadline:
        time.sleep(0.02)
    crew.end()
    assert worker.wait(10) == -signal.SIGKILL
    assert psutil.wait_procs(children, 10)[1] == []
    with pytest.raises(RunError, match="stopped"):
        crew.fresh(os.getpid)


def _start_another_and_sleep():
    subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"], check=False)


def test_memory_is_that_of_the_crew_alone(crew):
    assert crew.memory() == 0
    crew.start(time.sleep, 600)
    assert crew.memory() > 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_orchestrating_process_is_killed_all_its_processes_end(number, tmp_path):
    script = tmp_path / "orchestrate.py"
    script.write_text(
        "import time\nfrom playbook.run.crew import Crew, warm_up\n"
        "if __name__ == '__main__':\n"
        "    warm_up()\n    crew = Crew()\n    worker = crew.start(time.sleep, 600)\n    print(worker.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=variables) as orchestrating:
        worker = psutil.Process(int(orchestrating.stdout.readline()))
        begun = [worker, *psutil.Process(orchestrating.pid).children(recursive=True)]
        time.sleep(0.2)
        orchestrating.send_signal(number)
        assert psutil.wait_procs(begun, 30)[1] == []


EARLY = """
import os, sys
from pathlib import Path
import psutil
from playbook.run.crew import Crew, at_hand, is_warm, warm_up

def note(file):
    Path(file).write_text(f"{os.getppid()} {is_warm()}")

def children():
    return [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE]

if __name__ == "__main__":
    assert warm_up()
    server = len(children())
    with at_hand():
        assert len(children()) == server + 1
    assert len(children()) == server  # nobody needed it
    with at_hand(), Crew() as crew:
        max(children(), key=lambda process: process.create_time()).kill()
        crew.early(note, sys.argv[1]).wait()  # dead before it was told: whoever waits for it goes on
        assert not Path(sys.argv[1]).exists()
    with at_hand(), Crew() as crew:
        worker = crew.early(note, sys.argv[1])
        assert worker.wait() == 0 and worker.poll() == 0
        assert Path(sys.argv[1]).read_text() == f"{os.getpid()} False"
        assert crew.early(note, sys.argv[1]) is None  # there was one
    with at_hand(), Crew() as crew:
        crew.fresh(os.getpid)  # the server has loaded
        assert crew.early(note, sys.argv[1]) is None
    with at_hand(), Crew() as crew:
        assert crew.early(note, sys.argv[1]) is None
"""


def test_while_the_server_loads_one_process_is_at_hand(tmp_path):
    (tmp_path / "early.py").write_text(EARLY)
    words = [sys.executable, str(tmp_path / "early.py"), str(tmp_path / "note")]
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
