"""Markets: weekly orders and spend with a known answer to every channel, for tests and benchmarks of the budget."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.strategy.spending.panel import SpendPanel

__all__ = ["Market", "market"]

LAGS = 8
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
