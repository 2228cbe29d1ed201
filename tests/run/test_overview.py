"""Overview: one line a client, whatever state its reports are in."""

import json

import pytest

from parcels import publish
from playbook.run.manifest import write_json
from playbook.run.overview import overview
from playbook.run.phases import PHASES


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sections": 3}'])
def test_a_report_that_cannot_be_read_is_a_line_and_no_end(tmp_path, text):
    folder = publish(tmp_path)
    publish(tmp_path, "other")
    (folder / "manifest.json").write_text(text)
    acme, other = overview(tmp_path)
    assert (acme.state, acme.next_step) == ("the report cannot be read", "playbook run acme")
    assert other.client == "other" and "phases" in other.state


def told(folder, **changes):
    """The report's manifest with other values."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    write_json(folder / "manifest.json", {**manifest, **changes})


@pytest.mark.parametrize(("attention", "word"), [([], "ready"), (["2 cautions on the data"], "needs attention")])
def test_a_report_is_called_what_the_run_called_it(tmp_path, attention, word):
    folder = publish(tmp_path)
    sections = [{"phase": p.id, "id": s, "status": "answered"} for p in PHASES for s in p.sections]
    told(folder, attention=attention, sections=sections)
    assert overview(tmp_path)[0].state == f"{word}, {len(sections)} of {len(sections)} sections answered"
    told(folder, sections=sections[:7])
    assert overview(tmp_path)[0].state == f"{word}, 1 of 5 phases"


def test_a_notebook_that_is_broken_since_is_said(tmp_path):
    folder = publish(tmp_path)
    (tmp_path / "notebooks" / "01-needs-analysis.ipynb").write_text("{", "utf-8")
    told(folder, notebooks={"needs-analysis": "0" * 64})
    (acme,) = overview(tmp_path)
    assert acme.state == "stale"
    assert acme.next_step.startswith("playbook run acme: notebooks/01-needs-analysis.ipynb is not a notebook: ")
