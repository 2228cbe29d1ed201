"""Service findings: what can be answered at once, what it saves, which answers are missing, what is mistaken for what."""

from dataclasses import dataclass

import pandas as pd

from playbook.methods.strategy.answering.coverage import Coverage
from playbook.methods.strategy.answering.examples import Examples
from playbook.result.contract import LINES, Finding, Proposal, Worklist
from playbook.result.formats import Formats

__all__ = ["Judged", "findings", "headline", "proposals", "worklists"]

LEAD_DAYS, REVIEW_DAYS = 42, 91
NEARLY_ALL = 0.9  # of the questions have a known subject, for the trial to speak for all of them
OFTEN_MISTAKEN = 3  # times from which a mix-up of two subjects is worth a word


@dataclass(frozen=True)
class Judged:
    """Everything the page tells: see ``Service`` and ``Coverage``; ``tried``: truth, told, sent, right of each question of the
    trial; ``languages``: language, asked, found, sent, right; ``cost`` of one ticket, None where not stated."""

    fmt: Formats
    examples: Examples
    coverage: Coverage
    accuracy: dict[str, float]
    approach: str
    languages: pd.DataFrame
    tried: pd.DataFrame
    cost: float | None
    target: float
    least: float | None

    @property
    def saved(self) -> float | None:
        """Money a year: questions answered right at once, times the cost of a ticket. A wrong answer saves nothing."""
        return None if self.cost is None else self.coverage.year * self.coverage.right * self.cost


def headline(judged: Judged) -> str:
    """The share that can be answered at once, and the money."""
    fmt, share = judged.fmt, judged.coverage.sent
    if judged.examples.answers.empty:
        return "No question can be answered automatically: there are no standing answers yet"
    if judged.least is None or share == 0:
        return f"No question should be answered without a person yet: {fmt.share(judged.target)} right is out of reach"
    saved = "" if judged.saved is None else f" and save {fmt.money(judged.saved)} a year"
    return f"{fmt.share(share)} of the questions can be answered at once{saved}"


def findings(judged: Judged) -> tuple[Finding, ...]:
    """Up to four: the share, the gaps, a language that is answered worse, and the most frequent mix-up."""
    found = [_share(judged), _gaps(judged), _language(judged), _mixed_up(judged)]
    return tuple(f for f in found if f)


def _share(judged: Judged) -> Finding:
    fmt, cover = judged.fmt, judged.coverage
    if judged.examples.answers.empty or judged.least is None or cover.sent == 0:
        why = (
            "There is no standing answer to send: the client has no FAQ, and no reply has gone out again and again."
            if judged.examples.answers.empty
            else f"On past questions no confidence kept {fmt.share(judged.target)} of the answers right, beyond chance."
        )
        return Finding(
            "service-share", f"{why} Every question goes to a person.", 0.0, "share", n=len(judged.tried), evidence="not shown",
            action="Write the answers of the list, file tickets by subject, and try again.", owner="customer service lead",
        )  # fmt: skip
    low, high = cover.precision_range
    right = f"{fmt.share(cover.precision)} of these answers were right ({fmt.share(low)} to {fmt.share(high)})"
    if cover.precision == 1:
        least = fmt.share(min(low, 0.99))  # never "at least 100%"
        right = f"all of these answers were right (at least {least} in the long run)"
    saves = "" if judged.saved is None else f" That saves {fmt.money(judged.saved)} a year."
    unknown = f" What {fmt.share(1 - cover.known)} are about is not known; they go to a person." if cover.known < 1 else ""
    return Finding(
        "service-share",
        f"{fmt.share(cover.sent)} of {fmt.count(cover.year)} questions a year can be answered at once. Of past questions kept"
        f" from it, {right}.{saves}{unknown}",
        cover.right,
        "share",
        cover.low,
        cover.high,
        len(judged.tried),
        judged.saved,
        evidence="shown" if low >= judged.target and cover.known >= NEARLY_ALL else "likely",
        action="Put the standing answers behind the contact form, with a person one click away, and let askers say if it helped.",
        owner="customer service lead",
    )


def _gaps(judged: Judged) -> Finding | None:
    gaps, fmt = judged.coverage.gaps, judged.fmt
    if gaps.empty:
        return None
    total, first = gaps["year"].sum(), gaps.iloc[0]
    money = None if judged.cost is None else total * judged.cost
    costs = "" if money is None else f", which costs {fmt.money(money)}"
    many = "One subject has" if len(gaps) == 1 else f"{len(gaps)} subjects have"
    most = "" if len(gaps) == 1 else f" Most are about {first['subject']} ({fmt.count(first['year'])})."
    name = f": {first['subject']}" if len(gaps) == 1 else ""
    return Finding(
        "service-gaps",
        f"{many} no standing answer{name}. {fmt.count(total)} questions a year end there{costs}.{most}",
        total,
        "count",
        n=int(total),
        money=money,
        evidence="shown",
        action="Write these answers first; the list has them in the order of the questions that they would settle.",
        owner="customer service lead",
    )


def _language(judged: Judged) -> Finding | None:
    """A second language whose subjects are found less often."""
    if len(judged.languages) < 2:
        return None
    main, other = judged.languages.iloc[0], judged.languages.iloc[1]
    name = {"en": "English", "zh": "Chinese"}
    names = [name.get(row["language"], row["language"]) for row in (main, other)]
    fmt = judged.fmt
    return Finding(
        "service-languages",
        f"The subject is found for {fmt.share(main['found'])} of the questions in {names[0]} and {fmt.share(other['found'])} of"
        f" the {fmt.count(other['asked'])} in {names[1]}.",
        float(other["found"]),
        "share",
        n=int(other["asked"]),
        evidence="indicative",
    )


def _mixed_up(judged: Judged) -> Finding | None:
    wrong = judged.tried[judged.tried["told"] != judged.tried["truth"]]
    if wrong.empty:
        return None
    pairs = wrong.groupby(["truth", "told"]).size().sort_values(ascending=False, kind="stable")
    if pairs.iloc[0] < OFTEN_MISTAKEN:
        return None
    (truth, told), times = pairs.index[0], int(pairs.iloc[0])
    return Finding(
        "service-mixed-up",
        f"Most often mistaken: questions about {truth} taken for {told}, {times} of {len(judged.tried)} tried.",
        float(times),
        "count",
        n=len(judged.tried),
        evidence="indicative",
        action="If the same answer serves both, file them as one; if not, write answers that tell the two apart.",
        owner="customer service lead",
    )


def proposals(judged: Judged) -> tuple[Proposal, ...]:
    """Answer at once what can be: one line a subject, worth the tickets that need no person any more."""
    cover = judged.coverage
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
            name="answers at once",
            action="Answer sure questions at once with the standing answers; hand all others to a person.",
            whom=f"{len(lines)} subjects" if len(lines) > 1 else str(table["subject"].iloc[0]),
            owner="customer service lead",
            kpi="share of questions answered at once, and of these the share that helped",
            stop_rule=f"Stop a subject when fewer than {judged.fmt.share(judged.target)} of 50 checked answers are right.",
            pool="service",
            lines=lines,
            lead_days=LEAD_DAYS,
            review_days=REVIEW_DAYS,
            evidence="likely",
            worklist=Worklist(
                "service-answers",
                "Answers at once",
                "Subjects whose standing answers may go out without a person, with what each saves. Read the answers before they"
                " go live.",
                listed,
                {
                    "subject": ("Subject", "text"),
                    "year": ("Questions a year", "count"),
                    "answered": ("Answered at once and right", "share"),
                    "precision": ("Right among those sent", "share"),
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
