"""Lifetime notes: what the values rest on, how well that is supported, and how much hangs on it."""

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from playbook.methods.market_research.lifetime.bg_nbd import BuyingFit
from playbook.methods.market_research.lifetime.contract_worth import ContractWorth
from playbook.methods.market_research.lifetime.customer_worth import Spending
from playbook.methods.market_research.lifetime.groups import Told
from playbook.methods.market_research.lifetime.holdout import Holdout
from playbook.result.contract import Assumption
from playbook.result.formats import Formats

__all__ = ["contract_notes", "order_notes"]

FEW = 0.2  # share of customers from which what is assumed of them moves the whole
OFF = 0.05  # by how much newcomers' orders differ from the model before it is told
TIED = 0.2  # rank correlation of number and value of orders from which the two hang together


def order_notes(
    told: Told, fit: BuyingFit, spending: Spending, histories: pd.DataFrame, returned: int, unnamed: int,
    beside: float | None, fmt: Formats,
) -> tuple[Assumption, ...]:  # fmt: skip
    """Assumptions of the values by orders; ``returned``: customers who sent all back; ``unnamed``: orders of nobody;
    ``beside``: a year's fees of contracts that customers have beside their orders."""
    notes = [*_shared(told, fmt), _regular(fit, fmt), _tied(spending, histories, fmt)]
    notes.append(_new(told, fmt))
    if beside is not None:
        text = fmt.say(
            "Customers are valued by what they order. Running contracts bring fees of {fees} a year, far less than the orders; "
            "where the fees are not among these, they come on top.",
            fees=fmt.money(beside),
        )
        notes.append(Assumption(text, "medium", "medium"))
    once = int((histories["repeats"] == 0).sum())
    if once and not fit.early:
        text = fmt.say_n(
            "{n} customer who ordered once is taken to be still active: in this model customers leave after a repeat order only.",
            "{n} customers who ordered once are taken to be still active: in this model customers leave after a repeat order "
            "only.",
            once,
        )
        notes.append(Assumption(text, "low", "low" if once / len(histories) < FEW else "medium"))
    if fit.at_bound or any(one.at_bound for one in spending.fits):
        notes.append(
            Assumption(
                "Customers are so alike, or so few leave, that a part of the model cannot be told from the data; it was left at "
                "the edge of what is possible, and ranges are somewhat too narrow.",
                "low", "medium",
            )
        )  # fmt: skip
    if unnamed:
        text = fmt.say_n("{n} order names no customer and is left out.", "{n} orders name no customer and are left out.", unnamed)
        notes.append(Assumption(text, "high", "low"))
    if returned:
        text = fmt.say_n(
            "{n} customer sent back all it bought and is left out.", "{n} customers sent back all they bought and are left out.",
            returned,
        )  # fmt: skip
        notes.append(Assumption(text, "high", "low"))
    return tuple(notes)


def contract_notes(told: Told, found: ContractWorth, read: str, unpriced: int, fmt: Formats) -> tuple[Assumption, ...]:
    """Assumptions of the values by contracts; ``read``: where fees are from; ``unpriced``: contracts without one."""
    seen = found.retention.seen
    lasting = fmt.say(
        "How long contracts last is read off the data up to month {month}; beyond, it follows a model in which those who leave "
        "easily leave first.",
        month=fmt.count(seen),
    )
    notes = [*_shared(told, fmt), Assumption(lasting, "medium", "high" if seen < told.years * 12 else "low")]
    if read == "orders":
        notes.append(
            Assumption(
                "A contract brings each month a twelfth of what its customer ordered in the last twelve months.", "medium", "high"
            )
        )
    if unpriced and read == "fee":
        text = fmt.say_n(
            "{n} contract has no fee and is taken to bring the mean of its kind.",
            "{n} contracts have no fee and are taken to bring the mean of their kind.", unpriced,
        )  # fmt: skip
        notes.append(Assumption(text, "medium", "low"))
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
    margin = told.parameters.gross_margin
    value = (
        fmt.say("Value is margin: {margin} of revenue, as stated.", margin=fmt.share(margin))
        if margin
        else fmt.say("No margin is stated, so value is revenue: what is left of it after the cost of goods is less.")
    )
    notes = [
        Assumption(value, "medium" if margin else "low", "high"),
        Assumption(_discount(told.terms.rate, fmt), "medium", "low"),
        Assumption("Customers carry on as before: the same prices, the same service, no growth.", "medium", "high"),
    ]
    held = told.holdout
    if held is None:
        notes.append(
            Assumption("The data are too short, or too little happened, to test a forecast on their last part.", "low", "high")
        )
    elif np.isfinite(held.miss):
        missed = _missed(held, fmt)
        notes.append(Assumption(missed, "high" if told.trusted else "low", "medium" if told.trusted else "high"))
    return notes


