"""One generated manufacturer: all tables under canonical names, its own features beside them, and the truth behind them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.errors import UsageError
from playbook.generate.client import AS_OF
from playbook.generate.ledger import plan_targets, totals_by_month
from playbook.generate.manufacturer.deals import draw_deals
from playbook.generate.manufacturer.field import field_ledger, field_spend
from playbook.generate.manufacturer.firms import add_contracts, draw_firms
from playbook.generate.manufacturer.planted import CUSTOMERS
from playbook.generate.manufacturer.sales import draw_sales
from playbook.generate.manufacturer.shelf import catalogue, price_shelf, read_products, rival_prices
from playbook.generate.manufacturer.truth import ManufacturerTruth, tell_truth
from playbook.generate.manufacturer.voices import answers_of, draw_answers, tickets_of
from playbook.generate.shop import Shelf, market_sizes
from playbook.generate.stock import stock_counts

__all__ = ["MANUFACTURER_MONTHS", "GeneratedManufacturer", "generate_manufacturer"]

MANUFACTURER_MONTHS = 36  # as bundled: three Spring Festivals
FEWEST_CUSTOMERS, FEWEST_MONTHS = 300, 24
STREAMS = 20  # random streams, one a room; more than are used, to leave room for new ones
MANUFACTURER_STREAM = 2  # apart from the streams of the shop and the bank
WEEKS_BEFORE = 26  # deals that were opened before the history and end within it


@dataclass(frozen=True)
class GeneratedManufacturer:
    """Tables by name (canonical columns and the client's own features), the truth, and what the client is called."""

    name: str
    seed: int
    as_of: date
    tables: dict[str, pd.DataFrame]
    truth: ManufacturerTruth


def generate_manufacturer(
    seed: int = 7, customers: int = CUSTOMERS, months: int = MANUFACTURER_MONTHS, name: str = "华信包装机械"
) -> GeneratedManufacturer:
    """A maker of packaging machines with ``months`` of history up to 31 October 2026; the same arguments give the same tables.

    ``customers`` have bought before the history begins; won deals add to them. Every room draws from a random stream of its own.
    Raises UsageError for fewer than 300 customers or 24 months.
    """
    if customers < FEWEST_CUSTOMERS or months < FEWEST_MONTHS:
        raise UsageError(f"A generated manufacturer needs at least {FEWEST_CUSTOMERS} customers and {FEWEST_MONTHS} months.")
    streams = map(np.random.default_rng, np.random.SeedSequence([seed, MANUFACTURER_STREAM]).spawn(STREAMS))
    last = pd.Timestamp(AS_OF)
    starts = pd.date_range(end=last.replace(day=1), periods=months, freq="MS")
    days = pd.date_range(starts[0], last)

    firms = draw_firms(customers, starts[0], next(streams))
    products = read_products(starts[0], next(streams))
    shelf = price_shelf(products, days, next(streams))
    weeks = pd.date_range(shelf.weeks[0] - pd.Timedelta(weeks=WEEKS_BEFORE), last, freq="7D")
    spend, opened = field_spend(weeks, next(streams))
    deals = draw_deals(opened * customers / CUSTOMERS, firms, shelf, last, next(streams))
    firms = add_contracts(deals.firms, last, next(streams))
    sales = draw_sales(firms, deals.won, shelf, starts, last, next(streams))
    lines = sales.lines
    answers, moved = draw_answers(lines, firms, last, next(streams))
    counts, lying = _stock(lines, shelf, next(streams))
    listed = products.assign(list_price=shelf.list_price[-1])
    groups = {group: entry for kind in catalogue().values() for group, entry in kind.items()}
    closed = deals.pipeline["closed_on"]
    tables = {
        "orders": lines,
        "customers": firms,
        "products": listed,
        "pipeline": deals.pipeline[~(closed < starts[0])],
        "journeys": deals.steps[deals.steps["journey_id"].isin(deals.pipeline.loc[~(closed < starts[0]), "opportunity_id"])],
        "marketing": field_ledger(spend[spend.index >= starts[0]] * customers / CUSTOMERS, deals.won),
        "competitors": rival_prices(shelf, starts, next(streams)),
        "market": market_sizes(lines, listed, next(streams), groups),
        "tickets": tickets_of(lines, last, next(streams)),
        "faq": answers_of(),
        "surveys": answers,
        "stock": counts,
        "plan": plan_targets(totals_by_month(lines), AS_OF.year),
        "interventions": sales.members,
    }
    truth = tell_truth(seed, firms, deals, sales, moved, lying)
    return GeneratedManufacturer(name, seed, AS_OF, tables, truth)


def _stock(lines: pd.DataFrame, shelf: Shelf, rng: np.random.Generator) -> tuple[pd.DataFrame, dict]:
    """Weekly counts of the parts, and what was planted there."""
    kept = (shelf.products["kind"] == "备件").to_numpy()
    parts = shelf.products[kept].reset_index(drop=True)
    prices = (table[:, kept] for table in (shelf.list_price, shelf.promotion, shelf.appeal))
    counts, planted = stock_counts(
        lines[lines["kind"] == "备件"], Shelf(parts, shelf.first_day, shelf.weeks, *prices), pd.Index([]), rng
    )
    return counts, {name: planted[name] for name in ("out_of_stock", "overstocked")}
