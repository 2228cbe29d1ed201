"""Voice findings: what was heard, in sentences and tables for a reader who has never met the measures."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.methods.needs_analysis.feedback.comment_themes import comment_themes
from playbook.methods.needs_analysis.feedback.satisfaction import Course
from playbook.methods.needs_analysis.feedback.subjects import Subjects
from playbook.methods.needs_analysis.feedback.ticket_trends import Waiting
from playbook.methods.needs_analysis.windows import YEAR
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["Heard", "findings", "headline"]

CLEAR = ("shown", "likely")
MOST_LOST = 2
FELT = 0.005  # of the scale: a subject that moves the mean of all scores by less is left to the table
LONG_HEADLINE = 90
SERVICE, SALES = "head of customer service", "head of sales"
TOPIC_COLUMNS = (
    *("topic", "filed", "language", "tickets", "share", "total", "recent", "earlier"),
    *("change", "change_low", "change_high", "change_evidence", "a_year_before", "words", "example"),
)


@dataclass(frozen=True)
class Heard:
    """All that the voice of the customer was worked out from and came to; ``buyers`` are customers of the last twelve months."""

    fmt: Formats
    as_of: date
    answers: pd.DataFrame
    tickets: pd.DataFrame
    nps: Course | None
    csat: Course | None
    score: str
    drivers: pd.DataFrame
    subjects: Subjects | None
    lost: pd.DataFrame
    window: int | None
    waiting: Waiting | None
    buyers: pd.Series | None

    @property
    def topics(self) -> pd.DataFrame:
        return pd.DataFrame(columns=list(TOPIC_COLUMNS)) if self.subjects is None else self.subjects.topics

    @property
    def scale(self) -> str:
        return "0 to 10" if self.score == "recommend" else "1 to 5"

    def named(self, topic: str) -> str:
        """A subject in a sentence: in quotation marks where it is made of customers' words."""
        filed = self.topics.set_index("topic")["filed"]
        return topic if bool(filed.get(topic, True)) else f"“{topic}”"

    def since(self) -> pd.Timestamp:
        return pd.Timestamp(self.as_of) + pd.Timedelta(days=1) - pd.DateOffset(months=YEAR)


def headline(heard: Heard) -> str:
    """The score and what holds it down; without a score the largest subject of tickets."""
    fmt, worst = heard.fmt, _worst(heard)
    if heard.nps or heard.csat:
        what = (
            f"Net promoter score {fmt.number(heard.nps.value, 0)}"
            if heard.nps
            else f"{fmt.share(heard.csat.value)} of those who answered are satisfied"
        )
        told = f"{what}, held down most by {worst.label}" if worst is not None else f"{what}, from {_answers(heard, fmt)}"
        return told if len(told) <= LONG_HEADLINE else what
    top = next(heard.topics[heard.topics["tickets"] > 0].itertuples(), None)
    if top is None:
        return f"{_number(len(heard.tickets), 'ticket', fmt)} to the service desk, of too many kinds to group"
    told = f"Customers write most about {heard.named(top.topic)}: {fmt.share(top.share)} of tickets"
    return told if len(told) <= LONG_HEADLINE else f"The largest subject is {fmt.share(top.share)} of tickets"


def findings(heard: Heard) -> tuple[Finding, ...]:
    """What a decision can rest on, the score first."""
    told = [_nps(heard), _csat(heard), _driver(heard, worse=True), _parcel(heard), _driver(heard, worse=False)]
    told += [*_lost(heard), _largest(heard), _rising(heard), _waiting(heard)]
    return tuple(finding for finding in told if finding)


def _nps(heard: Heard) -> Finding | None:
    if heard.nps is None:
        return None
    fmt, nps = heard.fmt, heard.nps
    given = heard.answers.loc[heard.answers["date"] >= heard.since(), "recommend"].dropna()
    up, down = (given >= 9).mean(), (given <= 6).mean()
    return Finding(
        "voice-nps",
        f"Of {_number(nps.n, 'answer', fmt)} in the last twelve months, {fmt.share(up)} would recommend the company warmly "
        f"(9 or 10 of 10) and {fmt.share(down)} would not (0 to 6): the net promoter score, one less the other, is "
        f"{fmt.number(nps.value, 0)}. {_moved(nps, fmt, 1)}",
        value=round(nps.value, 1), unit="number", low=round(nps.low, 1), high=round(nps.high, 1), n=nps.n, evidence=_graded(nps),
        action="Ask customers who gave 0 to 6 what went wrong, within a week of their answer.", owner=SERVICE,
    )  # fmt: skip


def _csat(heard: Heard) -> Finding | None:
    if heard.csat is None:
        return None
    fmt, csat = heard.fmt, heard.csat
    return Finding(
        "voice-csat",
        f"{fmt.share(csat.value)} of {_number(csat.n, 'answer', fmt)} in the last twelve months say 4 or 5 of 5. "
        f"{_moved(csat, fmt, 100)}",
        value=csat.value, unit="share", low=csat.low, high=csat.high, n=csat.n, evidence=_graded(csat),
    )  # fmt: skip


