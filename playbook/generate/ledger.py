"""Ledgers kept beside the orders: what advertising claims, and the plan."""

import numpy as np
import pandas as pd

from playbook.generate.planted import CHANNELS, Channel

__all__ = ["advertising_ledger", "plan_targets", "totals_by_month"]

PLAN_ABOVE = 1.05  # the plan asks for this much more than happens
CLICK_NOISE = 0.10


def advertising_ledger(
    spend: pd.DataFrame, table: pd.DataFrame, rng: np.random.Generator, channels: tuple[Channel, ...] = CHANNELS
) -> pd.DataFrame:
    """One row a channel and day: spend, impressions, clicks, and the orders and revenue of the order lines tagged with it."""
    placed = table[(table["quantity"] > 0) & ~table["fraud"]]
    day = placed["order_date"].dt.normalize()
    claims = placed.groupby([day, "channel"]).agg(orders=("order_id", "nunique"), revenue=("revenue", "sum"))
    frames = []
    for channel in channels:
        money = spend[channel.name]
        shown = np.round(money / channel.price_per_thousand * 1000 * rng.lognormal(0, CLICK_NOISE, len(money)))
        clicks = rng.poisson(shown * channel.click_rate)
        frames.append(
            pd.DataFrame(
                {
                    "date": spend.index,
                    "channel": channel.name,
                    "spend": money.to_numpy(),
                    "impressions": shown.astype(int).to_numpy(),
                    "clicks": clicks,
                }
            )
        )
    ledger = pd.concat(frames, ignore_index=True).join(claims, on=["date", "channel"])
    ledger = ledger.fillna({"orders": 0, "revenue": 0.0}).astype({"orders": int})
    return ledger.round({"revenue": 2}).sort_values(["date", "channel"], ignore_index=True)


def totals_by_month(table: pd.DataFrame) -> pd.DataFrame:
    """Revenue and number of orders by month start."""
    month = table["order_date"].dt.to_period("M").dt.start_time
    orders = table[table["quantity"] > 0].groupby(month)["order_id"].nunique()
    return pd.DataFrame({"revenue": table.groupby(month)["revenue"].sum(), "orders": orders})


def plan_targets(monthly: pd.DataFrame, year: int) -> pd.DataFrame:
    """Targets for the twelve months of ``year``: the year before times one factor, as boards plan.

    The factor is such that revenue over the months that have passed adds up to PLAN_ABOVE times what happened; half of that
    (on the log scale) is asked of the number of orders, the rest of their value. ``monthly``: revenue and orders by month start.
    """
    months = pd.date_range(f"{year}-01-01", periods=12, freq="MS")
    before = monthly.reindex(months - pd.DateOffset(years=1)).set_axis(months)
    happened = monthly.reindex(months).dropna()
    growth = happened.sum() / before.loc[happened.index].sum()
    revenue = before["revenue"] * growth["revenue"] * PLAN_ABOVE
    orders = before["orders"] * growth["orders"] * PLAN_ABOVE**0.5
    targets = pd.DataFrame({"revenue": revenue.round(-3), "orders": orders.round(-1), "order_value": (revenue / orders).round()})
    plan = targets.rename_axis(index="period", columns="kpi").stack().rename("target").reset_index()
    return plan.sort_values(["period", "kpi"], ignore_index=True)
