"""Selling frames: stays, moves, states and channel paths by hand, and the help desk's event log against pandas."""

import numpy as np
import pandas as pd
import pytest

from playbook.intake.frames import FRAMES
from playbook.intake.frames.selling import SEPARATOR
from playbook.intake.tables import open_tables

EVENTS = """id,step,at,how,who
V1,visit,2026-01-01 10:00,mail,Ann
V1,product,2026-01-01 10:10,mail,Ann
V1,product,2026-01-01 10:30,mail,Bob
V1,basket,2026-01-01 11:10,shop,Bob
V1,product,2026-01-01 11:20,shop,Bob
V1,basket,2026-01-01 12:20,shop,Bob
V1,paid,2026-01-01 12:30,shop,Cid
V2,visit,2026-01-02 10:00,mail,Ann
V2,basket,2026-01-02 10:00,mail,Ann
V0,visit,2024-05-01 10:00,mail,
"""
ORDERS = "order,day,sum,who,what\nA1,2010-01-05,10.50,C1,P1\n"  # a client has to have some
NAMES = {"journey_id": "id", "step": "step", "step_at": "at", "channel": "how", "owner": "who"}


@pytest.fixture
def build(make_client):
    def build(name: str, events: str = EVENTS, day: str = "2026-01-02", names: dict = NAMES) -> pd.DataFrame:
        client = make_client(
            {"j.csv": events, "orders.csv": ORDERS}, journeys={"path": "raw/j.csv", "columns": names}, keys={"as_of": day}
        )
        return FRAMES[name].build(open_tables(client))

    return build


def test_steps_are_as_they_were_when_first_reached(build):
    frame = build("journey_steps")
    first = frame[frame["journey_id"] == "V1"].set_index("step")
    assert first["visits"].to_dict() == {"visit": 1, "product": 3, "basket": 2, "paid": 1}
    assert first["owner"].to_dict() == {"visit": "Ann", "product": "Ann", "basket": "Bob", "paid": "Cid"}
    assert first["channel"].to_dict() == {"visit": "mail", "product": "mail", "basket": "shop", "paid": "shop"}


def test_moves_are_stays_repeats_and_those_that_have_not_ended(build):
    frame = build("journey_moves").fillna({"next_step": "-"})
    ways = frame.groupby(["step", "next_step", "back", "recent"]).agg(cases=("cases", "sum"), days=("days", "first"))
    minutes = (ways["days"] * 1440).round(6)
    assert minutes[("product", "basket", False, True)] == 60  # from the first of two events in a row
    assert minutes[("product", "product", False, True)] == 20
    assert minutes[("product", "basket", True, True)] == 60  # the second time
    assert minutes[("basket", "product", True, True)] == 10
    assert minutes[("visit", "basket", False, True)] == 0  # the same moment, in the file's order
    assert minutes[("basket", "-", False, True)] == 14 * 60  # until the end of the as-of day
    assert ways["cases"].sum() == 10
    assert ways.loc[("visit", "-", False, False), "cases"] == 1  # began more than a year ago


def test_states_say_where_a_journey_stands(build):
    frame = build("journey_states").set_index("journey_id")
    assert frame.loc["V1", ["last_step", "back_from", "owner", "channel"]].tolist() == ["paid", "basket", "Cid", "shop"]
    assert frame.loc["V1", ["stays", "returns", "repeats"]].tolist() == [6, 2, 1]
    assert frame.loc["V1", "days_back"] * 1440 == pytest.approx(70)  # product again 60, basket again 10
    assert frame.loc["V2", "last_step"] == "basket"
    assert pd.isna(frame.loc["V2", "back_from"])
    assert frame.loc["V1", "last_at"] == pd.Timestamp("2026-01-01 12:30")


def test_nothing_after_the_day_counts(build):
    frame = build("journey_states", day="2026-01-01").set_index("journey_id")
    assert sorted(frame.index) == ["V0", "V1"]


def test_drawn_ways_say_how_many_journeys_each_stands_for(build, monkeypatch):
    events = "id,step,at\n" + "".join(f"J{i},lead,2026-01-01 10:00\n" for i in range(600))
    names = {"journey_id": "id", "step": "step", "step_at": "at"}
    whole = build("path_actions", events, names=names)
    assert whole["times"].tolist() == [1.0] and whole["cases"].sum() == 600
    monkeypatch.setattr("playbook.intake.frames.path_actions.MOST_JOURNEYS", 200)
    drawn = build("path_actions", events, names=names)
    assert drawn["cases"].sum() < 300 and drawn["cases"] @ drawn["times"] == pytest.approx(600)


def test_paths_of_channels(build):
    frame = build("channel_paths")
    paths = frame.set_index("path")["cases"].to_dict()
    assert paths == {SEPARATOR.join(["mail"] * 3 + ["shop"] * 4): 1, SEPARATOR.join(["mail"] * 2): 1, "mail": 1}
    assert frame["channels"].tolist() == [1, 1, 2]
    assert SEPARATOR.join(["basket", "paid", "product", "visit"]) in frame["steps"].tolist()
    assert build("channel_paths", EVENTS.replace("shop", "mail")).empty


