"""Customers: who they are, how often they buy, when they come and when they are gone."""

import numpy as np
import pandas as pd

from playbook.generate.demand import DAYS_PER_MONTH, season
from playbook.generate.planted import FRAUD_ACCOUNT, SEGMENTS

__all__ = ["draw_customers"]

FRAUD_ACCOUNTS = 0.006  # share of accounts opened only to order and never pay
FIRST_DAYS = 150  # nobody leaves sooner after joining
REGIONS = {"Germany": 0.34, "Netherlands": 0.16, "France": 0.15, "Austria": 0.10, "Belgium": 0.09, "Ireland": 0.08, "Italy": 0.08}
AGES = ("18-29", "30-39", "40-49", "50-64", "65+")
INCOMES = ("under 30k", "30-60k", "60-90k", "over 90k")
HOUSEHOLDS = ("1", "2", "3", "4", "5+")
UNKNOWN = 0.04  # share of customers who did not say
# Rows follow SEGMENTS; the last row is for fraud accounts.
AGE_MIX = (
    (0.22, 0.38, 0.26, 0.12, 0.02),
    (0.18, 0.27, 0.27, 0.21, 0.07),
    (0.30, 0.20, 0.17, 0.19, 0.14),
    (0.24, 0.24, 0.21, 0.20, 0.11),
    (0.40, 0.30, 0.15, 0.10, 0.05),
)
INCOME_MIX = (
    (0.06, 0.26, 0.38, 0.30),
    (0.14, 0.40, 0.31, 0.15),
    (0.34, 0.42, 0.17, 0.07),
    (0.24, 0.42, 0.24, 0.10),
    (0.40, 0.35, 0.15, 0.10),
)
HOUSEHOLD_MIX = (
    (0.34, 0.33, 0.15, 0.12, 0.06),
    (0.24, 0.34, 0.18, 0.17, 0.07),
    (0.30, 0.30, 0.17, 0.15, 0.08),
    (0.26, 0.32, 0.18, 0.16, 0.08),
    (0.40, 0.30, 0.15, 0.10, 0.05),
)


def draw_customers(days: pd.DatetimeIndex, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row a customer with the attributes a shop knows and those only the truth knows.

    ``segment``, ``rate`` (orders a day), ``start`` and ``stop`` (day numbers between which the customer buys), ``first``
    (the first order falls on ``start``), ``alive`` (still a customer at the end), ``acquired_on`` and what the shop asked.
    """
    frauds = max(2, round(count * FRAUD_ACCOUNTS))
    sizes = np.array([round((count - frauds) * s.share) for s in SEGMENTS])
    sizes[1] += count - frauds - sizes.sum()
    which = rng.permutation(np.repeat(np.arange(len(SEGMENTS) + 1), [*sizes, frauds]))
    people = pd.concat(
        [_segment(number, np.flatnonzero(which == number), days, rng) for number in range(len(SEGMENTS) + 1)]
    ).sort_index()
    people["region"] = rng.choice(list(REGIONS), count, p=list(REGIONS.values()))
    people["age_group"] = _pick(AGES, AGE_MIX, which, rng)
    people["income_group"] = _pick(INCOMES, INCOME_MIX, which, rng)
    people["household_size"] = _pick(HOUSEHOLDS, HOUSEHOLD_MIX, which, rng)
    people = people.sort_values("acquired_on", kind="stable").reset_index(drop=True)
    people.insert(0, "customer_id", [f"C{number:05d}" for number in range(10001, 10001 + count)])
    return people


def _segment(number: int, rows: np.ndarray, days: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    length, size = len(days), len(rows)
    if number == len(SEGMENTS):  # accounts opened for fraud: their orders are drawn apart
        start = rng.integers(30, length - 10, size)
        acquired = days[0] + pd.to_timedelta(start, "D")
        return pd.DataFrame(
            {
                "segment": FRAUD_ACCOUNT,
                "rate": 0.0,
                "start": start,
                "stop": start + 3,
                "first": False,
                "alive": False,
                "acquired_on": acquired,
            },
            index=rows,
        )
    kind = SEGMENTS[number]
    before = rng.random(size) < kind.joined_before
    weight = season(days[: int(length * kind.joins_until)])
    weight = weight * (1 + kind.joins_tilt * np.linspace(-1, 1, len(weight)))
    joined = rng.choice(len(weight), size, p=weight / weight.sum())
    start = np.where(before, 0, joined)
    acquired = days[0] + pd.to_timedelta(np.where(before, -rng.integers(20, 900, size), joined), "D")
    low, high = kind.leaves
    leaving = rng.random(size) < kind.leaving
    gone = np.maximum(rng.integers(int(low * length), int(high * length), size), start + FIRST_DAYS)
    stop = np.where(leaving & (gone < length), gone, length)
    # mean 1, so that the planted rate is the mean of the segment
    rate = kind.monthly_orders / DAYS_PER_MONTH * rng.lognormal(-(kind.rate_spread**2) / 2, kind.rate_spread, size)
    return pd.DataFrame(
        {
            "segment": kind.name,
            "rate": rate,
            "start": start,
            "stop": stop,
            "first": ~before,
            "alive": stop == length,
            "acquired_on": acquired,
        },
        index=rows,
    )


def _pick(
    options: tuple[str, ...], mix: tuple[tuple[float, ...], ...], which: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """One option a customer, by the mix of the customer's segment; a few did not say."""
    bounds = np.cumsum(mix, axis=1)[which]
    chosen = np.array(options, dtype=object)[np.minimum((rng.random((len(which), 1)) > bounds).sum(axis=1), len(options) - 1)]
    chosen[rng.random(len(which)) < UNKNOWN] = None
    return chosen
