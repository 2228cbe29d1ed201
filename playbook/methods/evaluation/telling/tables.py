"""Tables: what each intervention changed and earned, which comparison was chosen and why, and what moved in the trials."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.evaluation.measuring.effect import Effect
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.methods.evaluation.measuring.lot import METRICS
from playbook.methods.evaluation.telling.words import SURE
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["SOURCE", "assumptions", "margin_assumption", "tables"]

SOURCE = mark("orders, interventions")
DESIGNS = {
    "control group": mark("Control groups were set aside by lot before the start."),
    "other customers": mark(
        "Without the intervention both groups would have changed alike. Who got it was not drawn by lot: “likely” at most."
    ),
    "other regions": mark("Without it, the regions would have gone on like the mix of others; nothing else changed only there."),
    "own past": mark(
        "Without a comparison group, trend and season would have gone on; whatever else changed looks like an effect."
    ),
}


def tables(frame: pd.DataFrame, measured: Sequence[Effect], margin: float | None, fmt: Formats) -> tuple[Table, ...]:
    """The tables of ``frame`` (a row an intervention, fields of ``Effect``) and of the metrics of ``measured`` trials."""
    label, evidence = ("Intervention", "text"), ("Evidence", "text")
    span = (fmt.say("{level} range", level=fmt.share(LEVEL)), "text")
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
        "roi": ("Return on cost", "share"),
    }
    basis = {
        "label": label,
        "customers": ("Customers, treated and others", "text"),
        "before": ("Weekly spend before, treated and others", "text"),
        "alike": ("Moved alike before", "text"),
        "detectable": ("Smallest effect visible", "share"),
    }
    choice = {"label": label, "design": ("Compared with", "text"), "why": ("Why", "text")}
    notes = {"label": label, "start": ("First day", "date"), "end": ("Last day", "date"), "note": ("To keep in mind", "text")}
    sure = frame["verdict"].isin(SURE)  # where chance may have done it, a range is all there is to say about money
    told = frame.assign(**{name: frame[name].where(sure) for name in ("revenue", "profit", "roi")})
    rows = list(frame.itertuples())
    told = told.assign(**{column: [write(row, fmt) for row in rows] for column, write in WRITTEN.items()})
    found = [Table(told, "What each intervention changed", SOURCE, effects)]
    if margin is not None:
        found.append(Table(told, "What each intervention earned", SOURCE, money))
    found += [
        Table(told, "Which comparison was chosen, and why", SOURCE, choice),
        Table(told, "How each effect was measured", SOURCE, basis),
        Table(told, "What to keep in mind about each", SOURCE, notes),
    ]
    if (moved := _metrics(measured, fmt)) is not None:
        found.append(moved)
    return tuple(found)


def _metrics(measured: Sequence[Effect], fmt: Formats) -> Table | None:
    """Which part of what customers spend moved, for interventions with a control group."""
    rows = [(effect.label, row) for effect in measured if effect.metrics is not None for row in effect.metrics.itertuples()]
    if not rows:
        return None
    frame = pd.DataFrame(
        {
            "label": [label for label, _ in rows],
            "metric": [fmt.told(METRICS[row.metric]) for _, row in rows],
            "control": [_written(row.metric, row.control, fmt) for _, row in rows],
            "treated": [_written(row.metric, row.treated, fmt) for _, row in rows],
            "change": [fmt.change(row.effect) for _, row in rows],
            "range": [_span(row.low, row.high, fmt.change, fmt) for _, row in rows],
        }
    )
    columns = {
        "label": ("Intervention", "text"),
        "metric": ("What moved", "text"),
        "control": ("Control group", "text"),
        "treated": ("Treated", "text"),
        "change": ("Change", "text"),
        "range": (fmt.say("{level} range", level=fmt.share(LEVEL)), "text"),
    }
    return Table(frame, "What moved: who bought, for how much an order, and both together", SOURCE, columns)


def _written(metric: str, value: float, fmt: Formats) -> str:
    return fmt.share(value) if metric == "bought" else fmt.exact_money(value)


def _span(low: float, high: float, write: Callable[[float], str], fmt: Formats) -> str:
    return fmt.say("{low} to {high}", low=write(low), high=write(high)) if np.isfinite([low, high]).all() else "–"


def _pair(treated: float, control: float, write: Callable[[float], str], fmt: Formats) -> str:
    if not np.isfinite([treated, control]).all():
        return "–"
    return fmt.say("{first} and {last}", first=write(treated), last=write(control))


WRITTEN: dict[str, Callable] = {  # columns of words, so that the tables fit the page
    "change": lambda row, fmt: fmt.change(row.effect),
    "verdict": lambda row, fmt: fmt.told(row.verdict),
    "design": lambda row, fmt: fmt.told(row.design),
    "effect_range": lambda row, fmt: _span(row.low, row.high, fmt.change, fmt),
    "revenue_range": lambda row, fmt: _span(row.revenue_low, row.revenue_high, fmt.money, fmt),
    "profit_range": lambda row, fmt: _span(row.profit_low, row.profit_high, fmt.money, fmt),
    "customers": lambda row, fmt: _compared(row, fmt),
    "note": lambda row, fmt: _note(row, fmt),
    "why": lambda row, fmt: row.why or "–",
    "before": lambda row, fmt: _pair(row.before_treated, row.before_control, fmt.exact_money, fmt),
    "alike": lambda row, fmt: _alike(row.pre_trend_p, fmt),
}


def _alike(p: float, fmt: Formats) -> str:
    if np.isnan(p):
        return "–"
    return fmt.say("no") if p < 1 - CERTAIN else fmt.say("yes")


def _compared(row, fmt: Formats) -> str:
    if row.n_control:
        return _pair(row.n_treated, row.n_control, fmt.count, fmt)
    if row.n_treated:
        return fmt.say("{n}, one after the other", n=fmt.count(row.n_treated))
    return fmt.say_n("by region, one other", "by region, {n} others", row.of - 1) if row.of else fmt.say("all")


def _note(row, fmt: Formats) -> str:
    """The note, and for regions how rare so large a gap is and what a second method finds."""
    if not row.of:
        return row.note
    values = {"rank": fmt.count(row.rank), "all": fmt.count(row.of)}
    place = (
        fmt.say("Measured by how far off the mix was before, its gap is the largest of {all}.", **values)
        if row.rank == 1
        else fmt.say("Measured by how far off the mix was before, its gap is number {rank} of {all}.", **values)
    )
    if not np.isfinite(row.second):
        return fmt.sentences(row.note, place)
    second = fmt.say("Synthetic difference in differences, a second method, finds {change}.", change=fmt.change(row.second))
    return fmt.sentences(row.note, place, second)


def assumptions(effects: tuple[Effect, ...], margin: float | None, fmt: Formats) -> tuple[Assumption, ...]:
    """What the effects rest on: costs, margin, and what each design that was used has to take for granted."""
    designs = {e.design for e in effects if e.measured}
    found = [
        Assumption("Costs are as stated; effects after an intervention's last day are not counted.", "medium", "medium"),
        margin_assumption(margin, fmt),
    ]
    for design, text in DESIGNS.items():
        if design in designs:
            found.append(Assumption(text, "medium" if design == "control group" else "low", "high"))
    return tuple(found)


def margin_assumption(margin: float | None, fmt: Formats) -> Assumption:
    """How extra revenue becomes profit."""
    if margin is None:
        return Assumption("No gross margin is stated, so only revenue is shown, not profit.", "high", "high")
    text = fmt.say("{share} of extra revenue counts as margin, as the client states it.", share=fmt.share(margin))
    return Assumption(text, "medium", "high")
