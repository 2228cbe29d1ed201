"""The warm engine and papermill's own give the same outputs; limits hold; parameters are checked."""

import re
import time

import nbformat
import papermill
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from home import make_home
from playbook.errors import UsageError
from playbook.run.crew import Crew, Killed, can_fork, warm_up
from playbook.run.engine import NotebookTimeoutError
from playbook.run.phases import PHASES
from small import small_client

warm = pytest.mark.skipif(not can_fork(), reason="this system cannot fork loaded processes")

AWKWARD = """
%matplotlib inline
import matplotlib.pyplot as plt
figure, ax = plt.subplots(figsize=(2, 1)); ax.plot([1, 2]); ax.set_title("a chart")
---
plt.figure(figsize=(1, 1)); plt.plot([3, 1]); plt.show(); print("after the chart")
---
from IPython.display import HTML, Markdown, clear_output, display, update_display
display(HTML("<b>one</b>"), Markdown("*two*"), {"three": 3})
---
display("first", display_id="same"); update_display("second", display_id="same")
---
print("gone"); clear_output(); print("left")
---
import sys
for place in range(4):
    print("out", place, flush=True); print("err", place, file=sys.stderr, flush=True)
---
import os
os.write(1, b"from below\\n"); sys.stdout.flush()
---
_ = os.system("echo from a shell")
---
%%capture caught
print("kept back")
---
caught.stdout, _, Out.keys() if False else None
---
!echo a command
---
%env PLAYBOOK_TRY=1
---
%%bash
echo "in bash: $PLAYBOOK_TRY"
---
import asyncio
await asyncio.sleep(0.01)
[x async for x in _numbers()] if False else "awaited"
---
async def several():
    return await asyncio.gather(*(asyncio.sleep(0, n) for n in range(3)))
await several()
---
1 + 1; 2 + 2
---
3 + 3;
---
import warnings
warnings.warn("mind this")
---
import pandas as pd
pd.DataFrame({"a": [1, 2], "b": ["<x>", "ü"]})
---
try:
    input("your name? ")
except Exception as error:
    print(type(error).__name__)
---
print("x" * 3_000_000)
---
__name__, os.environ.get("OMP_NUM_THREADS") == "1" or os.cpu_count(), os.getcwd().split("/")[-1]
---
import multiprocessing, subprocess, threading
def double(n): return 2 * n
with multiprocessing.Pool(2) as pool: print(pool.map(double, range(3)))
multiprocessing.get_start_method(), subprocess.run(["echo", "x"], capture_output=True).stdout
---
from joblib import Parallel, delayed
Parallel(n_jobs=2)(delayed(abs)(n) for n in (-1, -2))
---
import duckdb
duckdb.sql("select sum(i) from range(1000000) t(i)").fetchone()
---
get_ipython().__class__.__name__, type(sys.stdout).__name__, len(In), get_ipython().history_manager.hist_file
---
"""
ENDS = {
    "error": "def fails():\n    return 1 / 0\n\nfails()",
    "exit": "import sys\nprint('so far')\nsys.exit(3)",
    "exit well": "raise SystemExit",
    "syntax": "for",
    "tagged": "1 / 0",
}


def page(folder, *sources, tags=()):
    cells = [new_markdown_cell("# A"), new_code_cell('client: str = "x"', metadata={"tags": ["parameters"]})]
    cells += [new_code_cell(source.strip("\n"), metadata={"tags": list(tags)}) for source in sources]
    nbformat.write(new_notebook(cells=cells), folder / "a.ipynb")
    return folder / "a.ipynb"


def through_both(file, **parameters):
    """The notebook's outputs through the warm engine and through papermill's own, as far as a run can repeat them."""
    assert warm_up()
    both = []
    for engine in ("playbook", None):
        chosen = {"engine_name": engine, "kernel_name": "python3", "language": "python", "progress_bar": False}
        where = {"folder": file.parent} if engine else {"cwd": file.parent}
        try:
            with Crew() as crew:
                extra = {"crew": crew, "evidence": file.parent / "out.ipynb"} if engine else {}
                made = papermill.execute_notebook(file, file.parent / "out.ipynb", parameters, **chosen, **where, **extra)
        except PapermillExecutionError as error:
            made = nbformat.read(file.parent / "out.ipynb", 4)
            both.append((error.ename, error.evalue, told(made)))
        else:
            both.append(told(made))
    return both


def told(notebook):
    notebook, _ = CoalesceStreamsPreprocessor(enabled=True)(notebook, {})  # in how many messages a text arrives is chance
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    return [(c.source, c.execution_count, [plain(o) for o in c.outputs]) for c in cells]


