"""Sales: whether prices, the mix of what is sold and the channels shifted, with weeks (or products) as what chance draws from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import gamma, wilcoxon

from playbook.locale import mark
from playbook.methods.monitoring.drifting.distance import NOT_KNOWN, psi

__all__ = ["HELD", "QUARTER", "Windows", "channel_rows", "mix_rows", "price_rows", "shares", "weekly_orders", "windows"]

QUARTER, YEAR = 13, 52  # weeks
BLOCK = 2  # weeks that chance moves together, since neighbouring weeks resemble each other
DRAWS = 999
FEWEST_PRICED = 8  # products whose prices are compared
WHOLE = 1000  # a share of revenue is told in so many parts, as an index wants counts
HELD = 5.0  # a change of prices counts five-fold: 2 percent is moderate, 5 percent large


@dataclass(frozen=True)
class Windows:
    """The latest weeks and those they are compared with; ``seasonal``: these are the same weeks of the year before."""

    before: pd.DatetimeIndex
    now: pd.DatetimeIndex
    seasonal: bool

    @property
    def when(self) -> str:
        """What the latest weeks are compared with, in words to be ``told``."""
        return mark("the same weeks a year before") if self.seasonal else mark("the weeks before")


def windows(weeks: pd.Series) -> Windows | None:
    """The last QUARTER weeks, and the same a year before; the QUARTER just before where there is no year. None below two."""
    known = pd.DatetimeIndex(sorted(weeks.unique()))
    if len(known) < 2 * QUARTER:
        return None
    now = known[-QUARTER:]
    before = now - pd.Timedelta(weeks=YEAR)
    if before.isin(known).all():
        return Windows(before, now, True)
    return Windows(known[-2 * QUARTER : -QUARTER], now, False)


def mix_rows(product_weeks: pd.DataFrame) -> list[dict]:
    """Revenue by product group, now and before."""
    if product_weeks["category"].nunique() < 2:
        return []
    return _shifted(product_weeks, "category", "revenue", "mix", mark("revenue by product group"))


def weekly_orders(order_totals: pd.DataFrame) -> pd.DataFrame:
    """Orders of complete weeks that have revenue: week (Monday), channel, orders (1)."""
    orders = order_totals[order_totals["revenue"] > 0]
    week = orders["day"] - pd.to_timedelta(orders["day"].dt.day_of_week, unit="D")
    first, last = orders["day"].min(), orders["day"].max()
    whole = (week >= first) & (week + pd.Timedelta(days=6) <= last)
    channel = orders["channel"].astype(object).fillna(NOT_KNOWN)
    return pd.DataFrame({"week": week, "channel": channel, "orders": 1.0})[whole]


def channel_rows(orders: pd.DataFrame) -> list[dict]:
    """Orders by channel, now and before; ``orders`` as ``weekly_orders`` has them."""
    return _shifted(orders, "channel", "orders", "channel", mark("orders by channel")) if orders["channel"].nunique() > 1 else []


def price_rows(product_weeks: pd.DataFrame) -> list[dict]:
    """Prices paid for the same products, now and before: the change of a basket of what is bought now, by product (Paasche).

    Whether chance would do it: changes up and down, ranked (Wilcoxon 1945), with products as cases.
    """
    found = windows(product_weeks["week"])
    if found is None:
        return []
    sums = [
        product_weeks[product_weeks["week"].isin(weeks)].groupby("product_id", observed=True)[["revenue", "units"]].sum()
        for weeks in (found.before, found.now)
    ]
    both = sums[0].add_suffix("_before").join(sums[1].add_suffix("_now"), how="inner")
    both = both[(both[["revenue_before", "units_before", "revenue_now", "units_now"]] > 0).all(axis=1)]
    if len(both) < FEWEST_PRICED:
        return []
    before, now = both["revenue_before"] / both["units_before"], both["revenue_now"] / both["units_now"]
    spent, would = float(both["revenue_now"].sum()), float((before * both["units_now"]).sum())
    steps = np.log(now / before).to_numpy()
    chance = float(wilcoxon(steps, method="approx").pvalue) if np.abs(steps).max() > 0 else 1.0
    return [
        {
            "kind": "price", "name": mark("prices paid for the same products"), "size": HELD * (spent / would - 1), "noise": 0.0,
            "chance": chance, "before": 1.0, "now": spent / would, "unit": "share", "level": None, "rows_before": len(both),
            "rows_now": len(both),
        }
    ]  # fmt: skip


def shares(rows: pd.DataFrame, column: str, value: str) -> pd.DataFrame | None:
    """Shares by value of ``column`` before and now, the largest change first; None where there are too few weeks."""
    found = windows(rows["week"])
    if found is None:
        return None
    return _shares(_by_week(rows, column, value), found)


def _by_week(rows: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    return rows.pivot_table(index="week", columns=column, values=value, aggfunc="sum", fill_value=0.0, observed=True)


def _shares(table: pd.DataFrame, found: Windows) -> pd.DataFrame:
    sums = pd.DataFrame({name: table.reindex(weeks).sum() for name, weeks in (("before", found.before), ("now", found.now))})
    told = sums.clip(lower=0) / sums.clip(lower=0).sum()
    return told.assign(change=told["now"] - told["before"]).sort_values("change", key=np.abs, ascending=False)


def _shifted(rows: pd.DataFrame, column: str, value: str, kind: str, name: str) -> list[dict]:
    found = windows(rows["week"])
    if found is None:
        return []
    table = _by_week(rows, column, value)
    told = _shares(table, found)
    if not np.isfinite(told.to_numpy()).all():
        return []
    table = table.clip(lower=0).reindex(found.before.append(found.now)).fillna(0.0).to_numpy()
    draws, size = _moved(table)
    most = told.iloc[0]
    return [
        {
            "kind": kind, "name": name, "size": size, "noise": float(np.mean(draws)),
            "chance": _chance(size, draws), "before": float(most["before"]),
            "now": float(most["now"]), "unit": "share", "level": str(told.index[0]), "rows_before": len(found.before),
            "rows_now": len(found.now),
        }
    ]  # fmt: skip


def _moved(table: np.ndarray) -> tuple[np.ndarray, float]:
    """The index of the halves of ``table`` (weeks x parts) when blocks of weeks are dealt out at random, and as they are."""
    size = _index(*np.split(table, [len(table) // 2]))
    sums = np.array([block.sum(axis=0) for block in np.array_split(table, len(table) // BLOCK)])
    rng = np.random.default_rng(0)
    dealt = sums[[rng.permutation(len(sums)) for _ in range(DRAWS)]]
    return _index(*np.split(dealt, [len(sums) // 2], axis=1)), float(size)


def _chance(size: float, draws: np.ndarray) -> float:
    """How often chance brings as much: counted, and beyond all draws by the tail of a gamma with their mean and variance
    (Winkler, Ridgway, Douaud, Nichols & Smith, NeuroImage 2016)."""
    if size <= draws.max() or draws.var() == 0:
        return float((np.sum(draws >= size - 1e-12) + 1) / (len(draws) + 1))
    return float(gamma.sf(size, draws.mean() ** 2 / draws.var(), scale=draws.var() / draws.mean()))


def _index(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The index of what the weeks sum to by part (..., weeks, parts)."""
    sums = [weeks.sum(axis=-2) for weeks in (before, now)]
    totals = [part.sum(axis=-1, keepdims=True) for part in sums]
    return psi(*(np.divide(part, total, out=part, where=total > 0) * WHOLE for part, total in zip(sums, totals, strict=True)))
