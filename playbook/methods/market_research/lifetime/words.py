"""Lifetime words: amounts, spans and trust, as all sentences about lifetime values say them."""

from playbook.locale import mark
from playbook.methods.market_research.lifetime.groups import Told
from playbook.methods.market_research.lifetime.holdout import Holdout
from playbook.result.contract import Evidence
from playbook.result.formats import Formats

__all__ = ["FINANCE", "OWNER", "amount", "evidence", "held_caption", "horizon", "ranged", "tested"]

OWNER, FINANCE = mark("head of customer marketing"), mark("head of finance")


def amount(value: float, told: Told, fmt: Formats) -> str:
    """Money and what it is: margin, or revenue where no margin is stated."""
    if told.parameters.gross_margin:
        return fmt.say("{money} of margin", money=fmt.money(value))
    return fmt.say("{money} of revenue", money=fmt.money(value))


def horizon(years: int, fmt: Formats) -> str:
    """For how long values are counted."""
    return fmt.say("one year") if years == 1 else fmt.say("{n} years", n=fmt.count(years))


def evidence(told: Told) -> Evidence:
    """Likely where a forecast that could be checked came near what happened."""
    return "likely" if told.trusted else "indicative"


def tested(held: Holdout, fmt: Formats) -> str:
    """What was expected in the test and what happened, in a sentence."""
    values = {"cut": fmt.day(held.cut), "end": fmt.day(held.end), "actual": fmt.count(held.actual)}
    expected = round(held.expected)
    if held.step == "month":
        return fmt.say_n(
            "Put to the test: from what was known on {cut}, {n} contract was expected to end by {end}; the actual number "
            "was {actual}.",
            "Put to the test: from what was known on {cut}, {n} contracts were expected to end by {end}; the actual number "
            "was {actual}.",
            expected, **values,
        )  # fmt: skip
    return fmt.say_n(
        "Put to the test: from what was known on {cut}, {n} purchase was expected up to {end}; the actual number was {actual}.",
        "Put to the test: from what was known on {cut}, {n} purchases were expected up to {end}; the actual number was {actual}.",
        expected, **values,
    )  # fmt: skip


def held_caption(held: Holdout, level: str, fmt: Formats) -> str:
    """What the chart of the test shows, with its range at ``level``."""
    values = {"customers": fmt.count(held.customers), "cut": fmt.day(held.cut), "level": level}
    if held.step == "month":
        return fmt.say(
            "The test: contracts of the {customers} customers known on {cut} that ended, forecast (with its {level} range) "
            "and actual.", **values,
        )  # fmt: skip
    return fmt.say(
        "The test: purchases of the {customers} customers known on {cut}, forecast (with its {level} range) and actual.",
        **values,
    )


def ranged(held: Holdout, fmt: Formats) -> list[str]:
    """The bands of repeat purchases in words: 3, 5 to 7."""
    return [
        fmt.count(r.most) if r.fewest == r.most else fmt.say("{low} to {high}", low=fmt.count(r.fewest), high=fmt.count(r.most))
        for r in held.bands.itertuples()
    ]
