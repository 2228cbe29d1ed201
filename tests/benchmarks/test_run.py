"""One client and many: ``playbook run`` against the loop that one would write in a shell, and what it stands.

The loop is measured on the bundled client and on two generated ones: as a shell runs it, and again with one thread a library,
set by hand, which ``playbook run`` sees to by itself. The generated clients are small web shops; how many there are,
``PLAYBOOK_BENCH_CLIENTS`` says (20), and ``PLAYBOOK_BENCH_KILLS`` how often a run is killed at a random moment (50).
"""

import ctypes
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from home import ROOT, make_home, run_playbook
from measure import MIB, Cost, cpu
from playbook.run.crew import ONE_THREAD, Crew, warm_up
from playbook.run.manifest import broken, read_manifest
from playbook.run.memory import PeakMemory
from playbook.run.publish import published
from small import PAIR, small_client, small_home, write_notebook

CLIENT = "aurora-audio"
PR_SET_CHILD_SUBREAPER = 36
MANY = int(os.environ.get("PLAYBOOK_BENCH_CLIENTS", "20"))
KILLS = int(os.environ.get("PLAYBOOK_BENCH_KILLS", "50"))


def spent(work):
    """What ``work()`` returns, and its cost, with processes whose parents did not wait for them: they are given to this one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = {child.pid for child in psutil.Process().children()}

    def all_of_it():
        answer = work()
        for child in psutil.Process().children():
            if child.pid not in before:
                os.waitpid(child.pid, 0)
        return answer

    return cpu(all_of_it)


def by_hand(home: Path, client: str, threads: str | None = None) -> Path:
    """``papermill`` and ``jupyter nbconvert`` over the five notebooks, one after the other; returns the folder of pages.

    ``threads`` a library; by default as many as the libraries themselves choose, as in any shell.
    """
    folder, tools = home / f"by-hand-{threads}" / client, Path(sys.executable).parent
    folder.mkdir(parents=True)
    variables = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    variables |= dict.fromkeys(ONE_THREAD, threads) if threads else {}
    variables |= {"PLAYBOOK_HOME": str(home), "PYTHONPATH": str(ROOT)}
    for notebook in sorted((home / "notebooks").glob("0*.ipynb")):
        done = folder / notebook.name
        for words in (
            [tools / "papermill", "-k", "python3", "--no-progress-bar", "-p", "client", client, notebook, done],
            [tools / "jupyter", "nbconvert", "--to", "html", "--no-input", done],
        ):
            subprocess.run(words, env=variables, cwd=home, check=True, capture_output=True)
    return folder


def test_playbook_run_against_papermill_and_nbconvert(note, tmp_path):
    home = make_home(tmp_path, CLIENT)
    # Neither side is the one that brings the libraries from the disk, or compiles them.
    subprocess.run([sys.executable, "-c", "import playbook.run.preload, nbconvert"], check=True, cwd=ROOT)
    done, ours = spent(lambda: run_playbook(home, "run", CLIENT))
    assert done.returncode == 0, done.stdout + done.stderr
    pages, theirs = spent(lambda: by_hand(home, CLIENT))
    _, tuned = spent(lambda: by_hand(home, CLIENT, "1"))
    (folder,) = published(home / "reports" / CLIENT)
    names = {page.name for page in folder.glob("0*.html")}
    assert len(names) == 5 and names == {page.name for page in pages.glob("*.html")}
    assert (folder / "index.html").is_file()  # the loop has no summary, no checks of the pages, no manifest
    note("one client, five reports", f"{ours.cpu:.1f} s", "papermill + nbconvert", f"{theirs.cpu:.1f} s", ours.cpu / theirs.cpu)
    note("  wall time, cold", f"{ours.wall:.1f} s", "papermill + nbconvert", f"{theirs.wall:.1f} s", ours.wall / theirs.wall)
    note("  the same", f"{ours.wall:.1f} s", "one thread a library", f"{tuned.wall:.1f} s", ours.wall / tuned.wall)
    told = read_manifest(folder)["seconds"]
    note("  a page of six, rendered and inspected, warm", f"{(told['render'] + told['inspect']) / 6:.2f} s")
    sizes = [sum(page.stat().st_size for page in at.glob("0*.html")) / MIB for at in (folder, pages)]
    note("  size of the five pages", f"{sizes[0]:.1f} MiB", "papermill + nbconvert", f"{sizes[1]:.1f} MiB", sizes[0] / sizes[1])


def test_what_a_notebook_costs_beyond_its_cells(note, tmp_path):
    """A notebook whose cells do nothing, through the warm engine and through papermill's own with the same parameters.

    As ``playbook run`` does it: written once, at the end, and not after each cell.
    """
    assert warm_up()
    cells = [new_code_cell('client: str = "x"', metadata={"tags": ["parameters"]}), *(new_code_cell("pass") for _ in range(8))]
    nbformat.write(new_notebook(cells=cells), tmp_path / "a.ipynb")
    book = {"kernel_name": "python3", "language": "python", "progress_bar": False}
    costs = {}
    with Crew() as crew:
        crew.fresh(os.getpid)  # the server has loaded its libraries
        for engine, extra in (("playbook", {"crew": crew}), (None, {})):
            walls = []
            for _ in range(7):
                begin = time.perf_counter()
                papermill.execute_notebook(tmp_path / "a.ipynb", None, {"client": "x"}, engine_name=engine, **book, **extra)
                walls.append(time.perf_counter() - begin)
            costs[engine] = statistics.median(walls[1:])
    ours, theirs = costs.values()
    note("a notebook beyond its cells, wall, warm", f"{ours:.2f} s", "papermill", f"{theirs:.2f} s", ours / theirs)


def test_many_clients_and_the_same_again(note, tmp_path):
    home = make_home(tmp_path)
    for place in range(MANY):
        words = [sys.executable, "-m", "playbook.generate", home / "data" / f"shop-{place:02d}", "--seed", str(place + 1)]
        subprocess.run([*words, "--customers", "300"], check=True, capture_output=True, cwd=ROOT)
    loops = {None: [], "1": []}  # a client before the batch and a client after it: a machine that others use changes its pace
    for client in ("shop-00", None, "shop-01"):
        if client is None:
            done, ours = spent(lambda: run_playbook(home, "run", "--all", "-j", "2"))
            continue
        for threads, costs in loops.items():
            costs.append(spent(lambda client=client, threads=threads: by_hand(home, client, threads))[1])
    assert done.returncode == 0, done.stdout + done.stderr
    for client in (home / "reports").iterdir():
        (folder,) = published(client)
        assert broken(folder) == ()
    theirs, tuned = (Cost(sum(c.cpu for c in costs), sum(c.wall for c in costs)) for costs in loops.values())
    scaled = theirs.wall / 2 * MANY
    note(
        f"{MANY} clients on 2 cores, wall",
        f"{ours.wall:.0f} s",
        "papermill + nbconvert, scaled",
        f"{scaled:.0f} s",
        ours.wall / scaled,
    )
    scaled = tuned.wall / 2 * MANY
    note("  the same", f"{ours.wall:.0f} s", "one thread a library, scaled", f"{scaled:.0f} s", ours.wall / scaled)
    scaled = theirs.cpu / 2 * MANY
    note("  processor", f"{ours.cpu:.0f} s", "papermill + nbconvert, scaled", f"{scaled:.0f} s", ours.cpu / scaled)
    again, second = spent(lambda: run_playbook(home, "run", "--all", "-j", "2"))
    assert again.stdout.count("nothing has changed") == MANY
    note("  the same again, wall", f"{second.wall:.1f} s", "the first time", f"{ours.wall:.0f} s", second.wall / ours.wall)
    some = sorted(client.name for client in (home / "reports").iterdir())[:4]
    with PeakMemory(parts=True) as held:  # apart: looking at what is shared holds a run up
        run_playbook(home, "run", *some, "-j", "2", "--force")
    peaks = [read_manifest(f)["peak_memory_mib"] for c in (home / "reports").iterdir() for f in published(c)]
    note(f"  peak memory of the whole process tree, {len(some)} clients", f"{held.bytes / MIB:.0f} MiB")
    note("  peak memory of one client", f"{max(peaks)} MiB")
    shutil.rmtree(home)


POISON = (
    ("1 / 0", "division by zero"),
    ("import os; os.kill(os.getpid(), 9)", "ended from outside"),
    ("while True: pass", "longer than 30 seconds"),
    ("raise MemoryError('too much')", "too much"),
)


def test_a_tenth_of_many_small_clients_is_poisoned(note, tmp_path):
    home, count = small_home(tmp_path), MANY * 10
    expected = {}
    for place in range(count):
        folder = small_client(home, f"client-{place:03d}", scale=place % 90)
        if place % 10 == 5:
            cell, expected[folder.name] = POISON[place // 10 % len(POISON)]
            write_notebook(folder / "notebooks" / "02-market-research.ipynb", ("market_research.segments",), cell)
    words = ["run", "--all", "-j", "2", "--notebook-timeout", "30"]
    done, cost = spent(lambda: run_playbook(home, *words, *(w for name in PAIR for w in ("--phase", name))))
    assert done.returncode == 1
    reports = {client.name: published(client) for client in (home / "reports").iterdir()}
    assert {name for name, folders in reports.items() if not folders} == set(expected)
    assert [problem for folders in reports.values() for folder in folders for problem in broken(folder)] == []
    for name, reason in expected.items():
        assert reason in read_manifest(home / "reports" / name / "failed")["error"]
    assert list((home / "reports").rglob(".work-*")) == [] and list((home / "reports").rglob(".lock")) == []
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(home) in " ".join(p.info["cmdline"] or ())]
    note(f"{count} small clients, {len(expected)} poisoned, wall", f"{cost.wall:.0f} s", "a client", f"{cost.wall / count:.2f} s")


@pytest.mark.skipif(os.name == "nt", reason="no signals that cannot be caught")
def test_killed_at_random_moments_every_published_report_is_whole(note, tmp_path):
    home, chance, runs, gone = small_home(tmp_path), random.Random(7), 0, 0
    orders = small_client(home, "acme") / "raw" / "orders.csv"
    words = [sys.executable, "-m", "playbook", "run", "acme", *(w for name in PAIR for w in ("--phase", name))]
    variables = {**os.environ, "PLAYBOOK_HOME": str(home)}
    whole = subprocess.run(words, env=variables, cwd=home, check=True, capture_output=True, text=True)
    assert "ready" in whole.stdout
    begin = time.perf_counter()
    subprocess.run([*words, "--force"], env=variables, cwd=home, check=True, capture_output=True)
    longest = time.perf_counter() - begin
    while gone < KILLS:  # a run that was over before its moment counts for nothing
        runs += 1
        orders.write_text(orders.read_text() + f"{90_000 + runs},2025-12-30,c1,{20 + runs}\n")
        with subprocess.Popen(words, env=variables, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(0.1, 1.1) * longest)
            began = [psutil.Process(process.pid)] if process.poll() is None else []
            began += began[0].children(recursive=True) if began else []
            victim = chance.choice(began[:1] * 2 + began) if began else None  # the command itself more often than a worker
            if victim is not None:
                gone += 1
                victim.kill()
            if victim is not None and victim.pid == process.pid:
                process.wait()
                assert psutil.wait_procs(began, 60)[1] == []
            else:
                process.wait(300)
        held = [*published(home / "reports" / "acme"), *(home / "reports" / "acme").glob(".replaced-*")]
        assert held and [broken(folder) for folder in held] == [()] * len(held)
    last = run_playbook(home, *words[3:])
    assert last.returncode == 0, last.stdout
    assert {f.name.split("-")[0] for f in (home / "reports" / "acme").glob(".*")} == {".kept"}
    note(f"{gone} of {runs} runs killed at a random moment", "all reports whole")
