"""Voice tables: the drivers, the subjects and the revenue after complaints in figures, and what all of it rests on."""

import pandas as pd
from babel import Locale

from playbook.methods.needs_analysis.feedback.heard import Heard, subject_words
from playbook.methods.needs_analysis.feedback.mentioned import MOST_ANSWERS
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["assumptions", "tables"]

MOST_SUBJECTS = 15


def tables(heard: Heard) -> tuple[Table, ...]:
    """Drivers, subjects, revenue after complaints; those that there are."""
    some = (_drivers(heard), _topics(heard), _lost(heard))
    return tuple(table for table in some if table)


def _drivers(heard: Heard) -> Table | None:
    if heard.drivers.empty:
        return None
    fmt = heard.fmt
    rows = heard.drivers.sort_values(["effect", "driver"], ignore_index=True)
    return Table(
        rows.assign(evidence=rows["evidence"].map(fmt.told)),
        fmt.say(
            "What moves the score on the scale from {scale}: points against answers without the subject, {level} ranges.",
            scale=heard.scale, level=fmt.share(LEVEL),
        ),
        "surveys" if (heard.drivers["source"] != "orders").all() else "surveys, and dates of delivery in orders",
        {
            "label": ("Subject", "text"), "mentions": ("Answers", "count"), "share": ("Share of answers", "share"),
            "effect": ("Points", "number"), "low": ("Low", "number"), "high": ("High", "number"),
            "gain": ("Mean score would gain", "number"), "evidence": ("Evidence", "text"),
        },
        aside=True,
    )  # fmt: skip


def _topics(heard: Heard) -> Table | None:
    rows, languages = heard.topics.head(MOST_SUBJECTS), Locale.parse(heard.fmt.locale).languages
    if rows.empty:
        return None
    rows = rows.assign(
        topic=[subject_words(topic, heard.fmt) for topic in rows["topic"]],
        spoken=rows["language"].map(lambda code: languages.get(code, code)),
        example=rows["example"].where(rows["example"] != "", None),
    )
    columns = {
        "topic": ("Subject", "text"), "spoken": ("Language", "text"), "tickets": ("Tickets, 12 months", "count"),
        "share": ("Share", "share"), "recent": ("Last 3 months", "count"), "earlier": (_earlier(rows, heard.fmt), "count"),
        "example": ("A customer's words", "text"),
    }  # fmt: skip
    if rows["spoken"].nunique() < 2:
        del columns["spoken"]
    if rows["recent"].isna().all():
        del columns["recent"], columns["earlier"]
    return Table(rows, "What customers wrote about; words that few use are left out of quotes.", "tickets", columns)


def _earlier(rows: pd.DataFrame, fmt: Formats) -> str:
    if (rows["a_year_before"] == True).any():  # noqa: E712  it may hold NaN
        return fmt.say("A year before")
    return fmt.say("3 months on average before")


def _lost(heard: Heard) -> Table | None:
    if heard.lost.empty:
        return None
    fmt, rows = heard.fmt, heard.lost.head(MOST_SUBJECTS)
    return Table(
        rows.assign(topic=[subject_words(topic, fmt) for topic in rows["topic"]], evidence=rows["evidence"].map(fmt.told)),
        fmt.say(
            "Revenue of a customer in the {days} days after they got in touch, against that of customers who had bought alike; "
            "{level} ranges. The evidence allows for the number of subjects compared.",
            days=fmt.count(heard.window), level=fmt.share(LEVEL),
        ),
        "tickets, surveys and orders, net of returns",
        {
            "topic": ("Subject", "text"), "customers": ("Customers followed", "count"), "expected": ("Expected", "money"),
            "difference": ("Difference", "money"), "low": ("Low", "money"), "high": ("High", "money"),
            "evidence": ("Evidence", "text"),
        },
    )  # fmt: skip


