"""One generated client: all tables under canonical names, and the truth behind them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.errors import UsageError
from playbook.generate import orders as ordering
from playbook.generate.customers import draw_customers
from playbook.generate.deliveries import draw_deliveries, whole_orders
from playbook.generate.demand import Clock, advertising, clock, draw_times
from playbook.generate.interventions import Rollout, roll_out
from playbook.generate.journeys import draw_journeys
from playbook.generate.ledger import advertising_ledger, plan_targets, totals_by_month
from playbook.generate.planted import REFERENCE_CUSTOMERS, REGULARITY
from playbook.generate.service import draw_tickets, standing_answers
from playbook.generate.shop import Shelf, competitor_prices, market_sizes, price_shelf, read_products
from playbook.generate.stock import add_leftovers, stock_counts
from playbook.generate.surveys import ask, draw_answers, draw_wallets
from playbook.generate.truth import Truth, tell_truth
from playbook.intake.schema import TABLES

__all__ = ["AS_OF", "GeneratedClient", "generate_client"]

AS_OF = date(2026, 10, 31)
FEWEST_CUSTOMERS, FEWEST_MONTHS = 300, 24
COMPETITOR_WEEKS = 52
FLAGGED = 0.55  # share of the fraud that the client knows of
FIRST_ORDER = 100_001
STREAMS = 24  # random streams, one a room; more than are used, to leave room for new ones
DISCONTINUED = 2  # products that were sold but are gone from the product list


@dataclass(frozen=True)
class GeneratedClient:
    """Canonical tables by name (see ``playbook.intake.schema``), the truth, and what the client is called."""

    name: str
    seed: int
    as_of: date
    tables: dict[str, pd.DataFrame]
    truth: Truth


def generate_client(
    seed: int = 7, customers: int = REFERENCE_CUSTOMERS, months: int = 36, name: str = "Aurora Audio"
) -> GeneratedClient:
    """An audio web shop with ``months`` of history up to 31 October 2026; the same arguments give the same tables.

    Every room draws from a random stream of its own, so that changing one leaves the others as they were.
    Raises UsageError for fewer than 300 customers or 24 months.
    """
    if customers < FEWEST_CUSTOMERS or months < FEWEST_MONTHS:
        raise UsageError(f"A generated client needs at least {FEWEST_CUSTOMERS} customers and {FEWEST_MONTHS} months.")
    streams = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(STREAMS))
    last = pd.Timestamp(AS_OF)
    days = pd.date_range((last + pd.Timedelta(days=1)) - pd.DateOffset(months=months), last, freq="D")

    people = draw_customers(days, customers, next(streams))
    spend, by_channel = advertising(days, customers, next(streams))
    ticking = clock(days, by_channel, people)
    shelf = price_shelf(read_products(days, next(streams)), days, next(streams))

    base = _orders_anyway(ticking, people, next(streams))
    rollout = roll_out(base, people, ticking, next(streams))
    table = _order_table(base, rollout, people, ticking, shelf, next(streams))
    people["channel"] = _first_channel(table, people)

    tables = {
        "orders": table,
        "customers": people[["customer_id", "acquired_on", "region", "channel", "age_group", "income_group", "household_size"]],
        "products": shelf.products.assign(list_price=shelf.list_price[-1]),
        "interventions": _members(rollout, people),
        "journeys": draw_journeys(_whole_orders(table), last, customers, next(streams)),
        "marketing": advertising_ledger(spend, table, next(streams)),
        "competitors": competitor_prices(shelf, COMPETITOR_WEEKS, next(streams)),
        "market": market_sizes(table, shelf.products, next(streams)),
    }
    gone = table["product_id"].value_counts().nsmallest(DISCONTINUED).index
    tables["stock"], scarce = stock_counts(table, shelf, gone, next(streams))
    named = table[(table["quantity"] > 0) & ~table["fraud"] & table["customer_id"].notna()]
    named = named.assign(name=named["product_id"].map(shelf.products.set_index("product_id")["name"]))
    tables["tickets"] = draw_tickets(named, last, customers, next(streams))
    asked = ask(named, last, customers, next(streams))
    delivered = draw_deliveries(
        whole_orders(table, people), asked.set_index("order_id")["date"], tables["tickets"], last, next(streams)
    )
    tables["orders"] = table.join(delivered.set_index("order_id")[["promised_on", "delivered_on"]], on="order_id")
    answers, moved = draw_answers(asked, delivered, next(streams))
    told = asked[["order_id"]].assign(driver=moved)
    said, wallet = draw_wallets(answers, table, people, next(streams))
    tables["surveys"] = answers.assign(total_spend=said)
    tables["plan"] = plan_targets(totals_by_month(table), AS_OF.year)
    truth = tell_truth(seed, people.assign(wallet_share=people["customer_id"].map(wallet)), shelf, rollout, tables, told, scarce)
    for listed in ("products", "competitors", "stock"):
        tables[listed] = tables[listed][~tables[listed]["product_id"].isin(gone)]
    tables["products"], tables["stock"] = add_leftovers(tables["products"], tables["stock"])
    tables["faq"] = standing_answers()
    return GeneratedClient(name, seed, AS_OF, {t: _canonical(t, frame) for t, frame in tables.items()}, truth)


def _orders_anyway(ticking, people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Orders (customer, day, intervention) that happen without any intervention."""
    who, day = draw_times(
        ticking, people["rate"].to_numpy(), people["start"].to_numpy(), people["stop"].to_numpy(), rng, REGULARITY
    )
    newcomers = np.flatnonzero(people["first"])
    return pd.DataFrame(
        {
            "customer": np.concatenate([newcomers, who]),
            "day": np.concatenate([people["start"].to_numpy()[newcomers], day]),
            "intervention": None,
        }
    )


