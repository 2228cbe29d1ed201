"""Service lists: what may be answered at once, as a proposal, and the answers that are still to be written."""

import pandas as pd

from playbook.methods.strategy.answering.findings import OWNER, Judged
from playbook.result.contract import LINES, Proposal, Worklist

__all__ = ["proposals", "worklists"]

LEAD_DAYS, REVIEW_DAYS = 42, 91
CHECKED = 50  # answers, before a subject is judged


def proposals(judged: Judged) -> tuple[Proposal, ...]:
    """Answer at once what can be: one line a subject, worth the tickets that need no person any more."""
    cover, fmt = judged.coverage, judged.fmt
    table = cover.subjects[cover.subjects["right"] > 0]
    if judged.cost is None or judged.least is None or table.empty:
        return ()
    value = table["year"] * table["answered"] * judged.cost
    value = value * (judged.saved / value.sum())  # subjects named in the last year, made to add up to all questions
    lines = pd.DataFrame(
        {
            "key": table["subject"],
            "cost": 0.0,
            "value_low": value * cover.low / cover.right,
            "value": value,
            "value_high": value * cover.high / cover.right,
        }
    )[list(LINES)].reset_index(drop=True)
    listed = table.reset_index(drop=True).assign(saved=lines["value"])
    return (
        Proposal(
            id="service-answers",
            name="automatic answers",
            action="Answer the questions that are sure with the standing answers at once; hand all others to a person.",
            whom=fmt.say("{n} subjects", n=fmt.count(len(lines))) if len(lines) > 1 else str(table["subject"].iloc[0]),
            owner=OWNER,
            kpi="share of questions answered at once, and of these the share that helped",
            stop_rule=fmt.say(
                "Stop a subject if fewer than {share} of {n} checked answers are right.",
                share=fmt.share(judged.target),
                n=fmt.count(CHECKED),
            ),
            pool="service",
            lines=lines,
            lead_days=LEAD_DAYS,
            review_days=REVIEW_DAYS,
            evidence="likely",
            worklist=Worklist(
                "service-answers",
                "Automatic answers",
                "Subjects whose standing answers may go out without a person, with what each saves. Read the answers before they"
                " go live.",
                listed,
                {
                    "subject": ("Subject", "text"),
                    "year": ("Questions a year", "count"),
                    "answered": ("Answered at once and right", "share"),
                    "precision": ("Of those sent, right", "share"),
                    "saved": ("Saves a year", "money"),
                },
                "subject",
            ),
            waits=False,
        ),
    )


def worklists(judged: Judged) -> tuple[Worklist, ...]:
    """The answers that are still to be written."""
    gaps = judged.coverage.gaps
    if gaps.empty:
        return ()
    columns = {
        "subject": ("Subject", "text"),
        "year": ("Questions a year", "count"),
        "words": ("What they ask about", "text"),
    }
    if judged.cost is not None:
        gaps, columns = gaps.assign(cost=gaps["year"] * judged.cost), {**columns, "cost": ("Cost a year", "money")}
    return (
        Worklist(
            "service-gaps",
            "Answers to write",
            "Subjects that customers ask about and that have no standing answer, the most frequent first. Write an answer, add it"
            " to the FAQ, and the next report says how many questions it settles.",
            gaps,
            columns,
            "subject",
        ),
    )
