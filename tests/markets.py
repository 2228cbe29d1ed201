"""Markets: weekly orders and spend with a known answer to every channel, for tests and benchmarks of the budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import yaml

from home import ROOT
from playbook.engagement import Engagement, open_engagement
from playbook.generate.demand import adstock
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.strategy.spending import split as spending
from playbook.methods.strategy.spending.curves import Curves, yearly_curves
from playbook.methods.strategy.spending.fitting import Response, fit_response
from playbook.methods.strategy.spending.panel import SpendPanel, interventions_by_week, price_index, spend_panel
from playbook.result.contract import LINES, Proposal

__all__ = ["WORTH", "Aurora", "Market", "aurora", "known", "market", "proposal", "two_channels"]

LAGS = 8
WORTH = 30.0  # of an order of ``two_channels``
ANSWERS = {
    "hyperbolic": lambda u: u / (1 + u),
    "exponential": lambda u: 1 - np.exp(-np.log(2) * u),
    "logistic": lambda u: (1 - np.exp(-np.log(3) * u)) / (1 + np.exp(-np.log(3) * u)),
}


@dataclass(frozen=True)
class Market:
    """``panel``: what a client sees; ``caused``: weeks x channels, the orders that each brought; and what stands behind them."""

    panel: SpendPanel
    caused: np.ndarray
    carryover: np.ndarray
    half: np.ndarray
    most: np.ndarray
    form: str

    def brings(self, spend: np.ndarray) -> np.ndarray:
        """Orders by week and channel that weekly ``spend`` (weeks x channels) brings; the weeks before were like the first."""
        weights = self.carryover[:, None] ** np.arange(LAGS)
        weights /= weights.sum(axis=1, keepdims=True)
        padded = np.vstack([np.repeat(spend[:LAGS].mean(axis=0, keepdims=True), LAGS - 1, axis=0), spend])
        stock = sum(padded[LAGS - 1 - k : len(padded) - k] * weights[:, k] for k in range(LAGS))
        return self.most * ANSWERS[self.form](stock / self.half)


def market(seed: int, channels: int = 4, weeks: int = 156, claims: bool = True) -> Market:
    """A shop of 150 to 1,500 orders a week whose channels bring 10 to 35 percent of them, drawn from ``seed``.

    Spend swings from week to week, follows the season in part and pauses; one channel in four comes in bursts. Orders grow or
    shrink, have a season with a peak before Christmas, and scatter by chance and from week to week. Channels claim 0.7 to 2.5
    times what they cause.
    """
    rng = np.random.default_rng(seed)
    days = pd.date_range("2023-01-02", periods=weeks, freq="W-MON")
    angle = 2 * np.pi * days.day_of_year.to_numpy() / 365.25
    season = 1 + rng.uniform(0.05, 0.2) * np.cos(angle - rng.uniform(0, 6)) + rng.uniform(0.1, 0.4) * (days.month >= 11)
    swings = rng.lognormal(0, rng.uniform(0.2, 0.6, channels), (weeks, channels))
    spend = rng.lognormal(8, 0.8, channels) * swings * season[:, None] ** 0.5
    spend *= np.where(rng.random((weeks, channels)) < 0.06, 0.1, 1.0)
    bursts = rng.random(channels) < 0.25
    spend = np.where(bursts & (rng.random((weeks, channels)) < 0.6), 0.0, spend).round(2)
    base = rng.uniform(150, 1500)
    true = Market(
        None, None, rng.uniform(0, 0.7, channels), np.array([c[c > 0].mean() for c in spend.T])
        * rng.lognormal(0, 0.6, channels), np.ones(channels), str(rng.choice(list(ANSWERS))),
    )  # fmt: skip
    shape = true.brings(spend)
    most = base * rng.uniform(0.1, 0.35) * rng.dirichlet(np.full(channels, 3.0)) / shape.mean(axis=0)
    caused = shape * most
    trend = (1 + rng.uniform(-0.15, 0.2)) ** (np.arange(weeks) / 52)
    wave = np.zeros(weeks)
    for week in range(1, weeks):
        wave[week] = 0.3 * wave[week - 1] + rng.normal(0, 0.03)
    orders = rng.poisson(base * (1 - caused.mean(axis=0).sum() / base) * trend * season * np.exp(wave) + caused.sum(axis=1))
    claimed = caused.mean(axis=0) * rng.uniform(0.7, 2.5, channels) if claims else None
    panel = SpendPanel(
        days, tuple(f"channel {k + 1}" for k in range(channels)), spend, orders.astype(float), 100.0, claimed,
        np.ones(weeks, dtype=bool), {},
    )  # fmt: skip
    return Market(panel, caused, true.carryover, true.half, most, true.form)


def known(spend, effect, half, carryover=0.0, draws=3):
    """A response without doubt: orders = most x spend / (spend + half), the mean over the weeks being ``effect``."""
    weeks = pd.date_range("2024-01-01", periods=len(spend), freq="W-MON")
    size = spend.shape[1]
    names = tuple(f"c{i}" for i in range(size))
    panel = SpendPanel(weeks, names, spend, np.ones(len(spend)), 100.0, None, np.ones(len(spend), dtype=bool), {})
    full = [np.tile(np.broadcast_to(np.asarray(v, dtype=float), size), (draws, 1)) for v in (effect, carryover, half)]
    return Response(panel, *full, np.array(["hyperbolic"] * draws), 1.0, 1.0, np.zeros(len(spend), dtype=bool), {})


def two_channels(effect=(10.0, 4.0), half=(300.0, 50.0), limits=None, aside=0.0):
    """Weeks between 50 and 150 on each channel, about 5,200 a year."""
    swing = 100 + 50 * np.sin(np.arange(104) * 2 * np.pi / 13)
    return spending.Market(yearly_curves(known(np.column_stack([swing, swing[::-1]]), effect, half)), WORTH, limits or {}, aside)


def proposal(cost, value, id="a"):
    """Lines with these costs and values for customers C0, C1, ...; low edge nothing, high edge twice the value."""
    lines = pd.DataFrame({"key": [f"C{i}" for i in range(len(cost))], "cost": cost, "value_low": 0.0, "value": value})
    lines["value_high"] = lines["value"] * 2
    return Proposal(id, id, "do", "all", "head", "kpi", "stop", "purchases", lines[list(LINES)], 7, 90)


@dataclass(frozen=True)
class Aurora:
    """The generated client: its frames, its curves as fitted, and what was planted. ``daily``: spend by day and channel."""

    engagement: Engagement
    frames: Mapping[str, pd.DataFrame]
    curves: Curves
    daily: pd.DataFrame
    planted: Mapping[str, Mapping]

    def orders(self, share: np.ndarray, days: int | None = None) -> np.ndarray:
        """Planted orders by channel of the last ``days`` (all where None), with each channel's spend times its ``share``."""
        found = []
        for channel, times in zip(self.curves.channels, share, strict=True):
            true = self.planted[channel]
            stock = adstock(self.daily[channel].to_numpy() * times, true["carryover"])
            found.append((true["ceiling_orders_a_day"] * stock / (true["half"] + stock))[-(days or len(stock)) :].sum())
        return np.array(found)


@lru_cache(maxsize=1)
def aurora() -> Aurora:
    """Read and fitted once."""
    engagement = open_engagement("aurora-audio")
    tables = open_tables(engagement)
    frames = {name: FRAMES[name].build(tables) for name in ("channel_months", "channel_weeks", "weeks", "product_weeks")}
    panel = spend_panel(frames["channel_weeks"], frames["weeks"])
    events = interventions_by_week(engagement.interventions, panel.weeks)
    curves = yearly_curves(fit_response(panel, price_index(frames["product_weeks"], panel.weeks), events))
    rows = tables.rows["marketing"].select("date", "channel", "spend").to_pandas()
    daily = rows.pivot_table(index="date", columns="channel", values="spend", aggfunc="sum").loc[
        panel.weeks[0] : panel.weeks[-1] + pd.Timedelta(days=6)
    ]
    truth = yaml.safe_load((ROOT / "data" / "aurora-audio" / "truth" / "truth.yml").read_text("utf-8"))
    return Aurora(engagement, frames, curves, daily, truth["advertising"])
