"""Tables of returns, and what they rest on."""

import math

import pandas as pd

from playbook.locale import mark
from playbook.methods.evaluation.returning.earnings import SURE
from playbook.methods.evaluation.returning.promises import KEPT, LESS, MORE, OPEN
from playbook.methods.evaluation.returning.told import Told
from playbook.methods.evaluation.telling.tables import margin_assumption
from playbook.methods.evaluation.telling.unsure import weeks_told
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["assumptions", "tables"]

SOURCE = mark("orders, interventions")
KEPT_WORDS = {
    KEPT: mark("as promised"),
    LESS: mark("less than promised"),
    MORE: mark("more than promised"),
    OPEN: mark("too uncertain to say"),
}


def tables(told: Told) -> tuple[Table, ...]:
    """Money by intervention and in all, then worth, satisfaction and promises, each where there is something."""
    found = [_earned(told)] if told.total is not None else []
    return tuple(t for t in (*found, _worth(told), _felt(told), _plan(told), _forecasts(told)) if t)


def _earned(told: Told) -> Table:
    fmt, rows = told.fmt, [_row(row, row.label, row.verdict, told.fmt) for row in told.earned.itertuples()]
    if len(rows) > 1:
        rows.append(_row(told.total, fmt.say("All together"), told.total.evidence, fmt))
    columns = {
        "label": ("Intervention", "text"),
        "evidence": ("Evidence", "text"),
        "cost": ("Cost", "money"),
        "revenue": ("Extra revenue", "text"),
        "profit": ("Earned after cost", "text"),
        "roi": ("Return on cost", "share"),
        "payback": ("Paid back after", "text"),
    }
    if told.margin is None:
        columns = {name: label for name, label in columns.items() if name not in ("profit", "roi", "payback")}
    caption = fmt.say(
        "What each intervention cost and brought, nothing counted twice, with {level} ranges.", level=fmt.share(LEVEL)
    )
    return Table(pd.DataFrame(rows), caption, SOURCE, columns)


def _row(row, label: str, evidence: str, fmt: Formats) -> dict:
    """Where chance may have done it, a range is all there is to say about money."""
    sure = evidence in SURE
    return {
        "label": label,
        "evidence": fmt.told(evidence),
        "cost": row.cost,
        "revenue": _ranged(row.revenue, row.revenue_low, row.revenue_high, sure, fmt),
        "profit": _ranged(row.profit, row.profit_low, row.profit_high, sure, fmt),
        "roi": row.roi if sure else math.nan,
        "payback": _after(getattr(row, "payback", math.nan), fmt) if sure else "–",
    }


def _ranged(value: float, low: float, high: float, sure: bool, fmt: Formats) -> str:
    if not math.isfinite(value):
        return "–"
    ends = {"low": fmt.money(low), "high": fmt.money(high)}
    return fmt.say("{value} ({low} to {high})", value=fmt.money(value), **ends) if sure else fmt.say("{low} to {high}", **ends)


def _after(weeks: float, fmt: Formats) -> str:
    if math.isnan(weeks):
        return "–"
    return fmt.say("never") if math.isinf(weeks) else weeks_told(weeks, fmt)


def _worth(told: Told) -> Table | None:
    if told.worth.empty:
        return None
    fmt = told.fmt
    spans = [
        fmt.say("{low} to {high}", low=fmt.signed_money(row.low), high=fmt.signed_money(row.high))
        for row in told.worth.itertuples()
    ]
    columns = {
        "label": ("Intervention", "text"),
        "got": ("A customer who got it", "money"),
        "left_out": ("One left out", "money"),
        "span": ("Difference, range", "text"),
    }
    return Table(
        told.worth.assign(span=spans),
        "What a customer is still worth today, with the intervention and without it, as the lot fell.",
        "orders, interventions; lifetime value of this report",
        columns,
        aside=True,
    )


def _felt(told: Told) -> Table | None:
    if told.felt.empty:
        return None
    fmt = told.fmt
    frame = pd.DataFrame(
        [
            (fmt.told(row.measure), fmt.value(row.before, row.unit), fmt.value(row.after, row.unit), row.n)
            for row in told.felt.itertuples()
        ],
        columns=["measure", "before", "after", "n"],
    )
    columns = {
        "measure": ("Measure", "text"),
        "before": ("Before the first intervention", "text"),
        "after": ("Since", "text"),
        "n": ("Answers or tickets", "count"),
    }
    return Table(frame, "Satisfaction and cost to serve, before and since.", "surveys, tickets, orders", columns, aside=True)


def _plan(told: Told) -> Table | None:
    if told.plan.empty:
        return None
    columns = {
        "name": ("Action of the last plan", "text"),
        "promised": ("Promised for the time measured", "money"),
        "came": ("Came", "money"),
        "kept": ("Kept", "text"),
    }
    shown = told.plan.assign(kept=[told.fmt.told(KEPT_WORDS[kept]) for kept in told.plan["kept"]])
    return Table(shown, "What the last plan promised, and what came.", "the last published plan; orders", columns)


def _forecasts(told: Told) -> Table | None:
    if told.forecasts.empty:
        return None
    fmt = told.fmt
    span = [fmt.say("{low} to {high}", low=fmt.money(row.low), high=fmt.money(row.high)) for row in told.forecasts.itertuples()]
    held = [fmt.say("yes") if inside else fmt.say("no") for inside in told.forecasts["inside"]]
    frame = told.forecasts.assign(span=span, held=held)
    columns = {
        "month": ("Month", "month"),
        "expected": ("Expected", "money"),
        "span": ("Range", "text"),
        "actual": ("Came", "money"),
        "held": ("In the range", "text"),
    }
    return Table(frame, "Revenue forecast by the last report, and what came.", "the last published forecast; orders", columns)


def assumptions(told: Told) -> tuple[Assumption, ...]:
    """What the sums rest on."""
    found = []
    if told.total is not None:
        found.append(Assumption("Effects count for the time measured only; none is taken to last beyond it.", "high", "medium"))
        found.append(
            Assumption(
                "What an intervention brought is spread evenly over its customers and days. An effect with a control group counts"
                " whole. From one without, we take off what better comparisons found there; what remains on the same customers"
                " and days is shared equally.",
                "medium",
                "medium",
            )  # fmt: skip
        )
        found.append(margin_assumption(told.margin, told.fmt))
    if told.doubtful:
        names = told.fmt.listed(told.doubtful)
        text = told.fmt.say("Left out of every sum, with its cost, because the comparison is in doubt: {names}.", names=names)
        found.append(Assumption(text, "high", "high"))
    if len(told.felt):
        found.append(
            Assumption(
                "Satisfaction and cost to serve are compared before and since; other changes and the season are counted in.",
                "low",
                "medium",
            )
        )
    return tuple(found)
