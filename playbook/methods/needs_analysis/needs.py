"""Needs: every gap found becomes one ranked need: what it is worth, how sure that is, how hard it is, and who treats it when."""

import re
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from playbook.locale import mark
from playbook.locale.data import data_file
from playbook.methods.needs_analysis.bridge import Bridge
from playbook.methods.needs_analysis.funnel import Funnel
from playbook.methods.needs_analysis.kpis.standing_words import label_within
from playbook.methods.needs_analysis.scorecard import Scorecard
from playbook.result.contract import Assumption, Evidence, Finding, Lesson, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Need", "Needs", "needs"]

_ADVICE = data_file(__package__, "needs.yml")
_STRENGTH = ("shown", "likely", "indicative", "not shown", "harmful")
_EASE = (mark("easy"), mark("moderate"), mark("hard"))
_PHASES = (mark("market research"), mark("strategy"), mark("monitoring"))  # as needs.yml names them
_STEPS = (mark("scale"), mark("repeat"), mark("test again"), mark("retire"))  # as a lesson names them
OUTCOME = "revenue"  # the gap that all others are parts of
FELT = 0.01  # of the largest need: what was found and is worth less is left to its own section


@dataclass(frozen=True)
class Need:
    """One gap: its worth a year (None: cannot be priced), how it is known, and where it will be treated.

    ``kind``: an outcome is what the client wants in the end, a lever is one way to it, a risk what could be lost on top.
    ``closes_gap``: whether its money is revenue that the client does not have, and so may close a gap in it.
    """

    id: str
    name: str
    kind: Literal["outcome", "lever", "risk"]
    money: float | None
    low: float | None
    high: float | None
    evidence: Evidence
    basis: str
    ease: str
    phase: str
    sharpen: str
    closes_gap: bool = True


@dataclass(frozen=True, kw_only=True)
class Needs(Result):
    """``ranked``: needs, the one with most money first; among equals the better shown, then the easier."""

    ranked: tuple[Need, ...]


@section("needs", "What does the client need first?", promise="every gap as a need, ranked by money, evidence and ease")
def needs(
    scorecard: Scorecard,
    fmt: Formats,
    bridge: Bridge | None = None,
    funnel: Funnel | None = None,
    customer_base: Result | None = None,
    voice: Result | None = None,
    past_lessons: tuple[Lesson, ...] = (),
) -> Needs:
    """Turn gaps against goals, losses in the bridge, the costliest leak and what else was found into one ranked list.

    A finding of bridge, funnel, customer base or voice whose id needs.yml knows becomes a need when it holds money.
    Lessons of the last evaluation open the section. Needs overlap (order value is a part of revenue), so their worth is
    never added up.
    """
    wanted, found = _from_goals(scorecard, fmt), [*_from_bridge(bridge, fmt), *_from_funnel(funnel, fmt)]
    found += [need for section in (bridge, funnel, customer_base, voice) if section for need in _from_findings(section, fmt)]
    least = FELT * max((n.money or 0 for n in (*wanted, *found)), default=0)
    felt = [n for n in found if n.money is None or n.money >= least]
    ranked = tuple(
        sorted([*wanted, *felt], key=lambda n: (-(n.money or 0), _STRENGTH.index(n.evidence), _EASE.index(n.ease), n.id))
    )
    goal = next((n for n in ranked if n.kind == "outcome"), None)
    findings = [_lesson(lesson, fmt) for lesson in past_lessons]
    findings += [_finding(need, goal, fmt) for need in ranked]
    return Needs(
        fmt=fmt, headline=_headline(ranked, goal, scorecard, fmt), findings=tuple(findings), ranked=ranked,
        tables=(_table(ranked, fmt),) if ranked else (), assumptions=_assumptions(ranked),
    )  # fmt: skip


def _need(id: str, key: str, money: float | None, low, high, evidence: Evidence, basis: str, fmt: Formats, **names: str) -> Need:
    advice = _ADVICE[key]
    holds = advice.get("holds", "revenue")
    kind = "outcome" if key == OUTCOME else "risk" if holds == "risk" else "lever"
    return Need(
        id, fmt.say(advice["name"], **names), kind, money, low, high, evidence, basis, advice["ease"],
        advice["phase"], fmt.told(advice["sharpen"]),
        closes_gap=kind == "lever" and holds == "revenue",
    )  # fmt: skip


def _from_goals(scorecard: Scorecard, fmt: Formats) -> list[Need]:
    evidence = {finding.id: finding.evidence for finding in scorecard.findings}
    short = {
        g.objective.kpi: g for g in reversed(scorecard.goals) if g.standing and not g.met and not g.early
    }  # of two goals for a KPI, the larger gap
    return [
        _need(
            f"needs-{kpi.replace('_', '-')}", kpi, goal.worth, None, None, evidence[f"scorecard-{kpi.replace('_', '-')}"],
            fmt.say("goal for {kpi}", kpi=label_within(goal, fmt)), fmt,
        )
        for kpi, goal in short.items()
    ]  # fmt: skip


def _from_bridge(bridge: Bridge | None, fmt: Formats) -> list[Need]:
    lost = next((f for f in bridge.findings if f.id == "bridge-loss"), None) if bridge else None
    if lost is None:
        return []
    part = bridge.parts.loc[bridge.parts["change"].idxmin(), "part"]
    return [
        _need(
            f"needs-lost-{part.replace('_', '-')}", f"bridge-{part}", lost.money, None, None, lost.evidence,
            fmt.say("change of revenue"), fmt,
        )
    ]  # fmt: skip


