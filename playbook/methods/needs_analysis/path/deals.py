"""Deals: how each opportunity of a pipeline stands on the as-of day, and for how long it has been there."""

from datetime import date

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.path.steps import outcome
from playbook.methods.needs_analysis.path.waiting import Waiting, waiting

__all__ = ["FEWEST_WON", "YEAR_DAYS", "average_amount", "deal_states", "winning_time"]

YEAR_DAYS = 365
FEWEST_WON = 10  # of one product, for its average to stand for a deal without an amount


def deal_states(opportunities: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What was known of each opportunity at the end of ``as_of``; same index as ``opportunities``.

    end       won, lost or open; a deal closed after the as-of day is still open on it
    created   first day, missing where it is not known or lies after the as-of day or the day of closing
    closed    day it was won or lost; missing while open
    days      from created to closed, or to the as-of day while open; missing without a first day
    amount    missing where the client has none; that of a won deal is what it brought
    recent    closed in the 365 days up to as_of, or closed on a day that nobody noted, or open
    """
    last_day = pd.Timestamp(as_of)
    end = outcome(opportunities["stage"])
    created, closed = (_days(opportunities, name) for name in ("created_on", "closed_on"))
    end = end.mask(closed > last_day, "open")
    closed = closed.where(end != "open")
    created = created.where((created <= last_day) & ~(created > closed))
    until = closed.where(end != "open", last_day)
    amount = opportunities["amount"].astype("float64") if "amount" in opportunities else np.nan
    since = last_day - pd.Timedelta(days=YEAR_DAYS - 1)
    recent = (end == "open") | closed.fillna(created).isna() | (closed.fillna(created) >= since)
    return pd.DataFrame(
        {"end": end, "created": created, "closed": closed, "days": (until - created).dt.days, "amount": amount, "recent": recent},
        index=opportunities.index,
    )


def average_amount(opportunities: pd.DataFrame, states: pd.DataFrame) -> pd.Series:
    """The amount to expect of each opportunity should it be won: its own, else the average won of its product, else of all.

    Takes both frames of ``deal_states``. Missing everywhere when no won deal has an amount and the deal has none of its own.
    """
    won = states[(states["end"] == "won") & states["recent"]]
    expected = pd.Series(won["amount"].mean(), index=states.index)
    if "product" in opportunities:
        by_product = won["amount"].groupby(opportunities.loc[won.index, "product"]).agg(["mean", "count"])
        known = by_product.loc[by_product["count"] >= FEWEST_WON, "mean"]
        expected = opportunities["product"].map(known).astype("float64").fillna(expected)
    return states["amount"].fillna(expected)


def winning_time(states: pd.DataFrame, as_of: date) -> Waiting | None:
    """Days from the first day in the pipeline to the win, from the frame of ``deal_states``; None when none was won.

    Deals that lived in the 365 days up to ``as_of`` count; those that are still open have waited so far (censored), a
    lost one rules the win out, one that began earlier is watched from the first of these days.
    """
    lived = states[states["recent"] & states["days"].notna()]
    since = pd.Timestamp(as_of) - pd.Timedelta(days=YEAR_DAYS - 1)
    entered = (since - lived["created"]).dt.days.clip(lower=0)
    ends = lived["end"].to_numpy()
    return waiting(lived["days"].to_numpy(), ends == "won", ends == "lost", entered=entered.to_numpy())


def _days(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    return pd.to_datetime(frame[column]).dt.normalize()
