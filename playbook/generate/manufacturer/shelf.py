"""Shelf: machines, parts and service contracts with their prices, which change twice a year, and what competitors ask."""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from playbook.generate.manufacturer.planted import COMPETITORS, COST_SHARES
from playbook.generate.shop import Shelf

__all__ = ["BRANDS", "PART_ELASTICITY", "catalogue", "price_shelf", "read_products", "rival_prices"]

BRANDS = {"机器": "华信", "备件": "华信原厂", "服务": "华信服务"}
COST_SPREAD = 0.06  # sigma, log scale
# Changes of a list price in January and July.
STEPS = {"备件": (-0.10, -0.04, 0.0, 0.05, 0.12), "机器": (0.0, 0.0, 0.03), "服务": (0.0,)}
CHEAPEST, DEAREST = 0.82, 1.30  # list prices stay within, of the first one
WATCHED = 14  # parts whose prices are collected


@cache
def catalogue() -> dict:
    """Kinds (machines, parts, service) with their groups and products, as catalogue.yml lists them."""
    return YAML(typ="safe", pure=True).load(
        files("playbook.generate").joinpath("manufacturer/catalogue.yml").read_text(encoding="utf-8")
    )


PART_ELASTICITY = {group: float(entry["elasticity"]) for group, entry in catalogue()["备件"].items()}


def read_products(first_day: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """One row a product: the schema's columns, and kind, popularity and first_price, which only the truth knows."""
    rows = [
        (kind, name, group, BRANDS[kind], float(price), entry["text"].format(feature), popularity)
        for kind, groups in catalogue().items()
        for group, entry in groups.items()
        for name, price, popularity, feature in entry["products"]
    ]
    products = pd.DataFrame(rows, columns=["kind", "name", "category", "brand", "first_price", "description", "popularity"])
    letter = products["kind"].map({"机器": "M", "备件": "B", "服务": "S"})
    number = products.groupby("kind").cumcount() + 101
    products.insert(0, "product_id", "HX-" + letter + number.astype(str))
    share = products["kind"].map(COST_SHARES) * rng.lognormal(0, COST_SPREAD, len(products))
    products["cost"] = (products["first_price"] * share).round(2)
    products["launched_on"] = first_day - pd.to_timedelta(rng.integers(300, 4000, len(products)), "D")
    return products


def price_shelf(products: pd.DataFrame, days: pd.DatetimeIndex, rng: np.random.Generator) -> Shelf:
    """List prices by week: steps on the first Mondays of January and July; ``appeal`` answers with the planted elasticity."""
    weeks = pd.date_range(days[0] - pd.Timedelta(days=int(days[0].day_of_week)), days[-1], freq="7D")
    first = products["first_price"].to_numpy()
    level = np.ones((len(weeks), len(products)))
    for week in range(1, len(weeks)):
        level[week] = level[week - 1]
        if weeks[week].month in (1, 7) and weeks[week].month != weeks[week - 1].month:
            step = np.array([rng.choice(STEPS[kind]) for kind in products["kind"]])
            level[week] = np.clip(level[week] * (1 + step), CHEAPEST, DEAREST)
    digits = np.where(first >= 10_000, -3, np.where(first >= 1000, -1, 0))
    price = np.column_stack([np.round(first[i] * level[:, i], d) for i, d in enumerate(digits)])
    elasticity = products["category"].map(PART_ELASTICITY).fillna(0.0).to_numpy()
    appeal = products["popularity"].to_numpy() * (price / first) ** elasticity
    return Shelf(products, days[0], weeks, price, np.zeros_like(price), appeal)


def rival_prices(shelf: Shelf, months: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    """Prices of competitors on the first of each month: makers of machines for the machines, a trader for some of the parts."""
    products = shelf.products
    parts = np.flatnonzero(products["kind"] == "备件")
    watched = {name: np.flatnonzero(products["kind"] == "机器") for name in COMPETITORS}
    watched[list(COMPETITORS)[-1]] = np.sort(rng.choice(parts, WATCHED, replace=False))
    week = np.clip(np.searchsorted(shelf.weeks, months, side="right") - 1, 0, None)
    frames = []
    for name, columns in watched.items():
        level, stray = COMPETITORS[name]
        asked = shelf.list_price[np.ix_(week, columns)].mean(axis=0) * level * rng.lognormal(0, stray, (1, len(columns)))
        asked = asked * (1 + np.linspace(-0.02, 0.02, len(months)))[:, None] * rng.lognormal(0, 0.01, (len(months), len(columns)))
        frames.append(
            pd.DataFrame(
                {
                    "date": np.repeat(months, len(columns)),
                    "product_id": np.tile(products["product_id"].to_numpy()[columns], len(months)),
                    "competitor": name,
                    "price": np.where(asked >= 10_000, asked.round(-2), asked.round(1)).ravel(),
                }
            )
        )
    return pd.concat(frames).sort_values(["date", "product_id", "competitor"], ignore_index=True)
