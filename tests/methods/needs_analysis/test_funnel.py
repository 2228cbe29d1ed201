"""Funnel: what the section says, draws and rests on, for journeys and for a pipeline, and on real ones."""

from datetime import date

import pandas as pd
import pytest

from playbook.methods.needs_analysis.funnel import Funnel, funnel
from playbook.methods.needs_analysis.leaks import deal_path
from playbook.result.contract import Locked
from playbook.result.formats import Formats

EUR, DAY = Formats("EUR"), date(2026, 12, 31)


def journeys(counts: dict[str, int], channel: str = "mail", start: int = 0) -> pd.DataFrame:
    """So many journeys of each path ("visit basket paid"), the first on 1 January 2026, the others on 1 June."""
    paths = [path for path, n in counts.items() for _ in range(n)]
    rows = []
    for i, path in enumerate(paths, start):
        begin = pd.Timestamp("2026-01-01" if i == 0 else "2026-06-01")
        rows += [(f"j{i}", step, begin + pd.Timedelta(hours=k), channel) for k, step in enumerate(path.split())]
    frame = pd.DataFrame(rows, columns=["journey_id", "step", "step_at", "channel"])
    return frame.assign(step_at=pd.to_datetime(frame["step_at"]))


def orders(value: float = 100.0, n: int = 4) -> pd.DataFrame:
    return pd.DataFrame({"order_id": range(n), "day": pd.Timestamp("2026-06-01"), "revenue": value})


SHOP = {"visit": 100, "visit basket": 80, "visit basket paid": 20}  # 200 visits, 100 baskets, 20 paid


def test_steps_counts_and_the_worth_of_a_point():
    result = funnel(EUR, DAY, journey_steps=journeys(SHOP), order_totals=orders())
    assert result.path.stages["reached"].tolist() == [200, 100, 20]
    assert result.path.stages["conversion"].tolist()[1:] == [0.5, 0.2]
    # One point more: 1 of 100 baskets more, each worth 100; at visits 2 more baskets, of which 0.2 pay.
    assert result.path.stages["point"].tolist()[1:] == pytest.approx([40, 100])
    assert result.leak == "paid"
    leak = result.findings[0]
    assert (leak.id, leak.money, leak.evidence, leak.n) == ("funnel-leak", pytest.approx(100), "shown", 100)
    assert result.headline == "The weakest step is from basket to paid: 20% go on"


def test_journeys_that_may_still_be_on_their_way_are_not_lost():
    # Sales take 30 days; the five visits of the last week cannot have ended yet.
    frame = journeys({"visit": 10, "visit paid": 10}, start=1)
    frame.loc[frame["step"] == "paid", "step_at"] += pd.Timedelta(days=30)
    late = journeys({"visit": 5}, start=50).assign(step_at=pd.Timestamp("2026-12-27"))
    result = funnel(EUR, DAY, journey_steps=pd.concat([frame, late]), order_totals=orders())
    assert result.path.stages["reached"].tolist() == [20, 10]
    assert result.path.yearly == pytest.approx(365 / (214 - 30))
    assert any("within 30 days" in a.text for a in result.assumptions)


def test_without_order_values_no_money_is_named():
    result = funnel(EUR, DAY, journey_steps=journeys(SHOP).drop(columns="channel"))
    assert result.findings[0].money is None
    assert "cannot be said" in result.findings[0].sentence
    assert "point" not in result.tables[0].columns
    assert len(result.tables) == 1


def test_a_pipeline_of_end_states():
    frame = pd.DataFrame({"opportunity_id": range(10), "stage": ["Won"] * 3 + ["Lost"] * 3 + ["Engaging"] * 4})
    frame["closed_on"] = pd.to_datetime(["2026-01-01"] + ["2026-05-01"] * 5 + [None] * 4)
    frame["amount"] = [100.0, 200.0, 300.0] + [0.0] * 3 + [float("nan")] * 4
    result = funnel(EUR, DAY, opportunities=frame)
    assert result.path.stages["reached"].tolist() == [10, 6, 3]
    assert result.headline == "50% of the opportunities that are closed are lost"
    assert result.findings[0].money == pytest.approx(0.01 * 6 * 200)  # six closed a year, 200 each
    assert result.tables[1].frame["opportunities"].tolist() == [4, 3, 3]
    assert result.findings[-1].sentence == "50% of the 6 closed opportunities were won."


