"""Concentration: on how few customers revenue rests, with a range."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.result.formats import EDGES

__all__ = ["LARGEST", "Concentration", "Measures", "concentration", "lorenz", "measures"]

LARGEST = 10  # customers looked at by name, as it were
TOP = 0.1  # the best tenth
RESAMPLES, MANY, FEWER = 400, 20_000, 100  # of many customers fewer resamples tell as much
SEED = 7
POINTS = 100  # of the curve that is kept


@dataclass(frozen=True)
class Measures:
    """``customers`` with revenue, their ``gini`` (0 all equal, 1 all from one), ``top_share`` of the best tenth (``top``
    customers), ``half`` (how many bring half of the revenue), ``largest`` (revenue of the ten largest) and ``largest_share``;
    ``total`` revenue."""

    customers: int
    gini: float
    top: int
    top_share: float
    half: int
    largest: float
    largest_share: float
    total: float


@dataclass(frozen=True)
class Concentration:
    """A year and, where there is one, the year before; ``low`` to ``high`` of the top share, ``change`` of it with its range, and
    whether chance explains that change (``chance``: two-sided). ``below_zero``: customers whose returns outweigh what they
    bought."""

    now: Measures
    before: Measures | None
    low: float
    high: float
    change: float | None
    change_low: float | None
    change_high: float | None
    chance: float | None
    below_zero: int


def lorenz(revenue: np.ndarray) -> pd.DataFrame:
    """The Lorenz curve: customers (share of them, smallest first) and revenue (share they bring), at most ``POINTS`` + 1 rows.

    ``revenue``: one amount a customer, not negative, not all zero. Source: Lorenz (1905).
    """
    brought = np.concatenate([[0.0], np.sort(revenue).cumsum()])
    kept = np.unique(np.linspace(0, len(revenue), min(POINTS, len(revenue)) + 1).round().astype(int))
    return pd.DataFrame({"customers": kept / len(revenue), "revenue": brought[kept] / brought[-1]})


def measures(revenue: np.ndarray) -> Measures:
    """How concentrated revenue is; ``revenue``: one positive amount a customer, at least one. Gini as in Sen (1973), eq.
    2.8.2."""
    falling = -np.sort(-revenue)
    top = max(1, round(TOP * len(falling)))
    total = falling.sum()
    return Measures(
        customers=len(falling),
        gini=_gini(falling),
        top=top,
        top_share=float(falling[:top].sum() / total),
        half=int(np.searchsorted(falling.cumsum(), total / 2) + 1),
        largest=float(falling[:LARGEST].sum()),
        largest_share=float(falling[:LARGEST].sum() / total),
        total=float(total),
    )


def concentration(now: pd.Series, before: pd.Series | None) -> Concentration | None:
    """Concentration of net revenue by customer, ``now`` and in the year ``before`` (None: too little data); None without revenue.

    Negative amounts count as zero. Ranges hold ``LEVEL``: percentiles of bootstrap samples of customers, the same customers for
    both years (Efron & Tibshirani 1993, ch. 13).
    """
    frame = pd.DataFrame({"now": now}) if before is None else pd.DataFrame({"now": now, "before": before}).fillna(0.0)
    frame = frame.sort_index().clip(lower=0.0)
    if not frame["now"].sum() > 0:
        return None
    told = before is not None and frame["before"].sum() > 0
    drawn = _bootstrap(frame if told else frame[["now"]])
    low, high = np.quantile(drawn[:, 0], EDGES)
    mine = measures(frame.loc[frame["now"] > 0, "now"].to_numpy())
    below_zero = int((now < 0).sum())
    if not told:
        return Concentration(mine, None, float(low), float(high), None, None, None, None, below_zero)
    old = measures(frame.loc[frame["before"] > 0, "before"].to_numpy())
    moved = drawn[:, 0] - drawn[:, 1]
    from_low, to_high = np.quantile(moved, EDGES)
    chance = 2 * min((moved <= 0).mean(), (moved >= 0).mean())
    change = mine.top_share - old.top_share
    return Concentration(
        mine, old, float(low), float(high), change, float(from_low), float(to_high), float(min(1.0, chance)), below_zero
    )


def _bootstrap(frame: pd.DataFrame) -> np.ndarray:
    """Top share of each column (columns) in each sample of customers (rows): counts instead of copies, so that nothing is sorted
    anew."""
    rng = np.random.default_rng(SEED)
    n = len(frame)
    orders = [np.argsort(-frame[c].to_numpy(), kind="stable") for c in frame]
    sorted_ = [frame[c].to_numpy()[order] for c, order in zip(frame, orders, strict=True)]
    shares = np.empty((RESAMPLES if n <= MANY else FEWER, len(orders)))
    for row in shares:
        counts = np.bincount(rng.integers(0, n, n), minlength=n)
        for column, (order, values) in enumerate(zip(orders, sorted_, strict=True)):
            row[column] = _top_share(values, counts[order])
    return shares


def _top_share(falling: np.ndarray, counts: np.ndarray) -> float:
    buying = counts * (falling > 0)
    top = max(1, round(TOP * buying.sum()))
    reached = buying.cumsum()
    taken = np.clip(top - (reached - buying), 0, buying)
    total = (buying * falling).sum()
    return float((taken * falling).sum() / total) if total > 0 else np.nan


def _gini(falling: np.ndarray) -> float:
    n = len(falling)
    places = np.arange(n, 0, -1)  # the largest is the n-th
    return float(2 * (places * falling).sum() / (n * falling.sum()) - (n + 1) / n)
