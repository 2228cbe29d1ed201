"""Alerts from the control charts: one a cause, with the group that explains it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from playbook.methods.monitoring.alert_causes import causes, explained_by, log_ratios
from playbook.methods.monitoring.alerting.contributions import factor_parts
from playbook.methods.monitoring.alerting.explain import BY_FACTOR, Cause, explain_weeks
from playbook.methods.monitoring.alerting.words import channel_adjustment
from playbook.methods.monitoring.control_charts import ControlCharts, deviation, explanation, strength
from playbook.result.formats import Formats

__all__ = ["MATERIAL", "chart_alerts"]

MATERIAL = 0.01  # of a year's revenue: what deserves a decision at once


def chart_alerts(
    charts: ControlCharts,
    dimensions: Mapping[str, pd.DataFrame],
    products: pd.DataFrame | None,
    costs: Mapping[str, float],
    fmt: Formats,
) -> list[dict]:
    """One row a cause, as in ``Alerts.alerts``, with ``cause`` (a ``Cause``), ``spells`` (weeks) and ``label`` (what happened,
    in short) beside it."""
    ratios = log_ratios(charts.series)
    return [_alert(c, ratios, charts, dimensions, products, costs, fmt) for c in causes(charts.signals, ratios)]


def _alert(
    cause: pd.DataFrame,
    ratios: pd.DataFrame,
    charts: ControlCharts,
    dimensions: Mapping[str, pd.DataFrame],
    products: pd.DataFrame | None,
    costs: Mapping[str, float],
    fmt: Formats,
) -> dict:
    """One cause as an alert, told by its revenue spell, or by a component that went on for longer."""
    first, longest = cause.iloc[0], cause.loc[cause["weeks"].idxmax()]
    revenue = first["kpi"] == "revenue"
    main = longest if longest["weeks"] > first["weeks"] else first
    opposed = cause["side"].nunique() > 1
    told = cause[cause.index == main.name] if revenue else cause
    components = explained_by(main, ratios) if revenue else tuple(cause["kpi"])
    lasting = bool(cause["lasting"].any())
    spells = cause[cause.index == main.name] if revenue else cause  # revenue holds its components already
    goes_on = spells if revenue else spells[spells["lasting"]]
    money = (goes_on["money"] * 52 / goes_on["weeks"]).sum() if lasting else spells["money"].sum()
    kind = components[0].replace("_", "-") if len(components) == 1 else "both"
    kind = "mixed" if opposed else f"{kind}-{'low' if money < 0 else 'high'}"
    amount = abs(money)
    seasonal = charts.seasonal
    shown = [*told.itertuples(), *([first] if revenue and main is not first else [])]
    labels = [deviation(s, fmt, seasonal) for s in shown]
    what = [fmt.say("{sentence}.", sentence=label) for label in labels]
    what += [explanation(components, fmt)] if revenue and main is first else []
    what += [] if seasonal else [fmt.say("This may be the season.")]
    urgent = money < 0 and bool(cause["ongoing"].any()) and amount >= MATERIAL * charts.revenue_year
    found = _explained(main, charts, dimensions, products)
    usual = _sums(charts, main, "expected")
    value = usual["revenue"] / usual["orders"] if usual.get("orders", 0) > 0 else np.nan
    return {
        "id": f"alerts-{kind}-{main['since']:%Y-%m-%d}", "kind": kind, "alert": fmt.sentences(*what), "label": labels[0],
        "level": "act now" if urgent else "watch", "money": amount,
        "basis": fmt.say("a year, if it goes on")
        if lasting
        else fmt.say_n("in one week", "in {n} weeks", int(main["weeks"])),
        "favourable": money >= 0, "evidence": strength(cause["score"].max(), seasonal), "n": int(main["weeks"]),
        "cause": found, "spells": float(main["weeks"]),
        "adjust": channel_adjustment(found, costs, value, int(main["weeks"]), fmt) if money < 0 else "",
    }  # fmt: skip


def _sums(charts: ControlCharts, spell: pd.Series, column: str) -> pd.Series:
    """Sums of the spell's weeks by measure."""
    inside = charts.series["week"].between(spell["since"], spell["week"])
    return charts.series[inside].groupby("kpi")[column].sum()


def _explained(
    spell: pd.Series, charts: ControlCharts, dimensions: Mapping[str, pd.DataFrame], products: pd.DataFrame | None
) -> Cause:
    """What revenue did in the spell's weeks against what was expected of it, whichever measure gave the signal."""
    due, now = _sums(charts, spell, "expected"), _sums(charts, spell, "value")
    found = explain_weeks(spell["since"], spell["week"], due["revenue"], now["revenue"], dimensions, products)
    split = factor_parts((due.get("orders", 0.0), due["revenue"]), (now.get("orders", 0.0), now["revenue"]))
    if split is None:
        return found
    rows = pd.DataFrame({"by": BY_FACTOR, "group": split.index, "change": split.to_numpy()}).reindex(columns=found.parts.columns)
    parts = rows if found.parts.empty else pd.concat([rows, found.parts], ignore_index=True)
    return Cause(found.change, parts, found.effects, found.by, found.group, found.amount, found.share, found.evidence)
