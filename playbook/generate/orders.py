"""Orders: from order times to order lines with products, prices, channels, returns and fraud."""

import numpy as np
import pandas as pd

from playbook.generate.demand import Clock
from playbook.generate.planted import SEGMENTS
from playbook.generate.shop import COMPANION_RATE, COMPANIONS, Shelf

__all__ = ["blemish", "draw_fraud", "draw_lines", "draw_returns", "draw_tastes", "place_in_day", "priced", "tag_channels"]

OWN_CHANNELS = {"organic": 0.58, "direct": 0.42}  # of orders that no advertising brought
TASTE = 0.9  # sigma of a customer's liking for a category, log scale
CHUNK = 20_000  # lines drawn at once, to bound memory
# Share of a day's orders by hour, midnight first.
HOURS = np.array([8, 4, 2, 1, 1, 2, 6, 14, 24, 32, 38, 42, 44, 42, 40, 42, 46, 54, 64, 76, 84, 78, 54, 26], dtype=float)
RETURN_SHARE, RETURN_DAYS = 0.03, (4, 24)
FRAUD_SHARE = 0.006  # of all orders
FRAUD_HOURS = (1, 5)
FRAUD_PER_ACCOUNT = 5  # orders an account opened for fraud places within two days; the rest is stolen accounts
FRAUD_GOODS = ("Drop Max", "Halden 90 Wireless", "In-Ear Monitor M2", "Pebble ANC")  # dear, small, easily sold on
FRAUD_UNITS = (3, 6)
NO_CUSTOMER = 25  # orders that lost their customer in the export
OUTLIER_UNITS = 20


def tag_channels(orders: pd.DataFrame, ticking: Clock, rng: np.random.Generator) -> np.ndarray:
    """Where each order came from: advertising by its share of the day, else the shop's own channels.

    Orders that an intervention added carry no campaign tag, so the advertising channels do not claim them.
    """
    names = [*ticking.share.columns, *OWN_CHANNELS]
    advertised = ticking.share.to_numpy()[orders["day"]] * orders["intervention"].isna().to_numpy()[:, None]
    own = (1 - advertised.sum(axis=1, keepdims=True)) * np.array(list(OWN_CHANNELS.values()))
    return np.array(names, dtype=object)[_choose(np.hstack([advertised, own]), rng)]


def draw_tastes(customers: pd.DataFrame, shelf: Shelf, rng: np.random.Generator) -> np.ndarray:
    """How much each customer (row) likes each product (column): the same for all products of a category."""
    categories, category = np.unique(shelf.products["category"], return_inverse=True)
    return rng.lognormal(0, TASTE, (len(customers), len(categories)))[:, category]


