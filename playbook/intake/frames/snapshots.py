"""Snapshots: what was known of every customer on a few past days, and what they bought in the quarter after each."""

from datetime import date, timedelta

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.schema import FEATURE
from playbook.intake.tables import Tables

__all__ = ["HORIZON", "MOST_CUT_OFFS", "customer_snapshots"]

HORIZON = 90  # days from one cut-off to the next, and the days whose purchases are the outcome
MOST_CUT_OFFS = 5  # the as-of day and four before it
LEAST_HISTORY = 180  # days of orders before an earlier cut-off, or habits cannot be seen yet
YEAR = 365
MONTHS = 3  # of activity, taken together


@frame(orders=("order_id", "order_date", "revenue", "customer_id"))
def customer_snapshots(tables: Tables) -> pd.DataFrame:
    """One row per cut-off day and customer who had bought by then, in order of both; all of it known on that day.

    cut_off: the as-of day and up to four earlier ones, 90 days apart, each with at least 180 days of orders before it.
    recency_days, tenure_days (since the last and the first order), orders_90, orders_365, orders_all, revenue_90, revenue_365
    (net of returns), order_value (mean before returns), gap_days (mean between orders, missing with one), returned_share_365,
    and where the client has what they need: discount_share_365, products_365, categories_365 (different ones bought),
    late_share_365 (of orders due, those not delivered by the promised day), tickets_90, and for each number in ``activity`` the
    mean of the last three whole months and the change on the three before, as FEATURE + "header (mean of 3 months)" and
    "header (change in 3 months)". Outcomes: orders_next_90, revenue_next_90, missing at the as-of day.
    """
    rows = tables.rows["orders"]
    rows = rows.filter(rows.customer_id.notnull()).mutate(day=rows.order_date.cast("date"))
    span = rows.aggregate(first=rows.day.min(where=rows.revenue > 0)).to_pandas()["first"].iloc[0]
    cuts = _cut_offs(None if pd.isna(span) else pd.Timestamp(span).date(), tables.as_of)
    wide = [_orders(rows, cuts), _money(rows, cuts)]
    if "product_id" in rows.columns:
        wide.append(_variety(rows, "product_id", "products_365", cuts))
        if "category" in tables.columns("products"):
            named = rows.inner_join(tables.rows["products"].select("product_id", "category"), "product_id")
            wide.append(_variety(named, "category", "categories_365", cuts))
    if "customer_id" in tables.columns("tickets"):
        wide.append(_tickets(tables.rows["tickets"], cuts))
    if "activity" in tables.rows:
        wide.append(_activity(tables.rows["activity"], cuts))
    table = pd.concat([frame.to_pandas().set_index("customer_id") for frame in wide if frame is not None], axis=1)
    return _long(table, cuts)


def _cut_offs(first: date | None, as_of: date) -> list[date]:
    days = [as_of - timedelta(days=HORIZON * k) for k in range(MOST_CUT_OFFS)]
    return [d for d in days if d == as_of or (first is not None and (d - first).days >= LEAST_HISTORY)]


def _within(day: ir.DateValue, cut: date, days: int) -> ir.BooleanValue:
    """Whether ``day`` is one of the ``days`` that end with the cut-off."""
    return (day <= _day(cut)) & (day > _day(cut - timedelta(days=days)))


