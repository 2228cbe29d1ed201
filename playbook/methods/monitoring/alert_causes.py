"""Causes: which signals of the control charts are one and the same event, and which component explains it."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.charting.figure import KPIS

__all__ = ["causes", "explained_by", "log_ratios"]

EXPLAINS = 2 / 3  # share of a revenue change that makes one component its explanation
SAME_WEEKS = 0.5  # share of the shorter of two spells that overlaps when they are one cause


def log_ratios(series: pd.DataFrame) -> pd.DataFrame:
    """Logarithm of value over expected by week (rows) and KPI (columns); NaN where one of them is not positive."""
    positive = series[(series["value"] > 0) & (series["expected"] > 0)]
    ratio = np.log(positive["value"] / positive["expected"])
    return positive.assign(ratio=ratio).pivot(index="week", columns="kpi", values="ratio").reindex(columns=list(KPIS))


def causes(signals: pd.DataFrame, ratios: pd.DataFrame) -> list[pd.DataFrame]:
    """Signals that share a cause, the revenue spell first where there is one."""
    left = signals.sort_values(["kpi"], key=lambda kpi: kpi != "revenue", kind="stable")
    found = []
    while len(left):
        first, others = left.iloc[0], left.iloc[1:]
        components = explained_by(first, ratios)
        shared = [
            o.Index
            for o in others.itertuples()
            if _overlap(first, o) >= SAME_WEEKS
            and (
                (o.side == first["side"] and o.kpi in components)
                if first["kpi"] == "revenue"
                else o.kpi != first["kpi"] and _alike(first, o)
            )
        ]
        found.append(left.loc[[first.name, *shared]])
        left = others.drop(index=shared)
    return found


def explained_by(signal: pd.Series, ratios: pd.DataFrame) -> tuple[str, ...]:
    """The components that explain a signal: a component itself; for revenue one of them, or both."""
    if signal["kpi"] != "revenue":
        return (signal["kpi"],)
    mean = ratios.loc[signal["since"] : signal["week"]].mean()
    share = mean["orders"] / mean["revenue"] if mean["revenue"] else np.nan
    if share >= EXPLAINS:
        return ("orders",)
    return ("order_value",) if share <= 1 - EXPLAINS else ("orders", "order_value")


def _overlap(a, b) -> float:
    common = (min(a.week, b.week) - max(a.since, b.since)).days // 7 + 1
    return common / min(a.weeks, b.weeks)


def _alike(a, b) -> bool:
    """Two spells of orders and order value that cover mostly the same weeks, not one inside the other."""
    return _overlap(a, b) * min(a.weeks, b.weeks) >= SAME_WEEKS * max(a.weeks, b.weeks)
