"""Voice: the answers to surveys and the questions to the service desk."""

import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.tables import Tables

__all__ = ["service_tickets", "survey_answers"]


@frame(surveys=("date",))
def survey_answers(tables: Tables) -> pd.DataFrame:
    """One row per answer, in order of day: date, and recommend, satisfaction, comment, total_spend, customer_id where sent."""
    rows = tables.rows["surveys"]
    columns = ["date", *pick(rows, "customer_id", "recommend", "satisfaction", "comment", "total_spend")]
    table = rows.select(columns).order_by(columns).to_pandas()
    return table.assign(date=pd.to_datetime(table["date"]))


@frame(tickets=("ticket_id", "created_at", "question"))
def service_tickets(tables: Tables) -> pd.DataFrame:
    """One row per ticket, in order of time: ticket_id, created_at, question, and customer_id, topic, closed_at, language,
    answered (whether there is an answer) where sent."""
    rows = tables.rows["tickets"]
    columns = pick(rows, "customer_id", "topic", "closed_at", "language")
    answered = {"answered": rows.answer.strip().length().fill_null(0) > 0} if pick(rows, "answer") else {}
    chosen = rows.select("ticket_id", "created_at", "question", *columns, **answered)
    return chosen.order_by(["created_at", "ticket_id"]).to_pandas()
