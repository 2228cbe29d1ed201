"""The budget over the proposals of a small shop, worked out by hand, and over a market with known answers."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from markets import aurora, market

from playbook.engagement import Assumptions, ChannelLimit, Intervention
from playbook.methods.strategy.budget import budget
from playbook.methods.strategy.counting import counted_once
from playbook.result.contract import LINES, Locked, Proposal
from playbook.result.formats import Formats

FMT = Formats("EUR")


def offer(id, name, whom, cost, value, keys=100, waits=True, pool="purchases"):
    """A proposal whose first half of customers brings three times what the second half does; range from half to double."""
    worth = np.repeat([1.5, 0.5], keys // 2) * value / keys
    lines = pd.DataFrame({"key": [f"{whom}{i}" for i in range(keys)], "cost": cost / keys})
    lines = lines.assign(value_low=worth / 2, value=worth, value_high=worth * 2)[list(LINES)]
    return Proposal(id, name, "do it", whom, "head of sales", "orders", "stop", pool, lines, 14, 90, waits=waits)


# value for cost, first and second half: a 3.6 and 1.2, b 2.25 and 0.75, c 4.5 and 1.5
OFFERS = (
    offer("a", "early access", "Champions", 500.0, 1200.0),
    offer("b", "referral gift", "Loyal", 200.0, 300.0),
    offer("c", "win-back mails", "Lapsed", 30.0, 90.0),
)


def answer(limit, offers=OFFERS, margin=0.4, **frames):
    return budget(Assumptions(budget=limit, gross_margin=margin), FMT, SimpleNamespace(proposals=tuple(offers)), **frames)


def weekly(true, margin_claims=True):
    """The frames of an invented market."""
    panel = true.panel
    parts = [
        pd.DataFrame({"channel": c, "week": panel.weeks, "spend": s}) for c, s in zip(panel.channels, panel.spend.T, strict=True)
    ]
    spend = pd.concat(parts, ignore_index=True)
    if margin_claims:
        spend["orders"] = np.repeat(panel.claimed, len(panel.weeks))
    months = spend.assign(month=spend["week"].dt.to_period("M").dt.to_timestamp()).drop(columns="week")
    months = months.groupby(["channel", "month"], as_index=False).sum()
    weeks = pd.DataFrame({"week": panel.weeks, "orders": panel.orders, "revenue": panel.orders * 100.0})
    return {"channel_weeks": spend, "channel_months": months, "weeks": weeks}


def test_a_short_budget_by_hand():
    # best value for money first: c 15 (67.5), a 250 (900), then 35 of the 100 of b's first half (78.75)
    result = answer(300)
    amounts = result.allocations.set_index("id")["amount"]
    assert amounts[["a", "b", "c"]].to_list() == pytest.approx([250, 34, 15])  # lines of b cost 2 each: whole ones only
    assert (result.spent, result.unspent, result.value) == pytest.approx((299, 1, 1044))
    assert result.shadow_price == pytest.approx(2.25)
    assert result.allocations.set_index("id").loc["b", "reach"] == pytest.approx(0.34)  # of those for whom it pays
    assert [f.id for f in result.findings] == ["budget-split", "budget-last"]
    assert result.findings[0].money == pytest.approx(1044 - 299)
    assert result.headline == "The budget of €300 should bring €1,044 of gross margin a year"


def test_what_is_funded_is_what_is_paid():
    result = answer(300)
    assert {p.id: len(p.lines) for p in result.funded} == {"a": 50, "b": 17, "c": 50}
    assert sum(p.cost for p in result.funded) == pytest.approx(result.spent)
    shown = result.allocations.set_index("id")
    for p in result.funded:
        for c in ("value_low", "value", "value_high"):
            assert shown.loc[p.id, c] == pytest.approx(p.lines[c].sum())
    assert result.proposals == ()  # no channels: nothing of its own to propose


def test_money_that_would_not_come_back_is_kept():
    # b's second half brings 0.75 for each unit: it is no part of the proposal any more
    result = answer(5000)
    assert (result.spent, result.unspent, result.value, result.shadow_price) == pytest.approx((630, 4370, 1515, 0))
    unspent = next(f for f in result.findings if f.id == "budget-unspent")
    assert unspent.value == pytest.approx(4370) and "reaches everyone with whom it pays" in unspent.sentence
    lumps = [offer("a", "a", "All", 500.0, 2000.0, keys=2), offer("b", "b", "Others", 400.0, 900.0, keys=2)]
    rest = next(f for f in answer(600, lumps).findings if f.id == "budget-unspent")  # 250 for a half of a, 200 for a half of b
    assert rest.value == pytest.approx(150) and "taken as a whole" in rest.sentence


def test_each_customer_counts_once_and_what_needs_no_budget_is_left_out():
    twice = (offer("x", "x", "Lapsed", 10.0, 50.0), *OFFERS, offer("free", "free", "Others", 50.0, 500.0, waits=False))
    result = answer(None, twice)
    assert set(result.allocations["id"]) == {"a", "b", "c"} or "x" in set(result.allocations["id"])
    keys = pd.concat([p.lines["key"] for p in result.funded])
    assert keys.is_unique and "free" not in set(result.allocations["id"])
    other = budget(
        Assumptions(), FMT, scoring=SimpleNamespace(proposals=OFFERS[:1]), retention=SimpleNamespace(proposals=OFFERS[1:])
    )
    assert other.value == pytest.approx(answer(None).value)


def test_without_a_budget_the_client_decides():
    result = answer(None)
    assert result.limit is None and result.unspent is None and result.spent == pytest.approx(630)
    offered = result.tables[1].frame
    assert offered["budget"].to_list() == pytest.approx([157.5, 315, 472.5, 630])
    assert offered["value"].is_monotonic_increasing and offered["price"].is_monotonic_decreasing
    assert "budget-decide" in [f.id for f in result.findings]


def test_without_a_margin_there_is_no_profit():
    assert answer(None, margin=None).headline == "How much to spend cannot be said yet: the gross margin is missing"
    result = answer(300, margin=None)
    assert "of revenue" in result.headline and result.findings[0].money is None
    assert any("can still lose money" in a.text for a in result.assumptions)


def test_nothing_pays_or_nothing_to_spend():
    poor = answer(1000, [offer("a", "a", "All", 500.0, 10.0)])
    assert isinstance(poor, Locked) or (poor.spent == 0 and poor.figures() == ())
    assert answer(0).headline == "There is no budget to spend" and answer(0).figures() == ()
    assert isinstance(answer(1000, ()), Locked) and isinstance(budget(Assumptions(), FMT), Locked)


def test_no_money_goes_to_what_is_not_worth_the_work():
    small = offer("d", "monthly mail", "Seldom", 2.0, 12.0)  # leaves 10 a year
    with_it, without = answer(5000, (*OFFERS, small)), answer(5000)
    assert {p.id for p in with_it.funded} == {"a", "b", "c"} and with_it.value == pytest.approx(without.value)
    alone = answer(5000, [small])
    assert alone.spent == 0 and alone.unspent == 5000 and "the work it takes" in alone.headline
    assert alone.findings[-1].sentence.endswith("would stay unspent. No action would leave enough to be worth the work.")


def test_channels_whose_effect_is_unknown_stand_beside_and_must_fit():
    months = pd.DataFrame({"channel": "search", "month": pd.date_range("2025-11-01", periods=12, freq="MS"), "spend": 100.0})
    tight = answer(1500, channel_months=months)
    room = next(f for f in tight.findings if f.id == "budget-room")
    assert room.value == pytest.approx(300) and "Take €330 from the channels" in room.action and tight.unspent == 0
    assert next(f for f in answer(9000, channel_months=months).findings if f.id == "budget-room").action is None
    assert next(f for f in answer(900, channel_months=months).findings if f.id == "budget-room").value == pytest.approx(-300)
    assert answer(2000, channel_months=months).unspent == pytest.approx(170)
    assert any("What the channels cause cannot be judged" in a.text for a in tight.assumptions)
    short = months.tail(3)  # three months of 100 are 1,200 a year
    assert next(f for f in answer(1500, channel_months=short).findings if f.id == "budget-room").value == pytest.approx(300)


def test_channels_and_actions_share_one_budget():
    frames = weekly(market(1))
    today = frames["channel_weeks"][frames["channel_weeks"]["week"] >= "2025-01-01"]["spend"].sum()
    result = answer(float(today), **frames)
    assert [f.id for f in result.findings][:3] == ["budget-split", "budget-mix", "budget-caused"] and len(result.findings) <= 5
    assert result.spent <= today * (1 + 1e-6) and {p.id for p in result.funded} <= {"a", "b", "c"}
    assert result.spent == pytest.approx(result.allocations["amount"].sum() + result.channels["advised"].sum())
    shift = result.proposals[0]
    assert shift.id == "channel-mix" and not shift.waits and result.worklists == ()  # the plan hands the list over
    gain = result.channels["more"].sum() - result.channels["change"].sum()
    assert next(f for f in result.findings if f.id == "budget-mix").money == pytest.approx(gain)
    assert counted_once((shift,))[0].value - shift.cost == pytest.approx(gain)
    within = result.channels["advised"].between(result.channels["low"] - 1e-6, result.channels["high"] + 1e-6)
    assert within.all() and {"claimed", "back", "last"} <= set(result.channels)
    assert len(result.figures()) == 2 and len([t for t in result.tables if not t.aside]) <= 3


def test_channels_alone_and_without_margin_or_claims():
    frames = weekly(market(2), margin_claims=False)
    alone = budget(Assumptions(budget=1e7, gross_margin=0.4), FMT, **frames)
    assert alone.allocations.empty and alone.funded == () and alone.spent > 0 and "claimed" not in alone.channels
    blind = budget(Assumptions(budget=1e7), FMT, **frames)
    assert blind.proposals == () and "revenue a year than today's spend" in blind.findings[1].sentence
    assert all(f.money is None for f in blind.findings)


def test_floors_that_no_budget_meets_are_said():
    frames = weekly(market(1))
    limits = {c: ChannelLimit(floor=50_000) for c in frames["channel_weeks"]["channel"].unique()}
    result = answer(60_000, channel_limits=limits, **frames)
    assert "No split meets both" in result.headline and result.funded == () and result.figures() == ()
    assert result.findings[0].id == "budget-floors" and "Raise the budget by" in result.findings[0].action
    assert result.findings[0].value == pytest.approx(4 * 50_000 - 60_000, rel=0.01)


@pytest.mark.parametrize("limit", [0.0, 50.0, 1e9])
def test_any_budget_has_an_answer(limit):
    result = answer(limit, **weekly(market(4)))
    assert result.spent <= limit + 1e-6 and result.value >= 0
    for figure in result.figures():
        assert figure.alt


def test_unicode_names_one_channel_and_inputs_unchanged():
    frames = weekly(market(5, channels=1))
    for name in ("channel_weeks", "channel_months"):
        frames[name] = frames[name].assign(channel="Suche & 搜索")
    before = {name: frame.copy() for name, frame in frames.items()}
    ran = (Intervention(id="sale", start=date(2024, 1, 1), end=date(2024, 2, 1)),)
    first, second = (answer(40_000.0, interventions=ran, **frames) for _ in range(2))
    assert first.figure().svg == second.figure().svg and first.findings == second.findings
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_the_figure_tells_the_advice():
    figure = answer(300).figure()
    assert "€299 brings €1,044" in figure.svg and "€299 brings €1,044" in figure.alt
    assert figure.svg == answer(300).figure().svg
    dollars = budget(Assumptions(budget=300, gross_margin=0.4), Formats("USD"), SimpleNamespace(proposals=OFFERS)).figure()
    assert "$299 brings $1,044" in dollars.svg  # two dollar signs are money and no mathematics


def test_the_generated_client_gains_by_the_planted_curves():
    """Aurora-audio: the advised channel spend leaves more after cost than today's, by the curves that were planted."""
    client = aurora()
    result = budget(client.engagement.parameters, FMT, interventions=client.engagement.interventions, **client.frames)
    spend, year = result.channels.set_index("channel"), 52 * 7
    worth = client.engagement.parameters.gross_margin * client.curves.response.panel.order_value
    share = (spend["advised"] / spend["today"]).reindex(client.curves.channels).to_numpy()
    gain = (client.orders(share, year) - client.orders(np.ones(5), year)).sum() * worth - spend["change"].sum()
    told = next(f for f in result.findings if f.id == "budget-mix")
    assert told.low <= gain <= told.high and gain > 0.1 * spend["today"].sum()
    assert spend.loc["email", "advised"] > spend.loc["email", "today"]
    assert spend.loc["display", "advised"] < spend.loc["display", "today"]  # brings 0.11 for the last unit
