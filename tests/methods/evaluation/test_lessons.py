"""Lessons: the rules decide, ids are stable, promises count only when their time is over."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from types import SimpleNamespace

import pandas as pd
import pytest

from playbook.methods.evaluation.impact import Impact
from playbook.methods.evaluation.lesson_rules import decide, load_rules, words_for
from playbook.methods.evaluation.lessons import lessons
from playbook.methods.evaluation.measuring.effect import Effect
from playbook.result.contract import Result
from playbook.result.formats import Formats

FMT = Formats("EUR")
AS_OF = date(2026, 6, 30)
VERDICTS = ("shown", "likely", "indicative", "not shown", "harmful")
PAYOFFS = ("always", "expected", "possible", "never", "unknown")
DESIGNS = ("control group", "other customers", "other regions", "own past")


def _effect(verdict="shown", payoff="always", id="mail") -> Effect:
    return Effect(
        id=id,
        label="Mail",
        start=date(2026, 5, 4),
        end=date(2026, 5, 31),
        design="control group",
        verdict=verdict,
        cost=500,
        effect=0.2,
        low=0.1,
        high=0.3,
        profit=900.0,
        profit_low=400.0,
        profit_high=1400.0,
        payoff=payoff,
        detectable=0.15,
    )


def _impact(*effects: Effect, waiting: int = 0) -> Impact:
    return Impact(fmt=FMT, headline="x", effects=pd.DataFrame({"id": range(len(effects) + waiting)}), measured=effects)


@dataclass(frozen=True, kw_only=True)
class _Plan(Result):
    status_table: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class _Demand(Result):
    coverage: float | None


@pytest.mark.parametrize(
    ("verdict", "payoff", "step"),
    [
        ("shown", "always", "scale"),
        ("likely", "always", "repeat"),
        ("shown", "expected", "repeat"),
        ("shown", "possible", "test again"),
        ("shown", "never", "retire"),
        ("not shown", "never", "retire"),
        ("not shown", "possible", "test again"),
        ("indicative", "always", "test again"),
        ("harmful", "never", "retire"),
        ("likely", "unknown", "repeat"),
    ],
)
def test_next_step(verdict, payoff, step):
    assert decide(verdict=verdict, payoff=payoff, design="control group").next_step == step


def test_every_case_has_a_rule_with_words():
    for verdict in VERDICTS:
        for payoff in PAYOFFS:
            for design in DESIGNS:
                rule = decide(verdict=verdict, payoff=payoff, design=design)
                words = words_for(_effect(verdict, payoff), FMT)
                assert "Mail" in FMT.say(rule.sentence, **words) and FMT.say(rule.action, **words)


def test_what_still_runs_is_not_retired_for_its_whole_cost():
    """Thirty days of effect against the cost of a year: too early to say that it does not pay."""
    early = replace(_effect("not shown", "never", id="depots"), end=AS_OF)
    (lesson, over) = lessons(_impact(early, _effect("not shown", "never")), FMT, AS_OF).lessons
    assert lesson.next_step == "test again" and "still running" in lesson.sentence
    assert over.next_step == "retire"
    by_regions = replace(early, design="other regions")
    assert lessons(_impact(by_regions), FMT, AS_OF).lessons[0].next_step == "test again"
    paying = replace(_effect("shown", "always"), end=AS_OF)
    assert lessons(_impact(paying), FMT, AS_OF).lessons[0].next_step == "scale"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pre_trend_p": 0.01}, "drifting apart before it began"),
        ({"pre_trend_p": 0.5}, "needs a draw that is kept to"),
        ({"design": "other regions"}, "no mix of other regions moved like those"),
        ({"design": "other customers"}, "were not alike enough"),
        ({"design": "other customers", "pre_trend_p": 0.01}, "drifting apart before it began"),
    ],
)
def test_a_doubtful_comparison_is_told_by_its_own_reason(change, words):
    doubtful = replace(_effect("indicative", "always"), **change)
    (lesson,) = lessons(_impact(doubtful), FMT, AS_OF).lessons
    assert words in lesson.sentence and lesson.next_step == "test again"


def test_every_rule_can_fire():
    cases = product(VERDICTS, PAYOFFS, DESIGNS, ("yes", "no"), ("drift", "other"))
    fired = {decide(verdict=v, payoff=p, design=d, running=r, doubt=o).id for v, p, d, r, o in cases}
    assert fired == {rule.id for rule in load_rules().rules}


def test_lesson_carries_the_effect():
    found = lessons(_impact(_effect()), FMT, AS_OF)
    (lesson,) = found.lessons
    assert (lesson.id, lesson.next_step, lesson.profit) == ("mail", "scale", 900.0)
    assert (lesson.effect, lesson.low, lesson.high) == (0.2, 0.1, 0.3)
    assert lesson.until == "2026-05-31"  # of two lessons on an action the later one counts
    assert lesson.sentence.startswith("Mail is worth extending")
    assert found.findings[0].action.startswith("Extend it")
    assert found.headline == "1 lesson: 1 to scale"
    assert found.table["next_step"].tolist() == ["scale"]


def test_what_may_be_chance_carries_no_profit():
    (lesson,) = lessons(_impact(_effect(verdict="not shown", payoff="possible")), FMT, AS_OF).lessons
    assert lesson.profit is None
    assert lesson.effect == 0.2


def test_promises_are_checked_only_when_their_time_is_over():
    status = pd.DataFrame(
        {
            "kpi": ["revenue", "orders", "customers"],
            "actual": [110_000.0, 900.0, 400.0],
            "end_target": [100_000.0, 1_000.0, 300.0],
            "status": ["reached", "missed", "on track"],
            "months_left": [0, 0, 3],
        }
    )
    plan = _Plan(fmt=FMT, headline="x", status_table=status)
    found = lessons(_impact(), FMT, AS_OF, demand=_Demand(fmt=FMT, headline="x", coverage=0.6), plan_tracking=plan)
    assert [(lesson.id, lesson.verdict) for lesson in found.lessons] == [
        ("plan-revenue", "shown"),
        ("plan-orders", "not shown"),
        ("forecast-range", "not shown"),
    ]
    assert "60%" in found.lessons[-1].sentence
    assert found.table["about"].tolist() == ["Plan: Revenue", "Plan: Orders", "Range of the forecast"]


def test_ranges_that_held_in_trials_are_not_praised_where_printed_ones_did_not():
    demand, printed = (
        _Demand(fmt=FMT, headline="x", coverage=0.96),
        SimpleNamespace(forecasts=pd.DataFrame({"inside": [True, True]})),
    )
    kept = lessons(_impact(), FMT, AS_OF, demand=demand, returns=printed)
    assert [(one.id, one.verdict) for one in kept.lessons] == [("forecast-range", "shown")]
    printed.forecasts["inside"] = False
    assert lessons(_impact(), FMT, AS_OF, demand=demand, returns=printed).lessons == ()


def test_unknown_coverage_is_no_lesson_and_nothing_learned_is_said():
    found = lessons(
        _impact(waiting=1),
        FMT,
        AS_OF,
        demand=_Demand(fmt=FMT, headline="x", coverage=None),
        segments=_Demand(fmt=FMT, headline="x", coverage=None),
    )
    assert found.lessons == ()
    assert found.headline == "Nothing could be measured yet, so there is no lesson to draw"
    assert any("one intervention could not be measured" in a.text for a in found.assumptions)
