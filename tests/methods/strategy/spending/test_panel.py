"""Weeks of spend and orders side by side, and why there may be none."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Intervention
from playbook.methods.strategy.spending.panel import interventions_by_week, price_index, spend_panel

MONDAYS = pd.date_range("2024-01-01", periods=60, freq="W-MON")


def spends(weeks=MONDAYS, **channels):
    rows = [pd.DataFrame({"channel": c, "week": weeks, "spend": v, "orders": 3.0}) for c, v in channels.items()]
    return pd.concat(rows, ignore_index=True)


def sales(weeks=MONDAYS, orders=None):
    orders = np.arange(len(weeks)) + 10.0 if orders is None else orders
    return pd.DataFrame({"week": weeks, "orders": orders, "revenue": orders * 20.0})


def test_weeks_that_both_cover():
    panel = spend_panel(spends(search=100.0, mail=10.0, tiny=0.5), sales(MONDAYS[3:]))
    assert panel.channels == ("mail", "search") and panel.small == {"tiny": pytest.approx(26)}
    assert panel.weeks[0] == MONDAYS[3] and panel.spend.shape == (57, 2) and panel.known.all()
    assert panel.order_value == pytest.approx(20) and panel.claimed == pytest.approx([3, 3])


def test_an_order_that_a_channel_brings_is_worth_what_channels_claim():
    """Fairs bring machines of 9,000 while the mean order, a spare part, is worth 20."""
    claims = spends(fair=100.0).assign(revenue=27_000.0)
    panel = spend_panel(claims, sales())
    assert panel.order_value == pytest.approx(9_000) and panel.own_value
    few = spend_panel(claims.assign(orders=0.1), sales())
    assert few.order_value == pytest.approx(20) and not few.own_value  # five orders a year tell no mean
    assert not spend_panel(claims.assign(revenue=0.0), sales()).own_value


def test_gaps_are_known_as_gaps():
    frame = spends(search=100.0)
    panel = spend_panel(frame[~frame["week"].isin(MONDAYS[20:22])], sales())
    assert (~panel.known).sum() == 2 and panel.spend[20, 0] == pytest.approx(100)
    lonely = spends(search=100.0, mail=10.0)
    quiet = spend_panel(lonely[(lonely["channel"] == "search") | (lonely["week"] != MONDAYS[5])], sales())
    assert quiet.known.all() and quiet.spend[5, 0] == 0  # others spent in that week: mail did not


def test_channels_that_claim_nothing_leave_claims_out():
    assert spend_panel(spends(search=1.0).drop(columns="orders"), sales()).claimed is None
    assert spend_panel(spends(search=1.0).assign(orders=0.0), sales()).claimed is None


@pytest.mark.parametrize(
    ("spend", "sold", "why"),
    [
        (spends(search=1.0).head(0), sales(), "No week has both"),
        (spends(search=0.0), sales(), "No week has both"),
        (spends(search=1.0), sales().head(0), "No week has both"),
        (spends(MONDAYS[:30], search=1.0), sales(), "for 30 weeks"),
        (spends(search=1.0).iloc[::4], sales(), "not reported week by week"),
        (spends(search=1.0), sales(orders=np.zeros(60)), "no orders"),
        (spends(search=np.r_[np.ones(5), np.zeros(55)]), sales(), "No channel has spent"),
    ],
)
def test_why_there_is_none(spend, sold, why):
    assert why in spend_panel(spend, sold)


def test_price_level_is_weighed_by_what_products_bring():
    weeks = pd.Index(MONDAYS[:3])
    rows = [("a", w, 10.0, 10 * p) for w, p in zip(weeks, (10, 10, 9), strict=True)]
    rows += [("b", w, 1.0, p) for w, p in zip(weeks, (10, 10, 10), strict=True)]
    sold = pd.DataFrame(rows, columns=["product_id", "week", "units", "revenue"])
    level = price_index(sold, weeks)
    assert level[:2] == pytest.approx(0) and level[2] == pytest.approx(np.log(0.9) * 290 / 320)
    assert price_index(sold[sold["product_id"] == "b"], weeks) is None  # prices stand still
    assert price_index(None, weeks) is None and price_index(sold.head(0), weeks) is None
    assert price_index(sold.head(1), weeks) is None  # most weeks unknown


def test_interventions_cover_parts_of_weeks():
    ran = [
        Intervention(id="two-weeks", start=date(2024, 1, 4), end=date(2024, 1, 14)),
        Intervention(id="still-on", start=date(2024, 2, 1)),
        Intervention(id="before", start=date(2020, 1, 1), end=date(2020, 2, 1)),
    ]
    share = interventions_by_week(ran, MONDAYS[:6])
    assert share.shape == (6, 2)
    assert share[:3, 0] == pytest.approx([4 / 7, 1, 0]) and share[4:, 1] == pytest.approx([4 / 7, 1])
    assert interventions_by_week([], MONDAYS).shape == (60, 0)
