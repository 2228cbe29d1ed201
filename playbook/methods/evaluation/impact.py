"""Impact: what each intervention brought, and whether it earned its cost."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions, Intervention
from playbook.methods.evaluation.impact_charts import course_chart, forest_chart
from playbook.methods.evaluation.measuring.effect import Effect, measure
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["Impact", "impact"]

SURE = ("shown", "likely", "harmful")  # an effect stands out from chance
OWNER = "marketing"
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
    "impact",
    "What did it bring, and did it pay?",
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
    """Measure every intervention of client.yml with the strongest comparison the data allow (see ``measuring``).

    Returns ``Locked`` when none is stated. An intervention that has not started, is too young or has too little data is a row
    of the table that says so.
    """
    if not interventions:
        return Locked(
            fmt=fmt,
            headline="No intervention is stated yet",
            unlock=("interventions in client.yml (id, start, end, cost)",),
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
        fmt=fmt,
        headline=_headline(measured, len(effects), fmt),
        findings=(*(_finding(e, fmt) for e in measured), *(_pending(e, fmt) for e in pending)),
        tables=_tables(frame, margin, fmt),
        assumptions=_assumptions(effects, margin, fmt),
        effects=frame,
        measured=measured,
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
    if first.verdict not in SURE:
        subject = f"{first.label} has not" if stated == 1 else f"None of the {stated} interventions has"
        return f"{subject} shown a sure effect on revenue"
    if first.verdict == "harmful":
        return f"{first.label} lowered revenue by {fmt.money(-first.revenue)}"
    probably = "" if first.verdict == "shown" else " probably"
    if first.profit > 0:
        return f"{first.label}{probably} earned {fmt.money(first.profit)} after its cost of {fmt.money(first.cost)}"
    short = "" if first.payoff == "unknown" else ", too little to cover its cost"
    return f"{first.label}{probably} brought {fmt.money(first.revenue)} of revenue{short}"


def _finding(effect: Effect, fmt: Formats) -> Finding:
    """Money only where chance is ruled out well enough; elsewhere the relative change with its range is all there is to say."""
    n = effect.n_treated + effect.n_control or None
    if effect.verdict not in SURE:
        return Finding(
            id=f"impact-{effect.id}",
            sentence=_unsure(effect, fmt),
            value=_known(effect.effect),
            unit="share",
            low=_known(effect.low),
            high=_known(effect.high),
            n=n,
            evidence=effect.verdict,
            owner=OWNER,
        )
    return Finding(
        id=f"impact-{effect.id}",
        sentence=_sure(effect, fmt),
        value=_known(effect.revenue),
        unit="money",
        low=_known(effect.revenue_low),
        high=_known(effect.revenue_high),
        n=n,
        money=abs(effect.profit) if np.isfinite(effect.profit) else None,
        evidence=effect.verdict,
        owner=OWNER,
    )


def _sure(effect: Effect, fmt: Formats) -> str:
    verb = "brought" if effect.revenue > 0 else "cost"
    probably = "probably " if effect.verdict == "likely" else ""
    change = "" if not np.isfinite(effect.effect) else f" ({fmt.change(effect.effect)})"
    text = (
        f"{effect.label} {probably}{verb} {fmt.money(abs(effect.revenue))} of revenue in {_length(effect, fmt)}{change}, "
        f"measured against {_compared(effect, fmt)}."
    )
    if not np.isfinite(effect.profit):
        return text
    if effect.profit > 0:
        return f"{text} After its cost of {fmt.money(effect.cost)} it earned {fmt.money(effect.profit)}."
    if effect.revenue <= 0:
        return f"{text} With its cost of {fmt.money(effect.cost)} that is a loss of {fmt.money(-effect.profit)}."
    return (
        f"{text} The margin on that, {fmt.money(effect.profit + effect.cost)}, falls {fmt.money(-effect.profit)} short "
        f"of its cost of {fmt.money(effect.cost)}."
    )


def _unsure(effect: Effect, fmt: Formats) -> str:
    """What was seen, that chance or something else may have done it, and what would settle the question."""
    drifting = effect.verdict == "indicative" and effect.design != "own past"
    rival = "the way both groups were already drifting apart" if drifting else "chance"
    text = f"{effect.label}: no effect can be told from {rival}."
    if np.isfinite(effect.effect):
        side = "above" if effect.effect >= 0 else "below"
        text += f" In {_length(effect, fmt)} revenue came out {fmt.share(abs(effect.effect))} {side} {_expected(effect, fmt)}."
    if effect.design != "control group" or drifting:
        return f"{text} A trial with a control group drawn by lot would settle it."
    if np.isfinite(effect.detectable):
        text += (
            f" Only a change of {fmt.share(effect.detectable)} or more would have been seen; "
            "four times as many customers would show one half that size."
        )
    return text


def _length(effect: Effect, fmt: Formats) -> str:
    return f"{fmt.number(effect.weeks, 1)} week{'s' * (effect.weeks != 1)}"


def _compared(effect: Effect, fmt: Formats) -> str:
    return {
        "control group": f"the {fmt.count(effect.n_control)} customers of the control group",
        "other customers": f"{fmt.count(effect.n_control)} customers who did not get it",
        "own past": "what the weeks before led to expect",
    }[effect.design]


def _expected(effect: Effect, fmt: Formats) -> str:
    led = "" if effect.design == "own past" else " led to expect"
    return f"what {_compared(effect, fmt).removeprefix('what ')}{led}"


def _pending(effect: Effect, fmt: Formats) -> Finding:
    sentence = {
        "not started": f"{effect.label} starts on {fmt.day(effect.start)}: nothing to measure yet.",
        "too early": f"{effect.label} has run for less than a week: too early to say.",
        "too little data": f"{effect.label} cannot be measured. {effect.note}",
    }[effect.verdict]
    return Finding(id=f"impact-{effect.id}", sentence=sentence, evidence="not shown")


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _tables(frame: pd.DataFrame, margin: float | None, fmt: Formats) -> tuple[Table, ...]:
    label, evidence, span = ("Intervention", "text"), ("Evidence", "text"), (f"{LEVEL:.0%} range", "text")
    effects = {
        "label": label,
        "verdict": evidence,
        "change": ("Change of revenue", "text"),
        "effect_range": span,
        "revenue": ("Extra revenue", "money"),
        "revenue_range": span,
    }
    money = {
        "label": label,
        "verdict": evidence,
        "cost": ("Cost", "money"),
        "profit": ("Earned after cost", "money"),
        "profit_range": span,
        "roi": ("Earned per cost", "share"),
    }
    basis = {
        "label": label,
        "design": ("Compared with", "text"),
        "customers": ("Customers, treated and others", "text"),
        "before": ("Spent a week before, treated and others", "text"),
        "alike": ("Same course before", "text"),
        "detectable": ("Smallest effect to be seen", "share"),
    }
    notes = {"label": label, "start": ("From", "date"), "end": ("To", "date"), "note": ("To keep in mind", "text")}
    sure = frame["verdict"].isin(SURE)  # where chance may have done it, a range is all there is to say about money
    told = frame.assign(**{name: frame[name].where(sure) for name in ("revenue", "profit", "roi")})
    told = told.assign(**{column: [write(row, fmt) for row in frame.itertuples()] for column, write in WRITTEN.items()})
    shown = [("What each intervention changed", effects)]
    if margin is not None:
        shown.append(("What each intervention earned", money))
    shown += [("How each effect was measured", basis), ("What to keep in mind about each", notes)]
    return tuple(Table(told, caption, SOURCE, columns) for caption, columns in shown)


def _span(low: float, high: float, write: Callable[[float], str]) -> str:
    return f"{write(low)} to {write(high)}" if np.isfinite([low, high]).all() else "–"


WRITTEN: dict[str, Callable] = {  # columns of words, so that the tables fit the page
    "change": lambda row, fmt: fmt.change(row.effect),
    "effect_range": lambda row, fmt: _span(row.low, row.high, fmt.change),
    "revenue_range": lambda row, fmt: _span(row.revenue_low, row.revenue_high, fmt.money),
    "profit_range": lambda row, fmt: _span(row.profit_low, row.profit_high, fmt.money),
    "customers": lambda row, fmt: f"{fmt.count(row.n_treated)} and {fmt.count(row.n_control)}" if row.n_control else "all",
    "before": lambda row, fmt: _span(row.before_treated, row.before_control, fmt.exact_money).replace(" to ", " and "),
    "alike": lambda row, fmt: "–" if np.isnan(row.pre_trend_p) else "no" if row.pre_trend_p < 1 - CERTAIN else "yes",
}


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
