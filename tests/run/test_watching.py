"""Watching all clients: what is told of each, in which order, and that a broken one is a row and no failure."""

import json

import pytest

from playbook.report.gate import inspect_page
from playbook.run.phases import PHASES
from playbook.run.watching import watch_clients, write_watch


def finding(section, id, sentence, **told):
    return {
        "phase": "monitoring",
        "section": section,
        "id": id,
        "sentence": sentence,
        "evidence": "shown",
        "action": None,
        "money_text": "",
    } | told


def publish(root, client, day, findings, finished="2026-11-01T08:00:00+00:00", phases=PHASES):
    folder = root / "reports" / client / day
    folder.mkdir(parents=True)
    sections = [{"phase": p.id, "id": s, "status": "answered"} for p in phases for s in p.sections]
    sections[0]["status"] = "locked"
    (folder / "manifest.json").write_text(json.dumps({"name": client.title(), "sections": sections, "finished": finished}))
    (folder / "findings.json").write_text(json.dumps(findings))
    return folder


URGENT = finding("alerts", "alerts-a", "Act now: Revenue fell. And more.", money=9e5, money_text="€900K", value=None, urgent=True)
QUIET = finding("alerts", "alerts-quiet", "Nothing.")
BEHIND = finding("plan-tracking", "plan-tracking-goals", "Of the plan's 3 targets 1 is open and 2 are behind.", value=2.0)


def test_a_row_says_state_alerts_plan_and_changes(tmp_path):
    publish(
        tmp_path,
        "acme",
        "2026-09-30",
        [finding("segments", "s", "Few.", money=100.0), finding("plan", "p", "Do.", phase="strategy")],
    )
    publish(tmp_path, "acme", "2026-10-31", [URGENT, BEHIND, finding("segments", "s", "Many.", money=300.0)])
    row = watch_clients(tmp_path, ["acme"])[0]
    sections = sum(len(p.sections) for p in PHASES)
    assert (row.name, row.last_report, row.state) == ("Acme", "2026-10-31", f"{sections - 1} of {sections} sections answered")
    assert (row.urgent, row.decide, row.alerts) == (1, "One matter to decide:", ("Revenue fell (€900K at stake).",))
    assert (row.behind, row.plan) == (2, BEHIND["sentence"])
    assert row.changed == "Since 2026-09-30: 1 worse" and row.changes == ("Worse: Many.",)
    assert row.href == "acme/2026-10-31/index.html"


def test_what_cannot_be_read_stands_first_then_what_needs_a_decision(tmp_path):
    publish(tmp_path, "quiet", "2026-10-31", [QUIET])
    publish(tmp_path, "urgent", "2026-10-31", [URGENT])
    publish(tmp_path, "behind", "2026-10-31", [QUIET, BEHIND])
    rows = watch_clients(tmp_path, ["behind", "fresh", "quiet", "urgent"])
    assert [r.client for r in rows] == ["urgent", "behind", "fresh", "quiet"]
    assert [r.decide for r in rows] == ["One matter to decide:", "All quiet", "–", "All quiet"]
    assert rows[2].state == "no report yet" and rows[3].changed == "first report"


BROKEN = {
    "no findings": lambda f: (f / "findings.json").unlink(),
    "half a file": lambda f: (f / "findings.json").write_text('[{"section": "ale'),
    "no manifest left": lambda f: (f / "manifest.json").write_text(""),
    "a list instead": lambda f: (f / "manifest.json").write_text("[]"),
    "findings without a section": lambda f: (f / "findings.json").write_text('[{"id": "a"}]'),
    "other letters": lambda f: (f / "findings.json").write_bytes(b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_client_is_a_row_that_says_so(tmp_path, case):
    BROKEN[case](publish(tmp_path, "broken", "2026-10-31", [QUIET]))
    publish(tmp_path, "acme", "2026-10-31", [URGENT])
    broken, sound = watch_clients(tmp_path, ["acme", "broken"])
    assert broken.broken and "playbook run broken" in broken.state and broken.last_report == "2026-10-31"
    assert sound.urgent == 1


@pytest.mark.parametrize("case", sorted(set(BROKEN) - {"no findings", "no manifest left", "a list instead"}))
def test_an_earlier_report_that_is_broken_hides_nothing_of_the_last(tmp_path, case):
    BROKEN[case](publish(tmp_path, "acme", "2026-09-30", [QUIET]))
    publish(tmp_path, "acme", "2026-10-31", [URGENT])
    row = watch_clients(tmp_path, ["acme"])[0]
    assert not row.broken and row.urgent == 1 and row.alerts and row.last_report == "2026-10-31"
    assert row.changed == "not compared: the report of 2026-09-30 cannot be read" and row.changes == ()


def test_a_run_that_failed_later_and_missing_phases_are_said(tmp_path):
    publish(tmp_path, "acme", "2026-10-31", [QUIET], phases=PHASES[:2])
    assert watch_clients(tmp_path, ["acme"])[0].state.startswith("2 of 5 phases, ")
    failed = tmp_path / "reports" / "acme" / "failed"
    failed.mkdir()
    (failed / "manifest.json").write_text("{")  # whatever it says
    assert watch_clients(tmp_path, ["acme"])[0].state.startswith("the latest run failed; before it 2 of 5")


def test_a_report_before_targets_were_counted_and_one_without_a_plan(tmp_path):
    publish(tmp_path, "acme", "2026-10-31", [finding("plan-tracking", "plan-tracking-revenue", "Behind.")])
    publish(tmp_path, "none", "2026-10-31", [finding("scorecard", "scorecard-churn", "Short.", money=5.0)])
    told = {r.client: r.plan for r in watch_clients(tmp_path, ["acme", "none"])}
    assert told["acme"].startswith("1 target tracked") and told["none"] == "The client sent no plan table; 1 goal not reached yet"


def test_the_page_may_be_read_by_anybody_and_is_the_same_twice(tmp_path):
    publish(
        tmp_path, "acme", "2026-10-31", [finding("alerts", "alerts-a", "Act now: <script>alert(1)</script> fell.", urgent=True)]
    )
    rows = watch_clients(tmp_path, ["acme", "fresh"])
    page = write_watch(tmp_path, rows)
    text = page.read_text("utf-8")
    assert page == tmp_path / "reports" / "watch.html" and "<script" not in text and "1 of 2 clients needs a decision" in text
    assert [p for p in inspect_page(text) if "acme/2026-10-31/index.html" not in p] == []  # a folder further down
    assert write_watch(tmp_path, rows).read_text("utf-8") == text and not list(page.parent.glob("*.tmp"))
