"""Both bundled clients from end to end: published whole, the same twice, the same in every way of running."""

import json
import os
import re
import subprocess
import sys

import nbformat
import openpyxl
import papermill
import pytest
from nbclient import NotebookClient

from home import make_home, run_playbook
from playbook.engagement import open_engagement
from playbook.report.gate import inspect_page
from playbook.run.notebooks import answers
from playbook.run.phases import PHASES

PAGES = ["index.html", *(phase.page for phase in PHASES)]
DATA = ["findings.json", "lessons.json", "manifest.json", "memory.json", "plan.json"]
SECTIONS = [(phase.id, section) for phase in PHASES for section in phase.sections]
LOCKED = {
    "aurora-audio": {"fairness", "since-last", "benchmarks"},
    "complete-journey": {
        "funnel",
        "voice",
        "market",
        "fairness",
        "next-step",
        "stock",
        "risk",
        "service",
        "campaigns",
        "since-last",
        "benchmarks",
    },
    "harbor-bank": {"prices", "stock", "since-last", "benchmarks"},
    "huaxin-machinery": {"fairness", "risk", "since-last", "benchmarks"},
}
MEMORY_LIMIT = 2048  # MiB, of the whole process tree


@pytest.fixture(params=LOCKED)
def folder(request, published):
    return published[request.param]


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def test_six_pages_and_what_belongs_to_them(folder):
    names = {p.name for p in folder.iterdir()}
    assert names == {*PAGES, *DATA, "action-lists.xlsx", "notebooks"}
    assert sorted(p.name for p in (folder / "notebooks").iterdir()) == [phase.notebook for phase in PHASES]


def test_every_page_passes_the_gate(folder):
    assert {name: inspect_page((folder / name).read_text("utf-8")) for name in PAGES} == dict.fromkeys(PAGES, ())


def test_the_manifest_lists_every_section_as_answered_or_locked(folder):
    found = manifest(folder)
    assert [(s["phase"], s["id"]) for s in found["sections"]] == SECTIONS
    locked = {s["id"] for s in found["sections"] if s["status"] == "locked"}
    assert locked == LOCKED[found["client"]]
    assert all(s["unlock"] for s in found["sections"] if s["status"] == "locked")
    assert all(s["seconds"] > 0 for s in found["sections"] if s["status"] == "answered")


def test_the_manifest_says_what_went_in(folder):
    found = manifest(folder)
    rows = {i["table"]: i["rows"] for i in found["inputs"]}
    assert all(len(i["sha256"]) == 64 for i in found["inputs"])
    if found["client"] == "complete-journey":
        assert rows["orders"] == 1_469_307  # the package's own count
    assert found["status"] == "published"
    assert set(found["seconds"]) == {"check", "gather", "lists", "render", "inspect", *(phase.id for phase in PHASES)}


def test_memory_of_the_whole_process_tree_stays_within_bounds(folder):
    assert 100 < manifest(folder)["peak_memory_mib"] < MEMORY_LIMIT


def test_no_page_names_the_other_client_or_a_place_on_this_machine(published, root):
    names = {client: open_engagement(client, root=root).name for client in published}
    for client, folder in published.items():
        for file in folder.rglob("*.*"):
            text = file.read_text("utf-8", errors="replace")
            assert [name for other, name in names.items() if other != client and name in text] == [], file.name
            assert str(folder.parents[2]) not in text, file.name


def test_every_list_opens_and_adds_up_to_the_plan(folder):
    """The sheet of each action holds the rows that the plan counts, and their worth is the plan's to the cent."""
    book = openpyxl.load_workbook(folder / "action-lists.xlsx", read_only=True)
    sheets = {name: list(book[name].iter_rows(values_only=True)) for name in book.sheetnames}
    listed = {row[0]: row[1] for row in sheets["Lists"][1:]}
    assert {name: len(rows) - 1 for name, rows in sheets.items() if name != "Lists"} == listed
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    heads = sheets["Plan"][0]
    told = [dict(zip(heads, row, strict=True)) for row in sheets["Plan"][1:]]
    assert len(told) == len(plan) > 5
    for action, row in zip(plan, told, strict=True):
        assert row["Should bring a year"] == pytest.approx(action["value"], abs=0.005)
        assert row["Budget a year"] == pytest.approx(action["cost"], abs=0.005)


def test_every_answered_section_has_a_finding_with_a_sentence(folder):
    found = json.loads((folder / "findings.json").read_text("utf-8"))
    answered = {s["id"] for s in manifest(folder)["sections"] if s["status"] == "answered"}
    assert {f["section"] for f in found} == answered
    assert [
        f["sentence"]
        for f in found
        if not f["sentence"].strip().endswith((".", "?", ".”", "?”", "!”", "…”", "。”", "！”", "？”", ".)"))
    ] == []
    assert not [f for f in found if re.search(r"\bnan\b|\binf\b|\bNone\b(?! of )", f["sentence"])]


