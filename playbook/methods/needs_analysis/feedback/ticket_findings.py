"""Voice findings from tickets: what customers write about, what goes with less revenue, and how long they wait."""

import pandas as pd

from playbook.methods.needs_analysis.feedback.heard import CLEAR, SERVICE, Heard, subject_words
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["largest", "lost", "rising", "waiting"]

MOST_LOST = 2
LONG_WAIT = 48  # hours, from which a wait is told in days


def lost(heard: Heard) -> list[Finding]:
    """The subjects after which customers bought less by more than chance explains, the costliest first."""
    rows, fmt = heard.lost, heard.fmt
    if rows.empty:
        return []
    costly = rows[rows["money"] > 0].sort_values(["money", "topic"], ascending=[False, True]).head(MOST_LOST)
    if len(costly):
        return [_less(row, place, heard) for place, row in enumerate(costly.itertuples(), 1)]
    values = {"n": fmt.count(len(rows)), "days": fmt.count(heard.window), "subject": subject_words(rows["topic"].iloc[0], fmt)}
    if len(rows) > 1:
        sentence = fmt.say(
            "In the {days} days after, none of the {n} complaints and subjects that could be followed goes with a loss of "
            "revenue beyond chance, compared with customers who had bought alike.", **values,
        )  # fmt: skip
    else:
        sentence = fmt.say(
            "In the {days} days after, “{subject}” does not go with a loss of revenue beyond chance, compared with customers "
            "who had bought alike.", **values,
        )  # fmt: skip
    return [Finding("voice-lost", sentence, n=int(rows["customers"].sum()), evidence="not shown")]


def _less(row, place: int, heard: Heard) -> Finding:
    fmt, money = heard.fmt, heard.fmt.money(-row.difference)
    if row.expected > 0:
        less = fmt.say("{money} less each ({share} less)", money=money, share=fmt.share(-row.difference / row.expected))
    else:
        less = fmt.say("{money} less each", money=money)
    values = {"less": less, "days": fmt.count(heard.window), "subject": heard.named(row.topic)}
    if row.source == "surveys":
        sentence = fmt.say(
            "Customers who gave a low score bought for {less} in the {days} days after, compared with customers who had bought "
            "alike.", **values,
        )  # fmt: skip
    else:
        sentence = fmt.say(
            "Customers who wrote about {subject} bought for {less} in the {days} days after, compared with customers who had "
            "bought alike.", **values,
        )  # fmt: skip
    caution = fmt.say("That goes with the complaint and need not be caused by it.")
    yearly = fmt.say_n(
        "{n} such customer a year: {money}.", "{n} such customers a year: {money}.", row.yearly, money=fmt.money(row.money)
    )
    return Finding(
        f"voice-lost-{place}", fmt.sentences(sentence, caution, yearly), value=float(row.difference), unit="money",
        low=float(row.low), high=float(row.high), n=int(row.customers), money=float(row.money), evidence=row.evidence,
        action="Call these customers within days of the complaint, and leave some uncalled to see what a call is worth.",
        owner=SERVICE,
    )  # fmt: skip


def largest(heard: Heard) -> Finding | None:
    """The largest subject of the tickets, in a customer's words."""
    rows = heard.topics[heard.topics["tickets"] > 0]
    if rows.empty:
        return None
    fmt, top = heard.fmt, next(rows.itertuples())
    year = int((heard.tickets["created_at"] >= heard.since()).sum())
    sentence = fmt.say_n(
        "{share} of {n} ticket of the last twelve months is about {subject}.",
        "{share} of {n} tickets of the last twelve months are about {subject}.", year, share=fmt.share(top.share),
        subject=heard.named(top.topic),
    )  # fmt: skip
    more = ""
    if len(rows) > 3:  # noqa: PLR2004
        more = fmt.say("The three largest subjects together make up {share}.", share=fmt.share(rows["share"].head(3).sum()))
    return Finding(
        "voice-topics", fmt.sentences(sentence, more, _quote(top.example, fmt)), value=float(top.share), unit="share", n=year,
        evidence="shown" if top.filed else "indicative",
        action="Remove the cause of the largest subject, and put its answer where customers look before they write.",
        owner=SERVICE,
    )  # fmt: skip


def _quote(example: object, fmt: Formats) -> str:
    if not isinstance(example, str) or not example:
        return ""
    if example[-1] in ".!?…。！？":
        return fmt.say("In a customer's words: “{quote}”", quote=example)
    return fmt.say("In a customer's words: “{quote}”.", quote=example)


def rising(heard: Heard) -> Finding | None:
    """The subject that grew most in the last three months, beyond chance."""
    topics, fmt = heard.topics, heard.fmt
    more = topics[topics["change_evidence"].isin(CLEAR) & (topics["recent"] > topics["earlier"])]
    if more.empty:
        return None
    more = more.assign(more=more["recent"] - more["earlier"])
    row = next(more.sort_values(["more", "topic"], ascending=[False, True]).itertuples())
    values = {"subject": heard.named(row.topic), "recent": fmt.count(row.recent), "earlier": fmt.count(row.earlier)}
    if row.a_year_before:
        sentence = fmt.say(
            "Tickets about {subject} are on the rise: {recent} in the last three months, {earlier} in the same three months a "
            "year before.", **values,
        )  # fmt: skip
    else:
        sentence = fmt.say(
            "Tickets about {subject} are on the rise: {recent} in the last three months, {earlier} in an average three months "
            "before, in other seasons.", **values,
        )  # fmt: skip
    return Finding(
        "voice-rising", sentence, value=None if pd.isna(row.change) else float(row.change), unit="share", n=int(row.recent),
        low=float(row.change_low), high=None if row.change_high == float("inf") else float(row.change_high),
        evidence=row.change_evidence if row.a_year_before else "indicative",
        action="Ask the people who answer these tickets what is new, this week.", owner=SERVICE,
    )  # fmt: skip


def waiting(heard: Heard) -> Finding | None:
    """How long tickets take, and how many still wait."""
    waited, fmt = heard.waiting, heard.fmt
    if waited is None or (waited.hours is None and not waited.open and not waited.unanswered):
        return None
    told = []
    if waited.hours is not None:
        told.append(
            fmt.say_n(
                "The one ticket of the last twelve months was settled within {time}.",
                "Half of the {n} tickets of the last twelve months were settled within {time}.", waited.hours_of,
                time=_length(waited.hours, fmt),
            )
        )  # fmt: skip
    if waited.open:
        told.append(
            fmt.say_n(
                "{n} ticket older than a week ({share}) is still open.",
                "{n} tickets older than a week ({share}) are still open.", waited.open,
                share=fmt.share(waited.open / waited.closed_of),
            )
        )  # fmt: skip
    if waited.unanswered:
        told.append(
            fmt.say_n(
                "{n} ticket older than a week ({share}) has no answer on file.",
                "{n} tickets older than a week ({share}) have no answer on file.", waited.unanswered,
                share=fmt.share(waited.unanswered / waited.answered_of),
            )
        )  # fmt: skip
    return Finding(
        "voice-waiting", fmt.sentences(*told), value=waited.hours, unit="number", n=waited.hours_of or waited.answered_of,
        evidence="shown", owner=SERVICE,
        action="Answer the tickets that are still waiting first." if waited.open or waited.unanswered else None,
    )  # fmt: skip


def _length(hours: float, fmt: Formats) -> str:
    if hours >= LONG_WAIT:
        return fmt.days(hours / 24)
    return fmt.say_n("{n} hour", "{n} hours", round(hours, 1), n=fmt.number(hours, 1))