def _orders(rows: ir.Table, cuts: list[date]) -> ir.Table:
    """Orders by the day of their first line with revenue, counted for each cut-off; and how many came late."""
    due = pick(rows, "promised_on", "delivered_on")
    kept = {c: rows[c].max().cast("date") for c in due} if len(due) == 2 else {}
    orders = rows.filter(rows.revenue > 0)
    orders = orders.group_by(["customer_id", "order_id"]).aggregate(day=orders.day.min(), **kept)
    wanted = {}
    for k, cut in enumerate(cuts):
        by_then = orders.day <= _day(cut)
        wanted |= {
            f"orders_all@{k}": orders.count(where=by_then),
            f"orders_365@{k}": orders.count(where=_within(orders.day, cut, YEAR)),
            f"orders_90@{k}": orders.count(where=_within(orders.day, cut, HORIZON)),
            f"orders_next_90@{k}": orders.count(where=_within(orders.day, cut + timedelta(days=HORIZON), HORIZON)),
            f"first@{k}": orders.day.min(where=by_then),
            f"last@{k}": orders.day.max(where=by_then),
        }
        if kept:
            asked = _within(orders.promised_on, cut, YEAR) & by_then
            late = orders.delivered_on.isnull() | (orders.delivered_on > orders.promised_on)
            wanted |= {f"due@{k}": orders.count(where=asked), f"late@{k}": orders.count(where=asked & late)}
    return orders.group_by("customer_id").aggregate(**wanted)


def _money(rows: ir.Table, cuts: list[date]) -> ir.Table:
    """Revenue, what came back and what was taken off, by the day of the line: a return counts when it is made."""
    amount = rows.revenue.cast("decimal(18, 4)")
    zero = ibis.literal(0).cast("decimal(18, 4)")
    sums = {"net": amount.sum(), "back": ibis.ifelse(rows.revenue < 0, amount, zero).sum()}
    if "discount" in rows.columns:
        off = ibis.ifelse(rows.revenue > 0, rows.discount.fill_null(0).cast("decimal(18, 4)"), zero)
        sums["off"] = off.sum()
    days = rows.group_by(["customer_id", "day"]).aggregate(**sums)
    days = days.mutate(**{name: days[name].cast("decimal(18, 4)") for name in sums})  # narrow sums are quick ones
    wanted = {}
    for k, cut in enumerate(cuts):
        year, ahead = _within(days.day, cut, YEAR), _within(days.day, cut + timedelta(days=HORIZON), HORIZON)
        wanted |= {
            f"revenue_90@{k}": days.net.sum(where=_within(days.day, cut, HORIZON)),
            f"revenue_365@{k}": days.net.sum(where=year),
            f"revenue_next_90@{k}": days.net.sum(where=ahead),
            f"sold_all@{k}": (days.net - days.back).sum(where=days.day <= _day(cut)),
            f"back_365@{k}": days.back.sum(where=year),
        } | ({f"off_365@{k}": days.off.sum(where=year)} if "off" in sums else {})
    totals = days.group_by("customer_id").aggregate(**wanted)
    return totals.mutate(**{name: totals[name].cast("float64") for name in wanted})


def _variety(rows: ir.Table, column: str, name: str, cuts: list[date]) -> ir.Table:
    """Different values of ``column`` bought in the year up to each cut-off."""
    bought = rows.filter((rows.revenue > 0) & rows[column].notnull())
    in_year = {f"{name}@{k}": _within(bought.day, cut, YEAR).any() for k, cut in enumerate(cuts)}
    each = bought.group_by(["customer_id", column]).aggregate(**in_year)
    return each.group_by("customer_id").aggregate(**{c: each[c].cast("int64").sum() for c in in_year})


def _tickets(rows: ir.Table, cuts: list[date]) -> ir.Table:
    rows = rows.filter(rows.customer_id.notnull()).mutate(day=rows.created_at.cast("date"))
    counts = {f"tickets_90@{k}": rows.count(where=_within(rows.day, cut, HORIZON)) for k, cut in enumerate(cuts)}
    return rows.group_by("customer_id").aggregate(**counts)


