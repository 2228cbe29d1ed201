"""Planning: targets by month, and what marketing spent."""

import pandas as pd

from playbook.intake.frames.frame import frame, pick, total
from playbook.intake.tables import Tables

__all__ = ["channel_months", "plan_targets"]


@frame(plan=("period", "kpi", "target"))
def plan_targets(tables: Tables) -> pd.DataFrame:
    """One row per month and KPI: period (first day), kpi, target."""
    rows = tables.rows["plan"]
    targets = rows.select("period", "kpi", "target").order_by(["kpi", "period"]).to_pandas()
    return targets.assign(period=pd.to_datetime(targets["period"]))


@frame(marketing=("date", "channel", "spend"))
def channel_months(tables: Tables) -> pd.DataFrame:
    """One row per marketing channel and month: channel, month, spend, and clicks, orders and revenue where known."""
    rows = tables.rows["marketing"]
    rows = rows.mutate(month=rows.date.truncate("M"))
    sums = {c: total(rows[c]) for c in ("spend", *pick(rows, "impressions", "clicks", "orders", "revenue"))}
    return rows.group_by(["channel", "month"]).aggregate(**sums).order_by(["channel", "month"]).to_pandas()
