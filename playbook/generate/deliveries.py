"""Deliveries: the day promised for each order, the day it came, and whether the customer was satisfied and bought again."""

import numpy as np
import pandas as pd

from playbook.generate.moods import draw_late_and_satisfied
from playbook.generate.planted import AGAIN_DAYS, LATE_BY_MONTH, LATE_BY_REGION
from playbook.generate.service import LATE

__all__ = ["again_within", "draw_deliveries", "late_chance", "whole_orders"]

PROMISED_DAYS = (2, 4)  # after the order
LATE_SKEW = 1.6  # most late parcels are late by a day or two
OPINION_DAYS = 10  # after the order a customer who is not asked has made up their mind
COMPLAINED = 0.95  # of the tickets on late delivery are about a parcel that was late
CENT = 0.005
PRIOR_CASES = 5  # how many cases the whole shop's rate counts for in each segment and month


def whole_orders(table: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """One row an order in order of its number: order_id, day, customer_id, region, segment, bought (not sent back whole)."""
    worth = table.groupby("order_id")["revenue"].sum() > CENT
    placed = table.drop_duplicates("order_id")[["order_id", "order_date", "customer_id"]]
    placed = placed.assign(day=placed["order_date"].dt.normalize(), bought=placed["order_id"].map(worth)).drop(
        columns="order_date"
    )
    known = people.set_index("customer_id")[["region", "segment"]]
    return placed.join(known, on="customer_id").sort_values("order_id", ignore_index=True)


def draw_deliveries(
    orders: pd.DataFrame, asked: pd.Series, tickets: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator
) -> pd.DataFrame:
    """``orders`` with promised_on, delivered_on (none after ``last``), late, satisfied, and again (NaN where it cannot be known).

    ``asked`` holds the day of the answer by order_id: customers who are asked have their late parcel by then. ``tickets`` on late
    delivery are about orders that are late, and come while the customer waits.
    """
    answered = asked.reindex(orders["order_id"]).set_axis(orders.index)
    moment = answered.fillna(orders["day"] + pd.Timedelta(days=OPINION_DAYS))
    again = again_within(orders, moment, last)
    chance = late_chance(orders["region"], orders["day"].dt.month)
    late, satisfied = draw_late_and_satisfied(chance, _again_rate(orders, again), again, rng)
    promised = orders["day"] + pd.to_timedelta(rng.integers(PROMISED_DAYS[0], PROMISED_DAYS[1] + 1, len(orders)), "D")
    early = np.minimum(rng.integers(0, 3, len(orders)), (promised - orders["day"]).dt.days - 1)
    room = (moment - promised).dt.days.to_numpy()
    delay = 1 + np.floor((room - 1) * rng.random(len(orders)) ** LATE_SKEW).astype(int)
    first = tickets[tickets["topic"] == LATE].groupby("order_id")["created_at"].min().dt.normalize()
    complained = first.reindex(orders["order_id"]).set_axis(orders.index)
    waiting = (complained.notna() & answered.isna()).to_numpy() & (rng.random(len(orders)) < COMPLAINED)
    wait = rng.integers(1, 5, len(orders))
    late = late | waiting
    promised = promised.where(~waiting, np.minimum(promised, (complained - pd.Timedelta(days=1)).fillna(promised)))
    delivered = promised + pd.to_timedelta(np.where(late, delay, -early), "D")
    delivered = delivered.where(~waiting, complained + pd.to_timedelta(wait, "D"))
    return orders.assign(
        promised_on=promised, delivered_on=delivered.where(delivered <= last), late=late, satisfied=satisfied, again=again
    )


def late_chance(region: pd.Series, month: pd.Series) -> np.ndarray:
    """Planted chance of a late parcel."""
    base = region.map(LATE_BY_REGION).astype(float).fillna(np.mean(list(LATE_BY_REGION.values()))).to_numpy()
    odds = base / (1 - base) * month.map(LATE_BY_MONTH).fillna(1.0).to_numpy()
    return odds / (1 + odds)


def again_within(orders: pd.DataFrame, moment: pd.Series, last: pd.Timestamp) -> np.ndarray:
    """1 where the customer bought within AGAIN_DAYS after ``moment``, else 0; NaN without a customer or after the data end."""
    number = orders["customer_id"].astype("category").cat.codes.to_numpy().astype(np.int64)
    span = 1_000_000  # more days than any history, so that customers do not mix
    line = np.sort((number * span + _days(orders["day"]))[orders["bought"].to_numpy() & (number >= 0)])
    start = number * span + _days(moment)
    bought = np.searchsorted(line, start + AGAIN_DAYS, side="right") > np.searchsorted(line, start, side="right")
    known = (number >= 0) & (moment + pd.Timedelta(days=AGAIN_DAYS) <= last).to_numpy()
    return np.where(known, bought.astype(float), np.nan)


def _days(moments: pd.Series) -> np.ndarray:
    return moments.to_numpy().astype("datetime64[D]").astype(np.int64)


def _again_rate(orders: pd.DataFrame, again: np.ndarray) -> np.ndarray:
    """How many customers of the order's segment buy again in that month of the year, drawn towards the segment's rate."""
    seen = pd.Series(again, index=orders.index)
    segment = seen.groupby(orders["segment"]).transform("mean").fillna(seen.mean())
    cell = seen.groupby([orders["segment"], orders["day"].dt.month])
    return ((cell.transform("sum") + PRIOR_CASES * segment) / (cell.transform("count") + PRIOR_CASES)).fillna(segment).to_numpy()