def test_the_least_a_client_can_send(build):
    names = {c: NAMES[c] for c in ("journey_id", "step", "step_at")}
    one = "id,step,at\nV1,visit,2026-01-01\n"
    assert build("journey_moves", one, names=names).columns.tolist() == ["recent", "step", "next_step", "back", "days", "cases"]
    assert build("journey_states", one, names=names)["returns"].tolist() == [0]
    assert build("journey_moves", one, names=names)["days"].tolist() == [2.0]


def test_bins_keep_quantiles_and_the_frame_small(build):
    rng = np.random.default_rng(5)
    days = rng.lognormal(1, 1.5, 3000)
    start = pd.Timestamp("2025-01-01")
    moments = start + pd.to_timedelta((days * 86_400).round(), unit="s")
    rows = [f"V{k},a,2025-01-01 00:00:00\nV{k},b,{m:%Y-%m-%d %H:%M:%S}\n" for k, m in enumerate(moments)]
    names = {c: NAMES[c] for c in ("journey_id", "step", "step_at")}
    frame = build("journey_moves", "id,step,at\n" + "".join(rows), names=names)
    stays = frame[frame["next_step"] == "b"]
    assert stays["cases"].sum() == (moments <= pd.Timestamp("2026-01-03")).sum()
    assert len(stays) < 700
    for share in (0.25, 0.5, 0.75, 0.9):
        ours = np.repeat(stays["days"].to_numpy(), stays["cases"])
        assert np.quantile(ours, share) == pytest.approx(np.quantile(days, share), rel=0.02)


@pytest.mark.realdata
def test_the_help_desk(make_client, shared_data):
    """Event log of an Italian help desk (pm4py): 21,348 events of 4,580 tickets; moves and times against plain pandas."""
    path = shared_data / "helpdesk" / "helpdesk.parquet"
    names = {"journey_id": "case:concept:name", "step": "concept:name", "step_at": "time:timestamp", "owner": "org:resource"}
    client = make_client(
        {"h.parquet": path.read_bytes(), "orders.csv": ORDERS},
        journeys={"path": "raw/h.parquet", "columns": names},
        keys={"as_of": "2014-01-03"},
    )
    tables = open_tables(client)
    log = pd.read_parquet(path).rename(columns={v: k for k, v in names.items()})
    log["step_at"] = pd.to_datetime(log["step_at"]).dt.tz_localize(None)
    log["next_step"] = log.groupby("journey_id")["step"].shift(-1)
    counts = log.groupby(["step", "next_step"], dropna=False).size()
    moves = FRAMES["journey_moves"].build(tables)
    pd.testing.assert_series_equal(
        moves.groupby(["step", "next_step"], dropna=False)["cases"].sum(), counts, check_names=False, check_dtype=False
    )
    assert counts[("Resolve ticket", "Closed")] == 4558
    assert counts[("Assign seriousness", "Assign seriousness")] == 439
    assert moves["cases"].sum() == len(log) == 21_348
    states = FRAMES["journey_states"].build(tables)
    assert len(states) == log["journey_id"].nunique() == 4580
    runs = log[log["step"] != log.groupby("journey_id")["step"].shift()]
    again = runs.groupby(["journey_id", "step"]).cumcount() > 0
    assert states["returns"].sum() == again.sum()
    assert states["repeats"].sum() == len(log) - len(runs)
    waits = moves[(moves["step"] == "Wait") & moves["next_step"].notna() & (moves["next_step"] != "Wait")]
    until = runs.groupby("journey_id")["step_at"].shift(-1)
    plain = ((until - runs["step_at"]) / pd.Timedelta(days=1))[(runs["step"] == "Wait") & until.notna()]
    assert waits["cases"].sum() == len(plain)
    ours = np.repeat(waits.sort_values("days")["days"].to_numpy(), waits.sort_values("days")["cases"])
    assert np.median(ours) == pytest.approx(plain.median(), rel=0.02)


def test_payments_without_a_customer_have_no_habits(make_client):
    rows = [("p1", "2026-01-01 10:00", 10, "c1"), ("p2", "2026-01-01 10:05", 20, ""), ("p3", "2026-01-01 10:10", 30, "c1"),
            ("p4", "2026-01-01 10:15", 40, "")]  # fmt: skip
    names = {"payment_id": "id", "paid_at": "at", "amount": "sum", "customer_id": "who"}

    def habits(*columns):
        text = "id,at,sum,who\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
        used = {"path": "raw/p.csv", "columns": {c: names[c] for c in ("payment_id", "paid_at", "amount", *columns)}}
        client = make_client({"p.csv": text, "orders.csv": ORDERS}, payments=used, keys={"as_of": "2026-01-02"})
        return FRAMES["payment_events"].build(open_tables(client)).set_index("payment_id")

    frame = habits("customer_id")
    assert frame.loc["p3", ["past", "usual", "times_usual", "in_hour", "in_day"]].tolist() == [1, 10, 3, 2, 2]
    assert frame.loc["p3", "hours_since"] == pytest.approx(1 / 6)
    for nobody in (frame.loc[["p2", "p4"]], habits()):
        assert nobody[["past", "usual", "times_usual", "hours_since"]].isna().all(axis=None)
        assert (nobody[["in_hour", "in_day"]] == 1).all(axis=None)
