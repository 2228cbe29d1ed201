"""The shop's shelf: products, their prices week by week, what competitors ask, and how big the market is."""

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from playbook.generate.planted import COMPETITORS

__all__ = [
    "COMPANIONS",
    "COMPANION_RATE",
    "Shelf",
    "category_truth",
    "competitor_prices",
    "market_sizes",
    "price_shelf",
    "read_products",
]

COST_SHARE, COST_SPREAD = 0.60, 0.05  # of the list price
PRICE_STEP_WEEKS = 26  # average time between two changes of a list price
PRICE_STEP = 0.10  # sigma of a change, log scale
PRICE_RANGE = 0.22  # list prices stay within this of the first one, log scale
PROMOTION_WEEKS = 0.12  # share of weeks in which a product is on promotion
PROMOTIONS = (0.08, 0.12, 0.15, 0.20, 0.25)
BLACK_WEEK_SHARE = 0.5  # of products on promotion in the last full week of November
WATCHED = 0.5  # share of products whose competitor prices are collected
COMPETITOR_MEMORY = 0.85  # of a competitor's stray price from week to week

# Bought together: with the first product comes the second, as often as COMPANION_RATE says.
COMPANION_RATE = 0.35
COMPANIONS = {
    "Condenser C1": "Boom Arm",
    "Dynamic D58": "Cable XLR 3 m",
    "Voice USB Pro": "Microphone Stand",
    "Rondo Basic": "Record Care Kit",
    "Rondo Carbon": "Stylus RS1",
    "Studio One Closed": "Ear Pads Pair",
    "Halden 60": "Headphone Stand",
    "Monitor A5": "Monitor Pads Pair",
    "Pebble ANC": "Tip Set",
    "Link 2": "Cable XLR 10 m",
}


@dataclass(frozen=True)
class Shelf:
    """Prices and appeal by week (rows, from ``weeks``) and product (columns, in the order of ``products``)."""

    products: pd.DataFrame
    first_day: pd.Timestamp
    weeks: pd.DatetimeIndex
    list_price: np.ndarray
    promotion: np.ndarray  # share taken off
    appeal: np.ndarray  # popularity times (price / first price) to the power of the elasticity

    @property
    def price(self) -> np.ndarray:
        return self.list_price * (1 - self.promotion)

    @property
    def price_response(self) -> np.ndarray:
        return self.appeal / self.products["popularity"].to_numpy()

    def week(self, days: np.ndarray) -> np.ndarray:
        """Row of the week of each day number (0 is ``first_day``)."""
        return (np.asarray(days) + self.first_day.day_of_week) // 7


def _catalogue() -> dict:
    return YAML(typ="safe", pure=True).load(files("playbook.generate").joinpath("catalogue.yml").read_text(encoding="utf-8"))


def category_truth() -> dict[str, float]:
    """Planted price elasticity of every category."""
    return {category: float(entry["elasticity"]) for category, entry in _catalogue().items()}