def draw_lines(
    orders: pd.DataFrame, customers: pd.DataFrame, tastes: np.ndarray, shelf: Shelf, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a line: ``order`` (row number), ``product`` (row number), quantity, revenue, discount.

    A product is chosen with weight popularity * (price / first price)^elasticity * (list price / 100)^dearness * taste: with many
    products, a price change moves its units by the planted constant elasticity.
    """
    kinds = pd.DataFrame([vars(s) for s in SEGMENTS]).set_index("name").reindex(customers["segment"])
    who = orders["customer"].to_numpy()
    extra = rng.poisson(kinds["extra_lines"].to_numpy()[who])
    order = np.repeat(np.arange(len(orders)), 1 + extra)
    dear = (shelf.products["first_price"].to_numpy() / 100)[None, :] ** kinds["dearness"].fillna(0).to_numpy()[:, None]
    week = shelf.week(orders["day"].to_numpy())
    product = np.concatenate(
        [
            _choose(shelf.appeal[week[part]] * dear[who[part]] * tastes[who[part]], rng)
            for part in np.array_split(order, max(1, len(order) // CHUNK))
        ]
    )
    lines = pd.DataFrame({"order": order, "product": product})
    lines["quantity"] = 1 + rng.poisson(kinds["extra_units"].to_numpy()[who[order]])
    lines = pd.concat([lines, _companions(lines, week, shelf, rng)]).drop_duplicates(["order", "product"])
    return priced(lines.sort_values(["order", "product"], ignore_index=True), week, shelf)


def _companions(lines: pd.DataFrame, week: np.ndarray, shelf: Shelf, rng: np.random.Generator) -> pd.DataFrame:
    number = {name: row for row, name in enumerate(shelf.products["name"])}
    partner = lines["product"].map({number[a]: number[b] for a, b in COMPANIONS.items()})
    added = lines[partner.notna()].assign(product=partner.dropna().astype(int), quantity=1)
    chance = COMPANION_RATE * shelf.price_response[week[added["order"]], added["product"]]
    return added[rng.random(len(added)) < chance]


def priced(lines: pd.DataFrame, week: np.ndarray, shelf: Shelf) -> pd.DataFrame:
    """The lines with revenue and discount at the prices of their week."""
    row, column = week[lines["order"]], lines["product"].to_numpy()
    gross = lines["quantity"].to_numpy() * shelf.list_price[row, column]
    discount = np.round(gross * shelf.promotion[row, column], 2)
    return lines.assign(revenue=np.round(gross - discount, 2), discount=discount)


def place_in_day(orders: pd.DataFrame, first_day: pd.Timestamp, rng: np.random.Generator) -> pd.Series:
    """The moment of each order: its day plus an hour of the day's usual pattern, to the minute."""
    hour = rng.choice(24, len(orders), p=HOURS / HOURS.sum())
    minute = rng.integers(0, 60, len(orders))
    return first_day + pd.to_timedelta(orders["day"].to_numpy() * 1440 + hour * 60 + minute, "min")


def draw_fraud(
    orders: pd.DataFrame, customers: pd.DataFrame, shelf: Shelf, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fraudulent orders and lines: dear small goods by the handful, at night, in bursts from new accounts or from stolen ones."""
    accounts = np.flatnonzero(customers["segment"] == "fraud account")
    burst = np.repeat(accounts, FRAUD_PER_ACCOUNT)
    burst_day = customers["start"].to_numpy()[burst] + rng.integers(0, 2, len(burst))
    stolen_count = max(0, round(len(orders) * FRAUD_SHARE) - len(burst))
    stolen = orders.iloc[rng.choice(len(orders), stolen_count, replace=False)]
    who = np.concatenate([burst, stolen["customer"]])
    day = np.concatenate([burst_day, stolen["day"]])
    fraud = pd.DataFrame({"customer": who, "day": day, "intervention": None, "channel": "direct", "fraud": True})
    minutes = rng.integers(FRAUD_HOURS[0] * 60, FRAUD_HOURS[1] * 60, len(fraud))
    fraud["at"] = shelf.first_day + pd.to_timedelta(day * 1440 + minutes, "min")
    goods = np.flatnonzero(shelf.products["name"].isin(FRAUD_GOODS))
    lines = pd.DataFrame(
        {
            "order": np.arange(len(fraud)),
            "product": rng.choice(goods, len(fraud)),
            "quantity": rng.integers(FRAUD_UNITS[0], FRAUD_UNITS[1] + 1, len(fraud)),
        }
    )
    return fraud, priced(lines, shelf.week(day), shelf)


def draw_returns(table: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Lines sent back some days later, under the same order number, with negative quantity and revenue."""
    back = table[~table["fraud"] & (rng.random(len(table)) < RETURN_SHARE)].copy()
    back["order_date"] += pd.to_timedelta(rng.integers(*RETURN_DAYS, len(back)), "D")
    back[["quantity", "revenue"]] *= -1
    back["discount"] = 0.0
    return back[back["order_date"] <= last]


def blemish(table: pd.DataFrame, shelf: Shelf, rng: np.random.Generator) -> pd.DataFrame:
    """The lines with what real exports have: orders that lost their customer and one order out of all proportion."""
    table = table.copy()
    ordinary = table.loc[~table["fraud"] & table["intervention"].isna() & (table["quantity"] > 0)]
    lost = rng.choice(ordinary["order_id"].unique(), NO_CUSTOMER, replace=False)
    table.loc[table["order_id"].isin(lost), "customer_id"] = None
    early = ordinary[
        (ordinary["order_date"] < ordinary["order_date"].min() + pd.Timedelta(days=240)) & (ordinary["discount"] == 0)
    ]
    row = early["revenue"].sub(300).abs().idxmin()
    table.loc[row, ["quantity", "revenue"]] = [
        OUTLIER_UNITS,
        round(table.at[row, "revenue"] / table.at[row, "quantity"] * OUTLIER_UNITS, 2),
    ]
    return table


def _choose(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One column a row, with probability in proportion to the row's weights."""
    bounds = np.cumsum(weights, axis=1)
    draw = rng.random(len(weights)) * bounds[:, -1]
    return (draw[:, None] >= bounds).sum(axis=1)
