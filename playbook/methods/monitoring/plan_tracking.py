"""Plan tracking: is the plan on track, and where will the period end if nothing changes?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Intervention, Objective
from playbook.methods.monitoring.plan_actions import action_finding, action_states, action_table, pace_table
from playbook.methods.monitoring.plan_figure import draw
from playbook.methods.monitoring.plan_outlook import outlook
from playbook.methods.monitoring.plan_sentences import (
    ROUNDING,
    chance_words,
    kpi_value,
    plan_action,
    plan_headline,
    plan_sentence,
)
from playbook.methods.monitoring.plan_words import STATUS, goals_finding, kpi_name, plan_assumptions, rates_table
from playbook.methods.monitoring.planned import YEAR, planned
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE, kpi_course
from playbook.result.contract import Evidence, Figure, Finding, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["PlanTracking", "plan_tracking"]


@dataclass(frozen=True, kw_only=True)
class PlanTracking(Result):
    """Plan against actual per KPI.

    ``status_table``: kpi, expected (due by now), actual, gap, end_target, forecast, low, high, probability (of reaching the
    target), needed (a month from now on), pace (mean of the last three months), months_left, latest (complete month), seasoned
    (the history is long enough to know the season), start, end (months), status (one of reached, on track, open, behind, missed).
    Flows (revenue, orders) are sums over the period, everything else the latest month.
    ``paths``: kpi, period, target, actual, forecast, low, high, flows cumulated. ``actions``: those of the last published plan
    with their state (see ``action_states``).
    """

    status_table: pd.DataFrame
    paths: pd.DataFrame
    actions: pd.DataFrame

    def figures(self) -> tuple[Figure, ...]:
        return () if self.status_table.empty else (draw(self.status_table.iloc[0], self.paths, self.fmt),)


@section(
    "plan-tracking",
    "Is the plan on track?",
    promise="plan against actual for every KPI, the forecast to the end of the period, and the chance to reach the target",
)
def plan_tracking(
    months: pd.DataFrame,
    as_of: date,
    fmt: Formats,
    plan_targets: pd.DataFrame | None = None,
    objectives: tuple[Objective, ...] = (),
    order_totals: pd.DataFrame | None = None,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    demand: Result | None = None,
    stages: tuple[str, ...] = (),
    past_plan: Sequence[dict] = (),
    interventions: Sequence[Intervention] = (),
) -> Result:
    """Compare each KPI of the plan with what happened and forecast it to the period's end.

    Only complete months count. Revenue takes the forecast of ``demand`` where that reaches far enough; other KPIs, and revenue
    without it, are forecast here. The probability of reaching a target is a t curve around the forecast; months of a sum are
    correlated as in exponential smoothing (``plan_outlook.spread_of_sums``). ``past_plan``, the actions of the last published
    strategy, are followed by the ids of ``interventions``. Returns ``Locked`` without any of plan, dated objectives and actions.
    """
    frames = {
        "months": months, "order_totals": order_totals, "journey_steps": journey_steps, "opportunities": opportunities,
        "stages": stages,
    }  # fmt: skip
    named = {"order_value", *(o.kpi for o in objectives if o.start), *(() if plan_targets is None else plan_targets["kpi"])}
    courses = {kpi: course for kpi in CATALOGUE if kpi in named and len(course := kpi_course(kpi, as_of=as_of, **frames))}
    plan = planned(as_of, courses, plan_targets, objectives)
    tracked = [kpi for kpi in courses if plan and (plan.targets.query("kpi == @kpi")["period"] >= courses[kpi].index[0]).any()]
    states = action_states(past_plan, interventions, as_of)
    if not tracked and states.empty:
        return Locked(
            fmt=fmt,
            headline="There is no plan to compare with yet",
            unlock=("plan (period, kpi, target)",),
            promise=plan_tracking.section.promise,
        )
    begun = action_finding(states, as_of, fmt)
    actions = () if states.empty else (action_table(states, fmt), pace_table(states))
    if not tracked:
        waiting = fmt.say("No action of the last plan is due before {day}", day=fmt.day(states["start"].min()))
        return PlanTracking(
            fmt=fmt, headline=begun.sentence.rstrip(".。") if begun else waiting, findings=(begun,) if begun else (),
            tables=actions, status_table=pd.DataFrame(columns=["kpi", "status"]), paths=pd.DataFrame(), actions=states,
        )  # fmt: skip
    rows, paths = zip(*(outlook(CATALOGUE[kpi], courses[kpi], plan.targets, demand) for kpi in tracked), strict=True)
    status = pd.DataFrame(rows)
    return PlanTracking(
        fmt=fmt,
        headline=plan_headline(status.iloc[0], fmt),
        findings=(
            *(_finding(row, fmt, courses) for row in status.itertuples()),
            goals_finding(status, fmt),
            *((begun,) if begun else ()),
        ),
        tables=(_table(status, fmt), *actions[:1], rates_table(status, fmt), *actions[1:]),
        assumptions=plan_assumptions(plan, set(plan.targets["kpi"]) - set(tracked), status, fmt),
        status_table=status,
        paths=pd.concat(paths, ignore_index=True),
        actions=states,
    )


def _finding(row, fmt: Formats, courses: Mapping[str, pd.Series]) -> Finding:
    row = pd.Series(row._asdict())
    kpi, left = CATALOGUE[row["kpi"]], int(row["months_left"])
    shortfall = row["end_target"] - (row["forecast"] if left else row["actual"])
    price = {"revenue": 1.0, "orders": courses["order_value"].tail(YEAR).mean() if "order_value" in courses else np.nan}.get(
        kpi.id, np.nan
    )
    money = shortfall * price if shortfall > ROUNDING * abs(row["end_target"]) else np.nan  # a surplus is not at stake
    missing = fmt.money(money) if kpi.id == "revenue" and not np.isnan(money) else ""
    return Finding(
        id=f"plan-tracking-{kpi.id.replace('_', '-')}",
        sentence=plan_sentence(row, missing, fmt),
        value=_known(row["forecast"]),
        unit=kpi.unit,
        low=_known(row["low"]),
        high=_known(row["high"]),
        n=int(len(courses[kpi.id])),
        money=_known(money),
        evidence=_evidence(row),
        action=plan_action(row, fmt) if left and row["status"] in ("behind", "open") else None,
    )


def _evidence(row: pd.Series) -> Evidence:
    if not row["months_left"]:
        return "shown"
    doubt = min(row["probability"], 1 - row["probability"])  # of the less likely outcome
    if np.isnan(doubt) or not row["seasoned"]:
        return "indicative"
    return "shown" if doubt <= 0.025 else "likely" if doubt <= (1 - LEVEL) / 2 else "indicative"


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _range(row: pd.Series, fmt: Formats) -> str:
    if np.isnan(row["low"]):
        return kpi_value(row["forecast"], row, fmt)
    value, low, high = (kpi_value(row[column], row, fmt) for column in ("forecast", "low", "high"))
    return fmt.say("{value} ({low} to {high})", value=value, low=low, high=high)


def _table(status: pd.DataFrame, fmt: Formats) -> Table:
    rows = [row for _, row in status.iterrows()]
    shown = pd.DataFrame(
        {
            "kpi": [kpi_name(kpi, fmt) for kpi in status["kpi"]],
            **{c: [kpi_value(row[c], row, fmt) for row in rows] for c in ("expected", "actual", "end_target")},
            "forecast": [_range(row, fmt) for row in rows],
            "probability": [chance_words(row, fmt) if not np.isnan(row["probability"]) else "–" for row in rows],
            "status": [fmt.told(STATUS[code]) for code in status["status"]],
        }
    )
    columns = {
        "kpi": ("What", "text"),
        "expected": ("Plan so far", "text"),
        "actual": ("Actual", "text"),
        "end_target": ("Plan at the end", "text"),
        "forecast": ("Expected at the end", "text"),
        "probability": ("Chance", "text"),
        "status": ("Status", "text"),
    }
    caption = fmt.say("Plan, actual and forecast to {month}", month=fmt.month(status["end"].max()))
    return Table(shown, caption, "plan, orders", columns)
