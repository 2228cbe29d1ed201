"""Lifetime notes: what the values rest on, how well that is supported, and how much hangs on it."""

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from playbook.methods.market_research.lifetime.bg_nbd import BuyingFit
from playbook.methods.market_research.lifetime.contract_worth import ContractWorth
from playbook.methods.market_research.lifetime.customer_worth import Spending
from playbook.methods.market_research.lifetime.groups import Told
from playbook.result.contract import Assumption
from playbook.result.formats import Formats

__all__ = ["contract_notes", "order_notes"]

FEW = 0.2  # share of customers from which what is assumed of them moves the whole
OFF = 0.05  # by how much newcomers' orders differ from the model before it is told
TIED = 0.2  # rank correlation of number and value of orders from which the two hang together


def order_notes(
    told: Told, fit: BuyingFit, spending: Spending, histories: pd.DataFrame, returned: int, unnamed: float,
    beside: float | None, fmt: Formats,
) -> tuple[Assumption, ...]:  # fmt: skip
    """Assumptions of the values by orders; ``returned``: customers who sent all back; ``unnamed``: share of orders of nobody;
    ``beside``: a year's fees of contracts that customers have beside their orders."""
    notes = [*_shared(told, fmt), _regular(fit, fmt), _tied(spending, histories, fmt)]
    notes.append(_new(told, fmt))
    if beside is not None:
        notes.append(
            Assumption(
                f"Customers are valued by what they order. Running contracts bring fees of {fmt.money(beside)} a year, far less"
                " than the orders; where the fees are not among these, they come on top.",
                "medium", "medium",
            )
        )  # fmt: skip
    once = int((histories["repeats"] == 0).sum())
    if once and not fit.early:
        who = "1 customer who ordered once is" if once == 1 else f"{fmt.count(once)} customers who ordered once are"
        share = once / len(histories)
        notes.append(
            Assumption(
                f"{who} taken to be still active: in this model customers leave after a repeat order only.",
                "low", "low" if share < FEW else "medium",
            )
        )  # fmt: skip
    if fit.at_bound or any(one.at_bound for one in spending.fits):
        notes.append(
            Assumption(
                "Customers are so alike, or so few leave, that a part of the model cannot be told from the data; it was left at "
                "the edge of what is possible, and ranges are somewhat too narrow.",
                "low", "medium",
            )
        )  # fmt: skip
    if unnamed > 0:
        notes.append(Assumption(f"{fmt.share(unnamed)} of orders name no customer and are left out.", "high", "low"))
    if returned:
        who = "1 customer" if returned == 1 else f"{fmt.count(returned)} customers"
        notes.append(Assumption(f"{who} sent back all they bought and are left out.", "high", "low"))
    return tuple(notes)


def contract_notes(told: Told, found: ContractWorth, read: str, unpriced: int, fmt: Formats) -> tuple[Assumption, ...]:
    """Assumptions of the values by contracts; ``read``: where fees are from; ``unpriced``: contracts without one."""
    seen = found.retention.seen
    notes = [
        *_shared(told, fmt),
        Assumption(
            f"How long contracts last is read off the data up to month {fmt.count(seen)}; beyond, it follows a model in which "
            "those who leave easily leave first.",
            "medium", "high" if seen < told.years * 12 else "low",
        ),
    ]  # fmt: skip
    if read == "orders":
        notes.append(
            Assumption("A contract brings each month what its customer ordered in the last twelve months.", "medium", "high")
        )
    if unpriced and read == "fee":
        who = "1 contract has" if unpriced == 1 else f"{fmt.count(unpriced)} contracts have"
        notes.append(
            Assumption(
                f"{who} no fee and {'is' if unpriced == 1 else 'are'} taken to bring the mean of their kind.", "medium", "low"
            )
        )
    if told.newcomer.basis == "all":
        notes.append(
            Assumption("Too few contracts began in the last twelve months: a new one is taken to be like all.", "low", "medium")
        )
    if any(one.fit.at_bound for one in found.kinds.values()):
        notes.append(
            Assumption(
                "In a part of the contracts all end alike often: beyond the data that share stays the same.", "medium", "low"
            )
        )
    return tuple(notes)


