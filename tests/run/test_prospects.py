"""Prospects: what a client's tables can answer, told before anything is worked out."""

import pytest

from home import CLIENT, make_home, tiny_client
from playbook.engagement import open_engagement
from playbook.errors import IntakeError
from playbook.run.phases import PHASES
from playbook.run.prospects import prospects, require_usable


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
