import pandas as pd
import pytest

from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import open_tables

LINES = """order,day,sum,who,what
A1,2026-01-01 10:00,10.10,C1,P1
A1,2026-01-01 10:00,4.20,C1,P2
A2,2026-01-31 23:59,20,C2,P1
A3,2026-03-09,7,C1,P3
A3,2026-03-09,-2,C1,P1
A4,2026-04-02,1,,P1
"""


@pytest.fixture
def build(make_client):
    def build(name: str, raw: dict | None = None, **sources) -> pd.DataFrame:
        return FRAMES[name].build(open_tables(make_client({"orders.csv": LINES, **(raw or {})}, **sources)))

    return build


def test_order_totals_add_up_each_order(build):
    frame = build("order_totals")
    assert frame["order_id"].tolist() == ["A1", "A2", "A3", "A4"]
    assert frame["revenue"].tolist() == [14.3, 20.0, 5.0, 1.0]
    assert frame["day"].tolist() == [pd.Timestamp(d) for d in ("2026-01-01", "2026-01-31", "2026-03-09", "2026-04-02")]
    assert frame["customer_id"].isna().tolist() == [False, False, False, True]


def test_months_are_complete_months_and_a_gap_is_zero(build):
    frame = build("months")
    assert frame["month"].tolist() == [
        pd.Timestamp(d) for d in ("2026-01-01", "2026-02-01", "2026-03-01")
    ]  # April has only begun
    assert frame["revenue"].tolist() == [34.3, 0.0, 5.0]
    assert frame["orders"].tolist() == [2, 0, 1]
    assert frame["customers"].tolist() == [2, 0, 1]
    assert frame["order_value"].tolist()[::2] == [17.15, 5.0]
    assert frame["order_value"].isna().tolist() == [False, True, False]


def test_a_month_ends_with_its_last_day(build):
    frame = build("months", keys={"as_of": "2026-01-31"})
    assert frame["revenue"].tolist() == [34.3]
    assert build("months", keys={"as_of": "2026-01-30"}).empty


def test_weeks_begin_on_monday_and_lie_wholly_within_the_data(build):
    frame = build("weeks")
    assert frame["week"].iloc[0] == pd.Timestamp("2026-01-05")  # the week of 1 January began before the data
    assert frame["week"].iloc[-1] == pd.Timestamp("2026-03-23")
    assert (frame["week"].dt.day_of_week == 0).all()
    assert frame["revenue"].sum() == 25.0


def test_categories_by_month_and_products_nobody_knows(build):
    raw = {"p.csv": "id,group\nP1,Audio\nP2,Video\n"}
    frame = build("category_months", raw, products={"path": "raw/p.csv", "columns": {"product_id": "id", "category": "group"}})
    assert frame.groupby("category")["revenue"].sum().to_dict() == {"Audio": 29.1, "Video": 4.2, "not assigned": 7.0}


def test_steps_keep_their_first_time_and_count_returns(build):
    raw = {"j.csv": "id,step,at\nV1,visit,2026-01-01 10:00\nV1,basket,2026-01-01 10:05\nV1,visit,2026-01-01 10:07\n"}
    frame = build(
        "journey_steps", raw, journeys={"path": "raw/j.csv", "columns": {"journey_id": "id", "step": "step", "step_at": "at"}}
    )
    assert frame["step"].tolist() == ["visit", "basket"]
    assert frame["visits"].tolist() == [2, 1]
    assert frame["step_at"].iloc[0] == pd.Timestamp("2026-01-01 10:00")


def test_memberships_are_treated_where_no_group_is_named(build):
    raw = {"i.csv": "id,who\nmail,C1\nmail,C2\n"}
    frame = build(
        "memberships", raw, interventions={"path": "raw/i.csv", "columns": {"intervention_id": "id", "customer_id": "who"}}
    )
    assert frame["group"].tolist() == ["treated", "treated"]


