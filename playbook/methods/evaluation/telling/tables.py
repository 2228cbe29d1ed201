"""Tables: what each intervention changed and earned, which comparison was chosen and why, and what moved in the trials."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from playbook.methods.evaluation.measuring.effect import Effect
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.methods.evaluation.measuring.lot import METRICS
from playbook.methods.evaluation.telling.words import SURE
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["SOURCE", "assumptions", "tables"]

SOURCE = "orders, interventions"
DESIGNS = {
    "control group": "Control groups were set aside by lot before the start.",
    "other customers": "Without the intervention both groups would have changed alike. It was not drawn by lot: at most likely.",
    "other regions": "Without it, the regions would have gone on like the mix of others; nothing else changed only there.",
    "own past": "Without a comparison group, trend and season would have gone on; whatever else changed looks like an effect.",
}


def tables(frame: pd.DataFrame, measured: Sequence[Effect], margin: float | None, fmt: Formats) -> tuple[Table, ...]:
    """The tables of ``frame`` (a row an intervention, fields of ``Effect``) and of the metrics of ``measured`` trials."""
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
        "customers": ("Customers, treated and others", "text"),
        "before": ("Spent a week before, treated and others", "text"),
        "alike": ("Same course before", "text"),
        "detectable": ("Smallest effect to be seen", "share"),
    }
    choice = {"label": label, "design": ("Compared with", "text"), "why": ("Why", "text")}
    notes = {"label": label, "start": ("From", "date"), "end": ("To", "date"), "note": ("To keep in mind", "text")}
    sure = frame["verdict"].isin(SURE)  # where chance may have done it, a range is all there is to say about money
    told = frame.assign(**{name: frame[name].where(sure) for name in ("revenue", "profit", "roi")})
    told = told.assign(**{column: [write(row, fmt) for row in frame.itertuples()] for column, write in WRITTEN.items()})
    shown = [("What each intervention changed", effects)]
    if margin is not None:
        shown.append(("What each intervention earned", money))
    shown += [
        ("Which comparison was chosen, and why", choice),
        ("How each effect was measured", basis),
        ("What to keep in mind about each", notes),
    ]
    found = [Table(told, caption, SOURCE, columns) for caption, columns in shown]
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
            "metric": [METRICS[row.metric] for _, row in rows],
            "control": [_written(row.metric, row.control, fmt) for _, row in rows],
            "treated": [_written(row.metric, row.treated, fmt) for _, row in rows],
            "change": [fmt.change(row.effect) for _, row in rows],
            "range": [_span(row.low, row.high, fmt.change) for _, row in rows],
        }
    )
    columns = {
        "label": ("Intervention", "text"),
        "metric": ("What moved", "text"),
        "control": ("Control group", "text"),
        "treated": ("Treated", "text"),
        "change": ("Change", "text"),
        "range": (f"{LEVEL:.0%} range", "text"),
    }
    return Table(frame, "What moved: who bought, for how much an order, and both together", SOURCE, columns)


def _written(metric: str, value: float, fmt: Formats) -> str:
    return fmt.share(value) if metric == "bought" else fmt.exact_money(value)


def _span(low: float, high: float, write: Callable[[float], str]) -> str:
    return f"{write(low)} to {write(high)}" if np.isfinite([low, high]).all() else "–"


WRITTEN: dict[str, Callable] = {  # columns of words, so that the tables fit the page
    "change": lambda row, fmt: fmt.change(row.effect),
    "effect_range": lambda row, fmt: _span(row.low, row.high, fmt.change),
    "revenue_range": lambda row, fmt: _span(row.revenue_low, row.revenue_high, fmt.money),
    "profit_range": lambda row, fmt: _span(row.profit_low, row.profit_high, fmt.money),
    "customers": lambda row, fmt: _compared(row, fmt),
    "note": lambda row, fmt: _note(row, fmt),
    "why": lambda row, fmt: row.why or "–",
    "before": lambda row, fmt: _span(row.before_treated, row.before_control, fmt.exact_money).replace(" to ", " and "),
    "alike": lambda row, fmt: "–" if np.isnan(row.pre_trend_p) else "no" if row.pre_trend_p < 1 - CERTAIN else "yes",
}


def _compared(row, fmt: Formats) -> str:
    if row.n_control:
        return f"{fmt.count(row.n_treated)} and {fmt.count(row.n_control)}"
    if row.n_treated:
        return f"{fmt.count(row.n_treated)}, one after the other"
    return f"by region, {fmt.count(row.of - 1)} others" if row.of else "all"


def _note(row, fmt: Formats) -> str:
    """The note, and for regions how rare so large a gap is and what a second method finds."""
    if not row.of:
        return row.note
    place = "the largest" if row.rank == 1 else f"number {fmt.count(row.rank)}"
    text = f"{row.note} Measured by how far off the mix was before, its gap is {place} of {fmt.count(row.of)}."
    if np.isfinite(row.second):
        text += f" Synthetic difference in differences, a second method, finds {fmt.change(row.second)}."
    return text


def assumptions(effects: tuple[Effect, ...], margin: float | None, fmt: Formats) -> tuple[Assumption, ...]:
    """What the effects rest on: costs, margin, and what each design that was used has to take for granted."""
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
