"""Service findings: what can be answered at once, what it saves, which answers are missing, what is mistaken for what."""

from dataclasses import dataclass

import pandas as pd
from babel import Locale

from playbook.locale import mark
from playbook.methods.strategy.answering.coverage import Coverage
from playbook.methods.strategy.answering.examples import Examples
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["OWNER", "Judged", "findings", "headline", "language_name"]

OWNER = mark("customer service lead")
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
        return fmt.say("No question can be answered automatically: there are no standing answers yet")
    if judged.least is None or share == 0:
        return fmt.say(
            "No question should be answered without a person yet: {share} right answers are out of reach",
            share=fmt.share(judged.target),
        )
    if judged.saved is None:
        return fmt.say("{share} of the questions can be answered at once", share=fmt.share(share))
    return fmt.say(
        "{share} of the questions can be answered at once, which saves {saved} a year",
        share=fmt.share(share),
        saved=fmt.money(judged.saved),
    )


def findings(judged: Judged) -> tuple[Finding, ...]:
    """Up to four: the share, the gaps, a language that is answered worse, and the most frequent mix-up."""
    found = [_share(judged), _gaps(judged), _language(judged), _mixed_up(judged)]
    return tuple(f for f in found if f)


def _share(judged: Judged) -> Finding:
    fmt, cover = judged.fmt, judged.coverage
    if judged.examples.answers.empty or judged.least is None or cover.sent == 0:
        if judged.examples.answers.empty:
            why = fmt.say("There is no standing answer to send: there is no FAQ, and no reply has been sent again and again.")
        else:
            why = fmt.say(
                "On past questions, no level of confidence kept {share} of the answers right, beyond chance.",
                share=fmt.share(judged.target),
            )
        return Finding(
            "service-share", fmt.sentences(why, fmt.say("Every question goes to a person.")), 0.0, "share", n=len(judged.tried),
            evidence="not shown", action="Write the answers on the list, file tickets by subject, and try again.", owner=OWNER,
        )  # fmt: skip
    low, _ = cover.precision_range
    unknown = fmt.share(1 - cover.known)
    return Finding(
        "service-share",
        fmt.sentences(
            fmt.say(
                "{share} of {n} questions a year can be answered at once.", share=fmt.share(cover.sent), n=fmt.count(cover.year)
            ),
            _right(cover, fmt),
            "" if judged.saved is None else fmt.say("That saves {saved} a year.", saved=fmt.money(judged.saved)),
            fmt.say("The subject of {share} is not known; they go to a person.", share=unknown) if cover.known < 1 else "",
        ),
        cover.right,
        "share",
        cover.low,
        cover.high,
        len(judged.tried),
        judged.saved,
        evidence="shown" if low >= judged.target and cover.known >= NEARLY_ALL else "likely",
        action="Put the standing answers behind the contact form, with a person one click away, and ask whether the"
        " answer helped.",
        owner=OWNER,
    )


def _right(cover: Coverage, fmt: Formats) -> str:
    """How many of the answers sent in the trial were right."""
    low, high = cover.precision_range
    if cover.precision == 1:
        least = fmt.share(min(low, 0.99))  # never "at least 100%"
        return fmt.say(
            "Tested on past questions that it had not seen, all answers were right (at least {least} in the long run).",
            least=least,
        )
    return fmt.say(
        "Tested on past questions that it had not seen, {share} of the answers were right ({low} to {high}).",
        share=fmt.share(cover.precision),
        low=fmt.share(low),
        high=fmt.share(high),
    )


def _gaps(judged: Judged) -> Finding | None:
    gaps, fmt = judged.coverage.gaps, judged.fmt
    if gaps.empty:
        return None
    total, first = gaps["year"].sum(), gaps.iloc[0]
    money = None if judged.cost is None else total * judged.cost
    most = fmt.say("Most are about “{subject}” ({n}).", subject=first["subject"], n=fmt.count(first["year"]))
    if money is None:
        end = fmt.say("{n} questions a year ask about them.", n=fmt.count(total))
    else:
        end = fmt.say("{n} questions a year ask about them, which costs {cost}.", n=fmt.count(total), cost=fmt.money(money))
    return Finding(
        "service-gaps",
        fmt.sentences(
            *(
                (fmt.say("One subject has no standing answer: “{subject}”.", subject=first["subject"]), end)
                if len(gaps) == 1
                else (fmt.say("{n} subjects have no standing answer.", n=fmt.count(len(gaps))), end, most)
            ),
        ),
        total,
        "count",
        n=int(total),
        money=money,
        evidence="shown",
        action="Write these answers first; the list is in order of how many questions each would settle.",
        owner=OWNER,
    )


def _language(judged: Judged) -> Finding | None:
    """A second language whose subjects are found less often."""
    if len(judged.languages) < 2:
        return None
    main, other = judged.languages.iloc[0], judged.languages.iloc[1]
    fmt = judged.fmt
    return Finding(
        "service-languages",
        fmt.say(
            "The subject is recognised for {share} of the questions in {language} and for {other} of the {n} in {second}.",
            share=fmt.share(main["found"]),
            language=language_name(main["language"], fmt),
            other=fmt.share(other["found"]),
            n=fmt.count(other["asked"]),
            second=language_name(other["language"], fmt),
        ),
        float(other["found"]),
        "share",
        n=int(other["asked"]),
        evidence="indicative",
    )


def language_name(code: str, fmt: Formats) -> str:
    """A language in the reader's words: English for ``en``; a code that CLDR does not know as it is."""
    return Locale.parse(fmt.locale).languages.get(code, code)


def _mixed_up(judged: Judged) -> Finding | None:
    wrong = judged.tried[judged.tried["told"] != judged.tried["truth"]]
    if wrong.empty:
        return None
    pairs = wrong.groupby(["truth", "told"]).size().sort_values(ascending=False, kind="stable")
    if pairs.iloc[0] < OFTEN_MISTAKEN:
        return None
    (truth, told), times, fmt = pairs.index[0], int(pairs.iloc[0]), judged.fmt
    return Finding(
        "service-mixed-up",
        fmt.say(
            "Most often confused: questions about “{subject}” are taken for “{other}”, {times} of the {n} questions tested.",
            subject=truth,
            other=told,
            times=fmt.count(times),
            n=fmt.count(len(judged.tried)),
        ),
        float(times),
        "count",
        n=len(judged.tried),
        evidence="indicative",
        action="If the same answer serves both, file them as one; if not, write answers that tell the two apart.",
        owner=OWNER,
    )
