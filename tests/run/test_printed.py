"""--pdf: only what changed runs, a report that stands gets its PDFs, and none ever stays beside other pages."""

import json
import os
import sys

import pytest
from rich.console import Console

from playbook.run.batch import run_clients
from playbook.run.client import Order
from playbook.run.manifest import broken, read_manifest
from playbook.run.paper import BOOK, CHROMIUM
from small import small_client, small_home

pytestmark = pytest.mark.browser
PDFS = {"index.pdf", "01-needs-analysis.pdf", "05-evaluation.pdf", BOOK}


@pytest.fixture
def home(tmp_path, chromium, monkeypatch):
    monkeypatch.setenv(CHROMIUM, chromium)
    home = small_home(tmp_path)
    small_client(home, "acme", surveys=True)
    return home


def run(home, **order):
    with open(os.devnull, "w") as silence:
        console = Console(file=silence, width=200)
        (outcome,) = run_clients([("acme", None)], home, Order(**order), jobs=1, keep_going=True, console=console)
    return outcome


def pdfs(folder):
    return {f.name for f in folder.glob("*.pdf")}


def test_a_report_that_stands_gets_its_pdfs_without_a_notebook_and_loses_them_with_its_content(home):
    folder = home / run(home).folder
    pages = {f.name: f.read_bytes() for f in folder.glob("*.html")}
    assert pdfs(folder) == set()

    added = run(home, pdf=True)
    manifest = read_manifest(folder)
    assert added.error is None and not added.unchanged and manifest["run"] == [] and "pdf" in manifest["seconds"]
    assert PDFS <= pdfs(folder) <= set(manifest["files"]) and broken(folder) == ()
    assert {f.name: f.read_bytes() for f in folder.glob("*.html")} == pages

    for again in (run(home, pdf=True), run(home)):
        assert again.unchanged and pdfs(folder) >= PDFS

    surveys = home / "data" / "acme" / "raw" / "surveys.csv"
    surveys.write_text(surveys.read_text() + "2025-12-30,10,c1\n")
    assert run(home).error is None and pdfs(folder) == set()
    assert run(home, pdf=True).error is None and pdfs(folder) >= PDFS


def test_a_browser_that_fails_leaves_the_last_good_report(home, tmp_path, monkeypatch):
    folder = home / run(home, pdf=True).folder
    before = {f.name: f.read_bytes() for f in folder.iterdir() if f.is_file()}
    monkeypatch.setenv(CHROMIUM, sys.executable)  # no browser, but a program: it knows none of the options
    failed = run(home, pdf=True, force=True)
    assert "index.html could not be printed" in str(failed.error) and failed.evidence and failed.exit_code == 1
    told = json.loads((home / "reports" / "acme" / "failed" / "manifest.json").read_text("utf-8"))
    assert "index.html could not be printed" in told["error"]
    assert {f.name: f.read_bytes() for f in folder.iterdir() if f.is_file()} == before


def test_without_a_browser_nothing_begins(home, monkeypatch):
    monkeypatch.setenv(CHROMIUM, "/nowhere/chrome")
    refused = run(home, pdf=True)
    assert refused.exit_code == 2 and "/nowhere/chrome" in str(refused.error)
    assert not (home / "reports" / "acme").exists()