def _discount(rate: float, fmt: Formats) -> str:
    if not rate:
        return fmt.say("Money later counts as much as money today: the discount rate is stated as zero.")
    return fmt.say(
        "Money a year from now counts for {share} of money today, at the stated discount rate of {rate}.",
        share=fmt.share(1 / (1 + rate)), rate=fmt.share(rate),
    )  # fmt: skip


def _missed(held: Holdout, fmt: Formats) -> str:
    steps, miss = int(held.course["step"].iloc[-1]), fmt.share(abs(held.miss))
    if held.step == "month":
        return fmt.say_n(
            "A forecast of the last month missed by {miss}; ranges of totals and segments are widened as if the values "
            "here could be off by as much.",
            "A forecast of the last {n} months missed by {miss}; ranges of totals and segments are widened as if the "
            "values here could be off by as much.",
            steps, miss=miss,
        )  # fmt: skip
    return fmt.say_n(
        "A forecast of the last week missed by {miss}; ranges of totals and segments are widened as if the values here "
        "could be off by as much.",
        "A forecast of the last {n} weeks missed by {miss}; ranges of totals and segments are widened as if the values "
        "here could be off by as much.",
        steps, miss=miss,
    )  # fmt: skip


def _new(told: Told, fmt: Formats) -> Assumption:
    new = told.newcomer
    if new.basis == "all":
        return Assumption(
            "Too few customers came new within the data to learn from them alone: a new customer is taken to buy as those known "
            "today did from their first order in the data on, and some of these were customers before.",
            "low", "high",
        )  # fmt: skip
    learnt = (
        fmt.say(
            "What a new customer is worth is learnt from the {n} customers who were won within the period of the data; the "
            "first order is included.",
            n=fmt.count(new.customers),
        )
        if new.basis == "acquired"
        else fmt.say(
            "What a new customer is worth is learnt from the {n} customers whose first order came long after the data begin; "
            "some may be old customers after a long pause, since the data do not say when each was won. The first order is "
            "included.",
            n=fmt.count(new.customers),
        )
    )
    sure = new.basis == "acquired" and abs(new.kept - 1) < OFF
    return Assumption(fmt.sentences(learnt, _scaled(new.kept, fmt)), "medium" if sure else "low", "high")


def _scaled(kept: float, fmt: Formats) -> str:
    """By what the forecast of newcomers' orders is scaled: what they ordered so far, against what the model gives them."""
    off = fmt.share(abs(kept - 1))
    if abs(kept - 1) < OFF:
        return ""
    if kept > 1:
        return fmt.say("So far they have ordered {off} more than the model expects; its forecast is scaled to match.", off=off)
    return fmt.say("So far they have ordered {off} less than the model expects; its forecast is scaled to match.", off=off)


def _regular(fit: BuyingFit, fmt: Formats) -> Assumption:
    gaps = (
        fmt.say("Customers buy at random times, each at its own rate; that fitted better than steady gaps did.")
        if fit.k == 1
        else fmt.say(
            "Customers keep fairly steady gaps between orders: that fitted far better than orders at random times, so that "
            "a silence tells more."
        )
    )
    return Assumption(fmt.sentences(gaps, fmt.say("(Model: {name}.)", name=fit.name)), "high", "medium")


def _tied(spending: Spending, histories: pd.DataFrame, fmt: Formats) -> Assumption:
    orders, values = histories["repeats"], histories["value"]
    together = float(spearmanr(orders, values).statistic) if orders.nunique() > 1 and values.nunique() > 1 else 0.0
    split, measured = len(spending.fits) > 1, fmt.number(together)
    if abs(together) < TIED:
        loose = fmt.say(
            "How often customers order and what an order is worth are hardly related, as the model assumes (rank "
            "correlation {correlation}).",
            correlation=measured,
        )
        return Assumption(loose, "high", "low")
    tied = (
        fmt.say("Customers who order more often also place larger orders (rank correlation {correlation}).", correlation=measured)
        if together > 0
        else fmt.say(
            "Customers who order more often place smaller orders (rank correlation {correlation}).", correlation=measured
        )
    )
    cure = (
        fmt.say("Order values are therefore compared among customers who order about as often.")
        if split
        else fmt.say("There are too few customers to compare order values only among those who order about as often.")
    )
    return Assumption(fmt.sentences(tied, cure), "medium" if split else "low", "medium")