def plain(output):
    text = nbformat.from_dict(output).copy()
    text.get("data", {}).pop("image/png", None) and text.data.update(image="a picture")
    lines = re.sub(r"0x[0-9a-f]{6,}|ipykernel_\d+/\d+\.py", "…", repr(sorted(text.items(), key=lambda item: item[0])))
    return re.sub(r"/tmp/ipykernel_\d+|Cell In\[\d+\]", "…", lines)


@warm
def test_awkward_cells_show_the_same_through_both_engines(tmp_path):
    ours, theirs = through_both(page(tmp_path, *AWKWARD.strip("-\n").split("\n---\n")))
    assert len(ours) == len(theirs) > 25
    for (source, *ours_shown), (_, *theirs_shown) in zip(ours, theirs, strict=True):
        assert ours_shown == theirs_shown, source
    shown = {source: outputs for source, _, outputs in ours}
    assert "a picture" in "".join(next(o for s, o in shown.items() if "subplots" in s))
    assert "awaited" in "".join(next(o for s, o in shown.items() if "awaited" in s))


@warm
@pytest.mark.parametrize("case", ENDS)
def test_errors_end_a_notebook_in_the_same_way(tmp_path, case):
    tags = ["raises-exception"] if case == "tagged" else []
    ours, theirs = through_both(page(tmp_path, "x = 1", ENDS[case], "x + 1", tags=tags))
    assert ours == theirs


@warm
@pytest.mark.slow
@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.id)
def test_the_house_notebooks_show_the_same_through_both_engines(tmp_path, phase):
    home = make_home(tmp_path)
    small_client(home, "acme", surveys=True)
    ours, theirs = through_both(home / "notebooks" / phase.notebook, client="acme")
    seconds = re.compile(r"seconds\W+[0-9.e-]+")
    for (source, *ours_shown), (_, *theirs_shown) in zip(ours, theirs, strict=True):
        assert seconds.sub("", repr(ours_shown)) == seconds.sub("", repr(theirs_shown)), source
    assert repr(ours).count("application/vnd.playbook.result+json") == len(phase.sections)


def run(file, **settings):
    with Crew() as crew:
        chosen = {"engine_name": "playbook", "kernel_name": "python3", "language": "python", "progress_bar": False}
        return papermill.execute_notebook(file, None, {"client": "acme"}, **chosen, crew=crew, **settings)


@pytest.mark.parametrize(
    "limits", [{"execution_timeout": 1}, {"notebook_timeout": 1}, {"execution_timeout": 50, "notebook_timeout": 1}]
)
def test_an_endless_cell_is_ended_with_its_process(tmp_path, limits):
    warm_up()
    file = page(tmp_path, "import os\nprint(os.getpid(), flush=True)", "while True:\n    pass")
    with pytest.raises(CellTimeoutError) as error:
        run(file, evidence=tmp_path / "left.ipynb", **limits)
    assert isinstance(error.value, NotebookTimeoutError) == ("notebook_timeout" in limits)
    left = nbformat.read(tmp_path / "left.ipynb", 4)
    assert not psutil.pid_exists(int(next(o.text for c in left.cells[2:] for o in c.get("outputs", ()))))


def test_many_short_cells_meet_the_notebooks_limit(tmp_path):
    warm_up()
    begin = time.monotonic()
    with pytest.raises(NotebookTimeoutError):
        run(page(tmp_path, *["import time\ntime.sleep(0.5)"] * 60), execution_timeout=5, notebook_timeout=2)
    assert time.monotonic() - begin < 25


def test_a_kernel_that_dies_leaves_the_notebook_as_far_as_it_came(tmp_path):
    warm_up()
    file = page(tmp_path, "print('so far')", "import os\nos.kill(os.getpid(), 9)", "'never'")
    with pytest.raises(Killed, match="ended from outside"):
        run(file, evidence=tmp_path / "left.ipynb")
    left = nbformat.read(tmp_path / "left.ipynb", 4)
    assert left.cells[3].outputs[0].text == "so far\n" and left.cells[5].outputs == []


def test_a_parameter_that_the_notebook_does_not_know_is_refused(tmp_path):
    chosen = {"engine_name": "playbook", "kernel_name": "python3", "language": "python", "progress_bar": False}
    with pytest.raises(UsageError, match="cleint"):
        papermill.execute_notebook(page(tmp_path, "1"), None, {"cleint": "acme"}, **chosen)
