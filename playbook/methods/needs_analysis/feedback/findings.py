"""Voice findings: the scores and what moves them, in sentences for a reader who has never met the measures."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.feedback.comment_themes import comment_themes
from playbook.methods.needs_analysis.feedback.heard import CLEAR, SALES, SERVICE, Heard, signed
from playbook.methods.needs_analysis.feedback.satisfaction import Course
from playbook.methods.needs_analysis.feedback.ticket_findings import largest, lost, rising, waiting
from playbook.methods.needs_analysis.windows import earlier
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["findings", "headline"]

FELT = 0.005  # of the scale: a subject that moves the mean of all scores by less is left to the table
LONG_HEADLINE = 90


def headline(heard: Heard) -> str:
    """The score and what holds it down; without a score the largest subject of tickets."""
    told = _score(heard) if heard.nps or heard.csat else _subject(heard)
    return next((words for words in told if len(words) <= LONG_HEADLINE), told[-1])


def _score(heard: Heard) -> list[str]:
    """The score in words, from the longest to the shortest."""
    fmt, worst = heard.fmt, _worst(heard)
    if heard.nps:
        values = {"score": fmt.number(heard.nps.value, 0)}
        short = fmt.say("Net promoter score {score}", **values)
        if worst is not None:
            return [fmt.say("Net promoter score {score}, held down most by {cause}", **values, cause=worst.label), short]
        return [
            fmt.say_n(
                "Net promoter score {score}, from {n} answer", "Net promoter score {score}, from {n} answers",
                heard.nps.n, **values,
            ),
            short,
        ]  # fmt: skip
    values = {"share": fmt.share(heard.csat.value)}
    short = fmt.say("{share} of those who answered are satisfied", **values)
    if worst is not None:
        return [
            fmt.say("{share} of those who answered are satisfied, held down most by {cause}", **values, cause=worst.label),
            short,
        ]
    return [
        fmt.say_n(
            "{share} of those who answered are satisfied, from {n} answer",
            "{share} of those who answered are satisfied, from {n} answers", heard.csat.n, **values,
        ),
        short,
    ]  # fmt: skip


def _subject(heard: Heard) -> list[str]:
    """The largest subject of tickets in words, from the longest to the shortest."""
    fmt, top = heard.fmt, next(heard.topics[heard.topics["tickets"] > 0].itertuples(), None)
    if top is None:
        return [
            fmt.say_n(
                "{n} ticket to the service desk, of too many kinds to group",
                "{n} tickets to the service desk, of too many kinds to group", len(heard.tickets),
            )
        ]  # fmt: skip
    share = fmt.share(top.share)
    return [
        fmt.say("Customers write most about {subject}: {share} of tickets", subject=heard.named(top.topic), share=share),
        fmt.say("The largest subject is {share} of tickets", share=share),
    ]


def findings(heard: Heard) -> tuple[Finding, ...]:
    """What a decision can rest on, the score first."""
    told = [_nps(heard), _csat(heard), _complaint(heard), _parcel(heard), _praise(heard)]
    told += [*lost(heard), largest(heard), rising(heard), waiting(heard)]
    return tuple(finding for finding in told if finding)


def _nps(heard: Heard) -> Finding | None:
    if heard.nps is None:
        return None
    fmt, nps = heard.fmt, heard.nps
    given = heard.answers.loc[heard.answers["date"] >= heard.since(), "recommend"].dropna()
    sentence = fmt.say_n(
        "Of {n} answer in the last twelve months, {up} would recommend the company warmly (9 or 10 of 10) and {down} would not "
        "(0 to 6): the net promoter score, the first less the second, is {score}.",
        "Of {n} answers in the last twelve months, {up} would recommend the company warmly (9 or 10 of 10) and {down} would not "
        "(0 to 6): the net promoter score, the first less the second, is {score}.",
        nps.n, up=fmt.share((given >= 9).mean()), down=fmt.share((given <= 6).mean()), score=fmt.number(nps.value, 0),
    )  # fmt: skip
    return Finding(
        "voice-nps", fmt.sentences(sentence, _moved(nps, fmt, 1)), value=round(nps.value, 1), unit="number",
        low=round(nps.low, 1), high=round(nps.high, 1), n=nps.n, evidence=_graded(nps),
        action="Ask customers who gave 0 to 6 what went wrong, within a week of their answer.", owner=SERVICE,
    )  # fmt: skip


def _csat(heard: Heard) -> Finding | None:
    if heard.csat is None:
        return None
    fmt, csat = heard.fmt, heard.csat
    sentence = fmt.say_n(
        "{share} of {n} answer in the last twelve months gives 4 or 5 points out of 5.",
        "{share} of {n} answers in the last twelve months give 4 or 5 points out of 5.", csat.n, share=fmt.share(csat.value),
    )  # fmt: skip
    return Finding(
        "voice-csat", fmt.sentences(sentence, _moved(csat, fmt, 100)),
        value=csat.value, unit="share", low=csat.low, high=csat.high, n=csat.n, evidence=_graded(csat),
    )  # fmt: skip


def _graded(course: Course) -> str:
    return (
        course.evidence
        if course.change is not None and course.evidence != "not shown"
        else "indicative"
        if course.n < 100
        else "shown"
    )


def _moved(course: Course, fmt: Formats, scale: int) -> str:
    """How the rating moved, in a sentence."""
    if course.change is None:
        return fmt.say("There are no earlier answers to set this against.")
    before = earlier(course, fmt)
    if not course.whole_year:
        before = fmt.say("{earlier}, another season", earlier=before)
    low, high = (signed(scale * side, fmt) for side in (course.change_low, course.change_high))
    values = {"earlier": before, "low": low, "high": high}
    if course.evidence == "not shown":
        return fmt.say("The change on {earlier} is no more than chance explains (between {low} and {high} points).", **values)
    size = round(abs(scale * course.change), 1)
    values["points"] = fmt.number(size, 1)
    if course.change > 0:
        return fmt.say_n(
            "That is {points} point more than in {earlier} (between {low} and {high}).",
            "That is {points} points more than in {earlier} (between {low} and {high}).", size, **values,
        )  # fmt: skip
    return fmt.say_n(
        "That is {points} point less than in {earlier} (between {low} and {high}).",
        "That is {points} points less than in {earlier} (between {low} and {high}).", size, **values,
    )  # fmt: skip


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


def _complaint(heard: Heard) -> Finding | None:
    row = _worst(heard)
    return row and _driver(
        "voice-complaint", row, heard, SERVICE,
        heard.fmt.say_n(
            "Customers who mention {subject} score {points} point lower on the scale from {scale} than those who mention no "
            "subject. They give {share} of answers; if they scored like the others, the mean of all scores would be {gain} "
            "points higher.",
            "Customers who mention {subject} score {points} points lower on the scale from {scale} than those who mention no "
            "subject. They give {share} of answers; if they scored like the others, the mean of all scores would be {gain} "
            "points higher.",
            round(abs(row.effect), 1), **_effect(row, heard),
        ),
    )  # fmt: skip


def _praise(heard: Heard) -> Finding | None:
    row = _best(heard)
    return row and _driver(
        "voice-praise", row, heard, SALES,
        heard.fmt.say_n(
            "Customers who mention {subject} score {points} point higher on the scale from {scale} than those who mention no "
            "subject. They give {share} of answers, which lifts the mean of all scores by {gain} points.",
            "Customers who mention {subject} score {points} points higher on the scale from {scale} than those who mention no "
            "subject. They give {share} of answers, which lifts the mean of all scores by {gain} points.",
            round(abs(row.effect), 1), **_effect(row, heard),
        ),
    )  # fmt: skip


def _effect(row, heard: Heard) -> dict:
    fmt = heard.fmt
    return {
        "subject": row.label, "points": fmt.number(abs(row.effect), 1), "scale": heard.scale, "share": fmt.share(row.share),
        "gain": fmt.number(abs(row.gain), 2),
    }  # fmt: skip


def _driver(id: str, row, heard: Heard, owner: str, sentence: str) -> Finding:
    theme = comment_themes().get(row.driver)
    action = theme.action if theme else mark("Read these comments together, and decide what they ask for.")
    return Finding(
        id, sentence, value=round(row.effect, 2), unit="number", low=round(row.low, 1), high=round(row.high, 1),
        n=int(row.mentions), evidence=row.evidence, action=action, owner=owner,
    )  # fmt: skip


def _parcel(heard: Heard) -> Finding | None:
    rows = heard.drivers[(heard.drivers["source"] == "orders") & heard.drivers["evidence"].isin(CLEAR)]
    if rows.empty or rows["effect"].iloc[0] >= 0:
        return None
    fmt, row = heard.fmt, next(rows.itertuples())
    points = round(-row.effect, 1)
    sentence = fmt.say_n(
        "Customers whose last delivery came after the day promised score {points} point lower than those served on time; "
        "they are {share} of those who answered.",
        "Customers whose last delivery came after the day promised score {points} points lower than those served on time; "
        "they are {share} of those who answered.",
        points, points=fmt.number(points, 1), share=fmt.share(row.share),
    )  # fmt: skip
    return Finding(
        "voice-late-parcels", sentence, value=round(row.effect, 2), unit="number", low=round(row.low, 1),
        high=round(row.high, 1), n=int(row.mentions), evidence=row.evidence,
        action="Promise a day that can be kept, and tell customers of a delay before they notice.", owner="head of logistics",
    )  # fmt: skip
