"""Earnings: revenue, margin, cost and return of each intervention and of all of them, and when each had earned its cost."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.evaluation.returning.sharing import Credit
from playbook.result.contract import Evidence

__all__ = ["COUNTED", "SIDES", "SURE", "Total", "earnings", "payback", "total"]

COUNTED = ("shown", "likely", "not shown", "harmful")  # verdicts of comparisons that can be trusted, whatever they showed
SURE = ("shown", "likely", "harmful")  # more than chance
SIDES = ("", "_low", "_high")
DRAWN = "control group"


@dataclass(frozen=True)
class Total:
    """All interventions that count, together: money with its range; margin, profit and roi are NaN without a gross margin."""

    count: int
    cost: float
    revenue: float
    revenue_low: float
    revenue_high: float
    margin: float
    margin_low: float
    margin_high: float
    profit: float
    profit_low: float
    profit_high: float
    roi: float
    roi_low: float
    roi_high: float
    evidence: Evidence


def earnings(effects: pd.DataFrame, credit: Credit, margin: float | None) -> pd.DataFrame:
    """One row an intervention that counts: id, label, verdict, design, start, end, weeks, cost, share, beside, less, and revenue,
    margin, profit and roi, each with _low and _high, and payback, payback_low, payback_high (weeks).

    Revenue is what ``effects`` measured as far as ``credit`` credits it, measurements erring independently; margin is NaN where
    it is not stated. revenue and margin _down and _up: what the error of this measurement adds to that of the sum of all.
    """
    table = effects[["id", "label", "verdict", "design", "start", "end", "weeks", "cost"]].merge(credit.table, on="id")
    rate = np.nan if margin is None else margin
    measured, low, high = (effects[f"revenue{side}"].to_numpy() for side in SIDES)
    table["revenue"] = _product(credit.parts, measured)
    below, above = measured - low, high - measured
    for side, one, other in (("_low", below, above), ("_high", above, below)):
        error = np.sqrt(_product(credit.parts.clip(min=0) ** 2, one**2) + _product(credit.parts.clip(max=0) ** 2, other**2))
        table[f"revenue{side}"] = table["revenue"] + (error if side == "_high" else -error)
    whole = credit.parts.sum(axis=0)  # what is taken off one and credited to another cancels in the sum
    table["revenue_down"] = np.where(whole >= 0, below, above) * abs(whole)
    table["revenue_up"] = np.where(whole >= 0, above, below) * abs(whole)
    for name in ("_down", "_up"):
        table[f"margin{name}"] = table[f"revenue{name}"] * rate
    for side in SIDES:
        table[f"margin{side}"] = table[f"revenue{side}"] * rate
        table[f"profit{side}"] = table[f"margin{side}"] - table["cost"]
        table[f"roi{side}"] = table[f"profit{side}"] / table["cost"].where(table["cost"] > 0)
    weekly = table[[f"margin{side}" for side in SIDES]].div(table["weeks"], axis=0)
    table["payback"], table["payback_high"], table["payback_low"] = (payback(table["cost"], weekly[c]) for c in weekly)
    return table


def _product(parts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """``parts @ values``, in which a value that is not known spoils only the rows that it is a part of."""
    return np.where(parts != 0, parts * values, 0.0).sum(axis=1)


def payback(cost: pd.Series, weekly: pd.Series) -> pd.Series:
    """Weeks of margin that earn the cost; infinite where nothing is earned, 0 without a cost, NaN where the margin is unknown."""
    weeks = (cost / weekly.where(weekly > 0)).where(weekly.isna() | (weekly > 0), np.inf)
    return weeks.mask(cost <= 0, 0.0).where(weekly.notna())


def total(table: pd.DataFrame) -> Total:
    """The sum of the rows of ``earnings``; the sides of its range are the root of the sum of squares of what each test adds."""
    cost = float(table["cost"].sum())
    sums = {}
    for name in ("revenue", "margin"):
        middle = float(table[name].sum(skipna=False))
        down, up = (float(np.sqrt((table[f"{name}{side}"] ** 2).sum(skipna=False))) for side in ("_down", "_up"))
        sums |= {name: middle, f"{name}_low": middle - down, f"{name}_high": middle + up}
    for side in SIDES:
        sums[f"profit{side}"] = sums[f"margin{side}"] - cost
        sums[f"roi{side}"] = sums[f"profit{side}"] / cost if cost > 0 else np.nan
    return Total(len(table), cost, **sums, evidence=_evidence(table, sums["revenue_low"], sums["revenue_high"]))


def _evidence(table: pd.DataFrame, low: float, high: float) -> Evidence:
    if not (low > 0 or high < 0):
        return "not shown"
    if high < 0:
        return "harmful"
    return "shown" if (table["design"] == DRAWN).all() and "shown" in set(table["verdict"]) else "likely"
