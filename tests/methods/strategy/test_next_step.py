"""Next step: the policy that was planted is found again, and its value is not flattered."""

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.strategy.next_step import next_step
from playbook.methods.strategy.stepping.policy import Money, advise
from playbook.methods.strategy.stepping.ways import read_ways
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT = Formats("EUR")
# chance to go on by step and action; a sale brings 100, a call costs 3, a gift 30
ONWARD = {"a": {"none": 0.30, "call": 0.45}, "b": {"none": 0.40, "gift": 0.50}}
COSTS = {"call": 3.0, "gift": 30.0}


def journeys(cases=2000, seed=1, onward=ONWARD):
    """Journeys a > b > paid with actions by lot, in the form of the frame path_actions."""
    rng, rows = np.random.default_rng(seed), []
    for way in range(cases):
        events = []
        for step, choices in onward.items():
            action = rng.choice(list(choices))
            events.append((step, action))
            if rng.random() >= choices[action]:
                break
        else:
            events.append(("paid", None))
        rows += [(way, i, step, action, 1, False) for i, (step, action) in enumerate(events)]
    return pd.DataFrame(rows, columns=["way", "place", "step", "action", "cases", "going"])


def true_gain():
    """Of a case: call at a and nothing at b, against each action half of the time."""
    today = 0.5 * (0.30 + 0.45) * (0.5 * (0.40 + 0.50) * 100 - 15) - 1.5
    return 0.45 * 0.40 * 100 - 3 - today


def answer(frame=None, margin=1.0, costs=COSTS, **changes):
    frame = journeys() if frame is None else frame
    months = pd.DataFrame({"month": pd.date_range("2026-01-01", periods=10, freq="MS"), "revenue": 1000.0, "orders": 10.0})
    given = {"path_actions": frame, "months": months, "stages": ("a", "b", "paid"), "action_costs": costs}
    return next_step(Assumptions(gross_margin=margin), FMT, **(given | changes))


def test_the_planted_policy_is_found_and_the_interval_holds_the_truth():
    result = answer()
    told = result.choices[result.choices["advised"]].set_index("step")["action"].to_dict()
    assert told == {"a": "call", "b": "nothing special"}
    advice = result.advice
    assert advice.gain_low < true_gain() < advice.gain_high
    assert advice.held_out == pytest.approx(0.45 * 0.40 * 100 - 3, abs=5.0) and advice.effective > 300


def test_where_actions_do_nothing_no_gain_is_claimed():
    alike = {"a": {"none": 0.4, "call": 0.4}, "b": {"none": 0.4, "gift": 0.4}}
    gains = []
    for seed in range(6):
        frame = journeys(1500, seed, alike)
        ways = read_ways(frame, "paid", ("a", "b", "paid"))
        gains.append(advise(ways, Money(100.0, np.zeros(3), np.ones(2))).gain)
    assert abs(np.mean(gains)) < 0.4  # of 16 a case; the plain difference of values is above 0.5 here


def test_money_and_lists_add_up():
    result = answer()
    (proposal,) = result.proposals
    assert proposal.value == pytest.approx(result.advice.gain * 2000)
    assert proposal.worklist.frame["value"].sum() == pytest.approx(proposal.value)
    assert set(proposal.lines["key"]) == {"a: call", "b: nothing special"}


def test_the_gift_wins_more_and_pays_less():
    told = next(f for f in answer().findings if f.id == "next-step-unpaid")
    assert "At b, gift keeps more cases going" in told.sentence


def test_a_rare_action_is_not_advised():
    frame = journeys()
    frame.loc[(frame["action"] == "call") & (frame["way"] > 60), "action"] = "none"
    result = answer(frame)
    assert "a" not in set(result.choices.loc[result.choices["advised"], "step"])
    assert any(f.id == "next-step-thin" and "at a:" in f.sentence for f in result.findings)


def test_without_actions_only_the_key_steps_are_told():
    result = answer(journeys().assign(action=None))
    assert result.advice is None and result.proposals == () and result.figures() == ()
    assert result.findings[0].id == "next-step-silent"


def test_without_a_margin_it_is_revenue_and_without_months_nothing_is_weighed():
    assert "of revenue a year" in answer(margin=None).headline
    assert answer(months=None).advice is None


def test_a_pipeline_stands_in_for_journeys():
    rng = np.random.default_rng(2)
    deals = pd.DataFrame({"amount": rng.uniform(1e3, 9e3, 900), "discount": rng.choice([0.0, 0.04, 0.2], 900)})
    deals["stage"] = np.where(rng.random(900) < 0.3 + deals["discount"], "Closed Won", "Closed Lost")
    result = answer(path_actions=None, opportunities=deals, costs={})
    assert result.ways.steps == ("large deals", "middle deals", "small deals")
    assert "deals" in result.findings[0].sentence


@pytest.mark.parametrize("frame", [journeys(100), journeys(500, onward={"a": {"none": 0.01}}), journeys(5).head(0)])
def test_too_few_cases(frame):
    assert isinstance(answer(frame), Locked)


def test_the_same_twice_and_nothing_changed():
    frame = journeys(600)
    before = frame.copy(deep=True)
    one, two = answer(frame), answer(frame)
    assert one.figure().svg == two.figure().svg and one.advice.gain == two.advice.gain
    pd.testing.assert_frame_equal(frame, before)
