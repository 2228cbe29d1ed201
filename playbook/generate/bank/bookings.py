"""Bookings: fees, margins and commissions that customers bring, month by month; and campaigns that add to them."""

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from playbook.generate.bank.people import fades
from playbook.generate.bank.planted import CAMPAIGNS, DECLINE, DECLINE_MONTHS, GROUPS, GROWTH, SEASON

__all__ = ["COMPANIONS", "COMPANION_RATE", "Bookings", "draw_bookings", "read_catalogue", "read_products"]

AMOUNT_SPREAD = 0.35  # sigma, log scale, of a booking's income
TASTE = 0.9  # sigma, log scale: how much customers differ in what they like
WAIVED, WAIVERS = 0.10, (0.1, 0.2, 0.3, 0.5)  # share of bookings with a discount, and discounts given
WEEKDAYS = (1.15, 1.1, 1.05, 1.05, 1.1, 0.45, 0.2)
OPENING = (8 * 60, 20 * 60)  # minutes of the day
WAYS = {"branch": 0.34, "app": 0.48, "phone": 0.18}
# With the first comes the second in the same order, as often as COMPANION_RATE says.
COMPANIONS = {"Home Loan": "Home Cover", "Travel Card": "Travel Cover", "Personal Loan": "Income Cover"}
COMPANION_RATE = 0.40
FIRST_ORDER = 500_001


@dataclass(frozen=True)
class Bookings:
    """``lines``: order_id, order_date, customer_id, product_id, revenue, discount, channel, campaign (that added the order).
    ``members``: intervention_id, customer_id, group. ``expected``: customer (row number), campaign, treated, orders added."""

    lines: pd.DataFrame
    members: pd.DataFrame
    expected: pd.DataFrame


def read_catalogue() -> dict:
    """Product groups with their products, as products.yml lists them."""
    return YAML(typ="safe", pure=True).load(files("playbook.generate").joinpath("bank/products.yml").read_text(encoding="utf-8"))


