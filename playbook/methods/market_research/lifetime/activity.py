"""Lifetime activity: whether the forecast held, who has left, who may have, and which contracts will end."""

import numpy as np

from playbook.methods.market_research.lifetime.customer_worth import WIDTH
from playbook.methods.market_research.lifetime.groups import Told
from playbook.methods.market_research.lifetime.holdout import Holdout
from playbook.methods.market_research.lifetime.words import OWNER, amount, evidence, tested
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["check_finding", "ending_finding", "gone_finding", "unsure_finding"]

MANY_ONCE = 0.2  # share of customers who ordered once from which it has to be said that they cannot be judged
UNSURE = (0.2, 0.8)  # chance of a customer to be still active that leaves it open


def check_finding(told: Told, fmt: Formats) -> Finding | None:
    """How the forecast of the hidden last part of the data came out; None where none could be made."""
    held = told.holdout
    if held is None:
        return None
    trust = ""
    if held.telling and not told.trusted:
        trust = fmt.say("Take the values here as an order of magnitude and the ranking of customers as the finding.")
    value = held.miss if held.telling and held.actual > 0 else None
    sentence = fmt.sentences(tested(held, fmt), _verdict(held, fmt), trust)
    shown = "shown" if held.telling else "not shown"
    return Finding("lifetime-check", sentence, value=value, unit="share", n=held.customers, evidence=shown)


def _verdict(held: Holdout, fmt: Formats) -> str:
    if not held.telling:
        return fmt.say("That is too little to judge a forecast by.")
    if held.actual <= 0:
        return fmt.say("The forecast did not see it stop.")
    if abs(held.miss) < 0.005:
        return fmt.say("The forecast was right to the percent.")
    if held.miss > 0:
        return fmt.say("The forecast was {share} too high.", share=fmt.share(held.miss))
    return fmt.say("The forecast was {share} too low.", share=fmt.share(-held.miss))


def gone_finding(told: Told, fmt: Formats) -> Finding | None:
    """How many have left for good, and what they brought; None where nobody has."""
    judged = np.ones(len(told.past), dtype=bool) if told.once is None else ~told.once
    alive, unjudged = told.worth.customers["alive"].to_numpy()[judged], int((~judged).sum())
    gone = float((1 - alive).sum())
    # Purchases come from those who are left: a forecast of them that was off by a tenth is off by a tenth of these.
    spread = WIDTH * float(np.hypot(np.sqrt((alive * (1 - alive)).sum()), told.doubt * alive.sum()))
    if round(gone) < 1:
        return None
    past = float(((1 - alive) * told.past[judged]).sum())
    low, high = max(gone - spread, 0.0), min(gone + spread, float(len(alive)))
    many = unjudged >= MANY_ONCE * len(judged)
    once = fmt.say_n(
        "Of the {n} customer who ordered once, nothing of the kind can be said.",
        "Of the {n} customers who ordered once, nothing of the kind can be said.", unjudged,
    ) if many else ""  # fmt: skip
    return Finding(
        "lifetime-gone", fmt.sentences(_left(round(gone), len(alive), past, many, fmt), once),
        value=gone, unit="count", low=low, high=high, n=len(alive), evidence=evidence(told),
        action="Leave them out of mailings and plans, or test on one small group what winning back brings.",
        owner=OWNER,
    )  # fmt: skip


def _left(gone: int, of: int, past: float, repeating: bool, fmt: Formats) -> str:
    """How many of those who can be judged have left; ``repeating``: only those who came back can be."""
    values = {"whole": fmt.count(of), "money": fmt.money(past)}
    if repeating:
        return fmt.say_n(
            "Going by how often each used to buy and how long each has been silent, about {n} of {whole} customers who "
            "came back after the first order has left for good; in its last active year it brought {money} of revenue.",
            "Going by how often each used to buy and how long each has been silent, about {n} of {whole} customers who "
            "came back after the first order have left for good; in their last active year they brought {money} of revenue.",
            gone, **values,
        )  # fmt: skip
    return fmt.say_n(
        "Going by how often each used to buy and how long each has been silent, about {n} of {whole} customers has left "
        "for good; in its last active year it brought {money} of revenue.",
        "Going by how often each used to buy and how long each has been silent, about {n} of {whole} customers have left "
        "for good; in their last active year they brought {money} of revenue.",
        gone, **values,
    )  # fmt: skip


def unsure_finding(told: Told, fmt: Formats) -> Finding | None:
    """Of how many it is open whether they still buy, and what hangs on it; None where nothing does."""
    alive = told.worth.customers["alive"]
    open_ = alive.between(*UNSURE)
    money = float((told.worth.active_year * (1 - alive))[open_].sum())
    if not open_.any() or money <= 0:
        return None
    n = int(open_.sum())
    sentence = fmt.say_n(
        "Whether {n} customer is still active is open; the chance that it has left takes {amount} off the next twelve months.",
        "Whether {n} customers are still active is open; the chance that they have left takes {amount} off the next twelve "
        "months.",
        n, amount=amount(money, told, fmt),
    )  # fmt: skip
    return Finding(
        "lifetime-unsure", sentence, value=float(n), unit="count", n=n, money=money, evidence=evidence(told),
        action="Write to these first, starting with the most valuable: with the others it is fairly clear whether they "
               "still buy.",
        owner=OWNER,
    )  # fmt: skip


def ending_finding(told: Told, fmt: Formats) -> Finding | None:
    """What contracts that end within the next twelve months take with them; None where none should."""
    customers = told.worth.customers
    running = customers["alive"] > 0
    months = min(12, told.years * 12)
    lost = float((customers["order_value"] * told.terms.margin * (months - customers["expected_orders"]))[running].sum())
    if lost <= 0:
        return None
    n = int(running.sum())
    sentence = fmt.say_n(
        "{n} contract is running; ending within the next twelve months would take {amount} with it in that time.",
        "{n} contracts are running; those that will end within the next twelve months take {amount} with them in that time.",
        n, amount=amount(lost, told, fmt),
    )  # fmt: skip
    return Finding(
        "lifetime-ending", sentence, value=lost, unit="money", n=n, money=lost, evidence=evidence(told),
        action="Speak to customers before the months in which most contracts end, the most valuable first.", owner=OWNER,
    )  # fmt: skip
