"""Actions of the last plan: each state by hand, and what is told of them."""

from datetime import date

import pytest

from playbook.engagement import Intervention
from playbook.methods.monitoring.plan_actions import action_finding, action_states, action_table
from playbook.result.formats import Formats

AS_OF, FMT = date(2026, 12, 31), Formats("EUR")


def action(id, start="2026-11-02", review="2027-02-01", value=100.0):
    return {"action_id": id, "name": id, "whom": "Loyal", "owner": "sales", "start": start, "review": review, "value": value}


def begun(id, start=date(2026, 11, 9), end=None):
    return Intervention(id=id, start=start, end=end)


@pytest.mark.parametrize(
    ("planned", "known", "state"),
    [
        (action("a"), [], "late"),
        (action("a", start="2027-01-04"), [], "not due yet"),
        (action("a"), [begun("a")], "under way"),
        (action("a"), [begun("a", start=date(2027, 1, 4))], "late"),
        (action("a", review="2026-12-28"), [begun("a")], "review due"),
        (action("a"), [begun("a", end=date(2026, 12, 1))], "ended"),
        (action("a"), [begun("b")], "late"),
    ],
)
def test_states(planned, known, state):
    assert action_states([planned], known, AS_OF)["state"].tolist() == [state]


def test_late_actions_are_named_with_what_they_were_to_bring():
    states = action_states([action("a"), action("b"), action("c", start="2027-01-04")], [begun("b")], AS_OF)
    told = action_finding(states, AS_OF, FMT)
    assert told.sentence == "1 of 2 actions of the last plan that were due by 31 December 2026 has not begun: a for Loyal."
    assert told.money == 100.0 and told.n == 2


def test_all_begun_and_one_to_be_reviewed():
    states = action_states([action("a"), action("b", review="2026-12-28")], [begun("a"), begun("b")], AS_OF)
    told = action_finding(states, AS_OF, FMT)
    assert told.sentence == "All 2 actions of the last plan that were due have begun. One is due for review: b for Loyal."


def test_nothing_is_told_before_the_first_is_due_and_without_a_plan():
    assert action_finding(action_states([action("a", start="2027-01-04")], [], AS_OF), AS_OF, FMT) is None
    assert action_finding(action_states([], [], AS_OF), AS_OF, FMT) is None
    assert len(action_table(action_states([action("a")], [], AS_OF)).frame) == 1
