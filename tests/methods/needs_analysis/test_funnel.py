"""Funnel: what the section says, draws and rests on, for journeys and for a pipeline, and on real ones."""

import json
import pickle
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML
from statsmodels.duration.survfunc import SurvfuncRight

from home import ROOT
from playbook import open_engagement, study
from playbook.methods.needs_analysis.funnel import Funnel, funnel
from playbook.methods.needs_analysis.path.leaks import deal_path
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


def test_one_sale_a_year_beside_many_orders_is_told_without_a_plural():
    result = funnel(EUR, DAY, journey_steps=journeys({"visit": 1, "visit paid": 1}), order_totals=orders(n=9))
    assert any(a.text.startswith("Orders placed in a year: 9; sales at the end of journeys: ") for a in result.assumptions)


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
    assert "basket: 50% (100)" in figure.alt
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


def moves(step: str, following: str | None, days: float, cases: int, back: bool = False) -> dict:
    return {"recent": True, "step": step, "next_step": following, "back": back, "days": days, "cases": cases}


def states(steps: pd.DataFrame, last: dict[str, str]) -> pd.DataFrame:
    """Where each journey of ``steps`` stands since its last step; ``last`` says where one stands that turned back."""
    ends = steps.sort_values("step_at").groupby("journey_id").agg(
        began=("step_at", "min"), last_step=("step", "last"), last_at=("step_at", "max")
    ).reset_index()  # fmt: skip
    ends["last_step"] = ends["journey_id"].map(last).fillna(ends["last_step"])
    turned = ends["journey_id"].isin(last)
    return ends.assign(returns=turned.astype(int), days_back=turned * 3.0, back_from=ends["journey_id"].map(last), owner="Ann")


def test_time_stalls_and_turning_back_are_told():
    steps = journeys({"lead": 60, "lead offer": 40, "lead offer won": 40}, start=1).drop(columns="channel")
    waits = pd.DataFrame([moves("lead", "offer", 2.0, 80), moves("lead", "lost", 9.0, 60), moves("offer", "won", 8.0, 70),
                          moves("offer", "won", 30.0, 10), moves("offer", None, 200.0, 40)])  # fmt: skip
    turned = {f"j{k}": "offer" for k in range(61, 101)}
    result = funnel(EUR, DAY, journey_steps=steps, journey_moves=waits, journey_states=states(steps, turned))
    told = {f.id: f.sentence for f in result.findings}
    assert told["funnel-time"].startswith(
        "The longest wait is at 'offer': half of those that move on have done so within 8 days, "
    )
    assert told["funnel-stalled"] == (
        "All 60 open journeys have waited for more than 9 days, longer than nine in ten of those that moved on. "
        "None that moved on ever waited as long."
    )
    assert "29% of the 140 journeys turn back to an earlier step, and half of them spend 3 days or more" in told["funnel-loops"]
    assert "0.0% still reach 'won', against 100%" in told["funnel-loops"]
    assert result.times["median"].tolist() == [2, 8]
    assert result.stalls.groups["step"].tolist() == ["lead"]  # from the offer three in ten go without a word
    assert [t.caption.split(",")[0] for t in result.tables][1:] == [
        "Time at each step of those that move on to another", "Open cases that wait unusually long",
    ]  # fmt: skip
    assert len(result.figures()) == 2


def test_the_credit_of_channels_where_journeys_meet_several():
    steps = journeys({"visit": 50, "visit paid": 50})
    paths = pd.DataFrame({"path": ["A\x1fB", "A", "B"], "channels": [2, 1, 1], "cases": [50, 30, 20]})
    paths["steps"] = ["paid\x1fvisit", "visit", "visit"]
    result = funnel(EUR, DAY, journey_steps=steps, channel_paths=paths)
    # A starts 80 of 100 and 50 of these go on to B, who sells to 50 of 70: without A nothing starts but 20 at B, who sell to 14.
    assert result.credit.base == pytest.approx(0.5)
    removal = result.credit.channels.set_index("channel")["removal"]
    assert removal["B"] == pytest.approx(1)
    assert removal["A"] == pytest.approx(0.8 * (50 / 80) * (50 / 70) / 0.5)
    said = next(f.sentence for f in result.findings if f.id == "funnel-credit")
    assert "Judging by the last contact" in said
    rarely = paths.assign(cases=[2, 60, 38])
    assert funnel(EUR, DAY, journey_steps=steps, channel_paths=rarely).credit is None