def assumptions(heard: Heard) -> tuple[Assumption, ...]:
    """What the findings rest on, for the parts that were worked out."""
    return (*_of_answers(heard), *_of_tickets(heard), *_of_losses(heard))


def _of_answers(heard: Heard) -> list[Assumption]:
    if not (heard.nps or heard.csat):
        return []
    fmt, notes = heard.fmt, []
    year = heard.answers[(heard.answers["date"] >= heard.since()) & heard.answers[heard.score].notna()]
    who = fmt.say("Those who answer a survey may be more pleased, or more annoyed, than those who do not.")
    if heard.buyers is not None and len(heard.buyers) and "customer_id" in year:
        answered = heard.buyers.isin(year["customer_id"]).sum()
        answering = fmt.say(
            "{n} of {of} customers who bought in the last twelve months answered ({share}).", n=fmt.count(answered),
            of=fmt.count(len(heard.buyers)), share=fmt.share(answered / len(heard.buyers)),
        )  # fmt: skip
        who = fmt.sentences(answering, who)
    notes.append(Assumption(who, "low", "high"))
    if "customer_id" in year and year["customer_id"].notna().any():
        people = year["customer_id"].nunique() + int(year["customer_id"].isna().sum())
        if people < len(year):
            notes.append(
                Assumption(
                    fmt.say_n(
                        "{answers} answers come from {n} customer; the ranges of the scores treat each answer as independent, "
                        "those of the effects do not.",
                        "{answers} answers come from {n} customers; the ranges of the scores treat each answer as independent, "
                        "those of the effects do not.", people, answers=fmt.count(len(year)),
                    ), "medium", "low",
                )
            )  # fmt: skip
    if (heard.drivers["source"] == "comments").any():
        text = fmt.say(
            "What comments mention is found with a list of words and phrases, which misses irony and rare wordings; a "
            "mention that goes with a low score need not be its cause. Scores end at the top of the scale, so praise "
            "counts for a little less than it is worth."
        )
        notes.append(Assumption(text, "medium", "medium"))
        read = int(heard.answers[heard.score].notna().sum())
        if read > MOST_ANSWERS:
            latest = fmt.say("Effects are those of the latest {n} answers.", n=fmt.count(MOST_ANSWERS))
            notes.append(Assumption(latest, "high", "low"))
    return notes


def _of_tickets(heard: Heard) -> list[Assumption]:
    if heard.subjects is None or heard.topics.empty:
        return []
    fmt, found, notes = heard.fmt, heard.subjects, []
    if found.agreement is not None:
        support = "high" if found.agreement >= 0.8 else "medium" if found.agreement >= 0.6 else "low"
        notes.append(
            Assumption(
                fmt.say(
                    "Subjects are those that the service desk filed. Grouped by their words alone, {share} of the tickets stand "
                    "with others of the same subject.", share=fmt.share(found.agreement),
                ), support, "medium",
            )
        )  # fmt: skip
    if (~heard.topics["filed"].astype(bool)).any():
        text = fmt.say("Subjects in the customers' own words are groups of similar wordings; two groups may be about one matter.")
        notes.append(Assumption(text, "medium", "medium"))
    if found.sampled is not None and found.sampled < len(heard.tickets):
        notes.append(
            Assumption(
                fmt.say(
                    "Subjects were learned from {n} of {of} tickets; the others were assigned to the nearest one.",
                    n=fmt.count(found.sampled), of=fmt.count(len(heard.tickets)),
                ), "high", "low",
            )
        )  # fmt: skip
    return notes


def _of_losses(heard: Heard) -> list[Assumption]:
    if heard.lost.empty:
        return []
    text = heard.fmt.say(
        "A customer who complains is compared with customers in the same quarter who had ordered as recently, as often and for "
        "about as much. Other differences between them may remain, so less revenue goes with a complaint, and is not proven to "
        "come from it."
    )
    return [Assumption(text, "medium", "high")]