def test_locked_says_what_is_needed():
    nothing = funnel(EUR, DAY)
    assert isinstance(nothing, Locked)
    assert "journeys (journey_id, step, step_at)" in nothing.unlock[0]
    assert "pipeline (opportunity_id, stage)" in nothing.unlock[0]
    for short in (journeys({}), journeys({"visit": 3}), journeys({"visit paid": 3}).assign(step_at=pd.Timestamp("2020-01-01"))):
        assert isinstance(funnel(EUR, DAY, journey_steps=short, order_totals=orders()), Locked)
    open_only = pd.DataFrame({"opportunity_id": [1], "stage": ["new"]})
    assert isinstance(funnel(EUR, DAY, opportunities=open_only), Locked)
    assert isinstance(funnel(EUR, DAY, opportunities=open_only.iloc[:0]), Locked)


def test_nobody_lost_and_one_journey():
    result = funnel(EUR, DAY, journey_steps=journeys({"visit paid": 1}), order_totals=orders(n=1))
    assert result.leak is None
    assert result.headline == "Nobody is lost between the steps that are recorded"
    assert [f.id for f in result.findings] == ["funnel-total"]


def test_nobody_arrives():
    result = funnel(EUR, DAY, journey_steps=journeys({"visit basket": 5, "visit": 1}), order_totals=orders(0.0))
    assert isinstance(result, Funnel)
    assert result.findings[0].money is None


def test_the_figure_says_what_it_shows_and_inputs_stay():
    frame, totals = journeys(SHOP), orders()
    copies = frame.copy(), totals.copy()
    figure = funnel(EUR, DAY, journey_steps=frame, order_totals=totals).figure()
    assert "basket: 50%, 100" in figure.alt
    assert "80% lost here" in figure.svg
    pd.testing.assert_frame_equal(frame, copies[0])
    pd.testing.assert_frame_equal(totals, copies[1])


def test_many_steps_leave_the_figure_legible():
    names = " ".join(f"s{k:02d}" for k in range(12))
    result = funnel(EUR, DAY, journey_steps=journeys({names: 3, "s00 s01": 5}))
    assert len(result.path.stages) == 12
    assert len(result.figure().data.frame) == 8


def test_the_weakest_step_is_always_in_the_figure():
    # Each step loses 10 of many; the one from s09 to s10 loses most of the few who are left.
    reach = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 2, 2]
    paths = {" ".join(f"s{k:02d}" for k in range(n + 1)): reach[n] - (reach[n + 1] if n < 11 else 0) for n in range(12)}
    result = funnel(EUR, DAY, journey_steps=journeys({path: n for path, n in paths.items() if n}))
    assert result.leak == "s10"
    assert "s10" in result.figure().data.frame["step"].tolist()


@pytest.mark.realdata
def test_maven_win_rate(shared_data):
    """Maven CRM sales pipeline (public domain): 4,238 of 6,711 closed deals won, 2,360.91 on average."""
    names = {"deal_stage": "stage", "engage_date": "created_on", "close_date": "closed_on", "close_value": "amount"}
    deals = pd.read_csv(shared_data / "maven_crm" / "sales_pipeline.csv").rename(columns=names)
    path = deal_path(deals, date(2017, 12, 31))
    assert path.stages["reached"].tolist() == [8800, 6711, 4238]
    assert path.stages["conversion"].iloc[-1] == pytest.approx(0.6315, abs=5e-5)
    assert path.worth == pytest.approx(2360.909391)