def _graded(course: Course) -> str:
    return (
        course.evidence if course.change is not None and course.evidence in CLEAR else "indicative" if course.n < 100 else "shown"
    )


def _moved(course: Course, fmt: Formats, scale: int) -> str:
    """How the rating moved, in a sentence."""
    if course.change is None:
        return "There are no earlier answers to set this against."
    span = "twelve months" if course.whole_year else "month" if course.months == 1 else f"{course.months} months"
    against = f"the {span} before{'' if course.whole_year else ' (another season)'}"
    low, high = (_signed(scale * side, fmt) for side in (course.change_low, course.change_high))
    if course.evidence == "not shown":
        return f"It moved no more than chance explains against {against} (between {low} and {high} points)."
    word = "rose" if course.change > 0 else "fell"
    return f"It {word} by {fmt.number(abs(scale * course.change), 1)} points against {against} (between {low} and {high})."


def _worst(heard: Heard):
    """The complaint that costs the mean score most, among those that chance does not explain."""
    costs = _clear(heard).loc[lambda rows: rows["effect"] < 0]
    return None if costs.empty else next(costs.sort_values(["gain", "driver"], ascending=[False, True]).itertuples())


def _best(heard: Heard):
    """The praise that lifts the mean score most."""
    lifts = _clear(heard).loc[lambda rows: rows["effect"] > 0]
    return None if lifts.empty else next(lifts.sort_values(["gain", "driver"]).itertuples())


def _clear(heard: Heard) -> pd.DataFrame:
    rows, felt = heard.drivers, FELT * (10 if heard.score == "recommend" else 4)
    return rows[rows["evidence"].isin(CLEAR) & (rows["gain"].abs() >= felt) & (rows["source"] != "orders")]


def _driver(heard: Heard, worse: bool) -> Finding | None:
    fmt, row = heard.fmt, _worst(heard) if worse else _best(heard)
    if row is None:
        return None
    moved = (
        f"without this the mean of all scores would be {fmt.number(row.gain, 2)} points higher"
        if worse
        else f"this lifts the mean of all scores by {fmt.number(-row.gain, 2)} points"
    )
    theme = comment_themes().get(row.driver)
    return Finding(
        "voice-complaint" if worse else "voice-praise",
        f"Customers who mention {row.label} score {fmt.number(abs(row.effect), 1)} points {'lower' if worse else 'higher'} "
        f"on the scale from {heard.scale} than those who mention no such subject. That is {fmt.share(row.share)} of "
        f"answers: {moved}.",
        value=round(row.effect, 2), unit="number", low=round(row.low, 1), high=round(row.high, 1), n=int(row.mentions),
        evidence=row.evidence, action=theme.action if theme else "Read these comments together, and decide what they ask for.",
        owner=SERVICE if worse else SALES,
    )  # fmt: skip


def _parcel(heard: Heard) -> Finding | None:
    rows = heard.drivers[(heard.drivers["source"] == "orders") & heard.drivers["evidence"].isin(CLEAR)]
    if rows.empty or rows["effect"].iloc[0] >= 0:
        return None
    fmt, row = heard.fmt, next(rows.itertuples())
    return Finding(
        "voice-late-parcels",
        f"Customers whose last parcel came after the day promised score {fmt.number(-row.effect, 1)} points lower than those "
        f"whose parcel was in time; that was so for {fmt.share(row.share)} of those who answered.",
        value=round(row.effect, 2), unit="number", low=round(row.low, 1), high=round(row.high, 1), n=int(row.mentions),
        evidence=row.evidence,
        action="Promise a day that can be kept, and tell customers of a delay before they notice.", owner="head of logistics",
    )  # fmt: skip


def _lost(heard: Heard) -> list[Finding]:
    lost, fmt = heard.lost, heard.fmt
    if lost.empty:
        return []
    costly = lost[lost["money"] > 0].sort_values(["money", "topic"], ascending=[False, True]).head(MOST_LOST)
    alike = f"in the {fmt.count(heard.window)} days after, compared with customers who had bought alike"
    if costly.empty:
        many = f"None of the {fmt.count(len(lost))} complaints and subjects that could be followed goes"
        who = many if len(lost) > 1 else f"“{lost['topic'].iloc[0]}” does not go"
        return [
            Finding(
                "voice-lost",
                f"{who} with less revenue by more than chance explains, {alike}.",
                n=int(lost["customers"].sum()), evidence="not shown",
            )
        ]  # fmt: skip
    return [_less(row, place, alike, heard) for place, row in enumerate(costly.itertuples(), 1)]


