"""Alerts from the plan: targets out of reach or undecided, with the group that explains what revenue lacks so far."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from playbook.methods.monitoring.alerting.charts import MATERIAL, named
from playbook.methods.monitoring.alerting.explain import explain_months
from playbook.methods.monitoring.alerting.words import plan_adjustment
from playbook.methods.monitoring.plan_tracking import PLURAL, ROUNDING, PlanTracking
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.result.formats import Formats

__all__ = ["plan_alerts"]


def plan_alerts(
    plan: PlanTracking | None,
    revenue_year: float,
    dimensions: Mapping[str, pd.DataFrame],
    products: pd.DataFrame | None,
    fmt: Formats,
) -> list[dict]:
    """One row a target, as in ``Alerts.alerts``; ``dimensions`` by month, ``products`` rows as in ``product_months``."""
    if plan is None or plan.status_table.empty:
        return []
    status = plan.status_table.set_index("kpi", drop=False)
    outlook = status["forecast"].fillna(status["actual"])
    due = status["end_target"].where(status["forecast"].notna(), status["expected"])
    down = status["kpi"].map(lambda kpi: CATALOGUE[kpi].good == "down")
    wrong = (outlook < due * (1 - ROUNDING)).where(~down, outlook > due * (1 + ROUNDING))
    short = status[status["status"].isin(["behind", "missed", "open"]) & wrong]
    if "revenue" in short.index:
        short = short.drop(index=["orders", "order_value"], errors="ignore")  # parts of the same gap
    findings = {f.id: f for f in plan.findings}
    return [_alert(kpi, row, findings, status, plan, revenue_year, dimensions, products, fmt) for kpi, row in short.iterrows()]


def _alert(
    kpi: str,
    row: pd.Series,
    findings: Mapping,
    status: pd.DataFrame,
    plan: PlanTracking,
    revenue_year: float,
    dimensions: Mapping[str, pd.DataFrame],
    products: pd.DataFrame | None,
    fmt: Formats,
) -> dict:
    unit, month, are = CATALOGUE[kpi].unit, fmt.month(row["end"]), kpi in PLURAL
    finding = findings.get(f"plan-tracking-{kpi.replace('_', '-')}")
    label = CATALOGUE[kpi].label.get(fmt.locale, CATALOGUE[kpi].label["en"])
    value, goal = fmt.value(row["forecast"], unit), fmt.value(row["end_target"], unit)
    if not row["months_left"]:
        what = f"{label} ended at {fmt.value(row['actual'], unit)} in {month}, the plan was {goal}"
    elif np.isnan(row["forecast"]):
        reached, due = fmt.value(row["actual"], unit), fmt.value(row["expected"], unit)
        what = f"{label} {'stand' if are else 'stands'} at {reached}, the plan so far is {due}"
    else:
        what = f"{label} {'are' if are else 'is'} heading for {value} by {month}, the plan is {goal}"
    if kpi == "revenue" and {"orders", "order_value"} <= set(status.index):
        reach = status["forecast"].fillna(status["actual"]) / status["end_target"]
        weakest = reach[["orders", "order_value"]].idxmin() if not np.isnan(row["forecast"]) else None
        what += f"; {named((weakest,))} falls short most" if weakest and reach[weakest] < 1 else ""
    stake = np.nan if finding is None or finding.money is None else finding.money
    urgent = row["status"] == "behind" and (np.isnan(stake) or stake >= MATERIAL * revenue_year)
    months, cause = _months(plan, kpi), None
    if kpi == "revenue" and len(months) and row["gap"] < -ROUNDING * row["expected"]:
        cause = explain_months(months, row["expected"], row["actual"], dimensions, products)
    return {
        "id": f"alerts-plan-{kpi.replace('_', '-')}", "kind": "plan-open" if row["status"] == "open" else "plan-behind",
        "alert": f"{what}.", "level": "act now" if urgent else "watch", "money": stake, "basis": f"by {fmt.month(row['end'])}",
        "favourable": False, "evidence": "indicative" if finding is None else finding.evidence, "n": None, "cause": cause,
        "spells": float(max(len(months), 1)), "adjust": plan_adjustment(row, fmt),
    }  # fmt: skip


def _months(plan: PlanTracking, kpi: str) -> pd.DatetimeIndex:
    """Months of the plan that have an actual."""
    path = plan.paths[(plan.paths["kpi"] == kpi) & plan.paths["actual"].notna()]
    return pd.DatetimeIndex(path["period"])
