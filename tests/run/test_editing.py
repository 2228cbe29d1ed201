"""A client's own edition of a notebook."""

import os
import signal
import subprocess
import sys

import nbformat
import pytest

from home import make_home, run_playbook, tiny_client
from playbook.engagement import open_engagement
from playbook.errors import UsageError
from playbook.run.editing import own_edition
from playbook.run.notebooks import notebook_file
from playbook.run.parameters import accepted
from playbook.run.phases import phase

STRATEGY = phase("strategy")


def test_an_edition_is_made_with_the_clients_name_and_preferred_from_then_on(tmp_path):
    tiny_client(make_home(tmp_path))
    acme = open_engagement("acme", root=tmp_path)
    file = own_edition(acme, STRATEGY)
    assert file == tmp_path / "data" / "acme" / "notebooks" / "03-strategy.ipynb" == notebook_file(acme, STRATEGY)
    parameters = accepted(nbformat.read(file, as_version=4), file.name)
    assert {name: p.default for name, p in parameters.items()} == {"client": "acme", "as_of": "", "language": ""}
    house = nbformat.read(tmp_path / "notebooks" / "03-strategy.ipynb", as_version=4)
    assert [c.source for c in house.cells[2:]] == [c.source for c in nbformat.read(file, as_version=4).cells[2:]]


def test_an_edition_that_is_there_is_left_as_it_is(tmp_path):
    tiny_client(make_home(tmp_path))
    acme = open_engagement("acme", root=tmp_path)
    file = own_edition(acme, STRATEGY)
    file.write_text("{}", encoding="utf-8")
    assert own_edition(acme, STRATEGY).read_text(encoding="utf-8") == "{}"


def test_a_missing_house_notebook_is_said(tmp_path):
    tiny_client(make_home(tmp_path))
    (tmp_path / "notebooks" / "03-strategy.ipynb").unlink()
    with pytest.raises(UsageError, match=r"03-strategy\.ipynb"):
        own_edition(open_engagement("acme", root=tmp_path), STRATEGY)


def test_the_command_says_where_it_is(tmp_path):
    tiny_client(make_home(tmp_path))
    done = run_playbook(tmp_path, "edit", "acme", "strategy", "--no-open")
    assert (done.returncode, done.stderr) == (0, "")
    assert "data/acme/notebooks/03-strategy.ipynb: used by every run for acme from now on" in done.stdout
    assert run_playbook(tmp_path, "edit", "acme", "stragety", "--no-open").returncode == 2


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tiny_client(make_home(tmp_path)) / "notebooks").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(UsageError, match=r"data/acme/notebooks/03-strategy\.ipynb cannot be written: File exists"):
        own_edition(open_engagement("acme", root=tmp_path), STRATEGY)


ENDS_SLOWLY = """
import signal, sys, time
def end(*_):
    time.sleep(1)  # JupyterLab asks, saves, and ends its kernels
    sys.exit(7)
signal.signal(signal.SIGINT, end)
print("at work", flush=True)
time.sleep(60)
"""


def as_user(home, number):
    """Command and environment of ``edit`` by the user of that number."""
    (home / "stands-in").mkdir(exist_ok=True)
    (home / "stands-in" / "sitecustomize.py").write_text(f"import os\nos.geteuid = lambda: {number}\n", encoding="utf-8")
    variables = {**os.environ, "PLAYBOOK_HOME": str(home), "PYTHONPATH": str(home / "stands-in")}
    return [sys.executable, "-m", "playbook", "edit", "acme", "strategy"], variables


def test_root_is_told_to_edit_as_another_user_and_makes_nothing(tmp_path):
    tiny_client(make_home(tmp_path))
    command, variables = as_user(tmp_path, 0)
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "playbook edit acme strategy as another user, or only make it with --no-open" in done.stderr
    assert not (tmp_path / "data" / "acme" / "notebooks").exists()
    assert subprocess.run([*command, "--no-open"], env=variables, capture_output=True).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals for groups of processes")
def test_ctrl_c_leaves_jupyterlab_the_time_to_end_by_itself(tmp_path):
    tiny_client(make_home(tmp_path))
    (tmp_path / "stands-in").mkdir()
    (tmp_path / "stands-in" / "jupyterlab.py").write_text(ENDS_SLOWLY, encoding="utf-8")
    command, variables = as_user(tmp_path, 1000)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables, start_new_session=True) as edit:
        assert next(line for line in edit.stdout if "at work" in line)
        os.killpg(edit.pid, signal.SIGINT)  # as a terminal does
        assert edit.wait(30) == 7
