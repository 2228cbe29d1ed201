"""Field: what fairs, agents, trade media and visits cost week by week, and the deals that they open."""

import numpy as np
import pandas as pd

from playbook.generate.demand import adstock
from playbook.generate.manufacturer.planted import CHANNELS, FAIR_WEEKS
from playbook.generate.manufacturer.working_days import business

__all__ = ["field_ledger", "field_spend"]

WEEKLY = 0.35  # sigma, log scale, of the swings of spending


def field_spend(weeks: pd.DatetimeIndex, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spend of each week (its Monday), and the deals it is expected to open, one column a channel."""
    days = weeks.to_numpy()[:, None] + pd.to_timedelta(np.arange(7), "D").to_numpy()
    busy = business(pd.DatetimeIndex(days.ravel())).reshape(len(weeks), 7).mean(axis=1).clip(0.15, 1.1)
    fair = np.isin(weeks.isocalendar().week.to_numpy(dtype=int), FAIR_WEEKS)
    spend, opened = {}, {}
    for channel in CHANNELS:
        usual = channel.spend * busy * rng.lognormal(0, WEEKLY, len(weeks))
        spent = (usual + channel.fairs * fair * rng.lognormal(0, 0.15, len(weeks))).round(-1)
        stock = adstock(spent, channel.carryover)
        spend[channel.name] = spent
        opened[channel.name] = channel.ceiling * stock / (channel.half + stock) * busy
    return pd.DataFrame(spend, index=weeks), pd.DataFrame(opened, index=weeks)


def field_ledger(spend: pd.DataFrame, won: pd.DataFrame) -> pd.DataFrame:
    """One row a channel and week: date (Monday), channel, spend, orders and revenue of the deals it won. ``won``: closed_on,
    channel, amount."""
    monday = won["closed_on"] - pd.to_timedelta(won["closed_on"].dt.day_of_week, "D")
    claims = won.groupby([monday.rename("date"), "channel"]).agg(orders=("amount", "size"), revenue=("amount", "sum"))
    long = spend.rename_axis(index="date", columns="channel").stack().rename("spend").reset_index()
    ledger = long.join(claims, on=["date", "channel"]).fillna({"orders": 0, "revenue": 0.0}).astype({"orders": int})
    return ledger.sort_values(["date", "channel"], ignore_index=True)
