"""Service tables: subjects with what can be answered at once, languages, ways of looking up; and what it all rests on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.answering.findings import Judged, language_name
from playbook.result.contract import Assumption, Table

__all__ = ["assumptions", "tables"]

SOURCE = mark("tickets and standing answers")
MOST_ROWS = 12
_WAYS = {
    "retrieval": mark("Closest past question (BM25 and tf-idf)"),
    "classifier": mark("Learnt subjects (support vector machine)"),
    "both": mark("Both together"),
}


def tables(judged: Judged) -> tuple[Table, ...]:
    """Subjects first; languages and ways of looking up for those who look closer."""
    fmt, subjects = judged.fmt, judged.coverage.subjects
    rows = subjects.assign(state=[_state(r, judged) for r in subjects.itertuples()])
    more = len(rows) - MOST_ROWS
    shown = {
        "subject": ("Subject", "text"),
        "year": ("Questions a year", "count"),
        "answered": ("Answered at once and right", "share"),
        "precision": ("Of those sent, right", "share"),
        "state": ("What to do", "text"),
    }
    caption = fmt.say("Subjects, and how much of each can be answered at once.")
    if more > 0:
        caption = fmt.say(
            "Subjects, and how much of each can be answered at once; the {n} most frequent of {all}.",
            n=fmt.count(MOST_ROWS), all=fmt.count(len(rows)),
        )  # fmt: skip
    ways = pd.DataFrame({"way": [fmt.told(_WAYS[a]) for a in judged.accuracy], "found": list(judged.accuracy.values())})
    spoken = judged.languages.assign(language=[language_name(code, fmt) for code in judged.languages["language"]])
    return (
        Table(rows.head(MOST_ROWS), caption, SOURCE, shown),
        Table(
            spoken,
            "Questions by language.",
            SOURCE,
            {
                "language": ("Language", "text"),
                "asked": ("Questions tested", "count"),
                "found": ("Subject recognised", "share"),
                "sent": ("Answered at once", "share"),
            },
            aside=True,
        ),
        Table(
            ways,
            "Ways of looking up: share of past questions whose subject was recognised, each from what the others taught.",
            SOURCE,
            {"way": ("Way", "text"), "found": ("Subject recognised", "share")},
            aside=True,
        ),
    )


def _state(row, judged: Judged) -> str:
    fmt = judged.fmt
    if not row.covered:
        return fmt.say("write an answer")
    if row.sent == 0:
        return fmt.say("to a person")
    return fmt.say("answer at once") if row.answered >= 0.5 else fmt.say("answer the sure ones")


def assumptions(judged: Judged) -> tuple[Assumption, ...]:
    """What the shares and the money rest on."""
    fmt = judged.fmt
    stated = [
        Assumption(
            "The subject under which the desk filed a question is the right one, and the standing answer to it helps the asker.",
            "medium",
            "high",
        ),
        Assumption("Customers will go on asking what they asked last year.", "medium", "medium"),
    ]
    if judged.coverage.known < 1:
        text = fmt.say(
            "Questions without a noted subject ({share}) are all taken to need a person.",
            share=fmt.share(1 - judged.coverage.known),
        )
        stated.append(Assumption(text, "medium", "medium"))
    if judged.cost is None:
        stated.append(
            Assumption("No cost per ticket is stated (service_cost in client.yml), so no saving is named.", "high", "high")
        )
    else:
        stated.append(
            Assumption(
                fmt.say(
                    "A question answered at once saves the {cost} of a ticket; a wrong answer saves nothing, because a"
                    " person then has to answer. Setting it up is not counted.",
                    cost=fmt.money(judged.cost),
                ),
                "medium",
                "medium",
            )
        )
    if (judged.examples.answers["origin"] == "desk").any():
        stated.append(
            Assumption(
                "Without a FAQ, replies that the desk sent word for word to three customers or more stand for one.",
                "low",
                "medium",
            )
        )
    return tuple(stated)
