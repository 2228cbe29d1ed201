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
from playbook.methods.monitoring.plan_words import STEP, goals_finding, plan_assumptions, rates_table
from playbook.methods.monitoring.planned import YEAR, planned
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE, Indicator, kpi_course
from playbook.result.contract import Evidence, Figure, Finding, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["PLURAL", "ROUNDING", "PlanTracking", "plan_tracking"]

PLURAL = frozenset({"orders", "customers"})
ROUNDING = 0.005  # relative difference that no forecast can tell from none


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
    actions = () if states.empty else (action_table(states), pace_table(states))
    if not tracked:
        waiting = f"No action of the last plan is due before {fmt.day(states['start'].min())}"
        return PlanTracking(
            fmt=fmt, headline=begun.sentence.rstrip(".") if begun else waiting, findings=(begun,) if begun else (),
            tables=actions, status_table=pd.DataFrame(columns=["kpi", "status"]), paths=pd.DataFrame(), actions=states,
        )  # fmt: skip
    rows, paths = zip(*(outlook(CATALOGUE[kpi], courses[kpi], plan.targets, demand) for kpi in tracked), strict=True)
    status = pd.DataFrame(rows)
    return PlanTracking(
        fmt=fmt,
        headline=_headline(status.iloc[0], fmt),
        findings=(
            *(_finding(row, fmt, courses) for row in status.itertuples()),
            goals_finding(status),
            *((begun,) if begun else ()),
        ),
        tables=(_table(status, fmt), *actions[:1], rates_table(status, fmt), *actions[1:]),
        assumptions=plan_assumptions(plan, set(plan.targets["kpi"]) - set(tracked), status, fmt),
        status_table=status,
        paths=pd.concat(paths, ignore_index=True),
        actions=states,
    )


def _headline(row: pd.Series, fmt: Formats) -> str:
    label, month = _label(row["kpi"], fmt), fmt.month(row["end"])
    verb = "are" if row["kpi"] in PLURAL else "is"
    if not row["months_left"]:
        return f"{label} {row['status']} the plan to {month}: {_against(row, 'actual', fmt)}"
    if np.isnan(row["forecast"]):
        return f"{label} {verb} {_behind(row, fmt)}{_when(row, fmt)}; the history is too short to forecast the end"
    return f"{label} {verb} heading for {_against(row, 'forecast', fmt)} by {month}"


def _against(row: pd.Series, what: str, fmt: Formats) -> str:
    ratio = row[what] / row["end_target"] - 1 if row["end_target"] else np.nan
    if np.isnan(ratio) or abs(ratio) < ROUNDING:
        return f"{_value(row[what], row, fmt)}, as planned"
    return f"{_value(row[what], row, fmt)}, {fmt.share(abs(ratio))} {'above' if ratio > 0 else 'below'} plan"


def _behind(row, fmt: Formats) -> str:
    if np.isnan(row["gap"]) or abs(row["gap"]) <= ROUNDING * abs(row["expected"]):
        return "level with the plan"
    return f"{_value(abs(row['gap']), row, fmt)} {'ahead of' if row['gap'] > 0 else 'behind'} plan"


def _when(row, fmt: Formats) -> str:
    return " so far" if CATALOGUE[row["kpi"]].kind == "flow" else f" in {fmt.month(row['latest'])}"


