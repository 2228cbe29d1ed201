import pandas as pd
import pytest

from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import open_tables

SURVEYS = "on,nps,said\n2026-01-09,9,Fine\n2026-01-05,0,\n2026-01-07,,late\n"
TICKETS = """no,at,text,reply,done
T2,2026-01-05 10:00,Where?,On its way,2026-01-05 12:00
T1,2026-01-05 10:00,Why?,  ,
T3,2026-01-04 09:00,How?,,
"""


@pytest.fixture
def tables(make_client):
    return open_tables(
        make_client(
            {"surveys.csv": SURVEYS, "tickets.csv": TICKETS},
            surveys={"path": "raw/surveys.csv", "columns": {"date": "on", "recommend": "nps", "comment": "said"}},
            tickets={
                "path": "raw/tickets.csv",
                "columns": {"ticket_id": "no", "created_at": "at", "question": "text", "answer": "reply", "closed_at": "done"},
            },
        )
    )


def test_answers_come_in_order_of_day_with_the_columns_that_were_sent(tables):
    frame = FRAMES["survey_answers"].build(tables)
    assert list(frame.columns) == ["date", "recommend", "comment"]
    assert frame["date"].tolist() == [pd.Timestamp(d) for d in ("2026-01-05", "2026-01-07", "2026-01-09")]
    assert frame["recommend"].isna().tolist() == [False, True, False] and frame["recommend"].iloc[0] == 0
    assert frame["comment"].isna().tolist() == [True, False, False]


def test_tickets_come_in_order_of_time_and_a_blank_answer_is_none(tables):
    frame = FRAMES["service_tickets"].build(tables)
    assert frame["ticket_id"].tolist() == ["T3", "T1", "T2"]
    assert frame["answered"].tolist() == [False, False, True]
    assert frame["closed_at"].isna().tolist() == [True, True, False] and "topic" not in frame and "answer" not in frame


def test_what_would_unlock_them_is_named(make_client):
    tables = open_tables(make_client())
    assert lacking(FRAMES["survey_answers"], tables) == ("surveys (date)",)
    assert lacking(FRAMES["service_tickets"], tables) == ("tickets (ticket_id, created_at, question)",)
