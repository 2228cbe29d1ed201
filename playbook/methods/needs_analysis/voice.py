"""Voice of the customer: would they recommend us, what moves them, what do they write about, and what goes with less revenue."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.feedback.complaints import COLUMNS as LOST_COLUMNS
from playbook.methods.needs_analysis.feedback.complaints import after_contact, soon_after_an_order, window_days
from playbook.methods.needs_analysis.feedback.figures import CSAT, NPS, course_figure, drivers_figure, topics_figure
from playbook.methods.needs_analysis.feedback.findings import findings, headline
from playbook.methods.needs_analysis.feedback.heard import CLEAR, LOW_SCORE, Heard
from playbook.methods.needs_analysis.feedback.mentioned import score_drivers
from playbook.methods.needs_analysis.feedback.satisfaction import Course, course_of
from playbook.methods.needs_analysis.feedback.subjects import Subjects, ticket_subjects
from playbook.methods.needs_analysis.feedback.tables import assumptions, tables
from playbook.methods.needs_analysis.feedback.ticket_trends import Waiting, waiting
from playbook.methods.needs_analysis.windows import YEAR
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Voice", "voice"]

UNLOCK = (mark("surveys (date, recommend or satisfaction)"), mark("tickets (ticket_id, created_at, question)"))
DETRACTORS_TO = 6


@dataclass(frozen=True, kw_only=True)
class Voice(Result):
    """What customers say, and what goes with it.

    ``nps`` (-100 to 100) and ``csat`` (share of 4 and 5 of 5): value, low, high, n of the last twelve months, change, course;
    None without answers. ``drivers``: driver, label, source ('comments', 'words' or 'orders'), mentions, share, effect (points
    of the score), low, high, gain (what the mean score would gain without it), evidence. ``topics``: topic, filed, language,
    tickets (twelve months), share, total, recent (three months), earlier, change, change_low, change_high, change_evidence,
    words, example. ``lost``: topic, customers, expected, difference (revenue of a customer after the contact, against that of
    customers alike), low, high, again, again_expected, yearly (customers a year), money (a year; NaN where chance may explain
    it), evidence. ``waiting``: median hours, open and unanswered tickets.
    """

    nps: Course | None
    csat: Course | None
    drivers: pd.DataFrame = field(repr=False)
    topics: pd.DataFrame = field(repr=False)
    lost: pd.DataFrame = field(repr=False)
    waiting: Waiting | None = None

    def figures(self) -> tuple[Figure, ...]:
        drawn = []
        rated = next(((c, n) for c, n in ((self.nps, NPS), (self.csat, CSAT)) if c), None)
        if rated and len(rated[0].course) > 1:
            drawn.append(course_figure(rated[0].course, rated[1], self.fmt, "surveys"))
        shown = self.drivers[self.drivers["source"] != "orders"]
        if len(shown):
            drawn.append(drivers_figure(shown, self.fmt, mark("comments in surveys")))
        if (self.topics["tickets"] > 0).any():
            drawn.append(topics_figure(self.topics, self.fmt, "tickets"))
        return tuple(drawn)


@section(
    "voice",
    "What do customers say, and what does it cost when they complain?",
    promise="how many customers would recommend the client, what moves them, what they write about, and which complaints go "
    "with less revenue",
    one_of=("survey_answers", "service_tickets"),
)
def voice(
    fmt: Formats,
    as_of: date,
    survey_answers: pd.DataFrame | None = None,
    service_tickets: pd.DataFrame | None = None,
    order_totals: pd.DataFrame | None = None,
    deliveries: pd.DataFrame | None = None,
    product_list: pd.DataFrame | None = None,
) -> Voice | Locked:
    """Satisfaction with its drivers, the subjects of tickets, and what customers bought after they complained.

    Scores: see ``net_promoter`` and ``satisfied``; drivers: what comments mention (``comment_themes.yml``, and what the words of
    the rest form), held against the score by ``effects``; subjects: see ``ticket_subjects``; revenue: see ``after_contact``.
    ``deliveries`` tells whether parcels came late whatever the comment says; ``product_list`` keeps product names from making
    a subject. Locked without an answer of the last twelve months and without a ticket.
    """
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    answers, tickets = _answers(survey_answers, end), _tickets(service_tickets, end)
    nps, csat = (course_of(answers, column, as_of) if column in answers else None for column in ("recommend", "satisfaction"))
    if nps is None and csat is None and tickets.empty:
        return Locked(
            fmt=fmt, headline="Not answered yet: what customers say", unlock=(fmt.listed(map(fmt.told, UNLOCK), "or"),),
            promise=voice.section.promise, section=voice.section,
        )  # fmt: skip
    names = product_list["name"] if product_list is not None and "name" in product_list else None
    orders = order_totals if order_totals is not None and "customer_id" in order_totals and len(order_totals) else None
    score = "recommend" if nps else "satisfaction"
    subjects = ticket_subjects(tickets, as_of, names) if len(tickets) else None
    heard = Heard(
        fmt=fmt, as_of=as_of, answers=answers, tickets=tickets, nps=nps, csat=csat, score=score,
        drivers=score_drivers(answers if nps or csat else answers.iloc[:0], score, deliveries, fmt),
        subjects=subjects,
        lost=_lost(answers, tickets, subjects, orders, end),
        window=window_days(orders) if orders is not None else None,
        waiting=waiting(tickets, as_of) if len(tickets) else None,
        buyers=_buyers(orders, end),
    )  # fmt: skip
    return Voice(
        fmt=fmt,
        headline=headline(heard),
        findings=findings(heard),
        tables=tables(heard),
        assumptions=assumptions(heard),
        nps=nps,
        csat=csat,
        drivers=heard.drivers,
        topics=heard.topics,
        lost=heard.lost,
        waiting=heard.waiting,
    )


def _answers(frame: pd.DataFrame | None, end: pd.Timestamp) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame({"date": pd.Series(dtype="datetime64[s]")})
    return frame[frame["date"].notna() & (frame["date"] < end)].reset_index(drop=True)


def _tickets(frame: pd.DataFrame | None, end: pd.Timestamp) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame({"created_at": pd.Series(dtype="datetime64[s]"), "question": pd.Series(dtype="str")})
    return frame[frame["created_at"].notna() & (frame["created_at"] < end)].reset_index(drop=True)


def _lost(answers: pd.DataFrame, tickets: pd.DataFrame, subjects: Subjects | None, orders, end: pd.Timestamp) -> pd.DataFrame:
    """Revenue after tickets of each subject, and after low scores, against that of customers who bought alike."""
    found = [pd.DataFrame(columns=[*LOST_COLUMNS, "source", "yearly", "money"])]
    if orders is not None and subjects is not None and "customer_id" in tickets:
        asked = pd.DataFrame({"customer_id": tickets["customer_id"], "day": tickets["created_at"], "topic": subjects.of})
        found.append(_priced(after_contact(asked, orders).assign(source="tickets"), asked, orders, end))
    if orders is not None and {"customer_id", "recommend"} <= set(answers.columns):
        rated = answers[answers["recommend"].notna()].rename(columns={"date": "day"})
        low = rated["recommend"] <= DETRACTORS_TO
        poor = rated.loc[low, ["customer_id", "day"]].assign(topic=LOW_SCORE)
        found.append(_priced(after_contact(poor, orders, rated[~low]).assign(source="surveys"), poor, orders, end))
    some = [frame for frame in found if len(frame)]
    return pd.concat(some).sort_values(["difference", "topic"], ignore_index=True) if some else found[0]


def _priced(lost: pd.DataFrame, contacts: pd.DataFrame, orders: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """With the customers of a year, and their money where chance does not explain that there is less of it.

    Only those who got in touch soon after an order count: of the others nobody knows what they would have bought.
    """
    year = contacts[
        (contacts["day"] >= end - pd.DateOffset(months=YEAR)) & contacts[["customer_id", "topic"]].notna().all(axis=1)
    ]
    year = year[soon_after_an_order(year, orders)]
    yearly = lost["topic"].map(year.groupby("topic")["customer_id"].nunique()).fillna(0).astype(int)
    clear = lost["evidence"].isin(CLEAR) & (lost["difference"] < 0) & (yearly > 0)
    return lost.assign(yearly=yearly, money=(-lost["difference"] * yearly).where(clear).astype(float))


def _buyers(orders: pd.DataFrame | None, end: pd.Timestamp) -> pd.Series | None:
    """Customers who bought in the last twelve months."""
    if orders is None:
        return None
    bought = orders[(orders["day"] >= end - pd.DateOffset(months=YEAR)) & (orders["revenue"] > 0)]
    return pd.Series(bought["customer_id"].dropna().unique())
