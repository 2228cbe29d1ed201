"""Clean: the last reports stay, the newest always, and nothing of a run that is going on is touched."""

import json
import os
import tempfile
from pathlib import Path

import pytest

from playbook.errors import RunError
from playbook.run.clean import clean_client, clean_sockets
from playbook.run.kernels import SOCKETS
from playbook.run.lock import locked
from playbook.run.publish import published


@pytest.fixture
def reports(tmp_path):
    reports = tmp_path / "acme"
    for day in ("2026-08-31", "2026-09-30", "2026-10-31"):
        (reports / day).mkdir(parents=True)
        (reports / day / "manifest.json").write_text(json.dumps({"kept": f".kept-{day}-x"}))
        (reports / f".kept-{day}-x").mkdir()
    (reports / ".kept-2026-10-31-old").mkdir()
    (reports / ".work-dead").mkdir()
    (reports / "failed").mkdir()
    return reports


def names(reports):
    return sorted(f.name for f in reports.iterdir())


def test_the_newest_reports_stay_with_what_they_kept(reports):
    assert clean_client(reports, 2) == "1 report removed, 2 kept"
    assert names(reports) == [".kept-2026-09-30-x", ".kept-2026-10-31-x", "2026-09-30", "2026-10-31", "failed"]
    assert clean_client(reports, 1) == "1 report removed, 1 kept"
    assert clean_client(reports, 1) == "0 reports removed, 1 kept"
    assert [f.name for f in published(reports)] == ["2026-10-31"]


def test_a_client_that_is_being_run_is_left_as_it_is(reports):
    before = names(reports)
    with locked(reports, pytest.fail):
        assert clean_client(reports, 1) == f"left as it is: process {os.getpid()} since {_since(reports)} runs it"
    assert names(reports) == before


def test_what_the_disk_does_not_let_go_is_said(reports, monkeypatch):
    def refuse(*_):
        raise OSError(13, "Permission denied", "there")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(RunError, match="acme: not all could be removed: Permission denied.\n  - there: mend the folder"):
        clean_client(reports, 1)


def _since(reports):
    return (reports / ".lock").read_text().split()[1]


def test_without_reports_there_is_nothing_to_do(tmp_path):
    assert clean_client(tmp_path / "nobody", 3) == "no report yet"
    assert not (tmp_path / "nobody").exists()


def test_sockets_of_dead_processes_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    alive, dead = tmp_path / f"{SOCKETS}{os.getpid()}-a", tmp_path / f"{SOCKETS}{2**22 + 1}-b"
    for folder in (alive, dead, tmp_path / f"{SOCKETS}notes"):
        Path(folder).mkdir()
    clean_sockets()
    assert alive.is_dir() and not dead.exists() and (tmp_path / f"{SOCKETS}notes").is_dir()
