"""Lifetime tables: value by segment, value by tenth of customers, the hold-out check, and what was estimated."""

import numpy as np
import pandas as pd

from playbook.methods.market_research.lifetime.groups import Told
from playbook.result.contract import Table
from playbook.result.formats import Formats

__all__ = ["tables", "tenths"]


def tables(told: Told, customers: pd.DataFrame, fit: pd.DataFrame, source: str, fmt: Formats) -> tuple[Table, ...]:
    """Segments (one row for all where none are known), tenths, hold-out and fit."""
    return tuple(
        t for t in (_groups(told, source), _tenths(told, customers, source), _bands(told, source, fmt), _fit(fit, source)) if t
    )


def tenths(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers in ten equal parts by value, the best first: tenth, customers, value, share, low_value (of the part's last)."""
    ranked = customers.sort_values(["value", "customer_id"], ascending=[False, True], kind="stable")["value"].to_numpy()
    part = np.arange(len(ranked)) * 10 // len(ranked)
    table = pd.DataFrame({"tenth": part + 1, "value": ranked}).groupby("tenth")["value"].agg(["size", "sum", "min"])
    table = table.set_axis(["customers", "value", "least"], axis=1).reset_index()
    total = table["value"].sum()
    return table.assign(share=table["value"] / total if total > 0 else 0.0)


def _groups(told: Told, source: str) -> Table:
    years = "a year" if told.years == 1 else f"{told.years} years"
    columns = {
        "segment": ("Segment", "text"), "customers": ("Customers", "count"), "active": ("Still active", "count"),
        "value": (f"Value, {years}", "money"), "low": ("Low", "money"), "high": ("High", "money"),
        "per_customer": ("A customer", "money"),
    }  # fmt: skip
    if told.kind == "contract":
        del columns["active"]  # those that run are
    if "ratio" in told.groups:
        columns["ratio"] = ("Per cost to win", "number")
    if "net" in told.groups:
        columns["net"] = ("Less cost to win", "money")
    return Table(told.groups, f"Value still to come by segment, discounted to today, with its range ({years}).", source, columns)


def _tenths(told: Told, customers: pd.DataFrame, source: str) -> Table | None:
    if len(customers) < 20:
        return None
    return Table(
        tenths(customers), "Value still to come by tenth of customers, the most valuable first.", source,
        {
            "tenth": ("Tenth", "count"), "customers": ("Customers", "count"), "value": ("Value", "money"),
            "share": ("Share", "share"), "least": ("A customer brings at least", "money"),
        },
    )  # fmt: skip


def _bands(told: Told, source: str, fmt: Formats) -> Table | None:
    if told.holdout is None or told.holdout.bands is None:
        return None
    return Table(
        told.holdout.bands,
        f"The check: purchases a customer after {fmt.day(told.holdout.cut)}, by repeat purchases until then.", source,
        {
            "band": ("Repeat purchases before", "text"), "customers": ("Customers", "count"),
            "expected": ("Expected", "number"), "actual": ("Happened", "number"),
        },
    )  # fmt: skip


def _fit(fit: pd.DataFrame, source: str) -> Table:
    return Table(
        fit, "What was estimated, for readers who know the models.", source,
        {
            "part": ("Of", "text"), "model": ("Model", "text"), "parameter": ("Parameter", "text"),
            "estimate": ("Estimate", "number"), "error": ("Standard error", "number"),
            "log_likelihood": ("Log likelihood", "number"), "n": ("Customers", "count"),
        },
    )  # fmt: skip
