"""The plan: dates, stop rules and sums by hand, from the shop of the targeting tests."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.needs_analysis.needs import Need
from playbook.methods.strategy.budget import budget
from playbook.methods.strategy.plan import plan
from playbook.methods.strategy.targeting import targeting
from playbook.result.formats import Formats

FMT = Formats("EUR")
AS_OF = date(2026, 10, 31)  # a Saturday
PROFILES = pd.DataFrame(
    {
        "segment": ["Champions", "Lapsed"],
        "kind": ["champions", "lapsed"],
        "customers": [100, 300],
        "revenue_year": [100_000.0, 0.0],
        "order_value": [200.0, 50.0],
    }
)


def answer(margin=0.4, limit=None, profiles=PROFILES, needs=None, segments=None, as_of=AS_OF):
    parameters = Assumptions(gross_margin=margin, budget=limit)
    aimed = targeting(SimpleNamespace(profiles=profiles), parameters, FMT)
    return plan(aimed, budget(aimed, parameters, FMT), as_of, FMT, needs, segments)


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
    main = result.findings[1]
    assert main.id == "plan-main" and "early access for Champions, from 30 November 2026 on" in main.sentence
    assert result.headline == "3 actions for €670 should bring €1,536 of gross margin a year"


def test_nobody_starts_between_the_years():
    starts = answer(as_of=date(2026, 12, 1)).actions.set_index("action_id")["start"].dt.strftime("%Y-%m-%d")
    # 21 and 28 days lead to Mondays from 28 December and 4 January on, 42 days to 18 January
    assert starts.to_list() == ["2027-01-04", "2027-01-04", "2027-01-18"]


def test_tables_fit_the_page_and_say_how_many_are_reached():
    shown = answer().tables[0]
    assert len(shown.columns) <= 7
    rows = shown.frame.set_index("action_id")
    assert rows.loc["champions-referral", "whom"] == "Champions (the 70% likeliest to respond)"
    assert rows.loc["champions-early-access", "whom"] == "Champions"
    assert rows.loc["lapsed-winback", "worth"] == "€90 (€36 to €162)"


def test_what_is_left_out_is_named():
    result = answer(limit=20)
    left_out = next(f for f in result.findings if f.id == "plan-left-out")
    assert "referral gift for Champions" in left_out.sentence
    assert "champions-referral" not in set(result.actions["action_id"])


def test_nothing_funded():
    result = answer(limit=0)
    assert result.actions.empty and result.figures() == () and result.tables == ()
    assert result.headline == "No action is worth starting with what we know today"


def test_the_plan_is_held_against_the_revenue_gap_and_nothing_else():
    # 1,536 of margin at 0.4 are 3,840 of revenue, 40 percent of the 9,600 at stake
    rest = (None, None, "shown", "goal", "easy", "strategy", "x")
    lever = Need("needs-order-value", "the value of an order", "lever", 50_000.0, *rest)
    gap = Need("needs-revenue", "the revenue gap", "outcome", 9600.0, *rest)
    told = next(f for f in answer(needs=SimpleNamespace(ranked=(lever, gap))).findings if f.id == "plan-gap")
    assert told.value == pytest.approx(3840) and "€9,600 a year short" in told.sentence and "40% of that" in told.sentence
    assert told.action
    assert "plan-gap" not in [f.id for f in answer(needs=SimpleNamespace(ranked=(lever,))).findings]


def test_the_plan_says_what_its_control_groups_can_show():
    champions = pd.DataFrame({"segment": "Champions", "revenue": [500.0, 1500.0] * 50})
    told = next(f for f in answer(segments=SimpleNamespace(assignments=champions)).findings if f.id == "plan-review")
    # coefficient of variation 0.5, 90 against 10 customers: 2.8016 x 0.5 x 1/3
    assert told.value == pytest.approx(0.4669, abs=1e-4) and "it pays from 1.2%" in told.sentence


def test_the_figure_is_the_same_twice():
    figure = answer().figure()
    assert figure.svg == answer().figure().svg and "Champions" in figure.alt
