"""Hold-out: the last part of the data is hidden, forecast from what came before, and set against what happened."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from playbook.methods.market_research.lifetime.bg_nbd import choose_buying
from playbook.methods.market_research.lifetime.bg_nbd_future import draw_estimates, expected_purchases, simulate_purchases
from playbook.methods.market_research.lifetime.purchase_histories import WEEK, purchase_histories, repeats_between
from playbook.result.formats import EDGES

__all__ = ["Holdout", "hold_out_orders"]

LONGEST = 26  # weeks that are hidden, at most; else a quarter of the data
SHORTEST = 4
FEWEST_EVENTS = 5  # below, chance alone may double or halve what happened
KNOTS = 9  # weeks for which the forecast is worked out; it is smooth in between
WORLDS, MOST_CELLS, SEED = 200, 2_000_000, 6
BANDS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89)  # repeats before the cut; the last band is open


@dataclass(frozen=True)
class Holdout:
    """A forecast that could be checked: made on ``cut``, of what ``customers`` known by then would do up to ``end``.

    ``expected`` and ``actual`` number of events: purchases where the ``step`` is a week, contracts that ended where it is a
    month. ``course`` [step, expected, low, high, actual]: the same cumulated by step; ``bands`` [fewest, most, customers,
    expected, actual]: means by repeats before the cut.
    """

    step: Literal["week", "month"]
    cut: date
    end: date
    customers: int
    expected: float
    actual: float
    course: pd.DataFrame = field(repr=False)
    bands: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def miss(self) -> float:
        """How far the forecast was off, as a share of what happened: +0.1 is a tenth too many."""
        if self.actual <= 0:
            return 0.0 if self.expected < 0.5 else float("inf")
        return (self.expected - self.actual) / self.actual

    @property
    def telling(self) -> bool:
        """Whether enough was expected, or happened, to judge the forecast by."""
        return max(self.expected, self.actual) >= FEWEST_EVENTS

    @property
    def silent(self) -> bool:
        """Whether purchases that were expected have stopped altogether."""
        return self.step == "week" and self.actual <= 0 and self.telling


def hold_out_orders(order_totals: pd.DataFrame, as_of: pd.Timestamp, fewest: int, fewest_back: int) -> Holdout | None:
    """Fit on all but the last quarter (half a year at most) and forecast it for the customers known by then.

    None where too few of them (``fewest``; ``fewest_back`` with a repeat) or too few weeks would be left to learn from.
    """
    named = order_totals[order_totals["customer_id"].notna() & (order_totals["day"] <= as_of)]
    span = (as_of - named["day"].min()).days / WEEK if len(named) else 0.0
    weeks = int(min(LONGEST, span // 4))
    cut = as_of - pd.Timedelta(weeks=weeks)
    histories = purchase_histories(named, cut)
    if weeks < SHORTEST or len(histories) < fewest or (histories["repeats"] > 0).sum() < fewest_back:
        return None
    fit = choose_buying(histories)
    times = np.arange(1, weeks + 1, dtype=float)
    knots = np.unique(np.linspace(1, weeks, KNOTS).round())
    expected = expected_purchases(fit, histories, knots)
    after = repeats_between(named, histories["customer_id"], cut, as_of)
    of_week = np.ceil((after["day"] - cut).dt.days.to_numpy() / WEEK).astype(int)
    actual = np.bincount(of_week, minlength=weeks + 1)[1 : weeks + 1].cumsum()
    low, high = _range(histories, fit, float(weeks))
    mean = PchipInterpolator([0.0, *knots], [0.0, *expected.sum(axis=0)])(times)
    course = pd.DataFrame(
        {
            "step": np.arange(weeks + 1),
            "expected": [0.0, *mean],
            # The range at the end, led back to zero as the spread of a count grows: with the root of time.
            "low": [0.0, *(mean + (low - mean[-1]) * np.sqrt(times / weeks))],
            "high": [0.0, *(mean + (high - mean[-1]) * np.sqrt(times / weeks))],
            "actual": [0, *actual],
        }
    )
    made = after.groupby("customer_id").size().reindex(histories["customer_id"]).fillna(0).to_numpy()
    bands = _bands(histories["repeats"].to_numpy(), expected[:, -1], made)
    return Holdout("week", cut.date(), as_of.date(), len(histories), float(mean[-1]), float(actual[-1]), course, bands)


def _range(histories: pd.DataFrame, fit, weeks: float) -> tuple[float, float]:
    rng = np.random.default_rng(SEED)
    worlds = int(np.clip(MOST_CELLS // len(histories), 50, WORLDS))
    made = simulate_purchases(draw_estimates(fit, worlds, rng), fit, histories, weeks, rng).sum(axis=1)
    low, high = np.quantile(made, EDGES)
    return float(low), float(high)


def _bands(repeats: np.ndarray, expected: np.ndarray, actual: np.ndarray) -> pd.DataFrame:
    """Means by number of repeats before the cut; bands with few customers are joined to the one before."""
    at = np.searchsorted(BANDS, repeats, side="right") - 1
    table = pd.DataFrame({"at": at, "repeats": repeats, "expected": expected, "actual": actual})
    few = max(10, 0.01 * len(table))
    count = np.bincount(at, minlength=len(BANDS))
    keep = np.flatnonzero(count >= few)
    table["at"] = keep[np.searchsorted(keep, at, side="right").clip(1) - 1] if len(keep) else 0
    return table.groupby("at").agg(
        fewest=("repeats", "min"), most=("repeats", "max"), customers=("repeats", "size"), expected=("expected", "mean"),
        actual=("actual", "mean"),
    ).reset_index(drop=True)  # fmt: skip
