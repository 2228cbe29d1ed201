"""Pipeline measures: by hand, on odd pipelines, and on the Maven CRM pipeline."""

import pickle
from datetime import date

import pandas as pd
import pytest

from playbook.methods.needs_analysis.path.deals import deal_states
from playbook.methods.needs_analysis.path.pipeline_measures import cycle_length, pipeline_coverage, sales_velocity

DAY = date(2026, 12, 31)


def deals(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["opportunity_id", "stage", "created_on", "closed_on", "amount"])
    return frame.assign(created_on=pd.to_datetime(frame["created_on"]), closed_on=pd.to_datetime(frame["closed_on"]))


SIX = deals(
    *((f"w{k}", "Closed Won", "2026-10-01", f"2026-10-{1 + k:02d}", 100.0) for k in (10, 20, 20, 20, 29)),
    ("l", "Closed Lost", "2026-10-01", "2026-10-06", 0.0),
    ("o", "Negotiation", "2026-12-01", None, 50.0),
)


def test_states_on_the_day():
    frame = deals(
        ("after", "Won", "2026-12-01", "2027-01-05", 9.0),  # closed after the day: open on it
        ("mixed", "赢单", "2026-05-01", "2026-04-01", 9.0),  # closed before it began: won, in no known time
        ("future", "new", "2027-03-01", None, None),
        ("old", "lost", "2024-01-01", "2024-02-01", 5.0),
        ("bare", "6. Closed-Won", None, None, 5.0),
    )
    states = deal_states(frame, DAY)
    assert states["end"].tolist() == ["open", "won", "open", "lost", "won"]
    assert states["days"].tolist()[0] == 30
    assert states["days"].isna().tolist() == [False, True, True, False, True]
    assert states["recent"].tolist() == [True, True, True, False, True]


def test_cycle_is_the_median_of_those_that_are_won():
    found = cycle_length(SIX, DAY)
    assert found.value == 20
    assert (found.parts["won"], found.parts["lost"], found.parts["open"], found.cases) == (5, 1, 1, 7)
    assert found.low <= 20 <= found.high
    assert cycle_length(SIX.iloc[1:], DAY) is None  # four wins are too few
    assert pickle.loads(pickle.dumps(found)) == found


def test_velocity_is_its_four_parts():
    found = sales_velocity(SIX, DAY)
    assert found.value == pytest.approx(1 * 5 / 6 * 100 / 20 * 365 / 12)
    assert found.low < found.value < found.high
    assert sales_velocity(SIX.iloc[:-1], DAY) is None  # nothing open
    assert sales_velocity(SIX.drop(columns="amount"), DAY) is None


def test_coverage_of_a_target_and_of_a_quarter():
    assert pipeline_coverage(SIX, DAY, 200.0).value == 0.25
    quarter = pipeline_coverage(SIX, DAY)  # 500 won in the 87 days since 6 October: taken as 90
    assert quarter.parts["target"] == pytest.approx(500 * 365 / 90 / 4)
    assert quarter.parts["needed"] == pytest.approx(6 / 5)
    unpriced = SIX.assign(amount=SIX["amount"].where(SIX["stage"] == "Closed Won"))
    assert pipeline_coverage(unpriced, DAY, 200.0).parts["estimated"] == 1
    assert pipeline_coverage(unpriced, DAY, 200.0).value == 0.5  # valued at the average won, 100
    assert pipeline_coverage(SIX.drop(columns="amount"), DAY, 200.0) is None


@pytest.mark.parametrize("measure", [cycle_length, sales_velocity, pipeline_coverage])
def test_pipelines_without_dates_or_rows(measure):
    assert measure(SIX.iloc[:0], DAY) is None
    bare = SIX[["opportunity_id", "stage"]]
    assert measure(bare, DAY) is None
    assert measure(SIX.assign(closed_on=pd.NaT, created_on=pd.NaT, amount=float("nan")), DAY) is None


@pytest.mark.realdata
def test_maven(shared_data):
    """Maven CRM sales pipeline (public domain): 4,238 of 6,711 won; medians by pandas on the deals that are closed."""
    names = {"deal_stage": "stage", "engage_date": "created_on", "close_date": "closed_on", "close_value": "amount"}
    frame = pd.read_csv(shared_data / "maven_crm" / "sales_pipeline.csv").rename(columns=names)
    day = date(2017, 12, 31)
    cycle = cycle_length(frame, day)
    assert (cycle.parts["won"], cycle.parts["lost"]) == (4238, 2473)
    assert cycle.parts["open"] == 1589  # the 500 prospects without a date have not begun
    won = frame[frame["stage"] == "Won"]
    plain = (pd.to_datetime(won["closed_on"]) - pd.to_datetime(won["created_on"])).dt.days
    assert plain.median() == 57
    assert cycle.value == pytest.approx(57, abs=2)  # those still open have waited long: hardly a difference
    velocity = sales_velocity(frame, day)
    assert velocity.value == pytest.approx(2089 * 4238 / 6711 * 2360.909391 / cycle.value * 365 / 12)
    assert pipeline_coverage(frame, day).parts["estimated"] == 2089
