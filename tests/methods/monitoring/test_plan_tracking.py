from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from playbook.engagement import Objective
from playbook.methods.monitoring.plan_tracking import plan_tracking
from playbook.result.contract import Locked, Result
from playbook.result.formats import Formats

FMT = Formats("EUR")


def months(n: int, end: str, revenue: float = 100_000.0, orders: int = 1000) -> pd.DataFrame:
    month = pd.date_range(end=end, periods=n, freq="MS")
    frame = pd.DataFrame({"month": month, "revenue": revenue, "orders": orders, "customers": 500})
    return frame.assign(order_value=frame["revenue"] / frame["orders"])


def plan(kpi: str = "revenue", target: float = 110_000.0, start: str = "2026-01-01", n: int = 12) -> pd.DataFrame:
    return pd.DataFrame({"period": pd.date_range(start, periods=n, freq="MS"), "kpi": kpi, "target": target})


@dataclass(frozen=True, kw_only=True)
class GivenDemand(Result):
    forecast: pd.DataFrame


def given(values: list[float], half: float, start: str = "2026-11-01") -> GivenDemand:
    month = pd.date_range(start, periods=len(values), freq="MS")
    frame = pd.DataFrame(
        {"month": month, "revenue": values, "low": [v - half for v in values], "high": [v + half for v in values]}
    )
    return GivenDemand(fmt=FMT, headline="given", forecast=frame)


def test_sums_gap_forecast_and_needed_rate_by_hand():
    """Ten months of 100,000 against 110,000; forecast 160,000 twice, which is just what is needed: a toss-up."""
    result = plan_tracking(months(34, "2026-10-01"), date(2026, 10, 31), FMT, plan(), demand=given([160_000, 160_000], 10_000))
    row = result.status_table.set_index("kpi").loc["revenue"]
    assert row[["expected", "actual", "gap", "end_target"]].tolist() == pytest.approx([1_100_000, 1_000_000, -100_000, 1_320_000])
    assert row["forecast"] == pytest.approx(1_320_000)
    assert row["needed"] == pytest.approx(160_000)
    assert row["probability"] == pytest.approx(0.5)
    assert row["high"] - row["forecast"] == pytest.approx(10_000 * 2**0.5)  # two independent months
    assert row["status"] == "open" and row["months_left"] == 2
    assert "€100K behind plan" in result.findings[0].sentence


def test_a_target_at_the_edge_of_the_range_is_reached_in_one_of_ten_cases():
    """One month left, forecast 100,000, upper end of the 80 % range 110,000 = what is needed: 10 % of the cases lie above."""
    result = plan_tracking(
        months(35, "2026-11-01"),
        date(2026, 11, 30),
        FMT,
        plan(target=100_833.3333333),
        demand=given([100_000], 10_000, "2026-12-01"),
    )
    row = result.status_table.iloc[0]
    assert row["probability"] == pytest.approx(0.10, abs=1e-4)
    assert row["status"] == "behind"
    assert result.findings[0].evidence in ("likely", "indicative") and "Decide now" in result.findings[0].action
    assert "the chance of reaching it is about 10%" in result.findings[0].sentence


def test_no_chance_is_told_finer_than_past_errors_allow():
    """Twice the half width away: 1.2 percent by a normal curve, 2.3 by a t curve; told as below 5."""
    demand = given([100_000], 10_000, "2026-12-01")
    result = plan_tracking(months(35, "2026-11-01"), date(2026, 11, 30), FMT, plan(target=101_666.6666667), demand=demand)
    assert 0.015 < result.status_table.iloc[0]["probability"] < 0.035
    assert "below 5%" in result.findings[0].sentence


def test_a_forecast_next_to_the_plan_is_as_planned_and_puts_no_money_at_stake():
    result = plan_tracking(months(34, "2026-10-01"), date(2026, 10, 31), FMT, plan(), demand=given([159_000, 159_000], 10_000))
    assert "as planned" in result.headline and result.findings[0].money is None
    short = plan_tracking(months(34, "2026-10-01"), date(2026, 10, 31), FMT, plan(), demand=given([110_000, 110_000], 10_000))
    assert short.findings[0].money == pytest.approx(100_000) and "€100K short" in short.findings[0].sentence
    above = plan_tracking(months(34, "2026-10-01"), date(2026, 10, 31), FMT, plan(), demand=given([260_000, 260_000], 10_000))
    assert above.findings[0].money is None


def test_a_history_that_cannot_know_the_season_is_only_indicative():
    short = plan_tracking(months(20, "2026-10-01"), date(2026, 10, 31), FMT, plan(target=200_000))
    assert short.findings[0].evidence == "indicative" and any("no season" in a.text for a in short.assumptions)
    long = plan_tracking(months(34, "2026-10-01"), date(2026, 10, 31), FMT, plan(target=200_000))
    assert long.findings[0].evidence == "shown" and not any("no season" in a.text for a in long.assumptions)


def test_one_month_of_plan_in_yen():
    result = plan_tracking(months(34, "2026-09-01"), date(2026, 9, 30), Formats("JPY"), plan(start="2026-10-01", n=1))
    row = result.status_table.iloc[0]
    assert row["months_left"] == 1 and row["actual"] == 0 and len(result.tables[0].columns) <= 7
    assert result.figure().svg and "¥" in result.headline
    assert "level with the plan so far" in result.findings[0].sentence  # nothing was due yet