def _order_table(
    base: pd.DataFrame, rollout: Rollout, people: pd.DataFrame, ticking: Clock, shelf: Shelf, rng: np.random.Generator
) -> pd.DataFrame:
    """All order lines in order of time, with the schema's columns plus ``fraud`` and ``intervention``.

    What happens anyway is drawn apart from what interventions add: changing one leaves the other as it was.
    """
    tastes = ordering.draw_tastes(people, shelf, rng)
    placed, lines, before = [], [], 0
    for orders, own in zip((base, rollout.added), rng.spawn(2), strict=True):
        at = ordering.place_in_day(orders, shelf.first_day, own)
        placed.append(orders.assign(channel=ordering.tag_channels(orders, ticking, own), at=at, fraud=False))
        drawn = ordering.draw_lines(orders, people, tastes, shelf, own)
        lines.append(drawn.assign(order=drawn["order"] + before))
        before += len(orders)
    kept = np.concatenate([~rollout.lost, np.ones(len(rollout.added), dtype=bool)])
    placed = pd.concat(placed, ignore_index=True)[kept].reset_index(drop=True)
    lines = pd.concat(lines, ignore_index=True)
    lines = lines[kept[lines["order"]]].assign(order=lambda line: (np.cumsum(kept) - 1)[line["order"]])
    fraud, fraud_lines = ordering.draw_fraud(placed, people, shelf, rng)
    lines = pd.concat([lines, fraud_lines.assign(order=fraud_lines["order"] + len(placed))], ignore_index=True)
    placed = pd.concat([placed, fraud], ignore_index=True)
    rank = placed["at"].rank(method="first").astype(int) - 1
    placed["order_id"] = "A-" + (FIRST_ORDER + rank).astype(str)
    placed["flagged"] = placed["fraud"] & (rng.random(len(placed)) < FLAGGED)
    placed["customer_id"] = people["customer_id"].to_numpy()[placed["customer"]]
    table = lines.join(placed[["order_id", "at", "customer_id", "channel", "flagged", "fraud", "intervention"]], on="order")
    table["product_id"] = shelf.products["product_id"].to_numpy()[table["product"]]
    table = table.rename(columns={"at": "order_date"})
    table = ordering.blemish(table, shelf, rng)
    table = pd.concat([table, ordering.draw_returns(table, pd.Timestamp(AS_OF) + pd.Timedelta(hours=23), rng)])
    return table.sort_values(["order_date", "order_id", "product_id"], kind="stable", ignore_index=True)


def _first_channel(table: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    first = table.dropna(subset=["customer_id"]).drop_duplicates("customer_id").set_index("customer_id")["channel"]
    return people["customer_id"].map(first).fillna("organic")


def _members(rollout: Rollout, people: pd.DataFrame) -> pd.DataFrame:
    return rollout.members.assign(customer_id=people["customer_id"].to_numpy()[rollout.members["customer"]])


def _whole_orders(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["quantity"] > 0) & ~table["fraud"]].drop_duplicates("order_id")[["order_date", "customer_id", "channel"]]


def _canonical(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The schema's columns in the schema's order; what only the truth knows is dropped."""
    return frame[[column for column in TABLES[name].names if column in frame]].reset_index(drop=True)
