"""The plan: which targets count on a given day, from the plan table or, without one, from dated objectives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from playbook.engagement import Objective
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE

__all__ = ["YEAR", "Planned", "planned"]

YEAR = 12
STARTING_MONTHS = 3  # months before an objective's start whose mean is its starting level
MONTHS_IN = MappingProxyType({"week": 12 / (365.25 / 7), "month": 1, "quarter": 3, "year": 12})


@dataclass(frozen=True)
class Planned:
    """``targets`` [period, kpi, target] of the business period, where they come from, and KPIs named that nobody can measure."""

    targets: pd.DataFrame
    origin: Literal["plan", "objectives"]
    unknown: tuple[str, ...] = ()


def planned(
    as_of: date, courses: Mapping[str, pd.Series], plan_targets: pd.DataFrame | None, objectives: tuple[Objective, ...]
) -> Planned | None:
    """The targets of the business period that holds ``as_of``; None when there are none.

    A plan of up to twelve months is one period; of a longer one the calendar year of ``as_of`` counts (the
    nearest year that the plan covers). Without a plan table, an objective with a ``start`` is a straight
    line of months from the KPI's mean over the three months before it to the target.
    """
    if plan_targets is not None and not plan_targets.empty:
        known = plan_targets["kpi"].isin(list(CATALOGUE))
        unknown = tuple(sorted(plan_targets.loc[~known, "kpi"].unique()))
        targets = _business_period(plan_targets[known].dropna(subset=["target"]), as_of)
        if not targets.empty:
            return Planned(targets, "plan", unknown)
    lines = [line for o in objectives if o.start for line in [_straight(o, courses.get(o.kpi))] if line is not None]
    return Planned(pd.concat(lines, ignore_index=True), "objectives") if lines else None


def _business_period(plan: pd.DataFrame, as_of: date) -> pd.DataFrame:
    plan = plan.assign(period=plan["period"].dt.to_period("M").dt.to_timestamp())
    if plan["period"].nunique() > YEAR:
        years = plan["period"].dt.year
        plan = plan[years == np.clip(as_of.year, years.min(), years.max())]
    return plan.sort_values(["kpi", "period"])[["period", "kpi", "target"]].reset_index(drop=True)


def _straight(objective: Objective, course: pd.Series | None) -> pd.DataFrame | None:
    """Monthly targets of one objective; None when its KPI has no value to start from."""
    first, last = (pd.Timestamp(day).to_period("M").to_timestamp() for day in (objective.start, objective.by))
    if course is None or course.empty:
        return None
    before = course[course.index < first].tail(STARTING_MONTHS)
    level = before.mean() if len(before) else course.iloc[0]
    target = objective.target / (MONTHS_IN[objective.per] if CATALOGUE[objective.kpi].kind == "flow" else 1)
    periods = pd.date_range(first, last, freq="MS")
    return pd.DataFrame({"period": periods, "kpi": objective.kpi, "target": np.linspace(level, target, len(periods) + 1)[1:]})
