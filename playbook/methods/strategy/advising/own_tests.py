"""Own tests: what the client's past interventions say about the actions that are advised now."""

from collections.abc import Mapping, Sequence

import pandas as pd

from playbook.methods.strategy.advising.advice import OWN_TEST, Advice, Learned
from playbook.result.contract import Finding, Lesson, Table

__all__ = ["lesson_findings", "lesson_table", "measured"]

SOURCE = "the last published evaluation"

Pairs = Sequence[tuple[Advice, Learned]]


def measured(action: Mapping) -> bool:
    """Whether a row of ``Targeting.actions`` rests on the client's own measurement."""
    return action["source"].startswith(OWN_TEST)


def lesson_findings(pairs: Pairs, locale: str) -> list[Finding]:
    """One finding per lesson that speaks of an action here: what was learned, of which actions, and how it is used."""
    findings = []
    for lesson, touched in _touched(pairs):
        names = ", ".join(dict.fromkeys(advice.name.in_language(locale) for advice, _ in touched))
        uses = "; ".join(dict.fromkeys(learned.use for _, learned in touched))
        findings.append(
            Finding(
                f"targeting-lesson-{lesson.id}",
                f"Your own test speaks of {names}: {lesson.sentence.rstrip('.')} ({uses}).",
                lesson.effect,
                "share",
                lesson.low,
                lesson.high,
                evidence=lesson.verdict,
            )
        )
    return findings


def lesson_table(pairs: Pairs, locale: str) -> Table | None:
    """The same as a table, one row per lesson and action; None when no lesson speaks of any action."""
    rows = [
        {
            "lesson": lesson.sentence,
            "action": advice.name.in_language(locale),
            "verdict": lesson.verdict,
            "next_step": lesson.next_step,
            "profit": lesson.profit,
            "use": learned.use,
        }
        for lesson, touched in _touched(pairs)
        for advice, learned in {advice.id: (advice, learned) for advice, learned in touched}.values()
    ]
    if not rows:
        return None
    return Table(
        pd.DataFrame(rows),
        "What your own tests say about these actions.",
        SOURCE,
        {
            "lesson": ("What we learned", "text"),
            "action": ("Speaks of", "text"),
            "verdict": ("Evidence", "text"),
            "next_step": ("Advice then", "text"),
            "profit": ("Earned after cost", "money"),
            "use": ("Used here as", "text"),
        },
    )


def _touched(pairs: Pairs) -> list[tuple[Lesson, list[tuple[Advice, Learned]]]]:
    spoken: dict[str, tuple[Lesson, list[tuple[Advice, Learned]]]] = {}
    for advice, learned in pairs:
        if learned.lesson:
            spoken.setdefault(learned.lesson.id, (learned.lesson, []))[1].append((advice, learned))
    return list(spoken.values())
