"""The plan: what comes in from which section, sums by hand, what is told."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.needs_analysis.needs import Need
from playbook.methods.strategy.plan import plan
from playbook.result.contract import LINES, Proposal, Result, Worklist
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), date(2026, 10, 31)


def proposal(id, pool, values, cost=1.0, waits=True):
    lines = pd.DataFrame([(k, cost, v / 2, v, v * 2) for k, v in values.items()], columns=list(LINES))
    listed = Worklist(id, id.capitalize(), "Work through it.", lines, {"key": ("Id", "text"), "value": ("Value", "money")}, "key")
    return Proposal(
        id=id, name=id, action=f"Do {id}.", whom="Loyal", owner="sales", kpi="orders", stop_rule="Stop.", pool=pool, lines=lines,
        lead_days=21, review_days=91, evidence="likely", worklist=listed, waits=waits,
    )  # fmt: skip


MAIL = proposal("mail", "purchases", {"c1": 100.0, "c2": 50.0}, cost=10.0)
CALL = proposal("call", "purchases", {"c1": 90.0}, cost=10.0)
PRICE = proposal("price", "prices", {"p1": 40.0}, cost=0.0, waits=False)


def answer(funded=(MAIL,), margin=0.4, **sections):
    given = {"targeting": (MAIL, CALL), "pricing": (PRICE,), **sections}
    results = {name: Result(fmt=FMT, headline=name, proposals=tuple(found)) for name, found in given.items() if found is not None}
    budget = None if funded is None else SimpleNamespace(funded=tuple(funded), proposals=())
    needs, segments = results.pop("needs", None), results.pop("segments", None)
    return plan(AS_OF, Assumptions(gross_margin=margin), FMT, budget, needs=needs, segments=segments, **results)


def test_sums_by_hand():
    result = answer()
    assert result.actions.set_index("action_id")["value"].to_dict() == {"mail": 150.0, "price": 40.0}
    assert result.headline == "2 actions should bring €190 of gross margin a year, for €20"
    total = result.findings[0]
    assert total.value == 190 and total.money == 170 and total.evidence == "likely"
    assert total.low == pytest.approx(190 - (75**2 + 20**2) ** 0.5)


def test_what_is_left_out_is_named():
    told = next(f for f in answer().findings if f.id == "plan-left-out")
    assert told.sentence.endswith("the action does not earn its cost: “call” for Loyal.")


def test_what_brings_less_than_an_hour_of_work_costs_is_not_planned():
    small = [proposal(f"small{i}", "service", {f"s{i}": 49.9}, cost=10.0, waits=False) for i in range(2)]
    enough = proposal("enough", "service", {"s9": 50.0}, cost=10.0, waits=False)
    result = answer(service=(*small, enough))
    assert set(result.actions["action_id"]) == {"mail", "price", "enough"}
    assert {w.id for w in result.worklists} == {"plan", "mail", "price", "enough"}
    told = next(f for f in result.findings if f.id == "plan-left-out")
    assert "“call” for Loyal. 2 actions would leave less than €40 a year each" in told.sentence and told.value == 3
    none = answer(funded=(), targeting=None, pricing=None, service=small[:1])
    assert none.actions.empty and none.worklists == () and none.assumptions == ()
    assert none.headline == "No action is worth a plan yet: none would leave €40 a year"
    (told,) = none.findings
    assert told.sentence == "One action would leave less than €40 a year, too little for the work it makes, and is left out."


def test_the_lists_are_the_plan_and_one_for_each_action_and_add_up():
    lists = answer().worklists
    assert [w.id for w in lists] == ["plan", "mail", "price"]
    assert lists[0].frame["value"].sum() == sum(w.frame["value"].sum() for w in lists[1:]) == 190


def test_without_a_budget_only_what_needs_no_money_is_planned():
    assert answer(funded=None).actions["action_id"].tolist() == ["price"]
    nothing = answer(funded=(), pricing=None)
    assert nothing.actions.empty and nothing.figures() == () and nothing.tables == () and nothing.worklists == ()
    assert nothing.headline == "No action is worth starting with what we know today"


def test_without_a_margin_nothing_is_called_profit():
    result = answer(margin=None)
    assert result.headline.endswith("of revenue, price gains and savings a year, for €20")
    assert answer(margin=None, pricing=None).headline.endswith("of revenue a year, for €20")
    assert all(f.money is None for f in result.findings)


def test_the_plan_is_held_against_the_revenue_gap_and_nothing_else():
    # 150 of margin at 0.4 are 375 of revenue; a higher price may earn more on less revenue, service savings are no revenue
    rest = (None, None, "shown", "goal", "easy", "strategy", "x")
    gap = Need("needs-revenue", "the revenue gap", "outcome", 9500.0, *rest)
    lever = Need("needs-order-value", "the value of an order", "lever", 50_000.0, *rest)
    saved = proposal("bot", "service", {"s": 60.0}, cost=0.0, waits=False)
    budget, parameters = SimpleNamespace(funded=(MAIL,), proposals=()), Assumptions(gross_margin=0.4)
    found = Result(fmt=FMT, headline="", proposals=(PRICE, saved))
    for ranked, expected in (((lever, gap), 375.0), ((lever,), None)):
        result = plan(AS_OF, parameters, FMT, budget, pricing=found, needs=SimpleNamespace(ranked=ranked))
        told = next((f.value for f in result.findings if f.id == "plan-gap"), None)
        assert told == (pytest.approx(expected) if expected else None)


def test_the_plan_says_what_its_control_groups_can_show():
    bought = pd.DataFrame({"customer_id": [f"c{i}" for i in range(100)], "revenue_year": [500.0, 1500.0] * 50})
    many = proposal("mail", "purchases", {c: 10.0 for c in bought["customer_id"]}, cost=5.0)
    budget = SimpleNamespace(funded=(many,), proposals=())
    result = plan(AS_OF, Assumptions(gross_margin=0.4), FMT, budget, segments=SimpleNamespace(assignments=bought))
    told = next(f for f in result.findings if f.id == "plan-review")
    # coefficient of variation 0.5, 90 against 10 customers: 2.8016 x 0.5 x 1/3; 500 / (0.4 x 100,000) pays
    assert told.value == pytest.approx(0.4669, abs=1e-4) and "it already pays at 1.2%" in told.sentence


def test_the_figure_and_the_tables_are_the_same_twice_and_fit_the_page():
    one, two = answer(), answer()
    assert one.figure().svg == two.figure().svg and len(one.tables[0].columns) <= 7
    pd.testing.assert_frame_equal(one.actions, two.actions)
