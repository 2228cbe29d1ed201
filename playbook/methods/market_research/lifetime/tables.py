"""Lifetime tables: value by segment, value by tenth of customers, the hold-out check, and what was estimated."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.lifetime.groups import Told
from playbook.methods.market_research.lifetime.words import horizon, ranged
from playbook.result.contract import Table
from playbook.result.formats import Formats

__all__ = ["BUYING", "tables", "tenths"]

BUYING = mark("buying")  # the part of the fit that later phases look up


def tables(told: Told, customers: pd.DataFrame, fit: pd.DataFrame, source: str, fmt: Formats) -> tuple[Table, ...]:
    """Segments (one row for all where none are known), tenths, hold-out and fit."""
    return tuple(
        table
        for table in (_groups(told, source, fmt), _tenths(customers, source), _bands(told, source, fmt), _fit(fit, source, fmt))
        if table
    )


def tenths(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers in ten equal parts by value, the best first: tenth, customers, value, share, low_value (of the part's last)."""
    ranked = customers.sort_values(["value", "customer_id"], ascending=[False, True], kind="stable")["value"].to_numpy()
    part = np.arange(len(ranked)) * 10 // len(ranked)
    table = pd.DataFrame({"tenth": part + 1, "value": ranked}).groupby("tenth")["value"].agg(["size", "sum", "min"])
    table = table.set_axis(["customers", "value", "least"], axis=1).reset_index()
    total = table["value"].sum()
    return table.assign(share=table["value"] / total if total > 0 else 0.0)


def _groups(told: Told, source: str, fmt: Formats) -> Table:
    over = horizon(told.years, fmt)
    columns = {
        "segment": ("Segment", "text"), "customers": ("Customers", "count"), "active": ("Still active", "count"),
        "value": (fmt.say("Value, {over}", over=over), "money"), "low": ("Low", "money"), "high": ("High", "money"),
        "per_customer": ("A customer", "money"),
    }  # fmt: skip
    if told.kind == "contract":
        del columns["active"]  # those that run are
    if "ratio" in told.groups:
        columns["ratio"] = ("Per cost to win", "number")
    if "net" in told.groups:
        columns["net"] = ("Less cost to win", "money")
    caption = fmt.say("Value still to come over {over} by segment, discounted to today, with its range.", over=over)
    return Table(told.groups, caption, source, columns)


def _tenths(customers: pd.DataFrame, source: str) -> Table | None:
    if len(customers) < 20:
        return None
    return Table(
        tenths(customers), "Value still to come by tenth of customers, the most valuable first.", source,
        {
            "tenth": ("Tenth", "count"), "customers": ("Customers", "count"), "value": ("Value to come", "money"),
            "share": ("Share", "share"), "least": ("A customer brings at least", "money"),
        },
    )  # fmt: skip


def _bands(told: Told, source: str, fmt: Formats) -> Table | None:
    if told.holdout is None or told.holdout.bands is None:
        return None
    return Table(
        told.holdout.bands.assign(band=ranged(told.holdout, fmt)),
        fmt.say("The check: purchases a customer after {day}, by repeat purchases until then.", day=fmt.day(told.holdout.cut)),
        source,
        {
            "band": ("Repeat purchases before", "text"), "customers": ("Customers", "count"),
            "expected": ("Expected", "number"), "actual": ("Actual", "number"),
        },
    )  # fmt: skip


def _fit(fit: pd.DataFrame, source: str, fmt: Formats) -> Table:
    return Table(
        fit.assign(part=fit["part"].replace(BUYING, fmt.told(BUYING))),
        "What was estimated, for readers who know the models.", source,
        {
            "part": ("Part of the model", "text"), "model": ("Model", "text"), "parameter": ("Parameter", "text"),
            "estimate": ("Estimate", "number"), "error": ("Standard error", "number"),
            "log_likelihood": ("Log likelihood", "number"), "n": ("Customers", "count"),
        },
    )  # fmt: skip