def test_groups_that_do_not_differ_are_said_not_to():
    frame = pd.concat(
        [journeys({"visit": 60, "visit paid": 60}, "mail", 1), journeys({"visit": 61, "visit paid": 59}, "social", 200)]
    )
    result = funnel(EUR, DAY, journey_steps=frame, order_totals=orders())
    even = next(f for f in result.findings if f.id == "funnel-even")
    assert (even.evidence, even.money) == ("not shown", None)
    assert result.reference is None
    assert len(result.figures()) == 1


def test_one_in_a_hundred():
    result = funnel(EUR, DAY, journey_steps=journeys({"visit": 1, "visit paid": 99}))
    assert result.headline == "Few are lost: even at the weakest step, from visit to paid, 99% go on"
    assert result.findings[0].sentence.startswith("Of every 100 journeys that reach 'visit', 1 never reaches 'paid'")
    almost = funnel(EUR, DAY, journey_steps=journeys({"visit": 1, "visit paid": 999}))
    assert "fewer than 1 never reaches" in almost.findings[0].sentence
    priced = funnel(EUR, DAY, journey_steps=journeys({"visit": 1, "visit paid": 999}, start=1), order_totals=orders()).findings[0]
    assert priced.sentence.endswith("Losing none of them would bring €171 a year.")  # one order of 100 in 214 days


def test_hostile_names_and_the_same_bytes_twice():
    hostile = '<script>alert("x")</script> $a$ {{ 7 }} ' + "long" * 20
    frame = journeys({"visit": 80, "visit paid": 40}).replace({"visit": hostile, "mail": "微信 & co"})
    again = [funnel(EUR, DAY, journey_steps=frame.assign(owner=hostile), order_totals=orders()) for _ in range(2)]
    pages = [r._repr_mimebundle_()["text/html"] for r in again]
    assert pages[0] == pages[1]
    assert "<script>" not in pages[0]


def test_results_are_small_and_survive_pickling():
    result = study(open_engagement("aurora-audio"), funnel)
    packed = pickle.dumps(result)
    assert len(packed) < 200_000
    assert pickle.loads(packed).headline == result.headline
    truth = YAML(typ="safe", pure=True).load((ROOT / "data/aurora-audio/truth/truth.yml").read_text("utf-8"))["journeys"]
    stages = result.path.stages.set_index("step")
    assert f"{stages.loc[result.leak, 'before']} > {result.leak}" == truth["costliest_leak"]


def client(home: Path, as_of: str, files: dict[str, bytes], **sources: dict):
    folder = home / "data" / "acme"
    (folder / "raw").mkdir(parents=True)
    for name, content in files.items():
        (folder / "raw" / name).write_bytes(content)
    values = {"name": "Acme", "currency": "USD", "as_of": as_of, "sources": sources}
    (folder / "client.yml").write_text(json.dumps(values), encoding="utf-8")
    return open_engagement("acme", root=home)


