"""A planted pipeline: hard deals get more discount, a tenth more of it adds 0.9 to the log odds, costs are known."""

from datetime import date

import numpy as np
import pandas as pd
from scipy.special import expit

__all__ = ["AS_OF", "EFFECT", "best_for_all", "pipeline"]

AS_OF = date(2026, 10, 31)
EFFECT = 9.0  # log odds for all of the price
OWNERS = {"Ana": 0.6, "Ben": 0.1, "Cho": -0.2, "Dee": -0.6}
CHANNELS = {"web": -0.5, "fair": 0.0, "partner": 0.5}
PRODUCTS = {"Basic": 0.6, "Plus": 1.0, "Pro": 1.8}


def pipeline(seed: int, n: int = 1500, opened: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``n`` closed deals of two years and ``opened`` open ones; and the truth: base (log odds at no discount), list_price."""
    rng = np.random.default_rng(seed)
    count = n + opened
    owner, channel, product = (rng.choice(list(names), count) for names in (OWNERS, CHANNELS, PRODUCTS))
    listed = rng.lognormal(9.5, 0.8, count) * pd.Series(product).map(PRODUCTS).to_numpy()
    size = (np.log(listed) - np.log(listed).mean()) / np.log(listed).std()
    easy = -0.9 * size + pd.Series(owner).map(OWNERS).to_numpy() + pd.Series(channel).map(CHANNELS).to_numpy()
    discount = np.clip(0.10 - 0.05 * easy + rng.normal(0, 0.05, count), 0, 0.35).round(3)
    won = rng.random(count) < expit(-1.6 + easy + EFFECT * discount)
    closed = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(0, 700, count), "D")
    discount[n:] = np.where(rng.random(opened) < 0.6, 0.0, discount[n:])
    table = pd.DataFrame(
        {
            "opportunity_id": [f"D{i}" for i in range(count)], "stage": np.where(won, "Won", "Lost"), "closed_on": closed,
            "amount": listed * (1 - discount), "owner": owner, "product": product, "channel": channel, "discount": discount,
            "cost": listed * rng.uniform(0.45, 0.6, count),
        }
    )  # fmt: skip
    table["created_on"] = closed - pd.to_timedelta(rng.integers(10, 90, count), "D")
    table.loc[n:, ["stage", "closed_on", "created_on"]] = ["Proposal", pd.NaT, pd.Timestamp(AS_OF) - pd.Timedelta(days=30)]
    return table, pd.DataFrame({"base": -1.6 + easy, "list_price": listed})


def best_for_all(table: pd.DataFrame, truth: pd.DataFrame) -> float:
    """The one discount that would truly earn most on the deals closed in the year up to the as-of day."""
    recent = table["closed_on"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=365)
    base, listed = (truth.loc[recent, c].to_numpy()[:, None] for c in ("base", "list_price"))
    grid = np.arange(0, 0.4, 0.0005)
    earned = expit(base + EFFECT * grid) * (listed * (1 - grid) - table.loc[recent, "cost"].to_numpy()[:, None])
    return float(grid[earned.sum(axis=0).argmax()])
