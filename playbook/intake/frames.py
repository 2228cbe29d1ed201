"""Frames: the small pandas tables that methods work on, aggregated where the rows lie.

A method names the frames it wants as its parameters; ``study`` builds them. Each frame declares the
tables and columns it needs, so that a report can say what would unlock a section.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
import pandas as pd

from playbook.intake.schema import TABLES
from playbook.intake.tables import Tables

__all__ = [
    "FRAMES",
    "Frame",
    "category_months",
    "channel_months",
    "customers",
    "journey_steps",
    "lacking",
    "memberships",
    "months",
    "opportunities",
    "order_totals",
    "plan_targets",
    "weeks",
]

FIRST_DAYS = 3  # a first month counts as complete when its data begin within these days
_registry: dict[str, "Frame"] = {}
FRAMES: Mapping[str, "Frame"] = MappingProxyType(_registry)


@dataclass(frozen=True)
class Frame:
    """A named frame: which tables and columns it needs, and how it is built from them."""

    name: str
    needs: Mapping[str, tuple[str, ...]]
    build: Callable[[Tables], pd.DataFrame]


def _frame(**needs: tuple[str, ...]):
    def register(build: Callable[[Tables], pd.DataFrame]):
        _registry[build.__name__] = Frame(build.__name__, MappingProxyType(needs), build)
        return build

    return register


def lacking(frame: Frame, tables: Tables) -> tuple[str, ...]:
    """What the client would have to send for this frame, as ``"journeys (journey_id, step)"``; empty when all is there."""
    missing = []
    for table, columns in frame.needs.items():
        wanted = dict.fromkeys((*TABLES[table].required, *columns))
        absent = [c for c in wanted if c not in tables.columns(table)]
        if absent:
            missing.append(f"{table} ({', '.join(absent)})")
    return tuple(missing)


def _sum(values: ir.NumericColumn) -> ir.NumericScalar:
    return _exact(values).cast("float64")


def _exact(values: ir.NumericColumn) -> ir.DecimalScalar:
    """The sum to a ten-thousandth, the same on every run: sums of floats depend on the order in which threads end."""
    return values.cast("decimal(38, 4)").sum()


def _pick(rows: ir.Table, *optional: str) -> list[str]:
    return [c for c in optional if c in rows.columns]


@_frame(orders=("order_id", "order_date", "revenue"))
def order_totals(tables: Tables) -> pd.DataFrame:
    """One row per order: order_id, day (midnight), revenue, units, and customer_id and channel where the client has them."""
    rows = tables.rows["orders"]
    rows = rows.mutate(day=rows.order_date.truncate("D"))
    totals = rows.group_by(["order_id", *_pick(rows, "customer_id")]).aggregate(
        day=rows.day.min(),
        revenue=_sum(rows.revenue),
        units=_sum(rows.quantity) if "quantity" in rows.columns else ibis.null("float64"),
        **{c: rows[c].min() for c in _pick(rows, "channel")},
    )
    return totals.order_by(["day", "order_id"]).to_pandas()


@_frame(orders=("order_id", "order_date", "revenue"))
def months(tables: Tables) -> pd.DataFrame:
    """One row per complete calendar month: month (first day), revenue, orders, customers, order_value; gaps are rows of zero."""
    return _periods(tables, "M")


@_frame(orders=("order_id", "order_date", "revenue"))
def weeks(tables: Tables) -> pd.DataFrame:
    """One row per complete week: week (Monday), revenue, orders, customers, order_value; gaps are rows of zero."""
    return _periods(tables, "W")


def _periods(tables: Tables, unit: str) -> pd.DataFrame:
    rows = tables.rows["orders"]
    name, frequency = ("month", "MS") if unit == "M" else ("week", "W-MON")
    rows = rows.mutate(**{name: rows.order_date.truncate(unit)})
    known = "customer_id" in rows.columns
    # Lines to orders first: what then has to be told apart is a tenth of the rows.
    orders = rows.group_by([name, "order_id", *_pick(rows, "customer_id")]).aggregate(revenue=_exact(rows.revenue))
    totals = orders.group_by(name).aggregate(
        revenue=orders.revenue.sum().cast("float64"),
        orders=orders.order_id.nunique(),
        customers=orders.customer_id.nunique() if known else ibis.null("int64"),
    )
    span = rows.aggregate(first=rows.order_date.min(), last=rows.order_date.max()).to_pandas().iloc[0]
    frame = totals.to_pandas().set_index(name)
    frame.index = pd.DatetimeIndex(frame.index)
    complete = _complete(pd.Timestamp(span["first"]).normalize(), pd.Timestamp(tables.as_of), frequency)
    frame = frame.reindex(complete).fillna({"revenue": 0.0, "orders": 0, "customers": 0}).rename_axis(name).reset_index()
    return frame.assign(order_value=(frame["revenue"] / frame["orders"]).where(frame["orders"] > 0))


def _complete(first: pd.Timestamp, as_of: pd.Timestamp, frequency: str) -> pd.DatetimeIndex:
    """Starts of the periods that lie wholly between the first day of data and the as-of day."""
    starts = pd.date_range(first - pd.Timedelta(days=31), as_of + pd.Timedelta(days=1), freq=frequency)
    slack = pd.Timedelta(days=FIRST_DAYS - 1 if frequency == "MS" else 0)
    return starts[:-1][(starts[:-1] + slack) >= first]


@_frame(orders=("order_id", "order_date", "revenue", "product_id"), products=("product_id", "category"))
def category_months(tables: Tables) -> pd.DataFrame:
    """One row per product group and month: category, month, revenue; lines without a known product are 'not assigned'."""
    rows, products = tables.rows["orders"], tables.rows["products"]
    rows = rows.mutate(month=rows.order_date.truncate("M"))
    sold = rows.group_by(["product_id", "month"]).aggregate(revenue=_exact(rows.revenue))
    joined = sold.left_join(products.select("product_id", "category"), "product_id")
    joined = joined.mutate(category=joined.category.fill_null("not assigned"))
    totals = joined.group_by(["category", "month"]).aggregate(revenue=joined.revenue.sum().cast("float64"))
    return totals.order_by(["category", "month"]).to_pandas()


@_frame(customers=("customer_id",))
def customers(tables: Tables) -> pd.DataFrame:
    """The customers table as the client keeps it, one row per customer, in order of id."""
    rows = tables.rows["customers"]
    return rows.select([c for c in TABLES["customers"].names if c in rows.columns]).order_by("customer_id").to_pandas()


@_frame(journeys=("journey_id", "step", "step_at"))
def journey_steps(tables: Tables) -> pd.DataFrame:
    """One row per journey and step: journey_id, step, step_at (first time), visits of the step, and channel where known."""
    rows = tables.rows["journeys"]
    steps = rows.group_by(["journey_id", "step"]).aggregate(
        step_at=rows.step_at.min(), visits=rows.count(), **{c: rows[c].min() for c in _pick(rows, "channel")}
    )
    return steps.order_by(["journey_id", "step_at", "step"]).to_pandas()


@_frame(pipeline=("opportunity_id", "stage"))
def opportunities(tables: Tables) -> pd.DataFrame:
    """The pipeline as the client keeps it, one row per opportunity, in order of id."""
    rows = tables.rows["pipeline"]
    return rows.select([c for c in TABLES["pipeline"].names if c in rows.columns]).order_by("opportunity_id").to_pandas()


@_frame(plan=("period", "kpi", "target"))
def plan_targets(tables: Tables) -> pd.DataFrame:
    """One row per month and KPI: period (first day), kpi, target."""
    rows = tables.rows["plan"]
    frame = rows.select("period", "kpi", "target").order_by(["kpi", "period"]).to_pandas()
    return frame.assign(period=pd.to_datetime(frame["period"]))


@_frame(marketing=("date", "channel", "spend"))
def channel_months(tables: Tables) -> pd.DataFrame:
    """One row per marketing channel and month: channel, month, spend, and clicks, orders and revenue where known."""
    rows = tables.rows["marketing"]
    rows = rows.mutate(month=rows.date.truncate("M"))
    sums = {c: _sum(rows[c]) for c in ("spend", *_pick(rows, "impressions", "clicks", "orders", "revenue"))}
    return rows.group_by(["channel", "month"]).aggregate(**sums).order_by(["channel", "month"]).to_pandas()


@_frame(interventions=("intervention_id", "customer_id"))
def memberships(tables: Tables) -> pd.DataFrame:
    """One row per intervention and customer: intervention_id, customer_id, group ('treated' or 'control')."""
    rows = tables.rows["interventions"]
    group = rows.group.lower() if "group" in rows.columns else ibis.literal("treated")
    frame = rows.mutate(group=group).select("intervention_id", "customer_id", "group")
    return frame.distinct().order_by(["intervention_id", "customer_id"]).to_pandas()
