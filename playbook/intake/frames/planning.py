"""Planning: targets by month, and what marketing spent."""

import pandas as pd

from playbook.intake.frames.frame import frame, pick, total
from playbook.intake.frames.orders import whole_periods
from playbook.intake.tables import Tables

__all__ = ["channel_months", "channel_weeks", "plan_targets"]

LONGEST = pd.Timedelta(days=10)  # between the days of a table kept by week


@frame(plan=("period", "kpi", "target"))
def plan_targets(tables: Tables) -> pd.DataFrame:
    """One row per month and KPI: period (first day), kpi, target."""
    rows = tables.rows["plan"]
    targets = rows.select("period", "kpi", "target").order_by(["kpi", "period"]).to_pandas()
    return targets.assign(period=pd.to_datetime(targets["period"]))


@frame(marketing=("date", "channel", "spend"))
def channel_months(tables: Tables) -> pd.DataFrame:
    """One row per marketing channel and month: channel, month, spend, and impressions, clicks, orders, revenue where known."""
    return _by_channel(tables, "month", "M")


@frame(marketing=("date", "channel", "spend"))
def channel_weeks(tables: Tables) -> pd.DataFrame:
    """One row per marketing channel and complete week: channel, week (Monday), spend, and what ``channel_months`` has beside it.

    Complete are the weeks that lie between the first and the last day with a row; where each week has one day only, as in tables
    kept by week, all of them up to the as-of day. None of a table kept by month (its days lie more than LONGEST apart): what was
    spent in which of its weeks nobody knows.
    """
    table = _by_channel(tables, "week", "W")
    rows = tables.rows["marketing"]
    days = rows.aggregate(first=rows.date.min(), last=rows.date.max()).to_pandas().iloc[0]
    if pd.isna(days["first"]):
        return table
    first, last = (pd.Timestamp(days[edge]).normalize() for edge in ("first", "last"))
    known = pd.to_datetime(rows.select(day=rows.date.truncate("D")).distinct().order_by("day").to_pandas()["day"])
    if known.diff().median() > LONGEST:
        return table.iloc[:0]
    if len(known) == len(known.dt.to_period("W").unique()):
        first, last = first - pd.Timedelta(days=first.weekday()), last + pd.Timedelta(days=6 - last.weekday())
    whole = whole_periods(first, min(last, pd.Timestamp(tables.as_of)), "W-MON")
    return table[table["week"].isin(whole)].reset_index(drop=True)


def _by_channel(tables: Tables, name: str, unit: str) -> pd.DataFrame:
    rows = tables.rows["marketing"]
    rows = rows.mutate(**{name: rows.date.truncate(unit)})
    sums = {c: total(rows[c]) for c in ("spend", *pick(rows, "impressions", "clicks", "orders", "revenue"))}
    table = rows.group_by(["channel", name]).aggregate(**sums).order_by(["channel", name]).to_pandas()
    return table.assign(**{name: pd.to_datetime(table[name])})