def read_products(first_day: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """One row a product: the schema's columns and ``popularity``."""
    rows = [
        (name, category, "Harbor Bank", float(cost), float(income), entry["text"].format(feature), popularity)
        for category, entry in read_catalogue().items()
        for name, income, cost, popularity, feature in entry["products"]
    ]
    products = pd.DataFrame(rows, columns=["name", "category", "brand", "cost", "list_price", "description", "popularity"])
    products.insert(0, "product_id", [f"P{number}" for number in range(101, 101 + len(products))])
    products["launched_on"] = first_day - pd.to_timedelta(rng.integers(200, 4000, len(products)), "D")
    return products


def draw_bookings(
    people: pd.DataFrame, products: pd.DataFrame, months: pd.DatetimeIndex, advertised: pd.DataFrame, rng: np.random.Generator
) -> Bookings:
    """All bookings of the months: each customer's own, those a campaign adds, and those advertising brings.

    ``advertised``: expected orders of each day (index) and channel (column). An own booking is a Poisson event at the customer's
    rate times season, growth and the fading of those who leave; a campaign adds to it its effect times that.
    """
    rate = np.array([people["bookings"] * fades(people, m, DECLINE, DECLINE_MONTHS) for m in range(len(months))]).T
    years = np.arange(len(months)) / 12
    rate = rate * np.array(SEASON)[months.month - 1] / np.mean(SEASON) * (1 + GROWTH) ** (years - years.mean())
    placed, members, expected = [_events(rate, None, rng)], [], []
    for campaign in CAMPAIGNS:
        inside = (months >= pd.Timestamp(campaign.start)) & (months <= pd.Timestamp(campaign.end))
        begin = int(np.flatnonzero(inside)[0])
        treated, control = _groups(people, begin, campaign.per_group, rng)
        added = np.zeros_like(rate)
        added[treated] = rate[treated] * inside * campaign.effect
        placed.append(_events(added, campaign.id, rng))
        expected.append(pd.DataFrame({"customer": treated, "campaign": campaign.id, "orders": added[treated].sum(axis=1)}))
        if campaign.per_group:
            for group, rows in (("treated", treated), ("control", control)):
                ids = people["customer_id"].to_numpy()[rows]
                members.append(pd.DataFrame({"intervention_id": campaign.id, "customer_id": ids, "group": group}))
    opened = np.flatnonzero(people["acquired_on"] >= months[0])
    orders = pd.concat([*placed, pd.DataFrame({"customer": opened, "month": people["first"].to_numpy()[opened]})])
    orders = orders.assign(campaign=orders["campaign"].astype(object).where(orders["campaign"].notna(), None))
    orders["day"] = _days(orders["month"].to_numpy(dtype=int), months, rng)
    orders.iloc[len(orders) - len(opened) :, orders.columns.get_loc("day")] = people["acquired_on"].to_numpy()[opened]
    orders["channel"] = rng.choice(list(WAYS), len(orders), p=list(WAYS.values()))
    orders = pd.concat([orders, _advertised(people, rate, months, advertised, rng)], ignore_index=True)
    left = people["left_on"].to_numpy()[orders["customer"]]
    joined = people["acquired_on"].to_numpy()[orders["customer"]]
    orders = orders[(orders["day"] >= joined) & ~(orders["day"] > left)]
    lines = _lines(orders, people, products, rng)
    return Bookings(lines, pd.concat(members, ignore_index=True), pd.concat(expected, ignore_index=True))


def _events(rate: np.ndarray, campaign: str | None, rng: np.random.Generator) -> pd.DataFrame:
    """Poisson events at ``rate`` (customer, month): customer, month, campaign."""
    count = rng.poisson(rate)
    customer, month = (np.repeat(place, count.ravel()) for place in (g.ravel() for g in np.indices(count.shape)))
    return pd.DataFrame({"customer": customer, "month": month, "campaign": campaign})


def _groups(people: pd.DataFrame, month: int, per_group: int | None, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two groups of customers who were there half a year before, drawn at random; or everybody and nobody."""
    there = np.flatnonzero((people["first"] <= month - 6) & (people["left"] > month))
    if per_group is None:
        return np.flatnonzero((people["first"] <= month) & (people["left"] >= month)), np.array([], dtype=int)
    size = min(per_group, len(there) // 3)
    drawn = rng.permutation(there)[: 2 * size]
    return np.sort(drawn[:size]), np.sort(drawn[size:])


def _days(month: np.ndarray, months: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    """A day in each event's month, fewer at weekends."""
    days = pd.date_range(months[0], months[-1] + pd.offsets.MonthEnd(1))
    reach = np.cumsum(np.array(WEEKDAYS)[days.day_of_week])
    last = np.searchsorted(days, months[1:].append(pd.DatetimeIndex([days[-1] + pd.Timedelta(days=1)]))) - 1
    upper = reach[last][month]
    lower = np.concatenate([[0.0], reach[last][:-1]])[month]
    return days.to_numpy()[np.searchsorted(reach, lower + rng.random(len(month)) * (upper - lower), side="right")]


def _advertised(
    people: pd.DataFrame, rate: np.ndarray, months: pd.DatetimeIndex, advertised: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Orders that advertising brings, of random customers in proportion to their own rate."""
    frames = []
    for channel in advertised:
        day = np.repeat(np.arange(len(advertised)), rng.poisson(advertised[channel].to_numpy()))
        month = np.searchsorted(months, advertised.index[day], side="right") - 1
        reach = np.cumsum(rate, axis=0)
        customer = [
            np.searchsorted(reach[:, m], u * reach[-1, m], side="right") for m, u in zip(month, rng.random(len(day)), strict=True)
        ]
        frames.append(
            pd.DataFrame(
                {"customer": customer, "month": month, "day": advertised.index[day], "channel": channel, "campaign": None}
            )
        )
    return pd.concat(frames, ignore_index=True)


def _lines(orders: pd.DataFrame, people: pd.DataFrame, products: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One line an order, and a second for what is bought together, in order of time."""
    groups = {g.name: g.tastes for g in GROUPS}
    usual = np.array([[groups[g][c] for c in products["category"]] for g in groups]) * products["popularity"].to_numpy()
    place = people["group"].map({name: n for n, name in enumerate(groups)}).to_numpy()
    liking = usual[place] * rng.lognormal(0, TASTE, (len(people), len(products)))
    reach = np.cumsum(liking, axis=1)
    who = orders["customer"].to_numpy()
    product = (rng.random(len(who))[:, None] * reach[who, -1:] >= reach[who]).sum(axis=1)
    minute = rng.integers(*OPENING, len(who))
    table = orders.assign(product=product, order_date=pd.DatetimeIndex(orders["day"]) + pd.to_timedelta(minute, "min"))
    table = table.sort_values(["order_date", "customer", "product"], kind="stable", ignore_index=True)
    table["order_id"] = "B" + pd.Series(np.arange(FIRST_ORDER, FIRST_ORDER + len(table)), index=table.index).astype(str)
    number = {name: n for n, name in enumerate(products["name"])}
    second = {number[first]: number[other] for first, other in COMPANIONS.items()}
    joined = table[table["product"].isin(list(second)) & (rng.random(len(table)) < COMPANION_RATE)]
    table = pd.concat([table, joined.assign(product=joined["product"].map(second))], ignore_index=True)
    who, product = table["customer"].to_numpy(), table["product"].to_numpy()
    worth = products["list_price"].to_numpy()[product] * people["worth"].to_numpy()[who]
    full = worth * rng.lognormal(-(AMOUNT_SPREAD**2) / 2, AMOUNT_SPREAD, len(table))
    waiver = np.where(rng.random(len(table)) < WAIVED, rng.choice(WAIVERS, len(table)), 0.0)
    table["discount"] = (full * waiver).round(1)
    table["revenue"] = (full * (1 - waiver)).round(1)
    table["customer_id"] = people["customer_id"].to_numpy()[who]
    table["product_id"] = products["product_id"].to_numpy()[product]
    table["name"] = products["name"].to_numpy()[product]
    columns = ["order_id", "order_date", "customer_id", "product_id", "name", "revenue", "discount", "channel", "campaign"]
    return table.sort_values(["order_date", "order_id", "product_id"], kind="stable", ignore_index=True)[columns]
