"""The data that KPIs are worked out from: frames and results, any of which a client may lack."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.engagement import Assumptions
from playbook.intake.frames import FIRST_DAYS
from playbook.methods.needs_analysis.windows import YEAR
from playbook.result.contract import Result

__all__ = ["YEAR", "Data", "by_month", "full_months"]


@dataclass(frozen=True)
class Data:
    """The frames of the same names, the result that knows what a customer is worth, and what the client states."""

    as_of: date | None = None
    months: pd.DataFrame | None = None
    order_totals: pd.DataFrame | None = None
    journey_steps: pd.DataFrame | None = None
    opportunities: pd.DataFrame | None = None
    contracts: pd.DataFrame | None = None
    customers: pd.DataFrame | None = None
    channel_months: pd.DataFrame | None = None
    margin_months: pd.DataFrame | None = None
    survey_answers: pd.DataFrame | None = None
    service_tickets: pd.DataFrame | None = None
    lifetime_value: Result | None = None
    parameters: Assumptions = Assumptions()
    stages: tuple[str, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The as-of day; without one, the last day of the last full month of orders."""
        if self.as_of is None and self.months is not None and len(self.months):
            return self.months["month"].iloc[-1] + pd.offsets.MonthEnd(0)
        return self.as_of


def full_months(days: pd.Series, as_of: date | None, late: int = FIRST_DAYS) -> pd.PeriodIndex:
    """Calendar months that the data cover: the first one when its data begin by day ``late``; without an as-of day the last one
    may lack two days.
    """
    days = days.dropna()
    if days.empty:
        return pd.PeriodIndex([], freq="M")
    slack = pd.Timedelta(days=FIRST_DAYS - 1)
    first = days.min().normalize()
    end = pd.Timestamp(as_of) if as_of is not None else days.max().normalize() + slack
    start = first.to_period("M") + (0 if first.day <= late else 1)
    last = (end + pd.Timedelta(days=1)).to_period("M") - 1
    return pd.period_range(start, last, freq="M")


def by_month(values: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    """The same values, indexed by the first day of the month instead of the month."""
    return values.set_axis(pd.DatetimeIndex(values.index.to_timestamp(), name="month"), axis=0)
