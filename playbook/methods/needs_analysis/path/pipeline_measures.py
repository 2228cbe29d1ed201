"""Pipeline measures: how long a sale takes, what the pipeline yields a month, and whether it holds enough."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.methods.needs_analysis.path.deals import YEAR_DAYS, average_amount, deal_states, winning_time
from playbook.result.formats import LEVEL

__all__ = ["Measure", "cycle_length", "pipeline_coverage", "sales_velocity"]

MONTH_DAYS = YEAR_DAYS / 12
QUARTERS = 4
FEWEST = 5  # deals won with both days known, below which nothing is said of the time they take
SHORTEST = 90  # days of closed deals below which they are not blown up to a year
REACH = norm.ppf((1 + LEVEL) / 2)


@dataclass(frozen=True)
class Measure:
    """A measure of the pipeline with its range (None where there is none), the deals behind it, and what it was made of."""

    value: float
    low: float | None
    high: float | None
    cases: int
    parts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    def __reduce__(self):
        return _measure, (self.value, self.low, self.high, self.cases, dict(self.parts))


def cycle_length(opportunities: pd.DataFrame, as_of: date) -> Measure | None:
    """Median days from the first day in the pipeline to the win, among deals that are won sooner or later.

    See ``winning_time`` for whose days count, open deals among them. Parts: won, lost, open, upper (three in four are won
    within so many days). None with fewer than five such wins.
    """
    states = deal_states(opportunities, as_of)
    found = winning_time(states, as_of)
    if found is None or found.events < FEWEST:
        return None
    ends = states.loc[states["recent"] & states["days"].notna(), "end"]
    parts = {end: float((ends == end).sum()) for end in ("won", "lost", "open")}
    return Measure(found.median, found.low, found.high, found.cases, MappingProxyType({**parts, "upper": found.upper}))


def sales_velocity(opportunities: pd.DataFrame, as_of: date) -> Measure | None:
    """What the pipeline yields a month: open deals x win rate x average amount won, divided by the sales cycle.

    Parts: open, win_rate, amount, cycle_days. The range joins those of its three estimates on the log scale, as if
    they were independent. None without open deals, wins, amounts, or a sales cycle of at least a day.
    """
    states = deal_states(opportunities, as_of)
    recent = states[states["recent"]]
    cycle = cycle_length(opportunities, as_of)
    count = recent["end"].value_counts()
    opened, won, lost = (int(count.get(end, 0)) for end in ("open", "won", "lost"))
    amounts = recent.loc[recent["end"] == "won", "amount"].dropna()
    if cycle is None or cycle.value < 1 or not opened or amounts.empty or amounts.mean() <= 0:
        return None
    rate, amount = won / (won + lost), float(amounts.mean())
    value = opened * rate * amount / cycle.value * MONTH_DAYS
    spread = (
        (1 - rate) / won
        + (amounts.var(ddof=1) / len(amounts) / amount**2 if len(amounts) > 1 else 0.0)
        + (np.log(cycle.high / max(cycle.low, 0.5)) / (2 * REACH)) ** 2
    )
    reach = float(np.exp(REACH * np.sqrt(spread)))
    parts = {"open": float(opened), "win_rate": rate, "amount": amount, "cycle_days": cycle.value}
    return Measure(value, value / reach, value * reach, won + lost, MappingProxyType(parts))


def pipeline_coverage(opportunities: pd.DataFrame, as_of: date, target: float | None = None) -> Measure | None:
    """Amount of the open deals, divided by the revenue still to come: ``target``, or what an average quarter won.

    The quarter is that of the 365 days up to ``as_of`` (or of as many as there are). An open deal without an amount
    counts with the average won of its product, else of all; parts: open_amount, target, win_rate, needed (the coverage at
    which the win rate would just do), estimated (open deals without an amount of their own). No range: it is a
    count of what there is. None without open deals, amounts, or anything won to compare with.
    """
    states = deal_states(opportunities, as_of)
    recent = states[states["recent"]]
    still = recent.index[recent["end"] == "open"]
    expected = average_amount(opportunities, states).loc[still]
    won = recent[recent["end"] == "won"]
    if target is None:
        first = recent["closed"].min()
        span = (pd.Timestamp(as_of) - first).days + 1 if pd.notna(first) else YEAR_DAYS
        target = float(won["amount"].sum()) * YEAR_DAYS / max(span, SHORTEST) / QUARTERS
    if expected.dropna().empty or not target > 0:
        return None
    lost = int((recent["end"] == "lost").sum())
    rate = len(won) / (len(won) + lost) if len(won) + lost else np.nan
    amount = float(expected.sum())
    parts = {
        "open_amount": amount, "target": float(target), "win_rate": rate, "needed": 1 / rate if rate > 0 else np.nan,
        "estimated": float(states.loc[still, "amount"].isna().sum()),
    }  # fmt: skip
    return Measure(amount / target, None, None, len(still), MappingProxyType(parts))


def _measure(value: float, low: float | None, high: float | None, cases: int, parts: dict[str, float]) -> Measure:
    return Measure(value, low, high, cases, MappingProxyType(parts))
