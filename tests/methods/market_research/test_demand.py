from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Objective, open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.demand import demand
from playbook.methods.market_research.demand_goal import revenue_goal
from playbook.methods.market_research.forecast import COMBINATION, NAIVE
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT = Formats("EUR")
AS_OF = date(2025, 12, 31)


def _months(revenue) -> pd.DataFrame:
    return pd.DataFrame(
        {"month": pd.date_range("2024-01-01", periods=len(revenue), freq="MS"), "revenue": np.asarray(revenue, float)}
    )


def test_goal_of_a_month_by_hand():
    history = _months([100.0, 100.0])
    path = pd.DataFrame({"month": pd.to_datetime(["2024-03-01"]), "revenue": [110.0], "low": [97.1845], "high": [122.8155]})
    goal = revenue_goal(history, path, (Objective(kpi="revenue", target=320 / 3, by=date(2024, 3, 31)),))
    # The average of the three months is 310 / 3, half its range 12.8155 / 3. 80 % of a t curve with 3 degrees of freedom lie within
    # 1.63774, so its scale is 2.60837 and the goal is 3.33333 / 2.60837 = 1.27794 of them away; P(T > 1.27794) = 0.14559.
    assert goal.reached == pytest.approx(0.14559, abs=1e-5) and goal.expected == pytest.approx(310 / 3) and not goal.beyond


def test_a_goal_is_judged_by_a_whole_year_and_not_by_a_busy_month():
    history = _months([100.0] * 12)
    path = pd.DataFrame({"month": pd.to_datetime(["2025-01-01"]), "revenue": [220.0], "low": [208.0], "high": [232.0]})
    goal = revenue_goal(history, path, (Objective(kpi="revenue", target=120, by=date(2025, 1, 31)),))
    assert (goal.expected, goal.low, goal.high, goal.window) == (110, 109, 111, 12)


def test_goal_of_a_quarter_adds_what_is_known_to_what_is_expected():
    history = _months([100.0, 90.0])
    path = pd.DataFrame({"month": pd.to_datetime(["2024-03-01"]), "revenue": [110.0], "low": [100.0], "high": [120.0]})
    goal = revenue_goal(history, path, (Objective(kpi="revenue", target=300, per="quarter", by=date(2024, 3, 31)),))
    assert (goal.expected, goal.low, goal.high) == (300, 290, 310) and goal.reached == pytest.approx(0.5)


def test_past_and_other_goals_do_not_count():
    goals = (Objective(kpi="revenue", target=9, by=date(2024, 2, 28)), Objective(kpi="orders", target=9, by=date(2026, 1, 1)))
    assert demand(_months([5, 6, 7, 6, 5, 6, 7]), FMT, AS_OF, goals).goal is None


def test_too_few_months_lock_the_section():
    result = demand(_months([5.0, 6.0]), FMT, AS_OF)
    assert isinstance(result, Locked) and "3 complete months (2 so far)" in result.unlock[0]
    assert isinstance(demand(_months([]), FMT, AS_OF), Locked)


@pytest.mark.parametrize("revenue", [[5, 6, 7], [0] * 8, [4] * 30, [1, 0, 0, 0, 0, 0, 0, 90]])
def test_small_and_odd_histories_give_an_answer_and_a_figure(revenue):
    months = _months(revenue)
    before = months.copy()
    result = demand(months, FMT, AS_OF, (Objective(kpi="revenue", target=8, by=date(2027, 1, 31)),))
    assert len(result.forecast) == max(1, len(revenue) // 3) if len(revenue) < 36 else 12
    assert result.figure().svg.startswith("<svg") and result.headline and result.findings[0].id == "demand-goal"
    pd.testing.assert_frame_equal(months, before)


def test_without_a_goal_the_outlook_leads():
    result = demand(_months(np.linspace(100, 160, 24)), FMT, AS_OF)
    assert result.findings[0].id == "demand-outlook" and "on a year before" in result.headline


def test_aurora_audio_forecast_beats_the_naive_one():
    client = open_engagement("aurora-audio")
    tables = open_tables(client.model_copy(update={"sources": {"orders": client.sources["orders"]}, "interventions": ()}))
    result = demand(FRAMES["months"].build(tables), Formats(client.currency), tables.as_of, client.objectives)
    errors = result.scores.set_index("candidate")["mase"]
    assert errors[COMBINATION] <= 0.9 * errors[NAIVE]
    assert len(result.headline) <= 90 and result.goal.target == next(o.target for o in client.objectives if o.kpi == "revenue")
    assert 0.6 <= result.coverage <= 1
