from datetime import date

import pandas as pd
import pytest

from playbook.engagement import Objective
from playbook.methods.monitoring.planned import planned


def plan(start: str, months: int, kpi: str = "revenue") -> pd.DataFrame:
    period = pd.date_range(start, periods=months, freq="MS")
    return pd.DataFrame({"period": period, "kpi": kpi, "target": range(1, months + 1)})


def course(values: list[float], start: str = "2026-01-01") -> pd.Series:
    return pd.Series(values, index=pd.date_range(start, periods=len(values), freq="MS"), dtype=float)


def test_a_business_year_that_is_not_the_calendar_year_stays_whole():
    targets = planned(date(2026, 1, 20), {}, plan("2025-10-01", 12), ()).targets
    assert (targets["period"].min(), targets["period"].max()) == (pd.Timestamp("2025-10-01"), pd.Timestamp("2026-09-01"))


@pytest.mark.parametrize(
    ("as_of", "year"), [(date(2025, 5, 1), 2025), (date(2026, 5, 1), 2026), (date(2030, 5, 1), 2026), (date(2020, 1, 1), 2025)]
)
def test_of_a_long_plan_the_year_of_the_day_counts_or_the_nearest(as_of, year):
    targets = planned(as_of, {}, plan("2025-01-01", 24), ()).targets
    assert targets["period"].dt.year.unique().tolist() == [year]
    assert len(targets) == 12


def test_unknown_kpis_are_named_and_left_out():
    both = pd.concat([plan("2026-01-01", 3), plan("2026-01-01", 3, "footfall")])
    found = planned(date(2026, 2, 1), {}, both, ())
    assert found.unknown == ("footfall",) and set(found.targets["kpi"]) == {"revenue"}


def test_objective_is_a_straight_line_from_the_three_months_before():
    """Level 100 (mean of 90, 100, 110), target 1,680 a year = 140 a month, four months: 110, 120, 130, 140."""
    goal = Objective(kpi="revenue", target=1680, per="year", start="2026-04-01", by="2026-07-31")
    found = planned(date(2026, 4, 30), {"revenue": course([90, 100, 110, 105])}, None, (goal,))
    assert found.origin == "objectives"
    assert found.targets["target"].tolist() == pytest.approx([110, 120, 130, 140])


def test_no_plan_without_a_start_or_without_a_level():
    undated = Objective(kpi="revenue", target=100, by="2026-07-31")
    dated = Objective(kpi="win_rate", target=0.3, start="2026-04-01", by="2026-07-31")
    assert planned(date(2026, 4, 30), {"revenue": course([1, 2])}, None, (undated, dated)) is None
    assert planned(date(2026, 4, 30), {}, plan("2026-01-01", 0), ()) is None
