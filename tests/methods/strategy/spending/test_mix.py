"""The shift of channel money: its lines add up to what it leaves."""

import pandas as pd
import pytest
from markets import WORTH, two_channels

from playbook.engagement import ChannelLimit
from playbook.methods.strategy.spending.mix import channel_frame, mix_proposal
from playbook.methods.strategy.spending.split import split
from playbook.result.formats import Formats

FMT = Formats("EUR")


def shifted(limits=None, costs=None, budget=None):
    market = two_channels(limits=limits)
    found = split((), market, float(market.curves.today.sum()) if budget is None else budget)
    frame = channel_frame(found, costs)
    return found, frame, mix_proposal(found, frame, FMT)


def test_lines_add_up_to_what_the_shift_leaves():
    found, frame, shift = shifted()
    assert (shift.value - shift.cost, len(shift.lines)) == pytest.approx((found.gain()[1], 1))
    assert [shift.lines[c].iloc[0] - shift.cost for c in ("value_low", "value_high")] == pytest.approx(found.gain()[::2])
    up, down = frame[frame["change"] > 0].iloc[0], frame[frame["change"] < 0].iloc[0]
    rows = shift.worklist.frame.set_index("channel")
    assert rows.loc[up["channel"], "cost"] == pytest.approx(up["change"]) and rows.loc[down["channel"], "cost"] == 0
    assert rows.loc[up["channel"], "value"] == pytest.approx(up["more"])
    assert rows.loc[down["channel"], "value"] == pytest.approx(-down["change"] + down["more"])
    assert (shift.pool, shift.waits, shift.id) == ("new customers", False, "channel-mix")
    assert rows[["cost", "value"]].sum().to_list() == pytest.approx([shift.cost, shift.value])
    assert set(rows["shift"]) == set(shift.lines["key"])  # the plan keeps the list as a whole or not at all
    assert up["channel"] in shift.action and "Spend more on" in shift.action and "less on" in shift.action


def test_ratios_by_hand():
    # 10 orders a week on 5,200 or so a year, worth 30 each
    found, frame, _ = shifted(costs=pd.DataFrame({"channel": ["c0", "c1"], "spend": [100.0, 0.0], "orders": [5.0, 1.0]}))
    row = frame.set_index("channel").loc["c0"]
    assert row["caused"] == pytest.approx(10 * 52 * WORTH, rel=0.01)
    assert row["back"] == pytest.approx(row["caused"] / row["today"]) and row["orders"] == pytest.approx(520, rel=0.01)
    assert row["claimed"] == pytest.approx(5 / 100 * WORTH) and pd.isna(frame.set_index("channel").loc["c1", "claimed"])
    assert row["last"] < row["back"]  # returns fall


def test_no_shift_where_limits_hold_all():
    market = two_channels()
    fixed = {c: ChannelLimit(floor=t, cap=t) for c, t in zip(market.curves.channels, market.curves.today, strict=True)}
    found, _, shift = shifted(limits=fixed)
    assert shift is None and not found.moved and found.gain()[1] == pytest.approx(0)
