"""Headline of returns: what all interventions that count earned, or the first promise that can be judged."""

from playbook.methods.evaluation.returning.earnings import SURE
from playbook.methods.evaluation.returning.promise_findings import promise_headline
from playbook.methods.evaluation.returning.told import Told
from playbook.methods.evaluation.returning.worth_findings import worth_headline
from playbook.result.formats import Formats

__all__ = ["headline", "started"]


def headline(told: Told) -> str:
    """What all interventions that count earned; without any, what came of a promise."""
    if told.total is None:
        return promise_headline(told) or worth_headline(told)
    fmt, sums = told.fmt, told.total
    cost = fmt.money(sums.cost)
    if sums.evidence not in SURE:
        return fmt.say_n(
            "It is not yet clear whether {subject} covered its cost of {cost}",
            "It is not yet clear whether {subject} covered their cost of {cost}",
            sums.count,
            subject=_subject(told),
            cost=cost,
        )
    if sums.evidence == "harmful":
        lost = fmt.money(-sums.revenue)
        return fmt.say("{subject} cost {cost} and lowered revenue by {lost}", subject=started(told), cost=cost, lost=lost)
    return _gain(told, sums.evidence == "shown", cost, fmt)


def _gain(told: Told, sure: bool, cost: str, fmt: Formats) -> str:
    """What came in beside what it cost, where revenue surely or probably rose."""
    sums = told.total
    values = {"subject": _subject(told), "cost": cost, "revenue": fmt.money(sums.revenue)}
    if told.margin is None:
        return fmt.say(
            "For {cost}, {subject} brought {revenue} of extra revenue"
            if sure
            else "For {cost}, {subject} probably brought {revenue} of extra revenue",
            **values,
        )
    if sums.profit > 0 >= sums.profit_low:
        return fmt.say(
            "For {cost}, {subject} brought {revenue} of extra revenue; whether that covers the cost is open"
            if sure
            else "For {cost}, {subject} probably brought {revenue} of extra revenue; whether that covers the cost is open",
            **values,
        )
    if sums.profit > 0:
        values["profit"] = fmt.money(sums.profit)
        if sure:
            return fmt.say_n(
                "After its cost of {cost}, {subject} earned {profit}",
                "After their cost of {cost}, {subject} earned {profit}",
                sums.count,
                **values,
            )
        return fmt.say_n(
            "After its cost of {cost}, {subject} probably earned {profit}",
            "After their cost of {cost}, {subject} probably earned {profit}",
            sums.count,
            **values,
        )
    return _short(told, sure, values | {"margin": fmt.money(sums.margin)}, fmt)


def _short(told: Told, sure: bool, values: dict[str, str], fmt: Formats) -> str:
    """That the margin falls short of the cost, for certain or at best guess."""
    count = told.total.count
    if told.total.profit_high <= 0:
        if sure:
            return fmt.say_n(
                "The margin that {subject} brought, {margin}, does not cover its cost of {cost}",
                "The margin that {subject} brought, {margin}, does not cover their cost of {cost}",
                count,
                **values,
            )
        return fmt.say_n(
            "The margin that {subject} probably brought, {margin}, does not cover its cost of {cost}",
            "The margin that {subject} probably brought, {margin}, does not cover their cost of {cost}",
            count,
            **values,
        )
    if sure:
        return fmt.say_n(
            "The margin that {subject} brought, {margin}, may or may not cover its cost of {cost}",
            "The margin that {subject} brought, {margin}, may or may not cover their cost of {cost}",
            count,
            **values,
        )
    return fmt.say_n(
        "The margin that {subject} probably brought, {margin}, may or may not cover its cost of {cost}",
        "The margin that {subject} probably brought, {margin}, may or may not cover their cost of {cost}",
        count,
        **values,
    )


def started(told: Told) -> str:
    """Who earned it, at the start of a sentence."""
    count = told.total.count
    if count == 1:
        return told.earned["label"].iloc[0]
    if count < told.stated:
        return told.fmt.say("The {n} interventions that can be judged", n=told.fmt.count(count))
    return told.fmt.say("The {n} interventions", n=told.fmt.count(count))


def _subject(told: Told) -> str:
    """Who earned it, within a sentence."""
    count = told.total.count
    if count == 1:
        return told.earned["label"].iloc[0]
    if count < told.stated:
        return told.fmt.say("the {n} interventions that can be judged", n=told.fmt.count(count))
    return told.fmt.say("the {n} interventions", n=told.fmt.count(count))
