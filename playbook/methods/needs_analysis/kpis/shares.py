"""Shares: of how many cases how many were hits, month by month over a trailing window."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType

import numpy as np
import pandas as pd

from playbook.intake.frames import FIRST_DAYS
from playbook.methods.needs_analysis.feedback.satisfaction import LATE, SATISFIED_FROM
from playbook.methods.needs_analysis.kpis.data import YEAR, Data, by_month, full_months
from playbook.methods.needs_analysis.path.steps import first_reach, outcome, step_order

__all__ = ["SHARES", "share_counter", "share_counts"]

Counts = Callable[[int], pd.DataFrame]  # of a window, in months

FEWEST = 3  # months below which a share of journeys or deals jumps about too much to be drawn


def share_counts(kpi: str, data: Data, window: int = YEAR) -> pd.DataFrame:
    """Cases and hits behind a share: per month (index: first day), over the ``window`` months ending with it, [hits, cases].

    Empty when the data for it are missing. Raises KeyError for a KPI that is no share.
    """
    return share_counter(kpi, data)(window)


def share_counter(kpi: str, data: Data) -> Counts:
    """``share_counts`` of any window, with the cases looked up once."""
    return SHARES[kpi](data)


def _repeat(data: Data) -> Counts:
    """Customers with two orders or more, of those with one."""
    bought = _purchases(data)
    span = pd.PeriodIndex([], freq="M") if bought is None else full_months(data.order_totals["day"], data.last_day)
    if bought is None or bought.empty or not len(span):
        return _none
    orders = bought.groupby(["customer_id", bought["day"].dt.to_period("M")])["order_id"].nunique().unstack(fill_value=0)
    running = _running(orders, span)

    def counts(window: int) -> pd.DataFrame:
        window = min(window, len(span))
        total = _trailing(running, window)
        found = pd.DataFrame({"hits": (total >= 2).sum(axis=1), "cases": (total >= 1).sum(axis=1)})
        return by_month(found.iloc[window - 1 :]) if window else _none()

    return counts


def _churn(data: Data) -> Counts:
    """Under contract at the start of the window, of whom those who left within it; else customers of the window before who did
    not buy again."""
    if data.contracts is not None and data.contracts["end"].notna().any():
        return partial(_left, data.contracts, data.last_day)
    bought = _purchases(data)
    if bought is None or bought.empty:
        return _none
    span = full_months(data.order_totals["day"], data.last_day)
    running = _running(bought.groupby(["customer_id", bought["day"].dt.to_period("M")]).size().unstack(fill_value=0), span)

    def counts(window: int) -> pd.DataFrame:
        if len(span) < 2 * window:
            return _none()
        now = _trailing(running, window) > 0
        before = now.shift(window, fill_value=False)
        found = pd.DataFrame({"hits": (before & ~now).sum(axis=1), "cases": before.sum(axis=1)})
        return by_month(found.iloc[2 * window - 1 :])

    return counts


def _left(contracts: pd.DataFrame, as_of: date | None, window: int) -> pd.DataFrame:
    span = full_months(pd.concat([contracts["start"], contracts["end"]]), as_of)[window:]
    if not len(span):
        return _none()
    end = contracts["end"].fillna(pd.Timestamp.max.normalize()).to_numpy()
    start = contracts["start"].to_numpy()
    first = (span - (window - 1)).to_timestamp().to_numpy()[:, None]
    last = span.to_timestamp(how="end").normalize().to_numpy()[:, None]
    bound = (start < first) & (end >= first)
    counts = pd.DataFrame({"hits": (bound & (end <= last)).sum(axis=1), "cases": bound.sum(axis=1)}, index=span)
    return by_month(counts)


def _conversion(data: Data) -> Counts:
    """Journeys that began in the window, and those of them that reached the last step."""
    if data.journey_steps is None:
        return _none
    reached = first_reach(data.journey_steps)
    order = step_order(reached, data.stages)
    if len(order) < 2:
        return _none
    journeys = reached.assign(hit=reached["step"] == order[-1]).groupby("journey_id")
    return partial(_rolling, journeys.agg(day=("step_at", "min"), hit=("hit", "any")), data.last_day)


def _won(data: Data) -> Counts:
    """Opportunities closed in the window (by the day they were created where that is all there is), and those that were won."""
    deals = data.opportunities
    if deals is None:
        return _none
    dated = next((c for c in ("closed_on", "created_on") if c in deals), None)
    ends = outcome(deals["stage"])
    days = pd.to_datetime(deals[dated]) if dated else pd.Series(pd.NaT, index=deals.index, dtype="datetime64[us]")
    return partial(_rolling, pd.DataFrame({"day": days, "hit": ends == "won"})[(ends != "open") & days.notna()], data.last_day)


def _satisfied(data: Data) -> Counts:
    """Answers of the window, and those of 4 and 5."""
    answers = data.survey_answers
    if answers is None or "satisfaction" not in answers:
        return _none
    known = answers.dropna(subset=["satisfaction"])
    cases = pd.DataFrame({"day": pd.to_datetime(known["date"]), "hit": known["satisfaction"] >= SATISFIED_FROM})
    return partial(_rolling, cases, data.last_day, late=LATE.days)


SHARES: Mapping[str, Callable[[Data], Counts]] = MappingProxyType(
    {"repeat_rate": _repeat, "churn": _churn, "conversion": _conversion, "win_rate": _won, "csat": _satisfied}
)


def _purchases(data: Data) -> pd.DataFrame | None:
    """Orders of known customers; an order that only brings goods back is no purchase."""
    orders = data.order_totals
    if orders is None or "customer_id" not in orders:
        return None
    return orders[(orders["revenue"] > 0) & orders["customer_id"].notna()]


def _running(monthly: pd.DataFrame, span: pd.PeriodIndex) -> pd.DataFrame:
    """Sums over all months so far, one row a month of the span, one column a customer."""
    return monthly.reindex(columns=span, fill_value=0).astype("int64").T.cumsum()


def _trailing(running: pd.DataFrame, window: int) -> pd.DataFrame:
    """Sums over the last ``window`` months."""
    return running - running.shift(window, fill_value=0)


def _rolling(cases: pd.DataFrame, as_of: date | None, window: int, *, late: int = FIRST_DAYS) -> pd.DataFrame:
    span = full_months(cases["day"], as_of, late)
    if not len(span):
        return _none()
    monthly = cases.groupby(cases["day"].dt.to_period("M"))["hit"].agg(hits="sum", cases="size").reindex(span, fill_value=0)
    sums = monthly.rolling(window, min_periods=min(FEWEST, window, len(span))).sum().dropna()
    return by_month(sums.astype(np.int64))


def _none(window: int = YEAR) -> pd.DataFrame:
    return pd.DataFrame({"hits": [], "cases": []}, index=pd.DatetimeIndex([], name="month"), dtype="int64")