def test_a_second_run_gives_the_same_bytes(published, tmp_path):
    home = make_home(tmp_path, "aurora-audio")
    assert run_playbook(home, "run", "aurora-audio").returncode == 0
    first, second = published["aurora-audio"], next((home / "reports" / "aurora-audio").glob("????-??-??"))
    assert [n for n in (*PAGES, "findings.json", "lessons.json") if (first / n).read_bytes() != (second / n).read_bytes()] == []


def comparable(notebook):
    return [{name: value for name, value in a.items() if name != "seconds"} for a in answers(notebook)]


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.id)
def test_papermill_and_run_all_find_what_the_command_found(published, root, tmp_path, monkeypatch, phase):
    folder = published["aurora-audio"]
    home = folder.parents[2]
    monkeypatch.setenv("PLAYBOOK_HOME", str(home))
    ours = comparable(nbformat.read(folder / "notebooks" / phase.notebook, as_version=4))
    by_papermill = papermill.execute_notebook(
        root / "notebooks" / phase.notebook, tmp_path / phase.notebook, parameters={"client": "aurora-audio"}, progress_bar=False
    )
    assert comparable(by_papermill) == ours
    run_all = NotebookClient(nbformat.read(root / "notebooks" / phase.notebook, as_version=4), kernel_name="python3").execute()
    assert comparable(run_all) == ours


def test_a_failed_run_leaves_the_last_good_report_and_says_where_it_stopped(published, tmp_path):
    home = make_home(tmp_path, "aurora-audio")
    assert run_playbook(home, "run", "aurora-audio", "--phase", "monitoring").returncode == 0
    good = next((home / "reports" / "aurora-audio").glob("????-??-??"))
    before = {p.name: p.read_bytes() for p in good.glob("*.*")}
    own = home / "data" / "aurora-audio" / "notebooks"
    own.mkdir()
    text = (home / "notebooks" / "04-monitoring.ipynb").read_text("utf-8")
    (own / "04-monitoring.ipynb").write_text(text.replace("study(engagement, alerts)", "study(engagement, alertz)"), "utf-8")
    done = run_playbook(home, "run", "aurora-audio", "--phase", "monitoring")
    assert done.returncode == 1
    assert "What needs a decision?" in done.stderr and "alertz" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert {p.name: p.read_bytes() for p in good.glob("*.*")} == before
    card = (home / "reports" / "aurora-audio" / "failed" / "index.html").read_text("utf-8")
    assert "alertz" in card and "What needs a decision?" in card
    assert sorted(p.name for p in good.parent.glob("[!.]*")) == [good.name, "failed"]
    assert "last run failed" in run_playbook(home, "list").stdout


def test_evaluation_teaches_the_next_needs_analysis(published, tmp_path):
    """Two cycles: the second one, later, opens with the lessons of the first."""
    home = make_home(tmp_path, "aurora-audio")
    assert run_playbook(home, "run", "aurora-audio", "--as-of", "2026-07-31", "--phase", "evaluation").returncode == 0
    lessons = json.loads((home / "reports" / "aurora-audio" / "2026-07-31" / "lessons.json").read_text("utf-8"))
    assert lessons
    assert run_playbook(home, "run", "aurora-audio", "--phase", "needs-analysis").returncode == 0
    page = (home / "reports" / "aurora-audio" / "2026-10-31" / "01-needs-analysis.html").read_text("utf-8")
    opening = page[page.index('id="learned"') : page.index('id="bottom-line-title"')]
    told = [lesson for lesson in lessons if lesson["sentence"][:40] in opening]
    assert told
    alone = (published["aurora-audio"] / "01-needs-analysis.html").read_text("utf-8")
    assert page != alone


def test_a_phase_run_alone_joins_the_report_it_completes(published, tmp_path):
    home = make_home(tmp_path, "aurora-audio")
    assert run_playbook(home, "run", "aurora-audio", "--phase", "monitoring").returncode == 0
    assert run_playbook(home, "run", "aurora-audio", "--phase", "evaluation").returncode == 0
    folder = next((home / "reports" / "aurora-audio").glob("????-??-??"))
    assert {p.name for p in folder.glob("*.html")} == {"index.html", "04-monitoring.html", "05-evaluation.html"}


def test_the_papermill_engine_refuses_a_parameter_the_notebook_does_not_know(root, tmp_path):
    words = [sys.executable, "-m", "papermill", "--engine", "playbook", "--no-progress-bar", "-p", "clint", "acme"]
    notebook = root / "notebooks" / "05-evaluation.ipynb"
    done = subprocess.run([*words, notebook, tmp_path / "out.ipynb"], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode != 0
    assert "Did you mean 'client'?" in done.stderr


def test_bundled_engagements_are_what_the_codebook_says(root):
    for client in LOCKED:
        engagement = open_engagement(client, root=root)
        assert engagement.as_of and engagement.objectives and engagement.interventions
