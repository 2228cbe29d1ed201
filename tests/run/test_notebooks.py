"""Running a notebook: a real kernel, its answers read back, its failures said in words."""

import pickle
import signal
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from home import make_home, tiny_client
from playbook.engagement import open_engagement
from playbook.errors import RunError, UsageError
from playbook.run.notebooks import (
    CellError,
    FailedCell,
    answers,
    digest,
    execute,
    notebook_file,
    parameters_of,
    read_notebook,
)  # fmt: skip
from playbook.run.parameters import GivenError
from playbook.run.phases import PHASES


def write(folder, *cells):
    parameters = new_code_cell('client: str = "x"\nas_of: str = ""', metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[new_markdown_cell("# A phase"), parameters, *cells])
    nbformat.write(notebook, folder / "a.ipynb")
    return folder / "a.ipynb"


@pytest.fixture
def acme(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    return open_engagement("acme", root=home)


def test_it_runs_in_a_kernel_of_this_python_beside_the_notebook(acme, tmp_path):
    source = "import os, sys\nprint(client, sys.executable, os.environ['OMP_NUM_THREADS'], os.getcwd())"
    notebook = execute(acme, write(tmp_path, new_code_cell(source)), tmp_path / "out.ipynb", {}, tmp_path / "work")
    assert notebook.cells[-1].outputs[0].text.split() == ["acme", sys.executable, "1", str(tmp_path)]


@pytest.mark.parametrize("text", ["", "x", "{}", "[]", '"x"', '{"nbformat": 9}', '{"nbformat": 4, "cells": 3}', "{\xff"])
def test_what_is_no_notebook_is_said(tmp_path, text):
    (tmp_path / "a.ipynb").write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match="a.ipynb is not a notebook: "):
        read_notebook(tmp_path / "a.ipynb")


def test_nothing_of_this_machine_stays_in_the_executed_notebook(acme, tmp_path):
    execute(acme, write(tmp_path, new_code_cell("1 + 1")), tmp_path / "out.ipynb", {}, tmp_path / "work")
    text = (tmp_path / "out.ipynb").read_text("utf-8")
    assert str(tmp_path) not in text
    assert "papermill" not in text.replace("injected-parameters", "")
    assert not list(tmp_path.glob("kernel*"))


def test_a_failing_cell_is_told_with_its_heading(acme, tmp_path):
    file = write(tmp_path, new_markdown_cell("## Where are sales lost?"), new_code_cell("1 / 0"))
    with pytest.raises(CellError) as error:
        execute(acme, file, tmp_path / "out.ipynb", {}, tmp_path / "work")
    failed = error.value.failed
    assert (failed.heading, failed.source, failed.error) == (
        "Where are sales lost?",
        "1 / 0",
        "ZeroDivisionError: division by zero",
    )
    assert "Where are sales lost?" in str(error.value)
    assert failed.notebook == f"{tmp_path.name}/a.ipynb"  # a client's own edition and the house's have the same name


def test_where_a_notebook_failed_is_known_in_another_process():
    failed = FailedCell("a.ipynb", "Why?", "1 / 0", "ZeroDivisionError")
    error = CellError(failed)
    error.evidence = True
    there = pickle.loads(pickle.dumps(error))
    assert (there.failed, there.evidence, str(there)) == (
        failed,
        True,
        "a.ipynb stopped under the heading 'Why?': ZeroDivisionError",
    )
    assert not RunError("Anything else.").evidence


def test_a_cell_that_takes_too_long_is_stopped(acme, tmp_path):
    file = write(tmp_path, new_markdown_cell("## Slow"), new_code_cell("import time\ntime.sleep(60)"))
    with pytest.raises(RunError, match="longer than 1 seconds"):
        execute(acme, file, tmp_path / "out.ipynb", {}, tmp_path / "work", timeout=1)


def test_a_kernel_that_dies_is_a_failure_and_not_a_finished_notebook(acme, tmp_path):
    file = write(tmp_path, new_code_cell(f"import os\nos.kill(os.getpid(), {int(signal.SIGKILL)})"))
    with pytest.raises(RunError, match="ended from outside"):
        execute(acme, file, tmp_path / "out.ipynb", {}, tmp_path / "work")


def test_the_clients_own_edition_is_preferred(acme):
    phase = PHASES[0]
    assert notebook_file(acme, phase) == acme.root / "notebooks" / phase.notebook
    own = acme.folder / "notebooks" / phase.notebook
    own.parent.mkdir()
    own.write_text("{}")
    assert notebook_file(acme, phase) == own
    own.unlink()
    (acme.root / "notebooks" / phase.notebook).unlink()
    with pytest.raises(UsageError, match="missing"):
        notebook_file(acme, phase)


def test_a_value_that_does_not_fit_is_told_with_its_notebook(acme):
    house, own = PHASES[1], PHASES[2]
    cell = new_code_cell('client: str = "x"\nhorizon: int = 12', metadata={"tags": ["parameters"]})
    (acme.folder / "notebooks").mkdir()
    for file in (acme.root / "notebooks" / house.notebook, acme.folder / "notebooks" / own.notebook):
        nbformat.write(new_notebook(cells=[cell]), file)
    assert parameters_of(acme, (house, own), {"horizon": "6"}) == {house.id: {"horizon": 6}, own.id: {"horizon": 6}}
    with pytest.raises(GivenError) as error:
        parameters_of(acme, (house, own), {"horizon": "abc"})
    assert error.value.problems == (
        "notebooks/02-market-research.ipynb: horizon=abc: is no whole number; its parameters cell has horizon: int = 12.",
        "data/acme/notebooks/03-strategy.ipynb: horizon=abc: is no whole number; its parameters cell has horizon: int = 12.",
    )


def test_what_is_no_notebook_is_refused(tmp_path):
    (tmp_path / "a.ipynb").write_text("not JSON")
    with pytest.raises(UsageError, match="not a notebook"):
        read_notebook(tmp_path / "a.ipynb")


def test_the_digest_depends_on_cells_alone(tmp_path):
    file = write(tmp_path, new_code_cell("1"))
    before = digest(file)
    notebook = read_notebook(file)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "x"}
    nbformat.write(notebook, file)
    assert digest(file) == before
    notebook.cells[-1].source = "2"
    nbformat.write(notebook, file)
    assert digest(file) != before


def test_answers_are_read_from_outputs(acme, tmp_path):
    imports = "from playbook import open_engagement, study\nfrom playbook.methods.needs_analysis.bridge import bridge"
    source = f"{imports}\nstudy(open_engagement(client), bridge)"
    notebook = execute(acme, write(tmp_path, new_code_cell(source)), tmp_path / "out.ipynb", {}, tmp_path / "work")
    assert [(a["id"], a["status"]) for a in answers(notebook)] == [("bridge", "answered")]
    assert [file.name for file in (tmp_path / "work").rglob("*.pickle")] == ["bridge.pickle"]