def _from_funnel(funnel: Funnel | None, fmt: Formats) -> list[Need]:
    """The leak, priced by the group that does better where there is one, else by one point more."""
    if funnel is None or funnel.leak is None:
        return []
    leak = next(f for f in funnel.findings if f.id == "funnel-leak")
    stage = funnel.path.stages.set_index("step").loc[funnel.leak]
    key, names, one_more = "funnel", {"before": stage["before"], "step": funnel.leak}, fmt.say("one point more at this step")
    if funnel.path.case == "opportunities":
        key, names, one_more = "funnel-deals", {}, fmt.say("one point more won")
    reference = funnel.reference
    if reference is not None and reference.gain:
        basis = fmt.say("all at least as good as the best quarter by {group}", group=fmt.told(funnel.path.group))
        return [_need("needs-funnel", key, reference.gain, reference.low, reference.high, "indicative", basis, fmt, **names)]
    low, high = (leak.low, leak.high) if leak.money else (None, None)
    return [_need("needs-funnel", key, leak.money, low, high, leak.evidence, one_more, fmt, **names)]


def _from_findings(result: Result, fmt: Formats) -> list[Need]:
    """Findings that needs.yml names by their id (without a number at its end), where they hold money; the first of each."""
    needs = {}
    for f in result.findings:
        key = re.sub(r"-\d+$", "", f.id)
        if key in _ADVICE and f.money and f.money > 0 and f.evidence != "not shown" and key not in needs:
            span = (f.low, f.high) if f.value == f.money else (None, None)
            needs[key] = _need(f"needs-{key}", key, f.money, *span, f.evidence, fmt.told(_ADVICE[key]["basis"]), fmt)
    return list(needs.values())


def _headline(ranked: tuple[Need, ...], goal: Need | None, scorecard: Scorecard, fmt: Formats) -> str:
    lever = next((n for n in ranked if n.kind == "lever" and n.money), None)
    if not ranked:
        reached = scorecard.goals and all(g.met and not g.early for g in scorecard.goals)
        if reached:
            return fmt.say("All goals are reached, and no loss stands out")
        return fmt.say("No loss stands out in today's data")
    if goal is None or not goal.money:
        first = lever or ranked[0]
        if not first.money:
            return fmt.say("The first thing to look at: {need}", need=first.name)
        values = {"need": first.name, "money": fmt.money(first.money)}
        if first.kind == "risk":
            return fmt.say("The largest risk: {need}, worth {money} a year", **values)
        return fmt.say("The largest lever: {need}, worth {money} a year", **values)
    gap = fmt.money(goal.money)
    if lever:
        return fmt.say("Revenue is {gap} a year short of its goal; the largest lever: {need}", gap=gap, need=lever.name)
    return fmt.say("Revenue is {gap} a year short of its goal", gap=gap)


def _lesson(lesson: Lesson, fmt: Formats) -> Finding:
    return Finding(
        f"needs-lesson-{lesson.id}", fmt.told(lesson.sentence), value=lesson.effect, unit="share",
        low=lesson.low, high=lesson.high, money=lesson.profit, evidence=lesson.verdict,
        action=fmt.say("Agreed last time: {step}.", step=fmt.told(lesson.next_step)),
    )  # fmt: skip


def _finding(need: Need, goal: Need | None, fmt: Formats) -> Finding:
    values = {"phase": fmt.told(need.phase), "data": need.sharpen}
    return Finding(
        need.id, _worth(need, goal, fmt), value=need.money, unit="money", low=need.low, high=need.high, money=need.money,
        evidence=need.evidence, action=fmt.say("To be taken up in {phase}. What would sharpen the figure: {data}.", **values),
    )  # fmt: skip


def _worth(need: Need, goal: Need | None, fmt: Formats) -> str:
    """What a need is worth, and how much of the gap in revenue that is."""
    values = {"need": _begun(need.name), "basis": need.basis}
    if not need.money:
        return fmt.say("{need}: not priced yet ({basis}).", **values)
    values["money"] = fmt.money(need.money)
    if not (goal and goal.money and need.closes_gap):
        return fmt.say("{need}: worth {money} a year ({basis}).", **values)
    if need.money >= goal.money:
        return fmt.say("{need}: worth {money} a year ({basis}); that would close the whole revenue gap.", **values)
    share = fmt.share(need.money / goal.money)
    return fmt.say("{need}: worth {money} a year ({basis}); that is up to {share} of the revenue gap.", **values, share=share)


def _begun(name: str) -> str:
    """A name as a sentence begins."""
    return name[:1].upper() + name[1:]


def _table(ranked: tuple[Need, ...], fmt: Formats) -> Table:
    frame = pd.DataFrame([vars(need) for need in ranked]).astype({"money": "float64"})
    frame["name"] = frame["name"].map(_begun)
    for column in ("evidence", "ease", "phase"):
        frame[column] = frame[column].map(fmt.told)
    columns = {
        "name": ("Need", "text"), "money": ("Worth a year", "money"), "basis": ("Measured by", "text"),
        "evidence": ("Evidence", "text"), "ease": ("Ease", "text"), "phase": ("Taken up in", "text"),
        "sharpen": ("What would sharpen it", "text"),
    }  # fmt: skip
    return Table(frame, "Needs by worth; they overlap, so the column must not be added up", "the sections before", columns)


def _assumptions(ranked: tuple[Need, ...]) -> tuple[Assumption, ...]:
    if not ranked:
        return ()
    return (
        Assumption(
            "Needs overlap: a larger order or one more sale also closes part of the revenue gap. Each is priced alone.",
            "high",
            "high",
        ),
        Assumption(
            "How easily a need can be met is a consultant's judgement from similar clients, not a measurement.", "low", "medium"
        ),
    )