@pytest.mark.realdata
def test_the_help_desk_from_the_file_to_the_section(tmp_path, shared_data):
    """Event log of an Italian help desk (pm4py): the way, the times and the turns of its last year, against plain pandas."""
    path = shared_data / "helpdesk" / "helpdesk.parquet"
    names = {"journey_id": "case:concept:name", "step": "concept:name", "step_at": "time:timestamp", "owner": "org:resource"}
    orders = {"path": "raw/o.csv", "columns": {"order_id": "o", "order_date": "d", "revenue": "r"}}
    acme = client(
        tmp_path, "2014-01-03", {"h.parquet": path.read_bytes(), "o.csv": b"o,d,r\n1,2013-12-01,10\n"},
        journeys={"path": "raw/h.parquet", "columns": names}, orders=orders,
    )  # fmt: skip
    result = study(acme, funnel)
    assert result.path.stages["step"].tolist() == [
        "Assign seriousness",
        "Take in charge ticket",
        "Wait",
        "Resolve ticket",
        "Closed",
    ]
    log = pd.read_parquet(path).rename(columns={v: k for k, v in names.items()})
    log["step_at"] = pd.to_datetime(log["step_at"]).dt.tz_localize(None)
    began = log.groupby("journey_id")["step_at"].transform("min")
    log = log[began >= "2013-01-04"]
    assert result.loops.journeys == log["journey_id"].nunique() == 672
    runs = log[log["step"] != log.groupby("journey_id")["step"].shift()]
    turned = runs[runs.groupby(["journey_id", "step"]).cumcount() > 0]
    assert result.loops.turned == turned["journey_id"].nunique()
    following = log.groupby("journey_id")["step"].shift(-1)
    again = (log["step"] == "Wait") & (following == "Wait")
    kept = result.moves[(result.moves["step"] == "Wait") & (result.moves["next_step"] == "Wait")]
    assert kept["cases"].sum() == again.sum()
    # Kaplan and Meier's median of the time at 'Wait', of those that move on, with the open ones until the end of 3 January.
    until = runs.groupby("journey_id")["step_at"].shift(-1)
    at = runs["step"] == "Wait"
    days = ((until.fillna(pd.Timestamp("2014-01-04")) - runs["step_at"]) / pd.Timedelta(days=1))[at]
    curve = SurvfuncRight(days, until.notna()[at].astype(int))
    gone = 1 - curve.surv_prob
    median = curve.surv_times[(gone >= gone[-1] / 2).argmax()]
    assert result.times.set_index("step").loc["Wait", "median"] == pytest.approx(median, rel=0.02)


@pytest.mark.realdata
def test_maven_from_the_file_to_the_section(tmp_path, shared_data):
    """Maven CRM sales pipeline (public domain): 4,238 of 6,711 closed deals won (63.15 %), 500 prospects without a date."""
    names = {"opportunity_id": "opportunity_id", "stage": "deal_stage", "created_on": "engage_date", "closed_on": "close_date",
             "amount": "close_value", "owner": "sales_agent", "product": "product", "customer_id": "account"}  # fmt: skip
    file = (shared_data / "maven_crm" / "sales_pipeline.csv").read_bytes()
    acme = client(tmp_path, "2017-12-31", {"p.csv": file}, pipeline={"path": "raw/p.csv", "columns": names})
    result = study(acme, funnel)
    assert result.path.stages["reached"].tolist() == [8800, 6711, 4238]
    assert result.path.stages["conversion"].iloc[-1] == pytest.approx(0.6315, abs=5e-5)
    assert result.headline == "37% of the opportunities that are closed are lost"
    assert result.path.took.median == 56
    assert [s.by for s in result.splits] == ["owner", "product"]
    assert len(result.splits[0].groups) == 30  # of 35 sales agents, those with a deal
    assert all(s.evidence != "shown" for s in result.splits)  # counted, they lie between 55 % and 70 %: chance
    assert (result.stalls.open, result.stalls.stalled) == (1589, 1434)
    assert any("Only the end of each deal is known" in a.text and "journeys table" in a.text for a in result.assumptions)


@pytest.mark.realdata
def test_maven_win_rate(shared_data):
    """Maven CRM sales pipeline (public domain): 4,238 of 6,711 closed deals won, 2,360.91 on average."""
    names = {"deal_stage": "stage", "engage_date": "created_on", "close_date": "closed_on", "close_value": "amount"}
    deals = pd.read_csv(shared_data / "maven_crm" / "sales_pipeline.csv").rename(columns=names)
    path = deal_path(deals, date(2017, 12, 31))
    assert path.stages["reached"].tolist() == [8800, 6711, 4238]
    assert path.stages["conversion"].iloc[-1] == pytest.approx(0.6315, abs=5e-5)
    assert path.worth == pytest.approx(2360.909391)
