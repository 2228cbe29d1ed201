"""Next step: the policy that was planted is found again, and its value is not flattered."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.strategy.next_step import next_step
from playbook.methods.strategy.stepping.policy import Money, advise
from playbook.methods.strategy.stepping.ways import read_ways
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), date(2026, 10, 31)
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
    return next_step(Assumptions(gross_margin=margin), AS_OF, FMT, **(given | changes))


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


def test_a_policy_that_loses_on_other_cases_is_not_told_as_a_gain():
    alike = {"a": {"none": 0.4, "call": 0.4}, "b": {"none": 0.4, "gift": 0.4}}
    result = next(r for r in (answer(journeys(600, s, alike), costs={}) for s in range(30)) if r.advice.gain < 0)
    assert result.headline == "No other action is shown to be worth more than what is done today" and result.proposals == ()
    policy = result.findings[0]
    assert "worth no more than today's mix" in policy.sentence and policy.money is None
    assert policy.evidence in ("not shown", "harmful") and not any(f.id == "next-step-best" for f in result.findings)


def test_money_and_lists_add_up():
    result = answer()
    (proposal,) = result.proposals
    assert proposal.value == pytest.approx(result.advice.gain * 2000)
    assert proposal.worklist.frame["value"].sum() == pytest.approx(proposal.value)
    assert set(proposal.lines["key"]) == {"a: call", "b: nothing special"}


def test_the_gift_wins_more_and_pays_less():
    told = next(f for f in answer().findings if f.id == "next-step-unpaid")
    assert "At “b”, “gift” moves more cases on" in told.sentence


def test_a_rare_action_is_not_advised():
    frame = journeys()
    frame.loc[(frame["action"] == "call") & (frame["way"] > 60), "action"] = "none"
    result = answer(frame)
    assert "a" not in set(result.choices.loc[result.choices["advised"], "step"])
    assert any(f.id == "next-step-thin" and "At a," in f.sentence for f in result.findings)


def test_without_actions_only_the_key_steps_are_told():
    result = answer(journeys().assign(action=None))
    assert result.advice is None and result.proposals == () and result.figures() == ()
    assert result.findings[0].id == "next-step-silent"


def test_a_step_that_no_sale_passes_is_no_key_step():
    frame = journeys()
    ends = frame.drop_duplicates("way", keep="last")
    lost = ends[ends["step"] != "paid"].assign(place=9, step="lost", action=None)
    result = answer(pd.concat([frame, lost]))
    assert "lost" in set(result.key_steps["step"])
    assert list(result.tables[-1].frame["step"]) == ["a", "b"]


def test_without_a_margin_it_is_revenue_and_without_months_nothing_is_weighed():
    assert "more revenue a year" in answer(margin=None).headline
    assert answer(months=None).advice is None


def pipeline(n=3000, seed=0, lift=0.2, **columns):
    """Closed deals of two years: won in 40 percent of the cases, in 48 percent with a fifth off (``lift`` 0.2)."""
    rng = np.random.default_rng(seed)
    listed, discount = rng.lognormal(10, 0.5, n), rng.choice([0.0, 0.2], n)
    won = rng.random(n) < 0.40 * (1 + lift * (discount > 0))
    closed = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(0, 730, n), "D")
    deals = {
        "opportunity_id": [f"d{i}" for i in range(n)], "stage": np.where(won, "Won", "Lost"), "amount": listed * (1 - discount),
        "discount": discount, "closed_on": closed,
    }  # fmt: skip
    return pd.DataFrame(deals | columns)


def deals(table, margin):
    return answer(path_actions=None, opportunities=table, costs={}, margin=margin)


def test_discounts_that_the_prices_advise_are_not_advised_again():
    result = deals(pipeline(), 0.3)
    assert isinstance(result, Locked) and "answered with the prices" in result.headline


def test_a_discount_costs_what_it_gives_away_and_only_the_year_counts():
    # without a margin all is revenue: a fifth off leaves .48 x .8 = .384 of the list price against .40
    table = pipeline(8000)
    result = deals(table, None)
    told = result.choices.set_index(["step", "action"])["better"].unstack()
    assert (told["no discount"] > told["discount above 10%"]).mean() > 0.6 and "discount above 10%" not in result.headline
    assert result.findings[0].n == (table["closed_on"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=365)).sum()
    # three times as many won with a fifth off: that pays, most of all in large deals, and is told as a change of prices
    paid = deals(pipeline(lift=2.0), None)
    best = paid.choices[paid.choices["action"] == "discount above 10%"].set_index("step")["better"]
    assert best["large deals"] > 1.5 * best["small deals"] > 0 and paid.proposals[0].pool == "prices"
    assert any("less the discount." in a.text for a in paid.assumptions)


def test_journeys_that_begin_with_the_sale_count_for_nothing():
    frame = journeys()
    direct = pd.DataFrame([(9999, 0, "paid", None, 2000, False)], columns=frame.columns)
    alone, beside = answer(frame), answer(pd.concat([frame, direct]))
    assert beside.proposals[0].value == pytest.approx(alone.proposals[0].value, rel=0.1)
    assert beside.findings[0].n == 2000 and any("begin with the sale" in a.text for a in beside.assumptions)
    assert isinstance(answer(pd.concat([journeys(100), direct])), Locked)
    assert beside.advice.on_average == pytest.approx(alone.advice.on_average)


def test_drawn_journeys_stand_for_all_of_the_year():
    plain, drawn = answer(), answer(journeys().assign(times=3.0))
    assert drawn.proposals[0].value == pytest.approx(3 * plain.proposals[0].value)
    assert drawn.advice.gain_low == plain.advice.gain_low and drawn.findings[0].n == 6000
    assert any("one in 3" in a.text for a in drawn.assumptions)


def test_the_check_compares_like_with_like():
    alike = {"a": {"none": 0.5, "call": 0.5}, "b": {"none": 0.6, "gift": 0.6}}
    frame = journeys(3000, 2, alike).assign(days=1000.0)  # what comes in years is worth little today
    advice = answer(frame, costs={}).advice
    assert advice.today < 0.7 * advice.on_average
    assert advice.held_out == pytest.approx(advice.on_average, rel=0.15)


def test_what_is_missing_is_named():
    silent = answer(months=None)
    assert (
        silent.headline.startswith("Actions cannot be compared: what a sale brings is not known")
        and "Send what" in silent.findings[0].action
    )
    silent = answer(journeys().assign(action=None))
    assert (
        silent.headline.startswith("Actions cannot be compared: what was done at each step is not known")
        and "Record" in silent.findings[0].action
    )


@pytest.mark.parametrize("frame", [journeys(100), journeys(500, onward={"a": {"none": 0.01}}), journeys(5).head(0)])
def test_too_few_cases(frame):
    assert isinstance(answer(frame), Locked)


def test_the_same_twice_and_nothing_changed():
    frame = journeys(600)
    before = frame.copy(deep=True)
    one, two = answer(frame), answer(frame)
    assert one.figure().svg == two.figure().svg and one.advice.gain == two.advice.gain
    pd.testing.assert_frame_equal(frame, before)