def _activity(rows: ir.Table, cuts: list[date]) -> ir.Table | None:
    """Means of the last three whole months and of the three before, for every feature that is a number."""
    kinds = rows.schema()
    numbers = [c for c in rows.columns if c.startswith(FEATURE) and isinstance(kinds[c], dt.Numeric)]
    if not numbers:
        return None
    rows = rows.filter(rows.customer_id.notnull()).mutate(day=rows.period.cast("date"))
    wanted = {}
    for k, cut in enumerate(cuts):
        end = (pd.Timestamp(cut) + pd.Timedelta(days=1)).to_period("M").to_timestamp()  # months before this day are over
        edges = [_day((end - pd.DateOffset(months=m)).date()) for m in (0, MONTHS, 2 * MONTHS)]
        late, early = ((rows.day < edges[i]) & (rows.day >= edges[i + 1]) for i in (0, 1))
        for place, c in enumerate(numbers):
            exact = rows[c].cast("decimal(18, 6)").cast("decimal(38, 6)")
            for part, where in (("late", late), ("early", early)):
                wanted[f"{part}:{place}@{k}"] = exact.sum(where=where).cast("float64") / rows[c].count(where=where).nullif(0)
    means = rows.group_by("customer_id").aggregate(**wanted)
    names = {}
    for k in range(len(cuts)):
        for place, c in enumerate(numbers):
            names[f"{c} (mean of 3 months)@{k}"] = means[f"late:{place}@{k}"]
            names[f"{c} (change in 3 months)@{k}"] = means[f"late:{place}@{k}"] - means[f"early:{place}@{k}"]
    return means.select("customer_id", **names)


def _long(table: pd.DataFrame, cuts: list[date]) -> pd.DataFrame:
    """From a row per customer with columns ``name@k`` to a row per cut-off and customer, with shares and days worked out."""
    parts = []
    for k, cut in sorted(enumerate(cuts), key=lambda pair: pair[1]):
        own = table[[c for c in table.columns if c.endswith(f"@{k}")]].rename(columns=lambda c: c.rsplit("@", 1)[0])
        own = own[own["orders_all"] > 0].sort_index()
        own.insert(0, "cut_off", pd.Timestamp(cut))
        parts.append(own)
    long = pd.concat(parts).rename_axis("customer_id").reset_index()
    day, last = long["cut_off"], cuts[0]
    long["recency_days"] = (day - pd.to_datetime(long.pop("last"))).dt.days.astype("int64")
    first = pd.to_datetime(long.pop("first"))
    long["tenure_days"] = (day - first).dt.days.astype("int64")
    orders, gaps = long["orders_all"], long["orders_all"] - 1
    long["order_value"] = long.pop("sold_all") / orders
    long["gap_days"] = ((long["tenure_days"] - long["recency_days"]) / gaps).where(gaps > 0)
    counts = [c for c in long if c.startswith(("orders_", "products_", "categories_", "tickets_"))]
    money = [c for c in ("revenue_90", "revenue_365", "revenue_next_90", "back_365", "off_365") if c in long]
    long = long.astype({c: "float64" for c in counts}).fillna({c: 0.0 for c in [*counts, *money]})
    back = long.pop("back_365")
    sold = long["revenue_365"] - back
    long["returned_share_365"] = ((0.0 - back) / sold).where(sold > 0)
    if "off_365" in long:
        off = long.pop("off_365")
        long["discount_share_365"] = (off / (sold + off)).where(sold + off > 0)
    if "due" in long:
        due, late = long.pop("due"), long.pop("late")
        long["late_share_365"] = (late / due).where(due > 0)
    outcomes = ["orders_next_90", "revenue_next_90"]
    long[outcomes] = long[outcomes].where(day < pd.Timestamp(last))
    known = [c for c in _ORDER if c in long]
    return long[known + [c for c in long if c.startswith(FEATURE)] + outcomes]


_ORDER = (
    "customer_id", "cut_off", "recency_days", "tenure_days", "orders_90", "orders_365", "orders_all", "revenue_90",
    "revenue_365", "order_value", "gap_days", "discount_share_365", "returned_share_365", "categories_365", "products_365",
    "tickets_90", "late_share_365",
)  # fmt: skip


def _day(day: date) -> ir.DateScalar:
    return ibis.literal(day)
