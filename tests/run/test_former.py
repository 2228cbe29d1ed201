"""Former: what a phase that is not run again has kept goes where this run would have put it, each day apart; which reports are
no base to build on."""

import json
import os
from datetime import date

import pytest
from rich.console import Console

from home import tiny_client
from playbook.engagement import open_engagement
from playbook.run.batch import run_clients
from playbook.run.client import Order, phases_named
from playbook.run.former import Former, former_report, unchanged
from playbook.run.kept import room
from playbook.run.manifest import read_manifest
from playbook.run.phases import PHASES
from small import PAIR, small_client, small_home

NEEDS = PHASES[0]


@pytest.mark.parametrize("beside", [(), ("today",), ("june", "today")], ids=["nothing", "its own", "another day's, too"])
def test_a_phase_that_opened_two_days_is_taken_over_as_it_was(tmp_path, beside):
    tiny_client(tmp_path)
    today = open_engagement("acme", root=tmp_path)
    former_file = today.model_copy(update={"digest": "f" * 64})  # which named other recipients
    june = former_file.model_copy(update={"as_of": date(2025, 6, 30)})
    report, work = tmp_path / "report", tmp_path / "work"
    for folder in (report, work):
        (folder / "notebooks").mkdir(parents=True)
    (report / "notebooks" / NEEDS.notebook).write_text("{}")
    for engagement, figure in ((june, "June"), (former_file, "December")):
        kept = report / "kept" / NEEDS.id / room(engagement)
        kept.mkdir(parents=True)
        (kept / "scorecard.pickle").write_text(figure)
    now = {"today": today, "june": today.model_copy(update={"as_of": date(2025, 6, 30)})}
    for name in beside:  # what a phase that ran before left
        (work / "kept" / room(now[name])).mkdir(parents=True)
    (work / "kept").mkdir(exist_ok=True)
    Former(report, {}, report / "kept").take_over(NEEDS, today, work, work / "kept", work / "cache")
    for place in (work / "kept", work / "cache" / NEEDS.id):
        assert (place / room(today) / "scorecard.pickle").read_text() == "December"
        assert (place / room(now["june"]) / "scorecard.pickle").read_text() == "June"


MANIFEST = {
    "status": "published", "as_of": "2025-12-31", "day_given": True, "phases": {}, "attention": [], "inputs": [], "settings": "",
    "parameters": {}, "rests": {"report": {}}, "versions": {}, "peak_memory_mib": 300, "files": {}, "kept": ".kept-2025-12-31-x",
}  # fmt: skip


@pytest.fixture
def left(tmp_path):
    """A client, and what writes the manifest of the report that was published for it."""
    tiny_client(tmp_path)
    engagement = open_engagement("acme", root=tmp_path)
    folder = engagement.reports / "2025-12-31"
    folder.mkdir(parents=True)
    return engagement, lambda told: (folder / "manifest.json").write_text(json.dumps(told))


def test_a_report_whose_manifest_says_all_is_a_base(left):
    engagement, write = left
    write(MANIFEST)
    assert former_report(engagement, date(2025, 12, 31)).manifest == MANIFEST
    assert unchanged(engagement, (), {}).manifest == MANIFEST


@pytest.mark.parametrize("told", [None, 3, "x", [], {}, [MANIFEST]], ids=str)
def test_a_manifest_that_is_no_manifest_makes_no_base(left, told):
    engagement, write = left
    write(told)
    assert former_report(engagement, date(2025, 12, 31)) == Former()
    assert unchanged(engagement, (), {}) is None


@pytest.mark.parametrize("name", sorted(set(MANIFEST) - {"status", "files"}))
def test_a_manifest_that_lacks_something_or_says_it_in_another_form_makes_no_base(left, name):
    engagement, write = left
    for told in ({n: v for n, v in MANIFEST.items() if n != name}, MANIFEST | {name: [7]}):
        write(told)
        assert former_report(engagement, date(2025, 12, 31)) == Former()
        assert unchanged(engagement, (), {}) is None


@pytest.mark.parametrize("kept", ["", "..", "../other/.kept-2025-12-31-x", "2025-12-31"])
def test_what_was_kept_is_read_from_its_own_folder_alone(left, kept):
    engagement, write = left
    write(MANIFEST | {"kept": kept})
    assert former_report(engagement, date(2025, 12, 31)) == Former()


@pytest.mark.parametrize("rests", [{"weather": "fair"}, {"table:parcels": "x"}, {"notebook:sixth": "x"}], ids=str)
def test_a_report_that_rests_on_what_nobody_knows_has_changed(left, rests):
    engagement, write = left
    write(MANIFEST | {"rests": {"report": rests}})
    assert unchanged(engagement, (), {}) is None


@pytest.mark.parametrize("change", [lambda told: [told], lambda told: {n: v for n, v in told.items() if n != "rests"}])
def test_over_a_report_that_is_no_base_everything_is_run_anew(tmp_path, change):
    home = small_home(tmp_path)
    small_client(home, "acme")

    def run():
        with open(os.devnull, "w") as silence:
            console = Console(file=silence)
            (outcome,) = run_clients([("acme", None)], home, Order(phases_named(PAIR)), jobs=1, keep_going=True, console=console)
        assert outcome.state == "ready" and not outcome.unchanged, outcome.line
        return home / outcome.folder

    told = read_manifest(run())
    (home / "reports/acme/2025-12-31/manifest.json").write_text(json.dumps(change(told)))
    again = read_manifest(run())
    assert again["run"] == PAIR and again["files"].keys() == told["files"].keys()
    assert [f.name for f in (home / "reports/acme").glob(".*")] == [again["kept"]]
