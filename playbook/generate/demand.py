"""Demand over time: one clock for all customers, on which each keeps a rhythm of their own.

The shop's demand grows steadily through season and weekday; advertising comes on top. Customer i orders
at rate ``rate_i * pace(t)`` while active, where ``pace`` is the demand of the day for one unit of active
rate. So customers who come and go change who buys, but do not bend the shop's growth. Drawing a Poisson
number over the clock's span, spreading it evenly on the clock and keeping every k-th event is exact and
needs no grid of customers and days.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.generate.planted import CHANNELS, GROWTH, MARKETING_SHARE, REFERENCE_CUSTOMERS, SEASON, WEEKDAY, Channel

__all__ = ["DAYS_PER_MONTH", "Clock", "adstock", "advertising", "clock", "draw_times", "season"]

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
SMOOTHED_DAYS = 31  # window in which first orders are averaged
SPEND_GROWTH = 0.15  # over the whole period
SPEND_SEASON = 0.5  # how far spending follows the season
SPEND_WEEKLY, SPEND_DAILY = 0.45, 0.12  # sigma of the lognormal swings from week to week and day to day
PAUSE = 0.08  # share of weeks in which a channel spends a tenth


@dataclass(frozen=True)
class Clock:
    """Pace of each day and its running sum; ``by_channel`` holds the expected advertised orders a day."""

    days: pd.DatetimeIndex
    pace: np.ndarray
    by_channel: pd.DataFrame
    share: pd.DataFrame  # of all orders of the day, by advertising channel

    @property
    def elapsed(self) -> np.ndarray:
        return np.concatenate([[0.0], np.cumsum(self.pace)])

    def day(self, moment: date) -> int:
        """Number of the day, 0 for the first, cut to the period."""
        return int(np.clip((pd.Timestamp(moment) - self.days[0]).days, 0, len(self.days)))


def season(days: pd.DatetimeIndex) -> np.ndarray:
    """Planted factor of each day: month times weekday, each with mean 1."""
    month = np.array(SEASON) / np.mean(SEASON)
    weekday = np.array(WEEKDAY) / np.mean(WEEKDAY)
    return month[days.month - 1] * weekday[days.day_of_week]


def advertising(
    days: pd.DatetimeIndex, customers: int, rng: np.random.Generator, channels: tuple[Channel, ...] = CHANNELS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Daily spend and the expected orders it brings, one column a channel."""
    scale = customers / REFERENCE_CUSTOMERS
    week = (days - days[0]).days // 7
    month = np.array(SEASON)[days.month - 1] / np.mean(SEASON)
    trend = 1 + SPEND_GROWTH * np.linspace(-0.5, 0.5, len(days))
    spend, orders = {}, {}
    for channel in channels:
        swing = rng.lognormal(0, SPEND_WEEKLY, week.max() + 1) * np.where(rng.random(week.max() + 1) < PAUSE, 0.1, 1.0)
        daily = channel.spend * trend * month**SPEND_SEASON * swing[week] * rng.lognormal(0, SPEND_DAILY, len(days))
        daily = daily.round(2)
        stock = adstock(daily, channel.carryover)
        spend[channel.name] = (daily * scale).round(2)
        orders[channel.name] = scale * channel.ceiling * stock / (channel.half + stock)
    return pd.DataFrame(spend, index=days), pd.DataFrame(orders, index=days)


def adstock(spend: np.ndarray, carryover: float) -> np.ndarray:
    """Geometric adstock a(t) = (1 - c) s(t) + c a(t - 1), started at the first day's spend."""
    stock = np.empty(len(spend))
    level = spend[0]
    for day, amount in enumerate(spend):
        level = (1 - carryover) * amount + carryover * level
        stock[day] = level
    return stock


def clock(days: pd.DatetimeIndex, by_channel: pd.DataFrame, customers: pd.DataFrame) -> Clock:
    """The pace of demand: a growing, seasonal base plus advertised orders, less first orders, over the active customers' rates.

    ``customers`` has ``rate`` (orders a day), ``start`` and ``stop`` (days), ``first`` (first order on day ``start``).
    """
    length = len(days)
    change = np.bincount(customers["start"], customers["rate"], length + 1) - np.bincount(
        customers["stop"], customers["rate"], length + 1
    )
    active = np.maximum(np.cumsum(change)[:length], 1e-9)
    years = (np.arange(length) - length / 2) / DAYS_PER_YEAR
    base = (1 - MARKETING_SHARE) * active.mean() * (1 + GROWTH) ** years * season(days)
    demand = base + by_channel.sum(axis=1).to_numpy()
    arrivals = np.bincount(customers.loc[customers["first"], "start"], minlength=length)[:length]
    arrivals = pd.Series(arrivals).rolling(SMOOTHED_DAYS, center=True, min_periods=1).mean().to_numpy()
    pace = np.maximum(demand - arrivals, 0) / active
    share = by_channel.div(demand, axis=0)
    return Clock(days, pace, by_channel, share)


def draw_times(
    ticking: Clock,
    rate: np.ndarray,
    start: np.ndarray,
    stop: np.ndarray,
    rng: np.random.Generator,
    regularity: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Order times at ``rate * pace`` between the days ``start`` and ``stop``, with Erlang gaps.

    ``regularity`` is the shape of the gaps, 1 for a Poisson process.

    Returns the row of the customer and the day number (whole), one entry an order.
    """
    elapsed = ticking.elapsed
    begin, end = elapsed[start], elapsed[np.maximum(stop, start)]
    count = rng.poisson(rate * regularity * (end - begin))
    who = np.repeat(np.arange(len(rate)), count)
    at = begin[who] + rng.random(len(who)) * (end - begin)[who]
    at = at[np.lexsort((at, who))]
    place = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)  # number of the event within its customer
    kept = (place + rng.integers(0, regularity, len(rate))[who]) % regularity == 0  # every k-th event, from a random one on
    return who[kept], np.searchsorted(elapsed, at[kept], side="right") - 1
