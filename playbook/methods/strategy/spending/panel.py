"""Spend panel: what each channel spent in each week, beside the orders of the week, where they can be held against each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.engagement import Intervention
from playbook.locale import mark, said

__all__ = ["FEWEST_WEEKS", "YEAR", "SpendPanel", "interventions_by_week", "price_index", "spend_panel"]

YEAR = 52  # weeks
FEWEST_WEEKS = YEAR  # below a year, a channel's spend cannot be told from the season
MOST_UNKNOWN = 0.1  # share of weeks without any row of spend: more of them, and the table is not by week
LEAST_SHARE = 0.01  # of all spend: a smaller channel is left as it is
FEWEST_ACTIVE = 8  # weeks with spend of a channel
FEWEST_CLAIMED = 30  # orders claimed in a year, for their mean revenue to be told
FEWEST_PRICED = 0.9  # share of weeks in which products were sold whose prices are known


@dataclass(frozen=True)
class SpendPanel:
    """``weeks``: Mondays, without a gap; ``spend``: weeks x channels, client's currency; ``orders`` of the client by week;
    ``order_value``: revenue of an order that a channel brings: the mean of those claimed in the last year where channels report
    orders with their revenue (``own_value``), else of all orders; ``claimed``: orders a week that each channel claims (None where
    not all of them say); ``known``: weeks for which spend was reported; ``small``: channels too small or too short to be told."""

    weeks: pd.DatetimeIndex
    channels: tuple[str, ...]
    spend: np.ndarray
    orders: np.ndarray
    order_value: float
    claimed: np.ndarray | None
    known: np.ndarray
    small: dict[str, float]
    own_value: bool = False


def spend_panel(channel_weeks: pd.DataFrame, weeks: pd.DataFrame) -> SpendPanel | str:
    """The weeks that both frames cover, as a panel; or a sentence, to be told, that says why none can be made."""
    if channel_weeks.empty or weeks.empty or not channel_weeks["spend"].gt(0).any():
        return mark("No week has both orders and marketing spend; spend has to be known by day or week.")
    first, last = (max if edge == "min" else min for edge in ("min", "max"))
    start = first(channel_weeks["week"].min(), weeks["week"].min())
    end = last(channel_weeks["week"].max(), weeks["week"].max())
    index = pd.date_range(start, end, freq="W-MON")
    if len(index) < FEWEST_WEEKS:
        return said(
            "Spend and orders are known together for {n} weeks; a year ({least}) is the least.", n=len(index), least=FEWEST_WEEKS
        )
    table = channel_weeks.pivot_table(index="week", columns="channel", values="spend", aggfunc="sum", observed=True)
    known = index.isin(table.index)
    if (~known).mean() > MOST_UNKNOWN:
        return mark("Spend is not reported week by week: too many weeks have no row.")
    table = table.fillna(0.0).reindex(index).interpolate(limit_direction="both")
    sold = weeks.set_index("week").reindex(index)
    orders, recent = sold["orders"].fillna(0).to_numpy(dtype=float), sold.tail(YEAR)
    if orders.std() == 0 or recent["orders"].sum() == 0:
        return mark("There are no orders to hold against the spend of the channels.")
    told = (table.sum() >= LEAST_SHARE * table.to_numpy().sum()) & ((table > 0).sum() >= FEWEST_ACTIVE)
    if not told.any():
        return mark("No channel has spent for long enough.")
    channels = tuple(str(c) for c in told.index[told])
    own = _claimed_value(channel_weeks, index[-YEAR:], channels)
    return SpendPanel(
        weeks=index,
        channels=channels,
        spend=table.loc[:, told].to_numpy(),
        orders=orders,
        order_value=float(recent["revenue"].sum() / recent["orders"].sum()) if own is None else own,
        claimed=_claimed(channel_weeks, index, channels),
        known=known,
        small={str(c): float(amount) for c, amount in table.loc[:, ~told].tail(YEAR).sum().items()},
        own_value=own is not None,
    )


def _claimed_value(channel_weeks: pd.DataFrame, year: pd.DatetimeIndex, channels: Sequence[str]) -> float | None:
    """Mean revenue of the orders that the channels claim, or None where they claim too few or no revenue.

    A maker of machines sells parts every day and a machine through a fair: the mean of all orders would hide what a fair brings.
    """
    if not {"orders", "revenue"} <= set(channel_weeks):
        return None
    mine = channel_weeks[channel_weeks["week"].isin(year) & channel_weeks["channel"].astype(str).isin(channels)]
    orders, revenue = float(mine["orders"].sum()), float(mine["revenue"].sum())
    return revenue / orders if orders >= FEWEST_CLAIMED and revenue > 0 else None


def _claimed(channel_weeks: pd.DataFrame, index: pd.DatetimeIndex, channels: Sequence[str]) -> np.ndarray | None:
    if "orders" not in channel_weeks:
        return None
    mine = channel_weeks[channel_weeks["week"].isin(index)]
    claimed = mine.groupby("channel", observed=True)["orders"].sum().reindex(channels).to_numpy(dtype=float) / len(index)
    return claimed if (np.nan_to_num(claimed) > 0).all() else None


def price_index(product_weeks: pd.DataFrame | None, index: pd.DatetimeIndex) -> np.ndarray | None:
    """Price level of each week: mean log price paid against each product's usual one, weighted by what it brings; promotions
    lower it. None where no prices are known, they do not move, or too few weeks have them."""
    if product_weeks is None or product_weeks.empty:
        return None
    rows = product_weeks[(product_weeks["units"] > 0) & (product_weeks["revenue"] > 0)]
    rows = rows[["product_id", "week", "units", "revenue"]].assign(log_price=np.log(rows["revenue"] / rows["units"]))
    by_product = rows.groupby("product_id", observed=True)
    rows["change"] = (rows["log_price"] - by_product["log_price"].transform("median")).clip(-1, 1)
    rows["weight"] = by_product["revenue"].transform("sum")
    sums = rows.assign(weighted=rows["change"] * rows["weight"]).groupby("week")[["weighted", "weight"]].sum().reindex(index)
    level = (sums["weighted"] / sums["weight"]).to_numpy()
    if np.isfinite(level).mean() < FEWEST_PRICED or np.nanstd(level) < 1e-9:
        return None
    return np.where(np.isfinite(level), level, np.nanmean(level))


def interventions_by_week(interventions: Sequence[Intervention], index: pd.DatetimeIndex) -> np.ndarray:
    """Share of each week that each intervention covers: weeks x those that touch some week but not all."""
    days = index.to_numpy()[:, None] + np.arange(7).astype("timedelta64[D]")
    covered = []
    for one in interventions:
        end = np.datetime64(one.end) if one.end else days.max()
        share = ((days >= np.datetime64(one.start)) & (days <= end)).mean(axis=1)
        if 0 < share.sum() < len(index):
            covered.append(share)
    return np.array(covered).reshape(len(covered), len(index)).T
