"""Standing: where a KPI stands now, how sure that is, how it moved, and what reaching a target is worth in a year."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import pandas as pd

from playbook.engagement import Period
from playbook.intake.frames import FIRST_DAYS
from playbook.methods.needs_analysis.kpis import CATALOGUE, YEAR, Indicator, kpi_course, share_counts
from playbook.methods.needs_analysis.leaks import share_range
from playbook.methods.needs_analysis.steps import outcome

__all__ = ["PERIODS", "Data", "Standing", "customers_per", "standing", "worth"]

DAYS_A_WEEK = 7
PERIODS = MappingProxyType({"week": 365.25 / DAYS_A_WEEK, "month": 12.0, "quarter": 4.0, "year": 1.0})  # of each in a year


@dataclass(frozen=True)
class Data:
    """The frames a KPI is worked out from; any of them may be missing."""

    as_of: date
    months: pd.DataFrame | None = None
    order_totals: pd.DataFrame | None = None
    journey_steps: pd.DataFrame | None = None
    opportunities: pd.DataFrame | None = None


@dataclass(frozen=True)
class Standing:
    """A KPI over the last twelve full months (or as many as there are).

    ``now`` is the average month of a flow or level, else the share, with ``low`` and ``high`` (Wilson)
    and its ``cases``; ``change`` is against ``span`` months before the last ``span``: relative, in points for shares.
    """

    indicator: Indicator
    now: float
    course: pd.Series
    months: int
    low: float | None = None
    high: float | None = None
    hits: int | None = None
    cases: int | None = None
    change: float | None = None
    span: int = 0

    @property
    def against(self) -> str:
        """What the change is measured against, in words."""
        return "on the year before" if self.span == YEAR else f"on the {self.span} months before, another season"


def standing(kpi: str, data: Data) -> Standing | None:
    """Where ``kpi`` stands at the end of the last full month; None when its data are missing."""
    return _share(kpi, data) if CATALOGUE[kpi].kind == "share" else _level(kpi, data)


def worth(stood: Standing, gap: float, now: float, data: Data) -> tuple[float | None, str]:
    """What closing ``gap`` (in the unit of ``now``) brings in a year, and how that is worked out."""
    kpi = stood.indicator.id
    if stood.indicator.kind != "share":
        revenue = standing("revenue", data)
        if now <= 0 or revenue is None:
            return None, "not priced: there is nothing to scale from"
        return gap / now * revenue.now * YEAR, "the missing share of today's yearly revenue, all else unchanged"
    yearly = stood.cases * YEAR / stood.months
    if kpi == "win_rate":
        amount = _won_amount(data.opportunities)
        return (
            None if amount is None else gap * yearly * amount
        ), "opportunities closed a year x missing points x average won amount"
    value = standing("order_value", data)
    if value is None:
        return None, "not priced: orders are needed for the value of an order"
    if kpi == "repeat_rate":
        return gap * stood.cases * value.now, "customers of the year x missing points x one more order each"
    return gap * yearly * value.now, "journeys a year x missing points x value of an order"


def customers_per(per: Period, order_totals: pd.DataFrame | None, as_of: date) -> float | None:
    """Different customers in the last quarter or year, or in the average full week of the last year.

    None without customer ids, and where the data do not cover the quarter, the year or one week.
    """
    if order_totals is None or "customer_id" not in order_totals:
        return None
    first, end = order_totals["day"].min(), pd.Timestamp(as_of) + pd.Timedelta(days=1)
    start = end - pd.DateOffset(months=3 if per == "quarter" else YEAR)
    recent = order_totals[order_totals["day"].between(start, end, inclusive="left")]
    if recent["customer_id"].count() == 0:
        return None
    if per != "week":
        covered = first <= start + pd.Timedelta(days=FIRST_DAYS - 1)
        return float(recent["customer_id"].nunique()) if covered else None
    weeks = (end - max(first, start)).days // DAYS_A_WEEK  # the days before the first full week are left out
    weeks_back = (end - pd.Timedelta(days=1) - recent["day"]).dt.days // DAYS_A_WEEK
    by_week = recent.groupby(weeks_back)["customer_id"].nunique().reindex(range(weeks), fill_value=0)
    return float(by_week.mean()) if weeks else None


def _level(kpi: str, data: Data) -> Standing | None:
    course = kpi_course(kpi, months=data.months)
    if course.empty:
        return None
    months = min(YEAR, len(data.months))
    span = _span(len(data.months))
    now = _average(kpi, data.months.tail(months))
    before = _average(kpi, data.months.iloc[: -span or None].tail(span)) if span else None
    change = _average(kpi, data.months.tail(span)) / before - 1 if before and before > 0 else None
    return Standing(CATALOGUE[kpi], now, course, months, change=change, span=span)


def _average(kpi: str, months: pd.DataFrame) -> float:
    if kpi == "order_value":
        return float(months["revenue"].sum() / months["orders"].sum()) if months["orders"].sum() else 0.0
    return float(months[kpi].mean())


def _share(kpi: str, data: Data) -> Standing | None:
    frames = vars(data)
    counts = share_counts(kpi, **frames)
    if counts.empty or not counts["cases"].iloc[-1]:
        return None
    hits, cases = (int(n) for n in counts.iloc[-1])
    low, high = share_range(hits, cases)
    course = (counts["hits"] / counts["cases"]).where(counts["cases"] > 0).dropna()
    months = len(share_counts(kpi, **frames, window=1))
    span = _span(months)
    halves = kpi_course(kpi, **frames, window=span) if span else pd.Series(dtype=float)
    change = float(halves.iloc[-1] - halves.iloc[-1 - span]) if span and len(halves) > span else None
    return Standing(CATALOGUE[kpi], hits / cases, course, min(YEAR, months), low, high, hits, cases, change, span)


def _span(months: int) -> int:
    return YEAR if months >= 2 * YEAR else months // 2


def _won_amount(opportunities: pd.DataFrame) -> float | None:
    if "amount" not in opportunities:
        return None
    amounts = opportunities.loc[outcome(opportunities["stage"]) == "won", "amount"].dropna()
    return float(amounts.mean()) if len(amounts) else None
