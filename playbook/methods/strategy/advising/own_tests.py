"""Own tests: what the client's past interventions say about the actions that are advised now."""

from collections.abc import Sequence

import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.advising.advice import Advice, Learned
from playbook.result.contract import Finding, Lesson, Table
from playbook.result.formats import Formats

__all__ = ["lesson_findings", "lesson_table"]

SOURCE = mark("the last published evaluation")
STEPS = (mark("scale"), mark("repeat"), mark("test again"), mark("retire"))

Pairs = Sequence[tuple[Advice, Learned]]


def lesson_findings(pairs: Pairs, fmt: Formats) -> list[Finding]:
    """One finding per lesson that speaks of an action here: what was learned, of which actions, and how it is used."""
    findings = []
    for lesson, touched in _touched(pairs):
        names = fmt.listed(dict.fromkeys(fmt.told(advice.name) for advice, _ in touched))
        uses = fmt.listed(dict.fromkeys(learned.use(fmt) for _, learned in touched))
        findings.append(
            Finding(
                f"targeting-lesson-{lesson.id}",
                fmt.say(
                    "Your own test speaks of {actions}: {lesson} ({use}).",
                    actions=names,
                    lesson=lesson.sentence.rstrip(".。"),
                    use=uses,
                ),
                lesson.effect,
                "share",
                lesson.low,
                lesson.high,
                evidence=lesson.verdict,
            )
        )
    return findings


def lesson_table(pairs: Pairs, fmt: Formats) -> Table | None:
    """The same as a table, one row per lesson and action; None when no lesson speaks of any action."""
    rows = [
        {
            "lesson": lesson.sentence,
            "action": fmt.told(advice.name),
            "verdict": fmt.told(lesson.verdict),
            "next_step": fmt.told(lesson.next_step),
            "profit": lesson.profit,
            "use": learned.use(fmt),
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
