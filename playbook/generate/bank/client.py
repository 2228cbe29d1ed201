"""One generated bank: all tables under canonical names, the client's own features beside them, and the truth behind them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.errors import UsageError
from playbook.generate.bank.accounts import draw_activity
from playbook.generate.bank.bookings import draw_bookings, read_catalogue, read_products
from playbook.generate.bank.card_payments import draw_payments
from playbook.generate.bank.corporate import draw_deals
from playbook.generate.bank.credit import draw_applications
from playbook.generate.bank.loan_path import draw_loan_path
from playbook.generate.bank.offers import draw_offers
from playbook.generate.bank.people import draw_people
from playbook.generate.bank.planted import BANK_CHANNELS, CUSTOMERS
from playbook.generate.bank.truth import BankTruth, tell_bank_truth
from playbook.generate.bank.voices import answers_of, draw_answers, tickets_of
from playbook.generate.client import AS_OF
from playbook.generate.demand import advertising
from playbook.generate.ledger import advertising_ledger, plan_targets, totals_by_month
from playbook.generate.shop import market_sizes

__all__ = ["BANK_MONTHS", "GeneratedBank", "generate_bank"]

BANK_MONTHS = 30  # as bundled
FEWEST_CUSTOMERS, FEWEST_MONTHS = 600, 24
STREAMS = 24  # random streams, one a room; more than are used, to leave room for new ones
BANK_STREAM = 1  # apart from the shop's streams of the same seed


@dataclass(frozen=True)
class GeneratedBank:
    """Tables by name (canonical columns and the client's own features), the truth, and what the client is called."""

    name: str
    seed: int
    as_of: date
    tables: dict[str, pd.DataFrame]
    truth: BankTruth


def generate_bank(
    seed: int = 7, customers: int = CUSTOMERS, months: int = BANK_MONTHS, name: str = "Harbor Bank"
) -> GeneratedBank:
    """A retail bank with ``months`` of history up to 31 October 2026; the same arguments give the same tables.

    Every room draws from a random stream of its own, so that changing one leaves the others as they were.
    Raises UsageError for fewer than 600 customers or 24 months.
    """
    if customers < FEWEST_CUSTOMERS or months < FEWEST_MONTHS:
        raise UsageError(f"A generated bank needs at least {FEWEST_CUSTOMERS} customers and {FEWEST_MONTHS} months.")
    streams = map(np.random.default_rng, np.random.SeedSequence([seed, BANK_STREAM]).spawn(STREAMS))
    last = pd.Timestamp(AS_OF) + pd.Timedelta(hours=23, minutes=59)
    starts = pd.date_range(end=pd.Timestamp(AS_OF).replace(day=1), periods=months, freq="MS")
    days = pd.date_range(starts[0], pd.Timestamp(AS_OF))

    people = draw_people(starts, customers, next(streams))
    products = read_products(starts[0], next(streams))
    spend, by_channel = advertising(days, customers, next(streams), BANK_CHANNELS)
    booked = draw_bookings(people, products, starts, by_channel, next(streams))
    first = booked.lines.drop_duplicates("customer_id").set_index("customer_id")["channel"]
    people["channel"] = people["customer_id"].map(first).fillna("branch")
    lines = booked.lines.assign(quantity=1, fraud=False)
    activity = draw_activity(people, starts, next(streams))
    cases, offers = draw_offers(people, activity, last, next(streams))
    applications, credits = draw_applications(people, last, next(streams))
    payments, frauds = draw_payments(people, last, next(streams))
    deals, winning = draw_deals(last, customers, next(streams))
    answers, moved = draw_answers(people, last, next(streams))
    tables = {
        "orders": booked.lines,
        "customers": people,
        "products": products,
        "interventions": booked.members,
        "marketing": advertising_ledger(spend, lines, next(streams), BANK_CHANNELS),
        "market": market_sizes(lines, products, next(streams), read_catalogue()),
        "tickets": tickets_of(lines, pd.Timestamp(AS_OF), customers, next(streams)),
        "faq": answers_of(),
        "surveys": answers,
        "plan": plan_targets(totals_by_month(lines), AS_OF.year),
        "journeys": draw_loan_path(last, customers, next(streams)),
        "pipeline": deals,
        "cases": cases,
        "applications": applications,
        "payments": payments,
        "activity": activity,
    }
    truth = tell_bank_truth(
        seed, people, booked, tables, {"cases": offers, "applications": credits, "payments": frauds, "pipeline": winning}, moved
    )
    return GeneratedBank(name, seed, AS_OF, tables, truth)
