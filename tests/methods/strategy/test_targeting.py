"""Segments matched with advice: a shop worked out by hand, and what happens at the edges."""

from dataclasses import FrozenInstanceError
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from playbook.engagement import Assumptions, Intervention
from playbook.methods.strategy.advising.advice import load_advice
from playbook.methods.strategy.targeting import targeting
from playbook.result.contract import Lesson, Locked
from playbook.result.formats import Formats
from playbook.result.html import fragment

FMT = Formats("EUR")
# 400 customers, 100,000 a year: an average customer is worth 250
PROFILES = pd.DataFrame(
    {
        "segment": ["Champions", "Lapsed"],
        "kind": ["champions", "lapsed"],
        "customers": [100, 300],
        "revenue_year": [100_000.0, 0.0],
        "order_value": [200.0, 50.0],
    }
)


def shop(profiles=PROFILES):
    """Segments with as many customers as the profiles say, who bought alike; the first of each segment bought nothing."""
    rows = [
        {
            "customer_id": f"{p['segment']}-{i}",
            "segment": p["segment"],
            "recency_days": 10 + i,
            "revenue_year": p["revenue_year"] / max(p["customers"] - 1, 1) * bool(i),
        }
        for p in profiles.to_dict("records")
        for i in range(p["customers"])
    ]
    columns = ["customer_id", "segment", "recency_days", "revenue_year"]
    return SimpleNamespace(profiles=profiles, assignments=pd.DataFrame(rows, columns=columns))


def answer(profiles=PROFILES, margin=0.4, **more):
    return targeting(shop(profiles), Assumptions(gross_margin=margin), FMT, **more)


def test_by_hand():
    # early access: 100 x 1,000 x 3 % x 0.4 = 1,200 for 100 x 2 % x 250 = 500
    # referral: 100 x 250 x 3 % x 0.4 = 300 for 100 x (0.2 % + 0.6 %) x 250 = 200
    # win-back: 300 x 50 x 0.015 x 0.4 = 90 for 300 x 0.04 % x 250 = 30
    result = answer()
    rows = result.actions.set_index("action_id")
    assert list(rows.index) == ["champions-early-access", "champions-referral", "lapsed-winback"]
    assert rows["value"].to_list() == pytest.approx([1200, 300, 90])
    assert rows["cost"].to_list() == pytest.approx([500, 200, 30])
    assert rows["value_low"].to_list() == pytest.approx([200, 100, 36])
    assert rows["value_high"].to_list() == pytest.approx([2400, 600, 162])
    assert rows["break_even"].to_list() == pytest.approx([0.0125, 0.02, 0.005])
    total = result.findings[0]
    assert total.id == "targeting-total" and total.value == total.money == pytest.approx(860)
    assert (total.low, total.high, total.n) == (pytest.approx(336 - 730), pytest.approx(3162 - 730), 400)
    assert result.headline == "3 of 3 actions should pay across their whole segments: €860 a year after cost"


def test_without_a_margin_nothing_is_called_profit():
    result = answer(margin=None)
    assert result.actions["profit"].isna().all()
    assert result.actions.loc[0, "value"] == pytest.approx(3000)
    assert "margin is missing" in result.headline
    assert [f.id for f in result.findings] == ["targeting-revenue"] and result.findings[0].money is None
    assert "profit" not in result.tables[0].columns


def test_what_does_not_earn_its_cost_is_said():
    result = answer(margin=0.01)
    assert result.headline == "None of the 3 actions is expected to earn its cost"
    assert [f.id for f in result.findings] == ["targeting-unpaid"] and result.findings[0].value < 0


def test_an_unknown_kind_is_named_not_dropped_in_silence():
    result = answer(PROFILES.assign(segment=["Champions", "Pirates"], kind=["champions", "pirates"]))
    assert set(result.actions["kind"]) == {"champions"}
    assert any("Pirates" in a.text for a in result.assumptions)
    alone = answer(PROFILES.assign(kind="pirates"))
    assert alone.actions.empty and alone.figures() == () and alone.headline == "No action of the advice list fits these segments"


@pytest.mark.parametrize("profiles", [PROFILES.head(0), PROFILES.assign(revenue_year=0.0), PROFILES.assign(customers=0)])
def test_no_revenue_locks(profiles):
    assert isinstance(answer(profiles), Locked)


