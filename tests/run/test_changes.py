"""Only what changed runs again: what a phase rests on, what touching it costs, and that nothing else differs from a full run."""

import json
import os

import nbformat
import pytest
from rich.console import Console

from playbook.run.batch import run_clients
from playbook.run.client import Order, phases_named
from playbook.run.manifest import broken, read_manifest
from playbook.run.notebooks import read_notebook
from playbook.run.phases import PHASES
from playbook.run.rests import ALWAYS
from playbook.run.study import _VALUES
from playbook.run.uses import FROM_REPORTS, uses
from small import SMALL, small_client, small_home, write_notebook

CLIENT_FILE = {
    "action_costs", "channel_limits", "fmt", "industry", "interventions", "network", "objectives", "parameters", "protected",
    "segment_rules", "stages",
}  # fmt: skip


@pytest.fixture
def home(tmp_path):
    home = small_home(tmp_path)
    small_client(home, "acme", surveys=True)
    write_notebook(home / "notebooks" / "02-market-research.ipynb", ("market_research.segments", "market_research.market"))
    return home


def run(home, *, phases=(), as_of=None, **order):
    with open(os.devnull, "w") as silence:
        console = Console(file=silence, width=200)
        order = Order(phases_named(list(phases)), **order)
        (outcome,) = run_clients([("acme", as_of)], home, order, jobs=1, keep_going=True, console=console)
    assert outcome.error is None, outcome.line
    assert broken(home / outcome.folder) == ()
    return outcome, read_manifest(home / outcome.folder)


def ran(manifest):
    return set(manifest["run"])


ALL = {phase.id for phase in PHASES}


def test_touching_one_thing_runs_the_phases_that_rest_on_it_and_no_others(home):
    first, manifest = run(home)
    assert ran(manifest) == ALL and not first.unchanged
    written = (home / first.folder / "manifest.json").stat().st_mtime_ns

    again, _ = run(home)
    assert again.unchanged and (home / first.folder / "manifest.json").stat().st_mtime_ns == written

    surveys = home / "data" / "acme" / "raw" / "surveys.csv"
    surveys.write_text(surveys.read_text() + "2025-12-30,10,c1\n")
    touched, manifest = run(home)
    assert not touched.unchanged and ran(manifest) == {"needs-analysis", "market-research", "strategy"}  # plan uses needs

    notebook = home / "notebooks" / "04-monitoring.ipynb"
    book = nbformat.read(notebook, 4)
    book.cells[0].source = "# Monitoring in other words"
    nbformat.write(book, notebook)
    assert ran(run(home)[1]) == {"monitoring"}

    assert ran(run(home, phases=["evaluation"], given={"scale": "2"})[1]) == {"evaluation"}
    assert ran(run(home)[1]) == {"evaluation"}  # with its own parameter again

    note = home / "data" / "acme" / "notes" / "strategy.md"
    note.parent.mkdir()
    note.write_text("Mind the gap.")
    outcome, manifest = run(home)
    assert ran(manifest) == set() and "Mind the gap." in (home / outcome.folder / "03-strategy.html").read_text()

    assert ran(run(home, force=True)[1]) == ALL


def test_what_is_taken_over_gives_the_same_report_as_a_full_run(home):
    write_notebook(home / "notebooks" / "02-market-research.ipynb", ("market_research.segments",), settings=", k_max=3")
    run(home)
    own = home / "data" / "acme" / "raw" / "orders.csv"
    own.write_text(own.read_text() + "9001,2025-12-30,c1,80\n")
    notebook = home / "notebooks" / "03-strategy.ipynb"
    write_notebook(notebook, SMALL["03-strategy"])
    partly, manifest = run(home)
    parts = contents(home / partly.folder)
    write_notebook(notebook, SMALL["03-strategy"], "'a word more'")
    partly, manifest = run(home)
    assert ran(manifest) >= {"strategy"} and "market-research" not in ran(manifest)
    partly_made = contents(home / partly.folder)
    whole, manifest = run(home, force=True)
    assert ran(manifest) == ALL
    assert contents(home / whole.folder) == partly_made
    assert partly_made["findings.json"] == parts["findings.json"]


def contents(folder):
    return {
        f.name: f.read_text("utf-8") if f.suffix != ".json" else json.loads(f.read_text("utf-8"))
        for f in sorted(folder.iterdir())
        if f.is_file() and f.suffix in {".html", ".json"} and f.name != "manifest.json"
    }


def test_a_report_that_somebody_changed_is_made_anew(home):
    outcome, _ = run(home)
    page = home / outcome.folder / "index.html"
    page.write_text("<p>By hand</p>")
    again, manifest = run(home)
    assert ran(manifest) == ALL and "By hand" not in page.read_text()


def test_another_day_is_another_report(home):
    run(home, as_of="2025-06-30")
    outcome, manifest = run(home)
    assert manifest["as_of"] == "2025-12-31" and ran(manifest) == ALL
    assert run(home)[0].unchanged and run(home, as_of="2025-06-30")[0].unchanged


def test_an_own_edition_that_reads_what_nobody_knows_runs_every_time(home):
    own = home / "data" / "acme" / "notebooks" / "05-evaluation.ipynb"
    write_notebook(own, SMALL["05-evaluation"], "import datetime\ndatetime.date.today().year")
    run(home)
    assert ran(run(home)[1]) == {"evaluation"}


def book(tmp_path, *methods, cells=()):
    return read_notebook(write_notebook(tmp_path / "a.ipynb", methods, *cells))


def test_uses_are_the_tables_behind_frames_and_the_notebooks_of_earlier_answers(tmp_path):
    strategy, evaluation = PHASES[2], PHASES[4]
    reads = dict.fromkeys(["order_totals", "months"], ("orders",)) | {"customer_snapshots": ("orders", "tickets")}

    class Reads(dict):
        def __missing__(self, name):
            return reads.get(name, ("x",))

    found = uses(strategy, book(tmp_path, "strategy.targeting"), Reads())
    assert set(ALWAYS) < set(found)
    assert {"notebook:strategy", "parameters:strategy", "notebook:market-research", "parameters:market-research"} < set(found)
    assert "notebook:monitoring" not in found
    found = uses(evaluation, book(tmp_path, "evaluation.lessons"), Reads())
    assert {"notebook:monitoring", "notebook:market-research"} < set(found)
    assert "earlier:findings.json" in uses(PHASES[3], book(tmp_path, "monitoring.since_last"), Reads())


@pytest.mark.parametrize(
    "cell",
    [
        "import pandas", "open('x')", "%time 1", "from playbook.intake import checks", "eval('1')",
        "(engagement.folder / 'x.csv').read_text()", "study.__globals__", "from playbook.methods.gone import x",
    ],
)  # fmt: skip
def test_nobody_can_tell_what_other_code_reads(tmp_path, cell):
    assert uses(PHASES[0], book(tmp_path, "needs_analysis.bridge", cells=[cell]), {}) is None


def test_every_value_of_a_method_is_known_to_come_from_the_client_file_or_from_reports():
    assert set(_VALUES) == CLIENT_FILE | set(FROM_REPORTS)
