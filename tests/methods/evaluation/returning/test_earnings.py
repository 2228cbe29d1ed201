"""Earnings: money by intervention and in all, with the answer written out."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.methods.evaluation.returning.baseline import baseline_parts, baseline_sum
from playbook.methods.evaluation.returning.earnings import earnings, payback, total
from playbook.methods.evaluation.returning.sharing import Credit, credited
from playbook.methods.needs_analysis.windows import windows
from playbook.result.formats import Formats


def effects(**changes):
    frame = pd.DataFrame(
        {
            "id": ["mail", "call"],
            "label": ["Mail", "Call"],
            "verdict": ["shown", "not shown"],
            "design": ["control group", "control group"],
            "start": pd.to_datetime(["2026-01-05", "2026-01-05"]),
            "end": pd.to_datetime(["2026-02-01", "2026-02-01"]),
            "weeks": [4.0, 4.0],
            "cost": [500.0, 100.0],
            "revenue": [4000.0, 200.0],
            "revenue_low": [3700.0, -200.0],
            "revenue_high": [4300.0, 600.0],
        }
    )
    return frame.assign(**changes)


def shared(*share, parts=None):
    table = pd.DataFrame({"id": ["mail", "call"], "share": share, "beside": "", "less": ""})
    return Credit(table, np.diag(share) if parts is None else np.array(parts))


def test_each_and_all_together():
    found = earnings(effects(), shared(1.0, 1.0), 0.5)
    assert found[["revenue", "margin", "profit", "roi"]].to_numpy().tolist() == [[4000, 2000, 1500, 3], [200, 100, 0, 0]]
    assert found["payback"].tolist() == [1.0, 4.0]  # 500 of margin a week; 25 a week
    assert (found["payback_low"][0], found["payback_high"][1]) == (pytest.approx(500 / (4300 * 0.5 / 4)), math.inf)
    sums = total(found)
    assert (sums.count, sums.cost, sums.revenue, sums.margin, sums.profit) == (2, 600, 4200, 2100, 1500)
    assert (sums.revenue_low, sums.revenue_high) == (3700, 4700)  # 4200 and the root of 300 and 400 squared, 500
    assert sums.roi == pytest.approx(2.5)
    assert sums.evidence == "shown"


def test_what_is_shared_is_credited_in_part():
    found = earnings(effects(), shared(0.5, 1.0), 0.5)
    assert found.loc[0, ["revenue", "revenue_low", "margin", "profit"]].tolist() == [2000, 1850, 1000, 500]


def test_what_is_taken_off_widens_the_part_and_cancels_in_the_sum():
    """Mail, 4,000 give or take 300, is part of what was measured for the call, 200 give or take 400."""
    found = earnings(effects(), shared(1.0, 1.0, parts=[[1.0, 0.0], [-1.0, 1.0]]), 0.5)
    assert found["revenue"].tolist() == [4000, -3800]
    assert found.loc[1, ["revenue_low", "revenue_high"]].tolist() == [-4300, -3300]
    sums = total(found)
    assert (sums.revenue, sums.revenue_low, sums.revenue_high) == (200, -200, 600)  # of all that ran, the call measured the sum


def test_two_lots_on_the_same_customers_add_up():
    both = effects(revenue=[20_000.0] * 2, revenue_low=[18_000.0] * 2, revenue_high=[22_000.0] * 2)
    lots = credited(both, np.ones((200, 2), dtype=bool))
    assert total(earnings(both, lots, 0.4)).revenue == 40_000


def test_a_lot_keeps_its_profit_beside_a_campaign_for_everybody():
    both = effects(
        design=["control group", "own past"], revenue=[20_000.0, 0.0], revenue_low=[15_000.0, -30_000.0],
        revenue_high=[25_000.0, 30_000.0], cost=[4000.0, 0.0],
    )  # fmt: skip
    found = earnings(both, credited(both, np.ones((200, 2), dtype=bool)), 0.4)
    assert found.loc[0, ["revenue", "profit"]].tolist() == [20_000, 4000]


def test_a_range_that_is_not_known_spoils_no_other():
    found = earnings(effects(revenue_low=[3700.0, np.nan]), shared(1.0, 1.0), 0.5)
    assert found.loc[0, "revenue_low"] == 3700 and np.isnan(found.loc[1, "revenue_low"]) and np.isnan(total(found).revenue_low)


def test_without_a_margin_revenue_is_all_there_is():
    sums = total(earnings(effects(), shared(1.0, 1.0), None))
    assert sums.revenue == 4200 and np.isnan([sums.margin, sums.profit, sums.roi]).all()


@pytest.mark.parametrize(
    ("change", "evidence"),
    [
        ({"design": ["control group", "other customers"]}, "likely"),
        ({"revenue_low": [-500.0, -200.0]}, "not shown"),
        ({"revenue": [-4000.0, -200.0], "revenue_low": [-4300.0, -600.0], "revenue_high": [-3700.0, 200.0]}, "harmful"),
    ],
)
def test_the_sum_is_as_sure_as_its_weakest_comparison(change, evidence):
    assert total(earnings(effects(**change), shared(1.0, 1.0), 0.5)).evidence == evidence


def test_payback_at_its_edges():
    found = payback(pd.Series([100.0, 0.0, 100.0, 100.0]), pd.Series([50.0, -1.0, 0.0, np.nan]))
    assert found.tolist()[:3] == [2.0, 0.0, math.inf] and np.isnan(found[3])


def test_the_bridge_adds_up_and_counts_days_inside_its_windows():
    days = pd.Series(pd.date_range("2024-02-01", "2026-01-31"))
    span = windows(days, date(2026, 1, 31))  # the later year ends on 31 January: one of the 28 days lies behind it
    found = earnings(effects(), shared(1.0, 1.0), 0.5)
    parts = baseline_parts(found, span, 100_000.0, 109_000.0, Formats("EUR"))
    assert parts["label"].tolist() == ["Mail", "Interventions that may be chance", "Everything else"]
    assert parts["change"].tolist() == [3857.14, 192.86, 4950.0]
    assert parts["change"].sum() == pytest.approx(9000)
    middle, low, high = baseline_sum(found, span)
    assert (middle, middle - low, high - middle) == (
        pytest.approx(4050),
        pytest.approx(500 * 27 / 28),
        pytest.approx(500 * 27 / 28),
    )


def test_what_ran_in_the_earlier_window_counts_against_the_change():
    span = windows(pd.Series(pd.date_range("2024-03-01", "2028-01-31")), date(2027, 1, 31))
    parts = baseline_parts(earnings(effects(), shared(1.0, 1.0), 0.5), span, 10.0, 10.0, Formats("EUR"))
    assert parts["change"].tolist() == [-3714.29, -185.71, 3900.0]  # 27 days before, one day since
