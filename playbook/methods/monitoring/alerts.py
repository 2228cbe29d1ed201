"""Alerts: what needs a decision now, one line per cause, ranked by the money at stake."""

from dataclasses import dataclass
from importlib import resources

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from playbook.methods.monitoring.alert_causes import causes, explained_by, log_ratios
from playbook.methods.monitoring.control_charts import ControlCharts, deviation, strength
from playbook.methods.monitoring.control_limits import WATCHED
from playbook.methods.monitoring.plan_tracking import PLURAL, ROUNDING, PlanTracking
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.result.contract import Assumption, Finding, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["ADVICE", "Alerts", "alerts"]

ADVICE = YAML(typ="safe", pure=True).load(resources.files(__package__).joinpath("alert_advice.yml").read_text("utf-8"))
MATERIAL = 0.01  # of a year's revenue: what deserves a decision at once
COLUMNS = ["id", "kind", "alert", "level", "money", "basis", "favourable", "action", "owner", "evidence", "n"]


@dataclass(frozen=True, kw_only=True)
class Alerts(Result):
    """The ranked list.

    ``alerts``: id, kind, alert (sentence), level (act now, watch), money, basis (of it), favourable, action, owner, evidence, n.
    """

    alerts: pd.DataFrame


@section(
    "alerts", "What needs a decision now?", promise="one list of what needs a decision, by money at stake, with action and owner"
)
def alerts(
    control_charts: ControlCharts, fmt: Formats, plan_tracking: PlanTracking | None = None, segments: Result | None = None
) -> Alerts:
    """Gather what the control charts, the plan and the segments raise into one ranked list.

    Revenue is orders times order value, so spells of the three that fall into the same weeks are one alert, named after the
    component that explains at least two thirds of the change (log ratios add up). Losses come first, those to act on before those
    to watch, the most money first. "Act now": a loss that still goes on, or a target out of reach, of at least one percent of a
    year's revenue. Customers who are slipping away are watched: some always are, and only a change of their number is news.
    """
    rows = [
        *_from_charts(control_charts, fmt),
        *_from_plan(plan_tracking, control_charts, fmt),
        *_from_segments(segments),
    ]
    for row in rows:
        advice = ADVICE[row["kind"]]
        row |= {key: advice[key].get(fmt.locale, advice[key]["en"]) for key in ("action", "owner")}
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"money": float, "favourable": bool})
    frame = frame.sort_values(  # "act now" stands before "watch" in the alphabet too
        ["favourable", "level", "money"], ascending=[True, True, False], ignore_index=True, kind="stable", na_position="last"
    )
    return Alerts(
        fmt=fmt,
        headline=_headline(frame, fmt),
        findings=_findings(frame),
        tables=_tables(frame, fmt),
        assumptions=_assumptions(fmt),
        alerts=frame,
    )


def _from_charts(charts: ControlCharts, fmt: Formats) -> list[dict]:
    ratios = log_ratios(charts.series)
    return [_chart_alert(cause, ratios, charts, fmt) for cause in causes(charts.signals, ratios)]


def _chart_alert(cause: pd.DataFrame, ratios: pd.DataFrame, charts: ControlCharts, fmt: Formats) -> dict:
    """One cause as an alert, told by its revenue spell, or by a component that went on for longer."""
    first, longest = cause.iloc[0], cause.loc[cause["weeks"].idxmax()]
    revenue = first["kpi"] == "revenue"
    main = longest if longest["weeks"] > first["weeks"] else first
    opposed = cause["side"].nunique() > 1
    told = cause[cause.index == main.name] if revenue else cause
    components = explained_by(main, ratios) if revenue else tuple(cause["kpi"])
    money = main["money"] if revenue else cause["money"].sum()  # revenue holds its components already
    kind = components[0].replace("_", "-") if len(components) == 1 else "both"
    kind = "mixed" if opposed else f"{kind}-{'low' if money < 0 else 'high'}"
    lasting = bool(cause["lasting"].any())
    amount = abs(money) * (52 / main["weeks"] if lasting else 1)
    seasonal = charts.seasonal
    what = "; ".join(deviation(s, fmt, seasonal) for s in told.itertuples())
    if revenue:
        explain = "explain" if len(components) > 1 else "explains"
        what += f"; {_names(components)} {explain} it" if main is first else f"; r{deviation(first, fmt, seasonal)[1:]}"
    what += "" if seasonal else "; this may be the season"
    urgent = money < 0 and bool(cause["ongoing"].any()) and amount >= MATERIAL * charts.revenue_year
    return {
        "id": f"alerts-{kind}-{main['since']:%Y-%m-%d}",
        "kind": kind,
        "alert": f"{what}.",
        "level": "act now" if urgent else "watch",
        "money": amount,
        "basis": "a year, if it goes on" if lasting else f"in {main['weeks']} weeks" if main["weeks"] > 1 else "in one week",
        "favourable": money >= 0,
        "evidence": strength(cause["score"].max(), seasonal),
        "n": int(main["weeks"]),
    }


def _names(kpis: tuple[str, ...]) -> str:
    return " and ".join({"orders": "the number of orders", "order_value": "the order value"}[k] for k in kpis)