def test_level_is_compared_at_the_latest_month_and_forecast_without_demand():
    result = plan_tracking(months(36, "2026-10-01"), date(2026, 10, 31), FMT, plan("order_value", 90))
    row = result.status_table.iloc[0]
    assert (row["actual"], row["expected"], row["end_target"]) == pytest.approx((100, 90, 90))
    assert row["forecast"] == pytest.approx(100, rel=0.02)
    assert row["status"] == "on track"


@pytest.mark.parametrize(
    ("target", "status", "word"), [(90_000, "reached", "11% above plan"), (120_000, "missed", "17% below plan")]
)
def test_a_period_that_is_over_gets_a_plain_verdict(target, status, word):
    result = plan_tracking(months(24, "2026-12-01"), date(2026, 12, 31), FMT, plan(target=target))
    row = result.status_table.iloc[0]
    assert row["status"] == status and row["months_left"] == 0
    assert word in result.headline and status in result.headline
    assert result.findings[0].evidence == "shown"
    assert "forecast" not in result.figure().alt


def test_objective_with_a_start_is_tracked_and_said_to_be_a_straight_line():
    goal = Objective(kpi="revenue", target=120_000, start="2026-07-01", by="2026-12-31")
    result = plan_tracking(months(24, "2026-10-01"), date(2026, 10, 31), FMT, objectives=(goal,))
    row = result.status_table.iloc[0]
    # 100,000 + 20,000 * k / 6 for k = 1 .. 4
    assert row["expected"] == pytest.approx(4 * 100_000 + 20_000 * 10 / 6)
    assert any("straight line" in a.text for a in result.assumptions)


def test_nothing_to_compare_with_is_locked():
    for targets in (None, plan(n=0), plan("footfall")):
        result = plan_tracking(months(24, "2026-10-01"), date(2026, 10, 31), FMT, targets)
        assert isinstance(result, Locked) and result.unlock == ("plan (period, kpi, target)",)
    assert isinstance(plan_tracking(months(0, "2026-10-01"), date(2026, 10, 31), FMT, plan()), Locked)


def test_a_short_history_gives_no_forecast_but_a_gap():
    result = plan_tracking(months(3, "2026-03-01"), date(2026, 3, 31), FMT, plan())
    row = result.status_table.iloc[0]
    assert pd.isna(row["forecast"]) and row["gap"] == pytest.approx(-30_000)
    assert "too short" in result.headline
    assert result.figure().data.frame["target"].iloc[-1] == pytest.approx(1_320_000)


def test_months_before_the_data_began_are_left_out_of_both_sides():
    result = plan_tracking(months(4, "2026-10-01"), date(2026, 10, 31), FMT, plan())
    assert result.status_table.iloc[0]["expected"] == pytest.approx(4 * 110_000)


def test_zero_sales_and_one_month():
    for frame in (months(36, "2026-10-01", revenue=0.0, orders=0), months(1, "2026-10-01")):
        result = plan_tracking(frame, date(2026, 10, 31), FMT, plan())
        assert result.status_table.iloc[0]["gap"] < 0 and result.figure().svg


def test_inputs_stay_as_they_were():
    frame, targets = months(30, "2026-10-01"), plan()
    copies = frame.copy(deep=True), targets.copy(deep=True)
    plan_tracking(frame, date(2026, 10, 31), FMT, targets)
    pd.testing.assert_frame_equal(frame, copies[0])
    pd.testing.assert_frame_equal(targets, copies[1])


def test_actions_of_the_last_plan_are_followed_even_without_targets():
    planned = {
        "action_id": "a",
        "name": "mail",
        "whom": "Loyal",
        "owner": "x",
        "start": "2025-01-06",
        "review": "2030-01-07",
        "value": 5.0,
    }
    months = pd.DataFrame(
        {"month": pd.date_range("2025-01-01", periods=6, freq="MS"), "revenue": 1.0, "orders": 1.0, "customers": 1.0}
    )
    result = plan_tracking(months, date(2025, 6, 30), Formats("EUR"), past_plan=(planned,))
    assert result.status == "answered" and result.figures() == () and result.actions["state"].tolist() == ["late"]
    assert result.headline.endswith("has not begun: mail for Loyal")


def test_targets_are_counted_and_the_table_says_what_is_needed_from_now_on():
    both = pd.concat([plan(target=160_000.0), plan("order_value", target=90.0)])
    result = plan_tracking(months(34, "2026-10-01"), date(2026, 10, 31), FMT, both, demand=given([100_000, 100_000], 10_000))
    counted = next(f for f in result.findings if f.id == "plan-tracking-goals")
    assert counted.sentence == "Of the plan's 2 targets, 1 is on track and 1 is behind."
    assert (counted.value, counted.n) == (1, 2)
    shown = result.tables[1].frame.set_index("kpi")
    assert shown.loc["Revenue", ["needed", "foreseen", "pace"]].tolist() == ["€460K a month", "€100K a month", "€100K a month"]
    assert shown.loc["Order value", ["needed", "pace"]].tolist() == ["€90", "€100"]
    one = plan_tracking(months(34, "2026-10-01"), date(2026, 10, 31), FMT, plan("order_value", target=90.0))
    assert one.findings[-1].sentence == "The plan's one target is on track."