def test_spend_by_channel_and_month(build):
    raw = {"m.csv": "day,channel,cost,clicks\n2026-01-01,mail,1.10,5\n2026-01-31,mail,2.20,6\n2026-02-01,mail,4,7\n"}
    columns = {"date": "day", "channel": "channel", "spend": "cost", "clicks": "clicks"}
    frame = build("channel_months", raw, marketing={"path": "raw/m.csv", "columns": columns})
    assert frame[["spend", "clicks"]].to_numpy().tolist() == [[3.3, 11.0], [4.0, 7.0]]


def test_what_a_frame_lacks_is_what_the_client_would_have_to_send(make_client):
    tables = open_tables(make_client())
    assert lacking(FRAMES["months"], tables) == ()
    assert lacking(FRAMES["category_months"], tables) == ("products (product_id, category)",)
    assert lacking(FRAMES["journey_steps"], tables) == ("journeys (journey_id, step, step_at)",)


def test_every_frame_says_what_it_needs_and_is_the_same_twice(build):
    for name, frame in FRAMES.items():
        assert frame.name == name
        assert frame.needs
        assert frame.build.__doc__
    pd.testing.assert_frame_equal(build("order_totals"), build("order_totals"))


def test_frames_cannot_be_added_from_outside():
    with pytest.raises(TypeError):
        FRAMES["other"] = None


def test_spend_by_channel_and_complete_week(build):
    # 5 to 11 January is the only week whose days all lie between the first and the last row
    raw = {"m.csv": "day,channel,cost\n2026-01-03,mail,1\n2026-01-05,mail,2.20\n2026-01-11,mail,6\n2026-01-12,tv,4\n"}
    source = {"path": "raw/m.csv", "columns": {"date": "day", "channel": "channel", "spend": "cost"}}
    frame = build("channel_weeks", raw, marketing=source)
    assert frame[["channel", "week", "spend"]].to_numpy().tolist() == [["mail", pd.Timestamp("2026-01-05"), 8.2]]
    weekly = {"m.csv": "day,channel,cost\n2026-01-05,mail,1\n2026-01-12,mail,2\n2026-01-19,mail,3\n"}
    frame = build("channel_weeks", weekly, marketing=source)  # a table kept by week: each row is one
    assert frame["spend"].tolist() == [1.0, 2.0, 3.0]
    monthly = {"m.csv": "day,channel,cost\n2026-01-01,mail,1\n2026-02-01,mail,2\n2026-03-01,mail,3\n2026-03-01,tv,3\n"}
    assert build("channel_weeks", monthly, marketing=source).empty  # a month's spend is no week's
    assert len(build("channel_months", monthly, marketing=source)) == 4
    flights = {"m.csv": "day,channel,cost\n2026-01-05,tv,1\n2026-01-12,tv,2\n2026-01-19,tv,3\n2026-03-16,tv,4\n"}
    assert build("channel_weeks", flights, marketing=source)["spend"].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_memberships_keep_the_day_each_customer_started(build):
    raw = {"i.csv": "id,who,since\nmail,C1,2026-01-05\nmail,C2,\n"}
    columns = {"intervention_id": "id", "customer_id": "who", "started_on": "since"}
    frame = build("memberships", raw, interventions={"path": "raw/i.csv", "columns": columns})
    assert pd.to_datetime(frame["started_on"]).iloc[0] == pd.Timestamp("2026-01-05")
    assert frame["started_on"].isna().tolist() == [False, True]


def test_regions_by_complete_week_of_customers_who_have_one(build):
    raw = {"c.csv": "who,land\nC1,North\nC2,South\nC3,East\n"}
    frame = build("region_weeks", raw, customers={"path": "raw/c.csv", "columns": {"customer_id": "who", "region": "land"}})
    weeks = frame.pivot(index="week", columns="region", values="revenue")
    assert weeks.columns.tolist() == ["North", "South"]  # nobody in the East ordered
    assert weeks.index[[0, -1]].tolist() == [pd.Timestamp("2026-01-05"), pd.Timestamp("2026-03-23")]
    assert weeks.sum().to_dict() == {"North": 5.0, "South": 20.0}  # the first order lies in a week that began before the data
    assert weeks.loc["2026-03-09"].to_dict() == {"North": 5.0, "South": 0.0}