def _finding(row, fmt: Formats, courses: Mapping[str, pd.Series]) -> Finding:
    row = pd.Series(row._asdict())
    kpi, left = CATALOGUE[row["kpi"]], int(row["months_left"])
    label, goal = _label(kpi.id, fmt), _value(row["end_target"], row, fmt)
    shortfall = row["end_target"] - (row["forecast"] if left else row["actual"])
    price = {"revenue": 1.0, "orders": courses["order_value"].tail(YEAR).mean() if "order_value" in courses else np.nan}.get(
        kpi.id, np.nan
    )
    money = shortfall * price if shortfall > ROUNDING * abs(row["end_target"]) else np.nan  # a surplus is not at stake
    missing = f", {fmt.money(money)} less" if kpi.id == "revenue" and not np.isnan(money) else ""
    action = None
    if not left:
        sentence = f"{label}: {_against(row, 'actual', fmt)} at the end of {fmt.month(row['end'])}{missing}; the plan was {goal}."
    else:
        ahead = "The history is too short to forecast the end of the plan."
        if not np.isnan(row["forecast"]):
            end = _value(row["forecast"], row, fmt)
            until = f"For the end of {fmt.month(row['end'])}"
            ahead = f"{until} we expect {end}{missing}; the plan is {goal}, the chance of it {_chance(row, fmt)}."
        sentence = f"{label} {'are' if kpi.id in PLURAL else 'is'} {_behind(row, fmt)}{_when(row, fmt)}. {ahead}"
        action = _action(row, kpi, left, fmt) if row["status"] in ("behind", "open") else None
    return Finding(
        id=f"plan-tracking-{kpi.id.replace('_', '-')}",
        sentence=sentence,
        value=_known(row["forecast"]),
        unit=kpi.unit,
        low=_known(row["low"]),
        high=_known(row["high"]),
        n=int(len(courses[kpi.id])),
        money=_known(money),
        evidence=_evidence(row),
        action=action,
    )


def _action(row: pd.Series, kpi: Indicator, left: int, fmt: Formats) -> str:
    needed, pace = _value(row["needed"], row, fmt), _value(row["pace"], row, fmt)
    if kpi.kind != "flow":
        return f"Reaching the plan takes {needed} by {fmt.month(row['end'])}; the last three months stand at {pace}."
    foreseen = (row["forecast"] - row["actual"]) / left
    rate = f"{needed} a month over the {left} months left" if left > 1 else f"{needed} in the month left"
    if np.isnan(foreseen):
        return f"Reaching the plan takes {rate}; the last three months brought {pace} each."
    decide = "Decide now: close the difference or restate the plan." if row["status"] == "behind" else "Look again next month."
    return f"Reaching the plan takes {rate}; the forecast expects {_value(foreseen, row, fmt)}. {decide}"


def _evidence(row: pd.Series) -> Evidence:
    if not row["months_left"]:
        return "shown"
    doubt = min(row["probability"], 1 - row["probability"])  # of the less likely outcome
    if np.isnan(doubt) or not row["seasoned"]:
        return "indicative"
    return "shown" if doubt <= 0.025 else "likely" if doubt <= (1 - LEVEL) / 2 else "indicative"


def _chance(row: pd.Series, fmt: Formats) -> str:
    chance = row["probability"]
    if chance < STEP or chance > 1 - STEP:
        return f"below {fmt.share(STEP, 0)}" if chance < STEP else f"above {fmt.share(1 - STEP, 0)}"
    return f"about {fmt.share(round(chance / STEP) * STEP, 0)}"


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _label(kpi: str, fmt: Formats) -> str:
    return CATALOGUE[kpi].label.get(fmt.locale, CATALOGUE[kpi].label["en"])


def _value(value: float, row: pd.Series, fmt: Formats) -> str:
    return fmt.value(value, CATALOGUE[row["kpi"]].unit)


def _range(row: pd.Series, fmt: Formats) -> str:
    if np.isnan(row["low"]):
        return _value(row["forecast"], row, fmt)
    return f"{_value(row['forecast'], row, fmt)} ({_value(row['low'], row, fmt)} to {_value(row['high'], row, fmt)})"


def _table(status: pd.DataFrame, fmt: Formats) -> Table:
    rows = [row for _, row in status.iterrows()]
    shown = pd.DataFrame(
        {
            "kpi": [_label(kpi, fmt) for kpi in status["kpi"]],
            **{c: [_value(row[c], row, fmt) for row in rows] for c in ("expected", "actual", "end_target")},
            "forecast": [_range(row, fmt) for row in rows],
            "probability": [_chance(row, fmt) if not np.isnan(row["probability"]) else "–" for row in rows],
            "status": status["status"],
        }
    )
    columns = {
        "kpi": "What",
        "expected": "Plan so far",
        "actual": "Actual",
        "end_target": "Plan at the end",
        "forecast": "Expected at the end",
        "probability": "Chance",
        "status": "Status",
    }
    return Table(
        shown,
        f"Plan, actual and forecast to {fmt.month(status['end'].max())}",
        "plan, orders",
        {c: (label, "text") for c, label in columns.items()},
    )
