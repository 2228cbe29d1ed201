"""Service tables: subjects with what can be answered at once, languages, ways of looking up; and what it all rests on."""

import pandas as pd

from playbook.methods.strategy.answering.findings import Judged
from playbook.result.contract import Assumption, Table

__all__ = ["assumptions", "tables"]

SOURCE = "tickets and standing answers"
MOST_ROWS = 12
_WAYS = {
    "retrieval": "Closest past question (BM25 and tf-idf)",
    "classifier": "Learnt subjects (support vector machine)",
    "both": "Both together",
}
_LANGUAGES = {"en": "English", "zh": "Chinese"}


def tables(judged: Judged) -> tuple[Table, ...]:
    """Subjects first; languages and ways of looking up for those who look closer."""
    rows = judged.coverage.subjects.assign(
        state=[_state(r, judged) for r in judged.coverage.subjects.itertuples()],
    )
    more = len(rows) - MOST_ROWS
    shown = {
        "subject": ("Subject", "text"),
        "year": ("Questions a year", "count"),
        "answered": ("Answered at once and right", "share"),
        "precision": ("Right among those sent", "share"),
        "state": ("What to do", "text"),
    }
    caption = "Subjects, and how much of each can be answered at once"
    caption += f"; the {MOST_ROWS} most frequent of {len(rows)}." if more > 0 else "."
    ways = pd.DataFrame({"way": [_WAYS[a] for a in judged.accuracy], "found": list(judged.accuracy.values())})
    spoken = judged.languages.assign(language=judged.languages["language"].map(lambda code: _LANGUAGES.get(code, code)))
    return (
        Table(rows.head(MOST_ROWS), caption, SOURCE, shown),
        Table(
            spoken,
            "Questions by language.",
            SOURCE,
            {
                "language": ("Language", "text"),
                "asked": ("Questions tried", "count"),
                "found": ("Subject found", "share"),
                "sent": ("Answered at once", "share"),
            },
            aside=True,
        ),
        Table(
            ways,
            "Ways of looking up: share of past questions whose subject was found, each learnt from the others.",
            SOURCE,
            {"way": ("Way", "text"), "found": ("Subject found", "share")},
            aside=True,
        ),
    )


def _state(row, judged: Judged) -> str:
    if not row.covered:
        return "write an answer"
    if row.sent == 0:
        return "to a person"
    return "answer at once" if row.answered >= 0.5 else "answer the sure ones"


def assumptions(judged: Judged) -> tuple[Assumption, ...]:
    """What the shares and the money rest on."""
    fmt = judged.fmt
    stated = [
        Assumption(
            "The subject under which the desk filed a question is the right one, and the standing answer to it helps the asker.",
            "medium",
            "high",
        ),
        Assumption("Customers go on asking what they asked in the last year.", "medium", "medium"),
    ]
    if judged.coverage.known < 1:
        text = f"Questions whose subject nobody noted ({fmt.share(1 - judged.coverage.known)}) are taken to need a person, all of"
        stated.append(Assumption(f"{text} them.", "medium", "medium"))
    if judged.cost is None:
        stated.append(
            Assumption("No cost of a ticket is stated (service_cost in client.yml), so no saving is named.", "high", "high")
        )
    else:
        stated.append(
            Assumption(
                f"A question answered at once saves the {fmt.money(judged.cost)} of a ticket; a wrong answer saves nothing, since"
                " a person has to answer after all. Setting up is not counted.",
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
