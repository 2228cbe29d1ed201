"""Spending events: payments and orders, each beside what its customer had done before, for a screen of the unusual."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.schema import FEATURE
from playbook.intake.tables import Tables

__all__ = ["order_events", "payment_events"]

NIGHT = (0, 6)  # hours


@frame(payments=("payment_id", "paid_at", "amount"))
def payment_events(tables: Tables) -> pd.DataFrame:
    """One row per payment, in order of time: payment_id, paid_at, amount, and customer_id, kind, country, channel, fraud (missing
    where nobody has looked) and features where sent; and of the customer's payments before it: past (how many), usual (mean
    amount), times_usual (amount over that), hours_since the last, in_hour and in_day (payments in the hour and the day up to it,
    this one too), new_country, new_kind (never before; missing without a past); night (between midnight and six), round (a whole
    hundred). Of a payment without a customer no habit is known: all of these are missing, and in_hour and in_day are 1.
    """
    rows = tables.rows["payments"].filter(lambda t: t.amount > 0)
    features = [c for c in rows.columns if c.startswith(FEATURE)]
    kept = ["payment_id", "paid_at", "amount", *pick(rows, "customer_id", "kind", "country", "channel", "fraud"), *features]
    rows = _habits(rows.select(kept), "payment_id", "paid_at", "amount", pick(rows, "country", "kind"))
    return rows.order_by(["paid_at", "payment_id"]).to_pandas()


@frame(orders=("order_id", "order_date", "revenue", "customer_id", "flagged"))
def order_events(tables: Tables) -> pd.DataFrame:
    """One row per order, in order of time: order_id, customer_id, placed_at, amount, lines, units and largest (units of one line)
    where known, unit_price, channel, flagged (whether known to be fraudulent), and habits as in ``payment_events``."""
    rows = tables.rows["orders"].filter(lambda t: (t.revenue > 0) & t.customer_id.notnull())
    sums = {"placed_at": rows.order_date.min(), "amount": rows.revenue.cast("decimal(18, 4)").sum().cast("float64")}
    sums |= {"lines": rows.count(), "flagged": rows.flagged.fill_null(False).any()}
    if "quantity" in rows.columns:
        sums |= {"units": rows.quantity.sum(), "largest": rows.quantity.max()}
    if "channel" in rows.columns:
        sums["channel"] = rows.channel.min()
    orders = rows.group_by(["order_id", "customer_id"]).aggregate(**sums)
    orders = _habits(orders, "order_id", "placed_at", "amount", [])
    if "units" in orders.columns:
        orders = orders.mutate(unit_price=orders.amount / orders.units.nullif(0))
    return orders.order_by(["placed_at", "order_id"]).to_pandas()


def _habits(rows: ir.Table, key: str, at: str, amount: str, words: list[str]) -> ir.Table:
    """Add what came before each event; an event never sees itself or what came later. Events without a customer have no past:
    those of all the others would seem to be one customer's."""
    known = rows.customer_id.notnull() if "customer_id" in rows.columns else ibis.literal(False)
    who = ["customer_id"] if "customer_id" in rows.columns else []
    order = [rows[at], rows[key]]
    earlier = ibis.cumulative_window(group_by=who, order_by=order)
    seconds = rows[at].cast("timestamp").epoch_seconds()
    count, spent = rows.count().over(earlier) - 1, rows[amount].cast("float64").sum().over(earlier) - rows[amount].cast("float64")
    rows = rows.mutate(past=known.ifelse(count, None), usual=known.ifelse(spent / count.nullif(0), None), second=seconds)
    lag = rows.second.lag().over(ibis.window(group_by=who, order_by=[rows[at], rows[key]]))
    near = {
        name: known.ifelse(
            rows.count().over(ibis.range_window(group_by=who, order_by=rows.second, preceding=span, following=0)), 1
        )
        for name, span in (("in_hour", 3600), ("in_day", 86_400))
    }
    added = {
        "times_usual": rows[amount].cast("float64") / rows.usual.nullif(0),
        "hours_since": known.ifelse((rows.second - lag) / 3600, None),
        "night": (rows[at].cast("timestamp").hour() >= NIGHT[0]) & (rows[at].cast("timestamp").hour() < NIGHT[1]),
        "round": (rows[amount].cast("float64") % 100 == 0),
    }
    for word in words:
        seen = rows.count().over(ibis.cumulative_window(group_by=[*who, word], order_by=[rows[at], rows[key]]))
        added[f"new_{word}"] = ibis.ifelse(rows.past > 0, (seen == 1).cast("float64"), None)
    return rows.mutate(**added, **near).drop("second")
