"""Lessons: what was learned, and what to do next time; the next needs analysis opens with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Industry
from playbook.locale import mark
from playbook.methods.evaluation.impact import Impact
from playbook.methods.evaluation.learning.expected import LIFT_NOTE, lift_finding, lift_table
from playbook.methods.evaluation.learning.lifts import lift_frame, lifts, tests_of
from playbook.methods.evaluation.lesson_rules import Rule, decide, load_rules, words_for
from playbook.methods.evaluation.measuring.effect import Effect
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.methods.evaluation.telling.words import OWNER, SURE, known
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.methods.strategy.advising.advice import fitting, load_advice
from playbook.result.contract import Assumption, Finding, Lesson, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.remembered import Remembered
from playbook.result.section import section

__all__ = ["Lessons", "lessons"]

KEPT_WITHIN = 0.10  # a range that held this much less of the past than promised has broken its promise
OUTCOMES = {"reached": "met", "missed": "missed"}  # plan states that are final; all others are still open
PLAN, FORECAST = "plan-", "forecast-range"  # ids of lessons from promises
STEPS = (mark("scale"), mark("repeat"), mark("test again"), mark("retire"))


@dataclass(frozen=True, kw_only=True)
class Lessons(Result):
    """``lessons``: one for each intervention that could be measured, then one for each promise that could be checked.

    ``beliefs``: what the next strategy starts from: every test, and the lift of each advised action that tests speak of.
    """

    lessons: tuple[Lesson, ...]
    beliefs: tuple[Remembered, ...] = ()


@section(
    "lessons",
    "What did we learn, and what do we do next?",
    promise="a lesson from every intervention and every promise, with the next step",
)
def lessons(
    impact: Impact,
    fmt: Formats,
    as_of: date,
    demand: Result | None = None,
    returns: Result | None = None,
    plan_tracking: Result | None = None,
    segments: Result | None = None,
    industry: Industry = "other",
    past_memory: Sequence[Remembered] = (),
) -> Result:
    """Turn measured effects and checked promises into lessons, by the rules of ``lesson_rules.yml``, and effects that the
    advice list assumes into what assumption and tests say together (``learning.lifts``).

    Promises are those that can be held against what came: the plan of each KPI whose period is over, and the range of the
    forecast in past months (unless the months of earlier reports in ``returns`` say otherwise). ``segments`` makes no promise
    before a second evaluation and is only named as not yet checked. Ids are stable: the intervention's own id, ``plan-<kpi>`` and
    ``forecast-range``."""
    learned = (
        *(_from_effect(e, as_of, fmt) for e in impact.measured),
        *_from_plan(plan_tracking, fmt),
        *_from_forecast(demand, returns, fmt),
    )
    tests = tests_of(impact.measured, past_memory)
    advised = {kind: fitting(load_advice(), kind, industry) for kind in load_advice()}
    expected = tuple(lifts(advised, tests, fmt))
    return Lessons(
        fmt=fmt,
        headline=_headline(learned, fmt),
        lessons=tuple(lesson for lesson, _ in learned),
        beliefs=(*tests, *(lift for lift, *_ in expected)),
        findings=(*(_finding(lesson, rule, impact, fmt) for lesson, rule in learned), *lift_finding(lift_frame(expected), fmt)),
        tables=(*((_table(learned, impact, as_of, fmt),) if learned else ()), *lift_table(lift_frame(expected), fmt)),
        assumptions=(
            Assumption("A lesson holds for customers and weeks like those it was measured on.", "medium", "medium"),
            *([Assumption(LIFT_NOTE, "medium", "high")] if expected else []),
            *_unchecked(impact, segments, fmt),
        ),
    )


def _unchecked(impact: Impact, segments: Result | None, fmt: Formats) -> Iterator[Assumption]:
    """What no lesson speaks of yet."""
    if segments is not None:
        yield Assumption("The segments will be checked once the next report shows where their customers moved.", "high", "low")
    if waiting := len(impact.effects) - len(impact.measured):
        text = (
            fmt.say_n(
                "The one intervention could not be measured yet.", "None of the {n} interventions could be measured yet.", waiting
            )
            if not impact.measured
            else fmt.say_n(
                "One of {all} interventions could not be measured yet.",
                "{n} of {all} interventions could not be measured yet.",
                waiting,
                all=fmt.count(len(impact.effects)),
            )
        )
        yield Assumption(text, "high", "low")


def _from_effect(effect: Effect, as_of: date, fmt: Formats) -> tuple[Lesson, Rule]:
    running = "yes" if effect.end >= as_of else "no"  # measured up to the as-of day
    doubt = "drift" if effect.pre_trend_p < 1 - CERTAIN else "other"
    rule = decide(verdict=effect.verdict, payoff=effect.payoff, design=effect.design, running=running, doubt=doubt)
    sentence = fmt.say(rule.sentence, **words_for(effect, fmt))
    return Lesson(
        id=effect.id,
        sentence=sentence,
        verdict=effect.verdict,
        next_step=rule.next_step,
        effect=known(effect.effect),
        low=known(effect.low),
        high=known(effect.high),
        profit=known(effect.profit) if effect.verdict in SURE else None,  # an effect that may be chance is worth nothing yet
        until=effect.end.isoformat(),
    ), rule


def _from_plan(plan_tracking: Result | None, fmt: Formats) -> Iterator[tuple[Lesson, Rule]]:
    """A lesson for each KPI whose plan period is over."""
    for row in () if plan_tracking is None else plan_tracking.status_table.itertuples():
        if row.status not in OUTCOMES or row.months_left:
            continue
        kpi = CATALOGUE[row.kpi]
        words = {
            "kpi": fmt.told(kpi.label),
            "actual": fmt.value(row.actual, kpi.unit),
            "plan": fmt.value(row.end_target, kpi.unit),
        }
        yield _promise(f"{PLAN}{row.kpi}", fmt, words, outcome=OUTCOMES[row.status])


def _from_forecast(demand: Result | None, returns: Result | None, fmt: Formats) -> Iterator[tuple[Lesson, Rule]]:
    """No praise for ranges that held when tried on the past, where months that earlier reports printed lay outside."""
    coverage = getattr(demand, "coverage", None)
    if coverage is None or not np.isfinite(coverage):
        return
    printed = getattr(returns, "forecasts", None)
    if printed is not None and len(printed) and printed["inside"].mean() < LEVEL - KEPT_WITHIN <= coverage:
        return
    words = {"coverage": fmt.share(coverage), "level": fmt.share(LEVEL)}
    yield _promise(FORECAST, fmt, words, outcome="kept" if coverage >= LEVEL - KEPT_WITHIN else "broken")


def _promise(id: str, fmt: Formats, words: dict[str, str], outcome: str) -> tuple[Lesson, Rule]:
    rule = decide(load_rules().promises, outcome=outcome)
    return Lesson(id=id, sentence=fmt.say(rule.sentence, **words), verdict=rule.verdict, next_step=rule.next_step), rule


def _finding(lesson: Lesson, rule: Rule, impact: Impact, fmt: Formats) -> Finding:
    effect = next((e for e in impact.measured if e.id == lesson.id), None)
    action = fmt.say(rule.action, **words_for(effect, fmt)) if rule.action and effect else None
    return Finding(id=f"lessons-{lesson.id}", sentence=lesson.sentence, evidence=lesson.verdict, action=action, owner=OWNER)


def _headline(learned: tuple[tuple[Lesson, Rule], ...], fmt: Formats) -> str:
    if not learned:
        return fmt.say("Nothing could be measured yet, so there is no lesson to draw")
    counts = {step: sum(lesson.next_step == step for lesson, _ in learned) for step in STEPS}
    each = [
        fmt.say("{n} to scale", n=fmt.count(counts["scale"])) if counts["scale"] else "",
        fmt.say("{n} to repeat", n=fmt.count(counts["repeat"])) if counts["repeat"] else "",
        fmt.say("{n} to test again", n=fmt.count(counts["test again"])) if counts["test again"] else "",
        fmt.say("{n} to retire", n=fmt.count(counts["retire"])) if counts["retire"] else "",
    ]
    return fmt.say_n("1 lesson: {steps}", "{n} lessons: {steps}", len(learned), steps=fmt.listed(filter(None, each)))


def _table(learned: tuple[tuple[Lesson, Rule], ...], impact: Impact, as_of: date, fmt: Formats) -> Table:
    """What each lesson is about, what follows and how sure we are; the sentences stand above it."""
    labels = {e.id: e.label for e in impact.measured}
    frame = pd.DataFrame([vars(lesson) for lesson, _ in learned])
    frame = frame.astype({name: float for name in ("effect", "low", "high", "profit")})
    frame.insert(1, "about", [labels.get(lesson.id) or _promised(lesson.id, fmt) for lesson, _ in learned])
    frame = frame.assign(next_step=frame["next_step"].map(fmt.told), verdict=frame["verdict"].map(fmt.told))
    frame["range"] = [_range(lesson, fmt) for lesson, _ in learned]
    frame["basis"] = [_basis(lesson.id, impact, fmt) for lesson, _ in learned]
    columns = {
        "about": ("Lesson from", "text"),
        "next_step": ("Next step", "text"),
        "verdict": ("Evidence", "text"),
        "range": ("Change of revenue", "text"),
        "basis": ("Measured against", "text"),
        "profit": ("Earned after cost", "money"),
    }
    return Table(frame, fmt.say("What was learned up to {day}", day=fmt.day(as_of)), "orders, interventions, plan", columns)


def _range(lesson: Lesson, fmt: Formats) -> str:
    if lesson.effect is None or lesson.low is None or lesson.high is None:
        return "–"
    return fmt.say(
        "{value} ({low} to {high})",
        value=fmt.change(lesson.effect),
        low=fmt.change(lesson.low),
        high=fmt.change(lesson.high),
    )


def _basis(id: str, impact: Impact, fmt: Formats) -> str:
    """What a lesson rests on: the kind of comparison, and how many customers were in it."""
    effect = next((e for e in impact.measured if e.id == id), None)
    if effect is None:
        return fmt.say("what was promised")
    size, design = effect.n_treated + effect.n_control, fmt.told(effect.design)
    return fmt.say_n("{design}, one customer", "{design}, {n} customers", size, design=design) if size else design


def _promised(id: str, fmt: Formats) -> str:
    """What a promise was about, for readers."""
    if id == FORECAST:
        return fmt.say("Range of the forecast")
    return fmt.say("Plan: {kpi}", kpi=fmt.told(CATALOGUE[id.removeprefix(PLAN)].label))
