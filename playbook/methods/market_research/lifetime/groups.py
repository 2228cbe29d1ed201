"""Lifetime groups: value by segment, with ranges that also hold how far the hold-out forecast was off."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.market_research.lifetime.customer_worth import WIDTH, Terms, Worth
from playbook.methods.market_research.lifetime.holdout import Holdout
from playbook.methods.market_research.lifetime.newcomer_worth import Newcomer
from playbook.result.formats import EDGES, Formats

__all__ = ["ALL", "NEAR", "NONE", "Told", "group_frame", "membership", "widened"]

ALL = mark("All customers")
NONE = mark("no segment")
NEAR = 0.15  # a hold-out forecast that was off by no more supports the figures
WORST = 1.0  # a forecast that was off by more than all of it tells no more than that


@dataclass(frozen=True)
class Told:
    """All that the words and tables are made from. ``kind``: 'order' or 'contract'; ``past``: revenue of each customer's last
    active year; ``once``: who ordered once, in a model in which only a repeat order can be the last; ``groups`` and ``whole``:
    value by group and of all."""

    worth: Worth
    newcomer: Newcomer
    holdout: Holdout | None
    terms: Terms
    years: int
    parameters: Assumptions
    kind: str
    past: np.ndarray | None
    once: np.ndarray | None = None
    groups: pd.DataFrame | None = None
    whole: pd.Series | None = None

    @property
    def doubt(self) -> float:
        """By which share values may be off because the model does not hold, going by the hold-out forecast."""
        if self.holdout is None:
            return 0.0
        miss = min(abs(self.holdout.miss), WORST)
        return miss * self.exposure if self.kind == "contract" else miss

    @property
    def trusted(self) -> bool:
        """Whether a forecast that could be checked came near what happened."""
        return self.holdout is not None and self.holdout.telling and self.doubt <= NEAR

    @property
    def exposure(self) -> float:
        """The share of fees within the horizon that hangs on contracts ending: an error about endings moves no more than it."""
        customers = self.worth.customers
        months = round(self.years * 12)
        full = (1 + self.terms.rate) ** (-np.arange(1, months + 1) / 12)
        most = float((customers["order_value"] * customers["alive"]).sum() * self.terms.margin * full.sum())
        return 1 - float(customers["value"].sum()) / most if most > 0 else 0.0

    @property
    def newcomer_wide(self) -> Newcomer:
        """The new customer's value with the doubt in its range."""
        low, high = widened(self.newcomer.value, self.newcomer.low, self.newcomer.high, self.doubt)
        return replace(self.newcomer, low=low, high=high)

    def with_groups(self, groups: pd.DataFrame, whole: pd.Series) -> "Told":
        return replace(self, groups=groups, whole=whole)


def widened(value: float, low: float, high: float, doubt: float) -> tuple[float, float]:
    """A range with the doubt about the model added in squares; never below zero."""
    extra = WIDTH * doubt * value
    return max(value - float(np.hypot(value - low, extra)), 0.0), value + float(np.hypot(high - value, extra))


def membership(customer_id: pd.Series, assigned: pd.DataFrame | None, fmt: Formats) -> tuple[np.ndarray, np.ndarray]:
    """Names of groups, and the number of each customer's group; one group of all where none are known."""
    if assigned is None or "segment" not in assigned:
        return np.array([fmt.told(ALL)], dtype=object), np.zeros(len(customer_id), dtype=int)
    known = assigned.drop_duplicates("customer_id").set_index("customer_id")["segment"].astype("object")
    of = customer_id.map(known).fillna(fmt.told(NONE))
    codes, names = pd.factorize(of)  # in order of customers: names, and so their order, differ by language, draws must not
    return np.asarray(names, dtype=object), codes


def group_frame(told: Told, names: np.ndarray, codes: np.ndarray, outside: str = "") -> pd.DataFrame:
    """One row per group, most value first: segment, customers, active, value, low, high, share, per_customer[, ratio, net].

    ``outside`` names those in no segment; they have no row where they are worth nothing.
    """
    customers = told.worth.customers
    table = (
        customers[["alive", "value"]]
        .groupby(codes)
        .agg(customers=("alive", "size"), active=("alive", "sum"), value=("value", "sum"))
    )
    table = table.reindex(range(len(names)), fill_value=0)
    drawn = told.worth.totals if told.worth.totals.shape[1] == len(names) else told.worth.totals.sum(axis=1, keepdims=True)
    # Draws scatter around their own mean, which differs a little from the exact value: the range is moved onto the value.
    low, high = np.quantile(drawn, EDGES, axis=0) - drawn.mean(axis=0) + table["value"].to_numpy()
    ends = [widened(v, min(a, v), max(b, v), told.doubt) for v, a, b in zip(table["value"], low, high, strict=True)]
    total = table["value"].sum()
    frame = pd.DataFrame(
        {
            "segment": names,
            "customers": table["customers"].to_numpy(),
            "active": table["active"].to_numpy(),
            "value": table["value"].to_numpy(),
            "low": [low for low, _ in ends],
            "high": [high for _, high in ends],
            "share": (table["value"] / total if total > 0 else table["value"]).to_numpy(),
            "per_customer": (table["value"] / table["customers"].clip(lower=1)).to_numpy(),
        }
    )
    cost = told.parameters.acquisition_cost
    if cost is not None:
        frame["net"] = frame["per_customer"] - cost
        if cost > 0:
            frame["ratio"] = frame["per_customer"] / cost
    shown = (frame["customers"] > 0) & ((frame["segment"] != outside) | (frame["value"] > 0))
    return frame[shown].sort_values(["value", "segment"], ascending=[False, True], ignore_index=True)
