from datetime import date

import pytest

from playbook.errors import IntakeError
from playbook.intake.checks import audit
from playbook.intake.tables import cut, open_tables

CUSTOMERS = {"path": "raw/c.csv", "columns": {"customer_id": "id", "acquired_on": "since"}}


def test_the_as_of_day_is_the_last_day_of_the_orders(make_client):
    tables = open_tables(make_client())
    assert tables.as_of == date(2026, 2, 7)
    assert tables.rows["orders"].count().execute() == 3


def test_rows_after_the_as_of_day_are_cut_in_every_table_but_a_plan(make_client):
    raw = {
        "c.csv": "id,since\nC1,2026-01-01\nC2,2026-02-01\nC3,\n",
        "p.csv": "m,k,t\n2026-01-01,revenue,5\n2027-01-01,revenue,5\n",
    }
    plan = {"path": "raw/p.csv", "columns": {"period": "m", "kpi": "k", "target": "t"}}
    tables = open_tables(make_client(raw, keys={"as_of": "2026-01-05"}, customers=CUSTOMERS, plan=plan))
    counts = {name: rows.count().execute() for name, rows in tables.rows.items()}
    assert counts == {"orders": 2, "customers": 2, "plan": 2}  # a customer without a date stays


def test_the_as_of_day_itself_counts_to_its_last_second(make_client):
    text = "order,day,sum,who,what\nA1,2026-01-05 23:59:59,1,C1,P1\nA2,2026-01-06 00:00:00,1,C1,P1\n"
    rows = open_tables(make_client({"orders.csv": text})).rows["orders"]
    assert cut("orders", rows, date(2026, 1, 5)).order_id.execute().tolist() == ["A1"]


def test_tables_say_which_columns_they_have(make_client):
    tables = open_tables(make_client())
    assert set(tables.columns("orders")) >= {"order_id", "order_date", "revenue"}
    assert tables.columns("stock") == ()
    with pytest.raises(TypeError):
        tables.rows["stock"] = None


def test_a_pipeline_without_dates_needs_an_as_of_day(make_client):
    pipeline = {"path": "raw/d.csv", "columns": {"opportunity_id": "id", "stage": "stage"}}
    with pytest.raises(IntakeError, match="set as_of in client.yml"):
        open_tables(make_client({"d.csv": "id,stage\n1,won\n"}, orders=None, pipeline=pipeline))
    engagement = make_client({"d.csv": "id,stage\n1,won\n"}, orders=None, pipeline=pipeline, keys={"as_of": "2026-01-31"})
    assert open_tables(engagement).as_of == date(2026, 1, 31)


def test_nobody_gets_tables_that_a_check_stops(make_client):
    with pytest.raises(IntakeError, match="line 2: '10,50'"):
        open_tables(make_client({"orders.csv": 'order,day,sum,who,what\nA1,2026-01-05,"10,50",C1,P1\n'}))


def test_the_as_of_day_of_a_pipeline_is_the_last_that_opened_or_closed_a_deal(make_client):
    deals = "id,stage,opened,closed\nD1,Won,2026-01-05,2026-03-31\nD2,Open,2026-02-07,\nD3,Open,2026-02-08,2199-01-01\n"
    columns = {"opportunity_id": "id", "stage": "stage", "created_on": "opened", "closed_on": "closed"}
    pipeline = {"path": "raw/deals.csv", "columns": columns}
    engagement = make_client({"deals.csv": deals}, orders=None, pipeline=pipeline)
    assert open_tables(engagement).as_of == date(2026, 3, 31)  # a day to come is an expectation, not a fact
    (later,) = [c for c in audit(engagement).checks if c.rule == "closed-later"]
    assert (later.level, later.rows) == ("caution", 1)
