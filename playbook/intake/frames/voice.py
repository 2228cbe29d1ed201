"""Voice: the answers to surveys, the questions to the service desk, and its standing answers."""

import ibis
import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.tables import Tables

__all__ = ["desk_questions", "service_tickets", "standing_answers", "survey_answers"]

MOST_QUESTIONS = 20_000  # the latest: of what was asked longer ago, products and answers have changed


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


@frame(tickets=("ticket_id", "created_at", "question"))
def desk_questions(tables: Tables) -> pd.DataFrame:
    """The latest 20,000 tickets with their words, in order of time: ticket_id, created_at, question, and answer, topic, language
    where sent."""
    rows = tables.rows["tickets"]
    rows = rows.filter(rows.question.strip().length() > 0).order_by([ibis.desc("created_at"), "ticket_id"]).limit(MOST_QUESTIONS)
    chosen = rows.select("ticket_id", "created_at", "question", *pick(rows, "answer", "topic", "language"))
    return chosen.order_by(["created_at", "ticket_id"]).to_pandas()


@frame(faq=("question", "answer"))
def standing_answers(tables: Tables) -> pd.DataFrame:
    """One row per standing answer, in order of question: question, answer, and topic, language where sent."""
    rows = tables.rows["faq"]
    rows = rows.filter((rows.question.strip().length() > 0) & (rows.answer.strip().length() > 0))
    columns = ["question", "answer", *pick(rows, "topic", "language")]
    return rows.select(columns).order_by(columns).to_pandas()
