"""The plan: dates, stop rules and sums by hand, from the shop of the targeting tests."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.engagement import Assumptions
from playbook.methods.budget import budget
from playbook.methods.plan import next_monday, plan
from playbook.methods.targeting import targeting
from playbook.result.contract import Finding, Result
from playbook.result.formats import Formats

FMT = Formats("EUR")
AS_OF = date(2026, 10, 31)  # a Saturday
PROFILES = pd.DataFrame({
    "segment": ["Champions", "Lapsed"], "kind": ["champions", "lapsed"], "customers": [100, 300],
    "revenue_year": [100_000.0, 0.0], "order_value": [200.0, 50.0],
})


def answer(margin=0.4, limit=None, profiles=PROFILES, needs=None):
    parameters = Assumptions(gross_margin=margin, budget=limit)
    aimed = targeting(SimpleNamespace(profiles=profiles), parameters, FMT)
    return plan(aimed, budget(aimed, parameters, FMT), AS_OF, FMT, needs)


def test_dates_and_sums_by_hand():
    # lead times 21, 28 and 42 days end on Saturdays; the Mondays after are the starts, reviews come 26 weeks later
    result = answer()
    rows = result.actions.set_index("action_id")
    assert list(rows.index) == ["lapsed-winback", "champions-early-access", "champions-referral"]
    assert rows["start"].dt.strftime("%Y-%m-%d").to_list() == ["2026-11-23", "2026-11-30", "2026-12-14"]
    assert rows["review"].dt.strftime("%Y-%m-%d").to_list() == ["2027-05-24", "2027-05-31", "2027-06-14"]
    # the budget takes 670: the referral reaches 70 percent of its cost of 200 and 82 percent of its value of 300
    assert rows["cost"].to_list() == pytest.approx([30, 500, 140])
    assert rows["value"].to_list() == pytest.approx([90, 1200, 246])
    assert result.findings[0].value == pytest.approx(1536) and result.findings[0].money == pytest.approx(866)
    assert result.headline == "3 actions for €670 should bring €1,536 of gross margin a year"


def test_stop_rules_name_the_point_where_an_action_just_pays():
    rules = answer().actions.set_index("action_id")["stop_rule"]
    # 1.25 percent = 500 / (100 x 1,000 x 0.4)
    assert "at least 1.2% more than the control group by 31 May 2027" in rules["champions-early-access"]
    assert "at least 0.5 more orders per 100 customers and year" in rules["lapsed-winback"]  # 30 / (300 x 50 x 0.4)
    assert "at least €5.00 of revenue a year for each customer asked" in rules["champions-referral"]  # 200 / (100 x 0.4)
    assert answer(margin=None).actions["stop_rule"].str.contains("more than the control group").all()


def test_what_is_left_out_is_named():
    result = answer(limit=20)
    left_out = next(f for f in result.findings if f.id == "plan-left-out")
    assert "referral gift for Champions" in left_out.sentence
    assert "champions-referral" not in set(result.actions["action_id"])


def test_nothing_funded():
    result = answer(limit=0)
    assert result.actions.empty and result.figures() == () and result.tables == ()
    assert result.headline == "No action is worth starting with what we know today"


def test_the_plan_is_held_against_the_largest_need():
    # 1,536 of margin at 0.4 are 3,840 of revenue, 40 percent of the 9,600 at stake
    needs = Result(fmt=FMT, headline="x", findings=(Finding("needs-revenue", "Revenue is €9,600 short", money=9600.0),))
    told = next(f for f in answer(needs=needs).findings if f.id == "plan-need")
    assert told.value == pytest.approx(3840) and "40% of the €9,600" in told.sentence and told.action


def test_the_figure_is_the_same_twice():
    figure = answer().figure()
    assert figure.svg == answer().figure().svg and "Champions" in figure.alt


@given(st.dates(max_value=date(9999, 12, 24)))
def test_mondays(day):
    monday = next_monday(day)
    assert monday.weekday() == 0 and 0 <= (monday - day).days < 7
