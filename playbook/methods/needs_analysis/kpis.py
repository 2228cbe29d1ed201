"""KPIs: the measures a goal can name, as data (kpis.yml), and each one's monthly course."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from types import MappingProxyType
from typing import Literal

import pandas as pd
from ruamel.yaml import YAML

from playbook.intake.frames import FIRST_DAYS
from playbook.methods.needs_analysis.steps import first_reach, outcome, step_order
from playbook.result.formats import Unit

__all__ = ["CATALOGUE", "YEAR", "Indicator", "kpi_course", "share_counts"]

YEAR = 12  # months
FEWEST = 3  # months below which a share of journeys or deals jumps about too much to be drawn


@dataclass(frozen=True)
class Indicator:
    """One KPI: name, formula and first lever by language, unit, kind, which way is good, and the columns it needs."""

    id: str
    label: Mapping[str, str]
    formula: Mapping[str, str]
    lever: Mapping[str, str]
    unit: Unit
    kind: Literal["flow", "level", "share"]
    good: Literal["up", "down"]
    needs: Mapping[str, tuple[str, ...]]

    @property
    def unlock(self) -> tuple[str, ...]:
        """What a client has to send for it, as ``"journeys (journey_id, step, step_at)"``."""
        return tuple(f"{table} ({', '.join(columns)})" for table, columns in self.needs.items())


def _catalogue() -> Mapping[str, Indicator]:
    entries = YAML(typ="safe", pure=True).load(resources.files(__package__).joinpath("kpis.yml").read_text("utf-8"))
    return MappingProxyType({name: Indicator(id=name, **entry) for name, entry in entries.items()})


CATALOGUE = _catalogue()


def kpi_course(
    kpi: str,
    *,
    months: pd.DataFrame | None = None,
    order_totals: pd.DataFrame | None = None,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    as_of: date | None = None,
    window: int = YEAR,
) -> pd.Series:
    """A KPI's value in every complete calendar month, indexed by the month's first day.

    Flows and levels are those of the month. Shares are taken over the ``window`` months that end with
    it: the repeat rate only where the window is full (a shorter one understates it), conversion and
    win rate over what there is, from three months on. Empty when the data for the KPI are missing.
    Raises KeyError for a KPI that is not in the catalogue.
    """
    indicator = CATALOGUE[kpi]
    if indicator.kind != "share":
        return _from_months(kpi, months)
    frames = {"months": months, "order_totals": order_totals, "journey_steps": journey_steps, "opportunities": opportunities}
    counts = share_counts(kpi, as_of=as_of, window=window, **frames)
    return (counts["hits"] / counts["cases"]).where(counts["cases"] > 0).dropna().rename(kpi)


def share_counts(
    kpi: str,
    *,
    months: pd.DataFrame | None = None,
    order_totals: pd.DataFrame | None = None,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    as_of: date | None = None,
    window: int = YEAR,
) -> pd.DataFrame:
    """Cases and hits behind a share: per month (index: first day), over the ``window`` months ending with it, [hits, cases]."""
    if as_of is None and months is not None and len(months):
        as_of = months["month"].iloc[-1] + pd.offsets.MonthEnd(0)
    if kpi == "repeat_rate" and order_totals is not None and "customer_id" in order_totals:
        return _repeat_counts(order_totals, as_of, window)
    if kpi == "conversion" and journey_steps is not None:
        return _rolling(_journey_cases(journey_steps), as_of, window)
    if kpi == "win_rate" and opportunities is not None:
        return _rolling(_closed_cases(opportunities), as_of, window)
    return _no_counts()


def _from_months(kpi: str, months: pd.DataFrame | None) -> pd.Series:
    unknown_customers = kpi == "customers" and months is not None and months["orders"].any() and not months["customers"].any()
    if months is None or months.empty or unknown_customers:
        return pd.Series(dtype="float64", index=pd.DatetimeIndex([], name="month"), name=kpi)
    values = months["revenue"] / months["orders"].where(months["orders"] > 0) if kpi == "order_value" else months[kpi]
    return pd.Series(values.to_numpy("float64"), index=pd.DatetimeIndex(months["month"], name="month"), name=kpi).dropna()


def _repeat_counts(order_totals: pd.DataFrame, as_of: date | None, window: int) -> pd.DataFrame:
    # An order that only brings goods back is no second purchase.
    bought = order_totals[(order_totals["revenue"] > 0) & order_totals["customer_id"].notna()]
    span = _complete(order_totals["day"], as_of)
    window = min(window, len(span))
    if bought.empty or not window:
        return _no_counts()
    month = bought["day"].dt.to_period("M")
    orders = bought.groupby(["customer_id", month])["order_id"].nunique().unstack(fill_value=0)
    total = orders.reindex(columns=span, fill_value=0).astype("int64").T.cumsum()  # one row a month
    total = total - total.shift(window, fill_value=0)
    counts = pd.DataFrame({"hits": (total >= 2).sum(axis=1), "cases": (total >= 1).sum(axis=1)})
    return _by_first_day(counts.iloc[window - 1 :])


def _journey_cases(journey_steps: pd.DataFrame) -> pd.DataFrame:
    """One row per journey: the day it began, and whether it reached the last step."""
    reached = first_reach(journey_steps)
    order = step_order(reached)
    if len(order) < 2:
        return pd.DataFrame({"day": pd.Series(dtype="datetime64[us]"), "hit": pd.Series(dtype="bool")})
    journeys = reached.assign(hit=reached["step"] == order[-1]).groupby("journey_id")
    return journeys.agg(day=("step_at", "min"), hit=("hit", "any"))


def _closed_cases(opportunities: pd.DataFrame) -> pd.DataFrame:
    """One row per closed opportunity: the day it was closed (or created, where that is all there is), and whether it was won."""
    dated = next((c for c in ("closed_on", "created_on") if c in opportunities), None)
    ends = outcome(opportunities["stage"])
    days = pd.to_datetime(opportunities[dated]) if dated else pd.Series(pd.NaT, index=opportunities.index, dtype="datetime64[us]")
    return pd.DataFrame({"day": days, "hit": ends == "won"})[(ends != "open") & days.notna()]


def _rolling(cases: pd.DataFrame, as_of: date | None, window: int) -> pd.DataFrame:
    span = _complete(cases["day"], as_of)
    if not len(span):
        return _no_counts()
    by_month = cases.groupby(cases["day"].dt.to_period("M"))["hit"].agg(hits="sum", cases="size").reindex(span, fill_value=0)
    return _by_first_day(by_month.rolling(window, min_periods=min(FEWEST, window, len(span))).sum().dropna().astype("int64"))


def _complete(days: pd.Series, as_of: date | None) -> pd.PeriodIndex:
    """Calendar months that the data cover: a first month may lack two days, and so may the last when no as-of day is given."""
    days = days.dropna()
    if days.empty:
        return pd.PeriodIndex([], freq="M")
    slack = pd.Timedelta(days=FIRST_DAYS - 1)
    first = days.min().normalize()
    end = pd.Timestamp(as_of) if as_of is not None else days.max().normalize() + slack
    start = first.to_period("M") + (0 if first.day <= FIRST_DAYS else 1)
    last = (end + pd.Timedelta(days=1)).to_period("M") - 1
    return pd.period_range(start, last, freq="M")


def _by_first_day(counts: pd.DataFrame) -> pd.DataFrame:
    return counts.set_axis(pd.DatetimeIndex(counts.index.to_timestamp(), name="month"), axis=0)


def _no_counts() -> pd.DataFrame:
    return pd.DataFrame({"hits": [], "cases": []}, index=pd.DatetimeIndex([], name="month"), dtype="int64")