def _less(row, place: int, alike: str, heard: Heard) -> Finding:
    fmt = heard.fmt
    who = "gave a low score" if row.source == "surveys" else f"wrote about {heard.named(row.topic)}"
    part = f" ({fmt.share(-row.difference / row.expected)} less)" if row.expected > 0 else ""
    return Finding(
        f"voice-lost-{place}",
        f"Customers who {who} bought for {fmt.money(-row.difference)} less each{part} {alike}. "
        "That goes with the complaint and need not be caused by it. "
        f"{_number(row.yearly, 'such customer', fmt)} a year: {fmt.money(row.money)}.",
        value=float(row.difference), unit="money", low=float(row.low), high=float(row.high), n=int(row.customers),
        money=float(row.money), evidence=row.evidence,
        action="Call these customers within days of the complaint, and leave some uncalled to see what a call is worth.",
        owner=SERVICE,
    )  # fmt: skip


def _largest(heard: Heard) -> Finding | None:
    rows = heard.topics[heard.topics["tickets"] > 0]
    if rows.empty:
        return None
    fmt, top = heard.fmt, next(rows.itertuples())
    year = int((heard.tickets["created_at"] >= heard.since()).sum())
    more = f"; the three largest subjects together are {fmt.share(rows['share'].head(3).sum())}" if len(rows) > 3 else ""
    quote = ""
    if isinstance(top.example, str) and top.example:
        quote = f" In a customer's words: “{top.example}”" + "." * (top.example[-1] not in ".!?…。！？")
    return Finding(
        "voice-topics",
        f"{fmt.share(top.share)} of {_number(year, 'ticket', fmt)} of the last twelve months {'is' if year == 1 else 'are'} "
        f"about {heard.named(top.topic)}{more}.{quote}",
        value=float(top.share), unit="share", n=year, evidence="shown" if top.filed else "indicative",
        action="Remove the cause of the largest subject, and put its answer where customers look before they write.",
        owner=SERVICE,
    )  # fmt: skip


def _rising(heard: Heard) -> Finding | None:
    topics = heard.topics
    rising = topics[topics["change_evidence"].isin(CLEAR) & (topics["recent"] > topics["earlier"])]
    if rising.empty:
        return None
    fmt = heard.fmt
    row = next(
        rising.assign(more=rising["recent"] - rising["earlier"])
        .sort_values(["more", "topic"], ascending=[False, True])
        .itertuples()
    )
    than = "in the same three months a year before" if row.a_year_before else "in an average three months before, other seasons"
    return Finding(
        "voice-rising",
        f"Tickets about {heard.named(row.topic)} are on the rise: {fmt.count(row.recent)} in the last three months, "
        f"{fmt.count(row.earlier)} {than}.",
        value=None if pd.isna(row.change) else float(row.change), unit="share", n=int(row.recent),
        low=float(row.change_low), high=None if row.change_high == float("inf") else float(row.change_high),
        evidence=row.change_evidence if row.a_year_before else "indicative",
        action="Ask the people who answer these tickets what is new, this week.", owner=SERVICE,
    )  # fmt: skip


def _waiting(heard: Heard) -> Finding | None:
    waited, fmt = heard.waiting, heard.fmt
    if waited is None or (waited.hours is None and not waited.open and not waited.unanswered):
        return None
    parts = []
    if waited.hours is not None:
        long = waited.hours >= 48
        time = f"{fmt.number(waited.hours / 24, 1)} days" if long else f"{fmt.number(waited.hours, 1)} hours"
        parts.append(f"Half of {_number(waited.hours_of, 'ticket', fmt)} of the last twelve months were settled within {time}")
    if waited.open:
        share = fmt.share(waited.open / waited.closed_of)
        parts.append(
            f"{_number(waited.open, 'ticket', fmt)} older than a week ({share}) {'is' if waited.open == 1 else 'are'} still open"
        )
    if waited.unanswered:
        share = fmt.share(waited.unanswered / waited.answered_of)
        verb = "has" if waited.unanswered == 1 else "have"
        parts.append(f"{_number(waited.unanswered, 'ticket', fmt)} older than a week ({share}) {verb} no answer on file")
    return Finding(
        "voice-waiting", f"{'; '.join(parts)}.", value=waited.hours, unit="number", n=waited.hours_of or waited.answered_of,
        evidence="shown", owner=SERVICE,
        action="Answer the tickets that are still waiting first." if waited.open or waited.unanswered else None,
    )  # fmt: skip


def _signed(value: float, fmt: Formats) -> str:
    return f"+{fmt.number(value, 1)}" if value > 0 else fmt.number(value, 1)


def _number(count: int, noun: str, fmt: Formats) -> str:
    return f"{fmt.count(count)} {noun}{'' if count == 1 else 's'}"


def _answers(heard: Heard, fmt: Formats) -> str:
    return _number((heard.nps or heard.csat).n, "answer", fmt)
