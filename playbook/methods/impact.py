"""Impact: what each intervention brought, and whether it earned its cost."""

from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions, Intervention
from playbook.methods.effect import Effect, measure
from playbook.methods.impact_charts import course_chart, forest_chart
from playbook.methods.lesson_rules import decide, words_for
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["Impact", "impact"]

STRENGTH = ("shown", "harmful", "likely", "indicative", "not shown")
DESIGNS = {
    "control group": "Control groups were set aside by lot before the start.",
    "other customers": "Without the intervention both groups would have changed alike. It was not drawn by lot: at most likely.",
    "own past": "Without a comparison group, trend and season would have gone on; a trend that bends looks like an effect.",
}
SOURCE = "orders, interventions"


@dataclass(frozen=True, kw_only=True)
class Impact(Result):
    """``effects``: one row an intervention in the order of client.yml (the fields of ``Effect`` without the course; effect, low,
    high and detectable are relative, money is for the time measured). ``measured``: the same as ``Effect``, strongest first."""

    effects: pd.DataFrame
    measured: tuple[Effect, ...]

    def figures(self) -> tuple[Figure, ...]:
        drawn = [e for e in self.measured if np.isfinite(e.effect)]
        if not drawn:
            return ()
        return (forest_chart(drawn, self.fmt, SOURCE), course_chart(drawn[0], self.fmt, SOURCE))


@section(
    "impact", "What did it bring, and did it pay?",
    promise="the effect of every intervention with its range, and the return on its cost",
)
def impact(
    order_totals: pd.DataFrame,
    weeks: pd.DataFrame,
    interventions: tuple[Intervention, ...],
    parameters: Assumptions,
    as_of: date,
    fmt: Formats,
    memberships: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
) -> Result:
    """Measure every intervention of client.yml with the strongest comparison the data allow (see ``effect.measure``).

    Returns ``Locked`` when none is stated. An intervention that has not started, is too young or has too little data is a row
    of the table that says so.
    """
    if not interventions:
        return Locked(
            fmt=fmt, headline="No intervention is stated yet", unlock=("interventions in client.yml (id, start, end, cost)",),
            promise=impact.section.promise,
        )
    margin = parameters.gross_margin
    found = (measure(i, order_totals, weeks, as_of, margin, memberships, customers) for i in interventions)
    effects = tuple(_with_overlaps(e, interventions, as_of) for e in found)
    measured = tuple(sorted((e for e in effects if e.measured), key=_importance))
    pending = tuple(e for e in effects if not e.measured)
    frame = pd.DataFrame([{f.name: getattr(e, f.name) for f in fields(Effect) if f.name != "course"} for e in effects])
    frame = frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))
    return Impact(
        fmt=fmt, headline=_headline(measured, len(effects), fmt),
        findings=(*(_finding(e, fmt) for e in measured), *(_pending(e, fmt) for e in pending)),
        tables=_tables(frame, margin), assumptions=_assumptions(effects, margin, fmt), effects=frame, measured=measured,
    )


def _importance(effect: Effect) -> tuple:
    return STRENGTH.index(effect.verdict), -abs(effect.revenue)


def _with_overlaps(effect: Effect, interventions: tuple[Intervention, ...], as_of: date) -> Effect:
    """The effect with a note on interventions that ran in the same weeks."""
    if not effect.measured:
        return effect
    others = [i.label for i in interventions if i.id != effect.id and i.start <= effect.end and (i.end or as_of) >= effect.start]
    if not others:
        return effect
    return replace(effect, note=f"{effect.note} Ran at the same time: {', '.join(others)}.".strip())


def _headline(measured: tuple[Effect, ...], stated: int, fmt: Formats) -> str:
    if not measured:
        return "No intervention can be measured yet"
    first = measured[0]
    if first.verdict in {"not shown", "indicative"}:
        subject = f"{first.label} has not" if stated == 1 else f"None of the {stated} interventions has"
        return f"{subject} shown a sure effect on revenue"
    if first.verdict == "harmful":
        return f"{first.label} lowered revenue by {fmt.money(-first.revenue)}"
    sure = "" if first.verdict == "shown" else " probably"
    if first.payoff == "unknown":
        return f"{first.label}{sure} brought {fmt.money(first.revenue)} of revenue"
    if first.profit > 0:
        return f"{first.label}{sure} paid off: {fmt.signed_money(first.profit)} on a cost of {fmt.money(first.cost)}"
    return f"{first.label}{sure} brought {fmt.money(first.revenue)} of revenue, not enough to earn its cost"


