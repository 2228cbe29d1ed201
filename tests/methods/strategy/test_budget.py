"""The budget over the actions of a small shop, worked out by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.strategy.budget import TRANCHES, budget
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT = Formats("EUR")
ACTIONS = pd.DataFrame(
    {
        "action_id": ["a", "b", "c"],
        "segment": ["Champions", "Champions", "Lapsed"],
        "name": ["early access", "referral gift", "win-back mails"],
        "cost": [500.0, 200.0, 30.0],
        "value_low": [200.0, 100.0, 36.0],
        "value": [1200.0, 300.0, 90.0],
        "value_high": [2400.0, 600.0, 162.0],
    }
)


def answer(limit, actions=ACTIONS, margin=0.4, channel_months=None):
    return budget(SimpleNamespace(actions=actions, margin=margin), Assumptions(budget=limit), FMT, channel_months)


def test_the_tranches_are_a_whole():
    cost, gain = map(sum, zip(*TRANCHES, strict=True))
    assert (cost, gain) == pytest.approx((1, 1))


def test_a_short_budget_by_hand():
    # money back for each unit, by tranche (40, 30, 30 percent of cost): a 3.3, 2.16, 1.44; b 2.06, 1.35, 0.9; c 4.125, 2.7, 1.8
    # 300 = 12 (c) + 200 (a) + 9 (c) + 79 (a's second tranche): 49.5 + 660 + 24.3 + 170.64
    result = answer(300)
    amounts = result.allocations.set_index("action_id")["amount"]
    assert amounts[["a", "b", "c"]].to_list() == pytest.approx([279, 0, 21])
    assert (result.spent, result.unspent, result.value, result.shadow_price) == pytest.approx((300, 0, 904.44, 2.16))
    assert answer(301).value - result.value == pytest.approx(result.shadow_price)
    assert [f.id for f in result.findings] == ["budget-split", "budget-last"]
    assert result.findings[0].money == pytest.approx(604.44)
    assert result.headline == "The budget of €300 should bring €904 of gross margin a year"


def test_money_that_would_not_come_back_is_kept():
    # b's last tranche brings 0.9 for each unit: 60 of its 200 are not spent; 82 percent of its 300 come
    result = answer(5000)
    assert (result.spent, result.unspent, result.value, result.shadow_price) == pytest.approx((670, 4330, 1536, 0))
    row = result.allocations.set_index("action_id").loc["b"]
    assert (row["reach"], row["value_low"], row["value"], row["value_high"]) == pytest.approx((0.7, 82, 246, 492))
    unspent = next(f for f in result.findings if f.id == "budget-unspent")
    assert unspent.value == pytest.approx(4330) and "nothing more on the list" in unspent.sentence


def test_what_rests_on_better_response_is_said():
    # 900 for 1,000: only the first slice pays, 400 for 55 percent of the value; responding like all others it brings 360
    weak = answer(5000, pd.DataFrame([{**ACTIONS.iloc[0], "cost": 1000.0, "value": 900.0}]))
    told = next(f for f in weak.findings if f.id == "budget-response")
    reached = weak.allocations.iloc[0]
    assert (reached["amount"], reached["value"], reached["even"]) == pytest.approx((400, 495, 360))
    assert told.value == pytest.approx(95) and "€40 is lost" in told.sentence and "early access for Champions" in told.sentence
    assert "budget-response" not in [f.id for f in answer(5000).findings]


def test_without_a_budget_the_client_decides():
    result = answer(None)
    assert result.limit is None and result.unspent is None
    assert result.spent == pytest.approx(670)
    offered = result.tables[1].frame
    assert offered["budget"].to_list() == pytest.approx([167.5, 335, 502.5, 670])
    assert offered["value"].is_monotonic_increasing and offered["price"].is_monotonic_decreasing
    assert "budget-decide" in [f.id for f in result.findings]


def test_without_a_margin_there_is_no_profit():
    assert answer(None, margin=None).headline == "How much to spend cannot be said yet: the gross margin is missing"
    result = answer(300, margin=None)
    assert "of revenue" in result.headline and result.findings[0].money is None
    assert any("can still lose money" in a.text for a in result.assumptions)


def test_nothing_pays_or_nothing_to_spend():
    poor = answer(1000, ACTIONS.assign(value=10.0))
    assert poor.spent == 0 and poor.unspent == 1000 and poor.figures() == ()
    assert poor.headline == "No money should be spent: no action is expected to earn its cost"
    assert answer(0).headline == "There is no budget to spend"
    assert isinstance(answer(1000, ACTIONS.head(0)), Locked)


def test_channels_stand_beside_and_must_fit():
    months = pd.DataFrame({"channel": "search", "month": pd.date_range("2025-11-01", periods=12, freq="MS"), "spend": 100.0})
    tight = next(f for f in answer(1500, channel_months=months).findings if f.id == "budget-room")
    assert tight.value == pytest.approx(300) and "Take €370 from the channels" in tight.action
    assert next(f for f in answer(9000, channel_months=months).findings if f.id == "budget-room").action is None
    assert next(f for f in answer(900, channel_months=months).findings if f.id == "budget-room").value == pytest.approx(-300)
    assert answer(1500, channel_months=months.head(0)).tables[-1].caption.startswith("The split")
    short = months.tail(3)  # three months of 100 are 1,200 a year
    assert next(f for f in answer(1500, channel_months=short).findings if f.id == "budget-room").value == pytest.approx(300)


def test_money_that_the_channels_take_is_not_called_unspent():
    months = pd.DataFrame({"channel": "search", "month": pd.date_range("2025-11-01", periods=12, freq="MS"), "spend": 100.0})
    result = answer(1500, channel_months=months)
    assert result.unspent == 0 and "budget-unspent" not in [f.id for f in result.findings]  # 1,500 - 670 - 1,200 < 0
    assert answer(2000, channel_months=months).unspent == pytest.approx(130)
    assert result.headline == "Spend €670 on actions: it should bring €1,536 of gross margin a year"


def test_the_figure_tells_the_advice():
    before = ACTIONS.copy()
    figure = answer(300).figure()
    assert "€300 brings €904" in figure.svg and "€300 brings €904" in figure.alt
    assert figure.svg == answer(300).figure().svg
    dollars = budget(SimpleNamespace(actions=ACTIONS, margin=0.4), Assumptions(budget=300), Formats("USD")).figure()
    assert "$300 brings $904" in dollars.svg  # two dollar signs are money and no mathematics
    pd.testing.assert_frame_equal(ACTIONS, before)