def read_products(days: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    """One row a product: the schema's columns plus ``elasticity`` and ``popularity``, which only the truth knows."""
    rows = [
        {
            "name": name,
            "category": category,
            "brand": brand,
            "first_price": float(price),
            "popularity": float(popularity),
            "elasticity": float(entry["elasticity"]),
            "description": entry["text"].format(feature),
        }
        for category, entry in _catalogue().items()
        for name, brand, price, popularity, feature in entry["products"]
    ]
    products = pd.DataFrame(rows)
    products.insert(0, "product_id", [f"AU-{1001 + number}" for number in range(len(products))])
    share = rng.normal(COST_SHARE, COST_SPREAD, len(products))
    products["cost"] = (products["first_price"] * share).round(2)
    products["launched_on"] = days[0] - pd.to_timedelta(rng.integers(30, 1500, len(products)), "D")
    return products


def price_shelf(products: pd.DataFrame, days: pd.DatetimeIndex, rng: np.random.Generator) -> Shelf:
    """Prices by week: list prices change in rare steps, promotions come and go, appeal answers with the planted elasticity."""
    monday = days[0] - pd.Timedelta(days=int(days[0].day_of_week))
    weeks = pd.date_range(monday, days[-1], freq="7D")
    shape = (len(weeks), len(products))
    steps = np.where(rng.random(shape) < 1 / PRICE_STEP_WEEKS, rng.normal(0, PRICE_STEP, shape), 0.0)
    level = np.zeros(shape)
    for week in range(1, len(weeks)):
        level[week] = np.clip(level[week - 1] + steps[week], -PRICE_RANGE, PRICE_RANGE)
    first = products["first_price"].to_numpy()
    list_price = np.where(level == 0, first, np.round(first * np.exp(level)) - 0.10)
    chance = np.where(_black_week(weeks), BLACK_WEEK_SHARE, PROMOTION_WEEKS)[:, None]
    promotion = np.where(rng.random(shape) < chance, rng.choice(PROMOTIONS, shape), 0.0)
    appeal = products["popularity"].to_numpy() * (list_price * (1 - promotion) / first) ** products["elasticity"].to_numpy()
    return Shelf(products, days[0], weeks, list_price, promotion, appeal)


def _black_week(weeks: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray((weeks.month == 11) & (weeks.day >= 21) & (weeks.day <= 27))


def competitor_prices(shelf: Shelf, weeks: int, rng: np.random.Generator) -> pd.DataFrame:
    """Weekly prices of the competitors for a part of the products over the last ``weeks`` weeks."""
    watched = np.sort(rng.choice(len(shelf.products), round(len(shelf.products) * WATCHED), replace=False))
    ours = shelf.list_price[-weeks:, watched]
    frames = []
    for name, (level, stray) in COMPETITORS.items():
        drift = np.zeros_like(ours)
        drift[0] = rng.normal(0, stray, ours.shape[1])
        for week in range(1, len(ours)):
            fresh = rng.normal(0, stray * np.sqrt(1 - COMPETITOR_MEMORY**2), ours.shape[1])
            drift[week] = COMPETITOR_MEMORY * drift[week - 1] + fresh
        frames.append(
            pd.DataFrame(
                {
                    "date": np.repeat(shelf.weeks[-weeks:], len(watched)),
                    "product_id": np.tile(shelf.products["product_id"].to_numpy()[watched], len(ours)),
                    "competitor": name,
                    "price": np.round(ours.mean(axis=0) * level * np.exp(drift), 1).ravel(),
                }
            )
        )
    return pd.concat(frames).sort_values(["date", "product_id", "competitor"], ignore_index=True)


def market_sizes(
    lines: pd.DataFrame, products: pd.DataFrame, rng: np.random.Generator, entries: dict | None = None
) -> pd.DataFrame:
    """Quarterly market size and our share by category for all whole quarters; our revenue is exactly share times size.

    ``entries``: by category, ``share`` at the start and at the end; the shop's if not given.
    """
    entries = entries or _catalogue()
    sold = lines.assign(category=lines["product_id"].map(products.set_index("product_id")["category"]))
    sold["period"] = sold["order_date"].dt.to_period("Q").dt.start_time
    revenue = sold.groupby(["period", "category"])["revenue"].sum().unstack()
    revenue = revenue[
        [
            (start >= lines["order_date"].min().normalize()) and (start + pd.offsets.QuarterEnd(1) <= lines["order_date"].max())
            for start in revenue.index
        ]
    ]
    frames = []
    for category, entry in entries.items():
        share = np.linspace(*entry["share"], len(revenue)) * rng.lognormal(0, 0.03, len(revenue))
        frames.append(pd.DataFrame({"period": revenue.index, "category": category, "share": share.round(4)}))
        frames[-1]["size"] = (revenue[category].to_numpy() / frames[-1]["share"]).round(-3)
    return pd.concat(frames, ignore_index=True)[["period", "category", "size", "share"]].sort_values(
        ["period", "category"], ignore_index=True
    )