def test_own_tests_replace_withdraw_and_are_shown():
    lessons = (
        Lesson("vip-preview", "The preview raised revenue by 10%.", "shown", "scale", 0.10, 0.05, 0.15, 900.0),
        Lesson("friend-gift", "The gift brought nobody", "harmful", "retire", -0.02, -0.03, -0.01, -400.0),
    )
    # 73 days are a fifth of a year: 10 percent becomes 2 percent of a year, 100 x 1,000 x 2 % x 0.4 = 800
    tests = (Intervention(id="vip-preview", start=date(2026, 1, 1), end=date(2026, 3, 14)),)
    result = answer(past_lessons=lessons, interventions=tests)
    best = next(f for f in result.findings if f.id == "targeting-best")
    assert best.evidence == "likely"  # its low end, 100 x 1,000 x 1 % x 0.4 = 400, is above the cost of 100
    assert result.withdrawn == ("champions-referral",)
    assert result.actions.set_index("action_id").loc["champions-early-access", "value"] == pytest.approx(800)
    assert result.actions.set_index("action_id").loc["champions-early-access", "cost"] == pytest.approx(100)  # 500 for a year
    told = {f.id: f for f in result.findings if f.id.startswith("targeting-lesson")}
    assert "measured effect used" in told["targeting-lesson-vip-preview"].sentence
    assert "action withdrawn" in told["targeting-lesson-friend-gift"].sentence
    assert len(result.tables[2].frame) == 2


def test_one_action_that_pays_is_told_once():
    result = answer(PROFILES.tail(1).assign(revenue_year=1000.0, kind="occasional"))
    assert [f.id for f in result.findings] == ["targeting-best"]


def test_nobody_is_told_to_start_what_is_not_worth_an_hour_of_work():
    large, small = answer().findings, answer(PROFILES.assign(revenue_year=[2000.0, 0.0], order_value=[4.0, 1.0])).findings
    assert large[0].action.startswith("Start with these") and large[1].action.startswith("Give them new products")
    assert [f.id for f in small[:2]] == ["targeting-total", "targeting-best"] and small[1].value == pytest.approx(14.0)
    assert all(f.action.endswith("leave them out for now." if f is small[0] else "leave it out for now.") for f in small[:2])


def test_proposals_share_the_action_among_its_customers_by_what_they_bought():
    # the segment's first customer bought nothing, the other 99 bought 1,010.10 each; contacts cost all 100 the same
    early = next(p for p in answer().proposals if p.name == "early access")
    assert (early.cost, early.value) == (pytest.approx(500), pytest.approx(1200))
    lines = early.lines.set_index("key")
    assert lines.loc["Champions-0", ["cost", "value"]].to_list() == [5.0, 0.0]
    assert lines.loc["Champions-7", "value"] == pytest.approx(1200 / 99)
    assert early.worklist.frame["customer_id"].is_unique and len(early.worklist.frame) == 100
    assert (
        early.stop_rule
        == "It breaks even at 1.2% more revenue than in the control group. Stop if the whole 80% range of the gain"
        " lies below that."
    )


def test_without_a_margin_no_point_is_called_paying_and_ranges_stand_in_one_column():
    assert "just pays" in answer().figure().svg and "just pays" not in answer(margin=None).figure().svg
    table = answer().tables[0]
    assert table.frame["range"].iloc[0] == "€200 to €2,400" and len(table.columns) <= 7


@pytest.mark.parametrize(
    ("given", "proposed"),
    [
        ({}, False),
        ({"baskets": SimpleNamespace(rules=pd.DataFrame({"shown": [False]}))}, False),
        ({"baskets": SimpleNamespace(rules=pd.DataFrame({"shown": [False, True]}))}, True),
        ({"recommendations": SimpleNamespace(offers=pd.DataFrame({"item": []}))}, False),
        ({"recommendations": SimpleNamespace(offers=pd.DataFrame({"item": ["p1"]}))}, True),
    ],
)
def test_a_mail_with_the_next_product_needs_a_product(given, proposed):
    result = answer(PROFILES.assign(kind=["champions", "potential"], segment=["Champions", "Potential"]), **given)
    assert ("potential-next-product" in set(result.actions["action_id"])) == proposed
    assert ("next product" in {p.name for p in result.proposals}) == proposed
    told = "“next product” is not proposed: the data do not tell yet which product goes to whom."
    assert (told in {a.text for a in result.assumptions}) != proposed


def test_every_kind_at_once_shows_and_changes_nothing():
    kinds = list(load_advice())
    profiles = pd.DataFrame({"segment": kinds, "kind": kinds, "customers": 50, "revenue_year": 20_000.0, "order_value": 90.0})
    before = profiles.copy()
    named = SimpleNamespace(offers=pd.DataFrame({"item": ["p1"]}))
    result = answer(profiles, industry="retail", recommendations=named)
    pd.testing.assert_frame_equal(profiles, before)
    assert set(result.actions["kind"]) == set(kinds)
    figure = result.figure()
    assert figure.svg == answer(profiles, industry="retail", recommendations=named).figure().svg
    assert len(figure.data.frame) == 10
    assert "<script" not in fragment(result, "targeting")
    with pytest.raises(FrozenInstanceError):
        result.margin = 1.0