def _from_plan(plan: PlanTracking | None, charts: ControlCharts, fmt: Formats) -> list[dict]:
    if plan is None or plan.status_table.empty:
        return []
    status = plan.status_table.set_index("kpi")
    outlook = status["forecast"].fillna(status["actual"])
    due = status["end_target"].where(status["forecast"].notna(), status["expected"])
    below = outlook < due * (1 - ROUNDING)
    short = status[status["status"].isin(["behind", "missed", "open"]) & below]
    if "revenue" in short.index:
        short = short.drop(index=["orders", "order_value"], errors="ignore")  # parts of the same gap
    money = {f.id: f.money for f in plan.findings}
    evidence = {f.id: f.evidence for f in plan.findings}
    return [_plan_alert(kpi, row, money, evidence, status, charts, fmt) for kpi, row in short.iterrows()]


def _plan_alert(
    kpi: str, row: pd.Series, money: dict, evidence: dict, status: pd.DataFrame, charts: ControlCharts, fmt: Formats
) -> dict:
    unit, month, are = CATALOGUE[kpi].unit, fmt.month(row["end"]), kpi in PLURAL
    finding = f"plan-tracking-{kpi.replace('_', '-')}"
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
        what += f"; {_names((weakest,))} falls short most" if weakest and reach[weakest] < 1 else ""
    amount = money.get(finding)
    stake = np.nan if amount is None else amount
    urgent = row["status"] == "behind" and (np.isnan(stake) or stake >= MATERIAL * charts.revenue_year)
    return {
        "id": f"alerts-plan-{kpi.replace('_', '-')}",
        "kind": "plan-open" if row["status"] == "open" else "plan-behind",
        "alert": f"{what}.",
        "level": "act now" if urgent else "watch",
        "money": stake,
        "basis": f"by {fmt.month(row['end'])}",
        "favourable": False,
        "evidence": evidence.get(finding, "indicative"),
        "n": None,
    }


def _from_segments(segments: Result | None) -> list[dict]:
    """Findings of the segments that the advice knows: customers who are slipping away, with what they bring in a year."""
    return [
        {
            "id": f"alerts-{f.id}",
            "kind": f.id,
            "alert": f.sentence,
            "level": "watch",
            "money": np.nan if f.money is None else f.money,
            "basis": "a year",
            "favourable": False,
            "evidence": f.evidence,
            "n": f.n,
        }
        for f in (segments.findings if segments is not None else ())
        if f.id in ADVICE
    ]


def _headline(frame: pd.DataFrame, fmt: Formats) -> str:
    urgent = int((frame["level"] == "act now").sum())
    if frame.empty:
        return f"All quiet: nothing in the last {WATCHED} weeks calls for a decision"
    if not urgent:
        return f"Nothing needs a decision now; {len(frame)} {'thing' if len(frame) == 1 else 'things'} to keep an eye on"
    top = frame[frame["level"] == "act now"].iloc[0]
    worth = (
        ""
        if np.isnan(top["money"])
        else f", {'worth' if urgent == 1 else 'the first worth'} {fmt.money(top['money'])} {top['basis']}"
    )
    return f"{urgent} {'matter needs' if urgent == 1 else 'matters need'} a decision now{worth}"


def _findings(frame: pd.DataFrame) -> tuple[Finding, ...]:
    if frame.empty:
        return (
            Finding("alerts-quiet", "No chart left its limits and no target is in doubt. Nothing to decide.", evidence="shown"),
        )
    return tuple(
        Finding(
            id=a.id,
            sentence=f"{a.level.capitalize()}: {a.alert}",
            value=None if np.isnan(a.money) else a.money,
            unit="money",
            n=None if pd.isna(a.n) else int(a.n),
            money=None if np.isnan(a.money) or a.favourable else a.money,
            evidence=a.evidence,
            action=a.action,
            owner=a.owner,
        )
        for a in frame.itertuples()
    )


def _tables(frame: pd.DataFrame, fmt: Formats) -> tuple[Table, ...]:
    columns = {
        "level": "Level",
        "alert": "What happened",
        "revenue": "Revenue",
        "action": "What to do",
        "owner": "Who",
    }
    signed = frame["money"].where(frame["favourable"], -frame["money"])
    amounts = [fmt.money(m) if np.isnan(m) else f"{fmt.signed_money(m)} {b}" for m, b in zip(signed, frame["basis"], strict=True)]
    shown = frame.assign(revenue=amounts)
    caption = "Alerts: what to act on first, then the most money"
    return (Table(shown, caption, "orders, plan", {c: (label, "text") for c, label in columns.items()}),) if len(frame) else ()


def _assumptions(fmt: Formats) -> tuple[Assumption, ...]:
    return (
        Assumption(
            "Amounts answer different questions (a year if it goes on, some weeks, the end of the plan) and can hold the same "
            "money twice; they rank the list and must not be added.",
            "high",
            "high",
        ),
        Assumption(f"A loss is urgent from {fmt.share(MATERIAL)} of a year's revenue.", "low", "medium"),
    )