def _finding(effect: Effect, fmt: Formats) -> Finding:
    rule = decide(verdict=effect.verdict, payoff=effect.payoff, design=effect.design)
    sure = effect.verdict in {"shown", "likely", "harmful"} and np.isfinite(effect.profit)
    return Finding(
        id=f"impact-{effect.id}", sentence=_sentence(effect, fmt), value=_known(effect.revenue), unit="money",
        low=_known(effect.revenue_low), high=_known(effect.revenue_high),
        n=effect.n_treated + effect.n_control or None, money=abs(effect.profit) if sure else None, evidence=effect.verdict,
        action=rule.action.fill(fmt.locale, **words_for(effect, fmt)), owner="marketing",
    )


def _sentence(effect: Effect, fmt: Formats) -> str:
    length = f"{fmt.number(effect.weeks, 1)} weeks"
    against = {
        "control group": f"against the {fmt.count(effect.n_control)} customers of the control group",
        "other customers": f"against {fmt.count(effect.n_control)} customers who did not get it",
        "own past": "against what the weeks before would have led to",
    }[effect.design]
    change = "" if not np.isfinite(effect.effect) else f" ({fmt.change(effect.effect)})"
    if effect.verdict == "not shown":
        known = np.isfinite(effect.detectable)
        seen = f" Only a change of {fmt.share(effect.detectable)} or more would have been seen." if known else ""
        return f"{effect.label}: no effect on revenue shown in {length}, {against}.{seen}"
    verb = "brought" if effect.revenue > 0 else "cost"
    hedge = {"shown": "", "harmful": "", "likely": "probably ", "indicative": "perhaps "}[effect.verdict]
    text = f"{effect.label} {hedge}{verb} {fmt.money(abs(effect.revenue))} of revenue in {length}{change}, {against}."
    if np.isfinite(effect.profit):
        outcome = "a profit" if effect.profit > 0 else "a loss"
        text += f" Margin less the cost of {fmt.money(effect.cost)} leaves {outcome} of {fmt.money(abs(effect.profit))}."
    return text


def _pending(effect: Effect, fmt: Formats) -> Finding:
    sentence = {
        "not started": f"{effect.label} starts on {fmt.day(effect.start)}: nothing to measure yet.",
        "too early": f"{effect.label} has run for less than a week: too early to say.",
        "too little data": f"{effect.label} cannot be measured. {effect.note}",
    }[effect.verdict]
    return Finding(id=f"impact-{effect.id}", sentence=sentence, evidence="not shown")


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _tables(frame: pd.DataFrame, margin: float | None) -> tuple[Table, ...]:
    name = {"label": ("Intervention", "text")}
    low, high = f"Low, {LEVEL:.0%}", f"High, {LEVEL:.0%}"
    effects = {
        "verdict": ("Evidence", "text"), "effect": ("Change of revenue", "share"), "low": (low, "share"), "high": (high, "share"),
        "revenue": ("Extra revenue", "money"), "revenue_low": (low, "money"), "revenue_high": (high, "money"),
    }
    money = {
        "revenue": ("Extra revenue", "money"), "cost": ("Cost", "money"), "profit": ("Profit", "money"),
        "profit_low": (low, "money"), "profit_high": (high, "money"), "roi": ("Profit per cost", "share"),
    }
    basis = {
        "design": ("Compared with", "text"), "n_treated": ("Treated", "count"), "n_control": ("Others", "count"),
        "before_treated": ("Weekly revenue before, treated", "unit_money"), "before_control": ("Before, others", "unit_money"),
        "pre_trend_p": ("Same trend before (p)", "number"), "detectable": ("Smallest effect to be seen", "share"),
        "note": ("Note", "text"),
    }
    shown = [("What each intervention changed", effects)]
    if margin is not None:
        shown.append(("What each intervention earned", money))
    shown.append(("How each effect was measured", basis))
    return tuple(Table(frame, caption, SOURCE, name | columns) for caption, columns in shown)


def _assumptions(effects: tuple[Effect, ...], margin: float | None, fmt: Formats) -> tuple[Assumption, ...]:
    designs = {e.design for e in effects if e.measured}
    found = [Assumption("Costs are as stated; effects after an intervention's last day are not counted.", "medium", "medium")]
    if margin is None:
        found.append(Assumption("No gross margin is stated, so only revenue is shown, not profit.", "high", "high"))
    else:
        found.append(Assumption(f"Of extra revenue {fmt.share(margin)} is margin, as stated.", "medium", "high"))
    for design, text in DESIGNS.items():
        if design in designs:
            found.append(Assumption(text, "medium" if design == "control group" else "low", "high"))
    return tuple(found)
