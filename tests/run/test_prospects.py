"""Prospects: what a client's tables can answer, told before anything is worked out."""

from dataclasses import replace
from datetime import date

import pytest

from home import CLIENT, make_home, tiny_client
from playbook.engagement import open_engagement
from playbook.errors import IntakeError
from playbook.methods.evaluation.benchmarks import benchmarks
from playbook.methods.evaluation.impact import impact
from playbook.methods.evaluation.lessons import lessons
from playbook.methods.monitoring.plan_tracking import plan_tracking
from playbook.methods.monitoring.since_last import since_last
from playbook.result.contract import Locked
from playbook.run.peers import PeerReport
from playbook.run.phases import PHASES
from playbook.run.prospects import prospects, require_usable
from playbook.run.study import study


def lacks(engagement):
    return {p.section: p.lacks for p in prospects(engagement)}


def test_orders_alone_answer_what_needs_orders_alone(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    found = lacks(open_engagement("acme", root=home))
    assert list(found) == [section for phase in PHASES for section in phase.sections]
    assert found["scorecard"] == found["segments"] == found["demand"] == ()
    assert found["funnel"] == ("journeys (journey_id, step, step_at) or pipeline (opportunity_id, stage)",)
    assert found["prices"] == ("orders (product_id, quantity)",)


ATONCE = (benchmarks, impact, lessons, plan_tracking, since_last)  # which meet their lock before they work anything out


def test_what_is_missing_beside_tables_is_what_the_methods_are_locked_by(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    engagement = open_engagement("acme", root=home)
    found = lacks(engagement)
    assert [method.section.id for method in ATONCE if not isinstance(study(engagement, method), Locked)] == []
    assert found["impact"] == found["lessons"] == ("interventions in client.yml (id, start, end, cost)",)
    assert found["since-last"] == study(engagement, since_last).unlock
    assert found["fairness"] == ("protected in client.yml (attributes that must not matter)",)
    assert found["benchmarks"] == ("industry in client.yml", "reports of 5 other clients of the same industry")
    assert found["plan-tracking"] and found["returns"]


def test_a_client_is_a_peer_in_the_industry_of_its_newest_report(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home, client_yml=CLIENT + "industry: retail\n")
    engagement, kpis = open_engagement("acme", root=home), (("revenue", 1.0),)
    peers = [PeerReport(f"other-{i}", date(2025, 6, 30), "retail", "EUR", kpis) for i in range(5)]
    changed = PeerReport("other-0", date(2025, 11, 30), "banking", "EUR", kpis)
    told = [{p.section: p.lacks for p in prospects(engagement, some)}["benchmarks"] for some in (peers, [*peers, changed])]
    assert told == [(), ("reports of 5 other clients of the same industry",)]


def test_what_client_yml_and_reports_add_is_no_longer_missing(tmp_path):
    home = make_home(tmp_path)
    added = """\
industry: retail
protected: [gender]
interventions: [{id: spring, start: 2025-03-01, end: 2025-03-31}]
objectives: [{kpi: revenue, target: 900, start: 2025-01-01, by: 2026-12-31}]
"""
    tiny_client(home, client_yml=CLIENT + added)
    engagement = open_engagement("acme", root=home)
    before = home / "reports" / "acme" / "2025-11-30"
    before.mkdir(parents=True)
    (before / "findings.json").write_text('[{"section": "scorecard", "id": "revenue", "sentence": "It grew."}]')
    peers = [PeerReport(f"client {n}", date(2025, 6, 30), "retail", "EUR", (("revenue", 7.0 + n),)) for n in range(5)]
    for enough, others in ((True, peers), (False, peers[1:]), (False, [*peers[1:], replace(peers[0], industry="banking")])):
        found = {p.section: p.lacks for p in prospects(engagement, others)}
        assert (found["benchmarks"] == ()) == enough
    assert {name: found[name] for name in ("impact", "lessons", "returns", "fairness", "plan-tracking", "since-last")} == (
        dict.fromkeys(("impact", "lessons", "returns", "fairness", "plan-tracking", "since-last"), ())
    )
    assert [m.section.id for m in ATONCE if isinstance(study(engagement, m), Locked)] == ["benchmarks"]


def test_a_pipeline_alone_answers_the_funnel_and_says_what_orders_would_add(tmp_path):
    home = make_home(tmp_path)
    deals = CLIENT.replace(
        "orders: {path: raw/orders.csv, columns: {order_id: No, order_date: Date, customer_id: Customer, revenue: Amount}}",
        "pipeline: {path: raw/orders.csv, columns: {opportunity_id: No, created_on: Date, stage: Customer}}",
    )
    tiny_client(home, client_yml=deals)
    found = lacks(open_engagement("acme", root=home))
    assert found["funnel"] == found["scorecard"] == found["needs"] == ()
    assert found["bridge"] == ("orders (order_id, order_date, revenue)",)


def test_feedback_that_cannot_be_read_is_told_before_the_work(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    for content in (b"", "at,question\n".encode("utf-16"), b"at,question\n1,2\n"):
        (home / "data" / "acme" / "service-feedback.csv").write_bytes(content)
        with pytest.raises(IntakeError, match="move it away to begin anew"):
            require_usable(open_engagement("acme", root=home))
