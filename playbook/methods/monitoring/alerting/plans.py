"""Alerts from the plan: targets out of reach or undecided, with the group that explains what revenue lacks so far."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from playbook.methods.monitoring.alerting.charts import MATERIAL
from playbook.methods.monitoring.alerting.explain import explain_months
from playbook.methods.monitoring.alerting.words import plan_adjustment
from playbook.methods.monitoring.plan_sentences import ROUNDING
from playbook.methods.monitoring.plan_tracking import PlanTracking
from playbook.methods.monitoring.plan_words import kpi_name, number_of
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
    finding = findings.get(f"plan-tracking-{kpi.replace('_', '-')}")
    label = _where(row, fmt)
    weakest = _weakest(status, fmt) if kpi == "revenue" and not np.isnan(row["forecast"]) else ""
    stake = np.nan if finding is None or finding.money is None else finding.money
    urgent = row["status"] == "behind" and (np.isnan(stake) or stake >= MATERIAL * revenue_year)
    months, cause = _months(plan, kpi), None
    if kpi == "revenue" and len(months) and row["gap"] < -ROUNDING * row["expected"]:
        cause = explain_months(months, row["expected"], row["actual"], dimensions, products)
    return {
        "id": f"alerts-plan-{kpi.replace('_', '-')}", "kind": "plan-open" if row["status"] == "open" else "plan-behind",
        "alert": fmt.sentences(fmt.say("{sentence}.", sentence=label), weakest), "label": label,
        "level": "act now" if urgent else "watch", "money": stake, "basis": fmt.say("by {month}", month=fmt.month(row["end"])),
        "favourable": False, "evidence": "indicative" if finding is None else finding.evidence, "n": None, "cause": cause,
        "spells": float(max(len(months), 1)), "adjust": plan_adjustment(row, fmt),
    }  # fmt: skip


def _where(row: pd.Series, fmt: Formats) -> str:
    """Where a KPI stands or is heading, and what the plan is."""
    kpi, month = CATALOGUE[row["kpi"]], fmt.month(row["end"])
    told = {c: fmt.value(row[c], kpi.unit) for c in ("actual", "expected", "forecast", "end_target")}
    told |= {"what": kpi_name(kpi.id, fmt), "month": month}
    if not row["months_left"]:
        return fmt.say("{what} ended at {actual} in {month} against a plan of {end_target}", **told)
    if np.isnan(row["forecast"]):
        return fmt.say_n(
            "{what} stands at {actual} against a plan of {expected} so far",
            "{what} stand at {actual} against a plan of {expected} so far",
            number_of(kpi.id), **told,
        )  # fmt: skip
    return fmt.say_n(
        "{what} is heading for {forecast} by {month} against a plan of {end_target}",
        "{what} are heading for {forecast} by {month} against a plan of {end_target}",
        number_of(kpi.id), **told,
    )  # fmt: skip


def _weakest(status: pd.DataFrame, fmt: Formats) -> str:
    """Which component of revenue falls short of its own target most, a sentence; empty where none does, or one has no target."""
    if not {"orders", "order_value"} <= set(status.index):
        return ""
    reach = (status["forecast"].fillna(status["actual"]) / status["end_target"])[["orders", "order_value"]]
    if not reach.min() < 1:
        return ""
    if reach.idxmin() == "orders":
        return fmt.say("The number of orders falls short most.")
    return fmt.say("The order value falls short most.")


def _months(plan: PlanTracking, kpi: str) -> pd.DatetimeIndex:
    """Months of the plan that have an actual."""
    path = plan.paths[(plan.paths["kpi"] == kpi) & plan.paths["actual"].notna()]
    return pd.DatetimeIndex(path["period"])
