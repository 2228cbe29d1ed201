"""Voice: the answers to surveys, the questions to the service desk, and when each order was promised and came."""

import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.tables import Tables

__all__ = ["delivery_days", "service_tickets", "survey_answers"]


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


@frame(orders=("order_id", "customer_id", "order_date", "promised_on", "delivered_on"))
def delivery_days(tables: Tables) -> pd.DataFrame:
    """One row per delivered order: order_id, customer_id, delivered_on (its last parcel), late_days (negative when early)."""
    rows = tables.rows["orders"]
    rows = rows.filter(rows.promised_on.notnull() & rows.delivered_on.notnull() & rows.customer_id.notnull())
    orders = rows.group_by(["order_id", "customer_id"]).aggregate(
        delivered_on=rows.delivered_on.max(), promised_on=rows.promised_on.max()
    )
    table = orders.order_by(["delivered_on", "order_id"]).to_pandas()
    table = table.assign(delivered_on=pd.to_datetime(table["delivered_on"]), promised_on=pd.to_datetime(table["promised_on"]))
    return table.assign(late_days=(table["delivered_on"] - table["promised_on"]).dt.days).drop(columns="promised_on")