def _shared(told: Told, fmt: Formats) -> list[Assumption]:
    rate, margin = told.terms.rate, told.parameters.gross_margin
    notes = [
        Assumption(
            f"Value is margin: {fmt.share(margin)} of revenue, as stated." if margin
            else "No margin is stated, so value is revenue: what is left of it after the cost of goods is less.",
            "medium" if margin else "low", "high",
        ),
        Assumption(
            f"Money a year from now counts for {fmt.share(1 / (1 + rate))} of money today, at the stated discount rate of "
            f"{fmt.share(rate)}." if rate
            else "Money later counts as much as money today: the discount rate is stated as zero.",
            "medium", "low",
        ),
        Assumption("Customers go on as they did: no new prices, no growth, no other service.", "medium", "high"),
    ]  # fmt: skip
    held = told.holdout
    if held is None:
        notes.append(
            Assumption("The data are too short, or too little happened, to test a forecast on their last part.", "low", "high")
        )
    elif np.isfinite(held.miss):
        notes.append(
            Assumption(
                f"A forecast of the last {_span(held)} missed by {fmt.share(abs(held.miss))}; ranges of totals and segments are "
                "widened as if the values here could be off as far.",
                "high" if told.trusted else "low", "medium" if told.trusted else "high",
            )
        )  # fmt: skip
    return notes


def _span(held) -> str:
    steps = int(held.course["step"].iloc[-1])
    return f"{held.step}" if steps == 1 else f"{steps} {held.step}s"


def _new(told: Told, fmt: Formats) -> Assumption:
    new = told.newcomer
    if new.basis == "all":
        return Assumption(
            "Too few customers came new within the data to learn from them alone: a new customer is taken to buy as those known "
            "today did from their first order in the data on, and some of these were customers before.",
            "low", "high",
        )  # fmt: skip
    who = f"What a new customer is worth is learnt from the {fmt.count(new.customers)} customers"
    if new.basis == "acquired":
        text, support = f"{who} who were won within the time of the data; the first order is included.", "medium"
    else:
        text, support = (
            f"{who} whose first order came long after the data begin; some may be old customers after a long pause, since the "
            "data do not say when each was won. The first order is included.",
            "low",
        )
    if abs(new.kept - 1) >= OFF:
        text += (
            f" They ordered {fmt.share(abs(new.kept - 1))} {'more' if new.kept > 1 else 'less'} so far than the model gives "
            "them; its forecast is scaled by that."
        )
        support = "low"
    return Assumption(text, support, "high")


def _regular(fit: BuyingFit, fmt: Formats) -> Assumption:
    if fit.k == 1:
        text = "Customers buy at random times, each at its own rate; that fitted better than steady gaps did."
    else:
        text = (
            "Customers keep fairly steady gaps between orders: that fitted far better than orders at random times, and a silence "
            "says more for it."
        )
    return Assumption(f"{text} (Model: {fit.name}.)", "high", "medium")


def _tied(spending: Spending, histories: pd.DataFrame, fmt: Formats) -> Assumption:
    orders, values = histories["repeats"], histories["value"]
    together = float(spearmanr(orders, values).statistic) if orders.nunique() > 1 and values.nunique() > 1 else 0.0
    if abs(together) < TIED:
        text = "How often customers order and what an order is worth hardly hang together, as the model takes them to"
        return Assumption(f"{text} (rank correlation {fmt.number(together)}).", "high", "low")
    split = len(spending.fits) > 1
    text = f"Customers who order more often also place {'larger' if together > 0 else 'smaller'} orders"
    cure = (
        "order values are therefore compared among customers who order about as often."
        if split
        else "there are too few customers to compare order values only among those who order about as often."
    )
    return Assumption(f"{text} (rank correlation {fmt.number(together)}); {cure}", "medium" if split else "low", "medium")
