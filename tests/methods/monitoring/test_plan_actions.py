"""Actions of the last plan: each state by hand, and what is told of them."""

import math
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
    assert len(action_table(action_states([action("a")], [], AS_OF), FMT).frame) == 1


YEAR_OF = action("a", start="2026-07-01", value=365.0) | {"value_low": 365.0 - 128.155, "value_high": 365.0 + 128.155}


def test_an_action_on_time_has_brought_what_was_due_and_reaches_its_value_with_even_chances():
    """184 of 365 days by 31 December, one unit a day; its range is one standard deviation of 100 to either side."""
    row = action_states([YEAR_OF], [begun("a", start=date(2026, 7, 1))], AS_OF).iloc[0]
    assert row[["due", "so_far", "ahead", "chance"]].tolist() == pytest.approx([184, 184, 365, 0.5])
    assert row["needed"] == pytest.approx(365 / 12)
    assert (row["ahead_low"], row["ahead_high"]) == (YEAR_OF["value_low"], YEAR_OF["value_high"])


def test_a_late_action_can_bring_only_the_rest_of_its_year_and_needs_more_a_month():
    """Begun on 1 October, 92 days late, and not begun at all."""
    row = action_states([YEAR_OF], [begun("a", start=date(2026, 10, 1))], AS_OF).iloc[0]
    assert row[["due", "so_far", "ahead"]].tolist() == pytest.approx([184, 92, 273])
    assert row["needed"] == pytest.approx((365 - 92) / 181 * 365 / 12) and row["chance"] == pytest.approx(0.1)
    late = action_states([YEAR_OF], [], AS_OF).iloc[0]
    assert late[["due", "so_far", "ahead"]].tolist() == pytest.approx([184, 0, 181])


MONTH_OF = action("a", start="2026-12-18", value=28.0) | {"value_low": 0.0, "value_high": 56.0, "days": 28}


def test_an_action_for_some_days_brings_its_value_in_these_days():
    """Fourteen of its 28 days are over, one unit a day."""
    row = action_states([MONTH_OF], [begun("a", start=date(2026, 12, 18))], AS_OF).iloc[0]
    assert row[["due", "so_far", "ahead"]].tolist() == pytest.approx([14, 14, 28])
    assert row["needed"] == pytest.approx(14 / 14 * 365 / 12)
    late = action_states([MONTH_OF], [], AS_OF).iloc[0]  # begun tomorrow, there is time for all 28 days
    assert late[["due", "so_far", "ahead"]].tolist() == pytest.approx([14, 0, 28])
    assert late["needed"] == pytest.approx(365 / 12)
    over = action_states([MONTH_OF | {"start": "2026-11-02"}], [begun("a", start=date(2026, 11, 2))], AS_OF).iloc[0]
    assert over[["due", "so_far", "ahead"]].tolist() == pytest.approx([28, 28, 28]) and math.isnan(over["needed"])
    early = [begun("a", start=date(2026, 10, 19), end=date(2026, 11, 15))]
    assert action_states([MONTH_OF], early, AS_OF).iloc[0]["so_far"] == pytest.approx(28)


def test_a_low_end_of_nothing_is_nothing():
    row = action_states([MONTH_OF], [begun("a", start=date(2026, 12, 18))], AS_OF).iloc[0]
    assert (row["ahead_low"], row["ahead_high"]) == (0.0, 56.0)


def test_an_action_that_ended_brings_no_more_and_one_ahead_of_its_day_is_due_nothing():
    ended = action_states([YEAR_OF], [begun("a", start=date(2026, 7, 1), end=date(2026, 7, 31))], AS_OF).iloc[0]
    assert ended[["so_far", "ahead"]].tolist() == pytest.approx([31, 31]) and math.isnan(ended["needed"])
    ahead = action_states([action("a", start="2027-01-04")], [], AS_OF).iloc[0]
    assert ahead[["due", "so_far", "ahead"]].tolist() == pytest.approx([0, 0, 100]) and ahead["chance"] == 1
