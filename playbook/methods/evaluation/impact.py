"""Impact: what each intervention brought, and whether it earned its cost."""

from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions, Intervention
from playbook.locale import mark
from playbook.methods.evaluation.measuring.effect import FRAMES, Effect
from playbook.methods.evaluation.measuring.measure import Sales, measure
from playbook.methods.evaluation.telling.charts import course_chart, forest_chart
from playbook.methods.evaluation.telling.evidence import gaps_chart, weekly_chart
from playbook.methods.evaluation.telling.tables import SOURCE, assumptions, tables
from playbook.methods.evaluation.telling.words import finding, headline, pending
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Impact", "impact"]

STRENGTH = (mark("shown"), mark("harmful"), mark("likely"), mark("indicative"), mark("not shown"))


@dataclass(frozen=True, kw_only=True)
class Impact(Result):
    """``effects``: one row an intervention in the order of client.yml (the fields of ``Effect`` without its frames; effect, low,
    high and detectable are relative, money is for the time measured). ``measured``: the same as ``Effect``, strongest first."""

    effects: pd.DataFrame
    measured: tuple[Effect, ...]

    def figures(self) -> tuple[Figure, ...]:
        drawn = [e for e in self.measured if np.isfinite(e.effect)]
        if not drawn:
            return ()
        figures = [forest_chart(drawn, self.fmt, SOURCE), course_chart(drawn[0], self.fmt, SOURCE)]
        # The evidence behind the strongest effect of each kind: nothing before the start, and nothing where nothing was done
        figures += [weekly_chart(e, self.fmt, SOURCE) for e in drawn if e.by_week is not None][:1]
        figures += [course_chart(e, self.fmt, SOURCE) for e in drawn[1:] if e.design == "own past"][:1]
        figures += [gaps_chart(e, self.fmt, SOURCE) for e in drawn if e.gaps is not None][:1]
        return tuple(figures)


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
    region_weeks: pd.DataFrame | None = None,
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
    sales = Sales(order_totals=order_totals, weeks=weeks, memberships=memberships, customers=customers, region_weeks=region_weeks)
    found = (measure(i, sales, as_of, margin, interventions) for i in interventions)
    effects = tuple(_told(e, interventions, as_of, fmt) for e in found)
    measured = tuple(sorted((e for e in effects if e.measured), key=_importance))
    waiting = tuple(e for e in effects if not e.measured)
    frame = pd.DataFrame([{f.name: getattr(e, f.name) for f in fields(Effect) if f.name not in FRAMES} for e in effects])
    frame = frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))
    return Impact(
        fmt=fmt,
        headline=headline(measured, len(effects), fmt),
        findings=(*(finding(e, fmt) for e in measured), *(pending(e, fmt) for e in waiting)),
        tables=tables(frame, measured, margin, fmt),
        assumptions=assumptions(effects, margin, fmt),
        effects=frame,
        measured=measured,
    )


def _importance(effect: Effect) -> tuple:
    return STRENGTH.index(effect.verdict), -abs(effect.revenue)


def _told(effect: Effect, interventions: tuple[Intervention, ...], as_of: date, fmt: Formats) -> Effect:
    """The effect with its words in the reader's language, and a note on interventions that ran in the same weeks."""
    effect = replace(effect, why=fmt.told(effect.why), note=fmt.told(effect.note))
    others = [i.label for i in interventions if i.id != effect.id and i.start <= effect.end and (i.end or as_of) >= effect.start]
    if not effect.measured or not others:
        return effect
    beside = fmt.say("Ran at the same time: {names}.", names=fmt.listed(others))
    return replace(effect, note=fmt.sentences(effect.note, beside))
