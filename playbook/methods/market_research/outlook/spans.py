"""Spans: the months ahead, and what they are compared with, as words within a sentence."""

from playbook.result.formats import Formats

__all__ = ["base", "named", "next_months"]


def next_months(months: int, fmt: Formats) -> str:
    """the next month, the next 12 months"""
    return fmt.say_n("the next month", "the next {n} months", months)


def base(against: str, months: int, fmt: Formats) -> str:
    """What ``months`` months ahead are compared with; ``against`` as in ``Outlook.items``."""
    if against == "same":
        return fmt.say_n("the same month a year before", "the same {n} months a year before", months)
    if against == "average":
        return fmt.say_n("an average month of the last year", "{n} average months of the last year", months)
    return fmt.say_n("the last month", "the last {n} months", months)


def named(labels: list[str], most: int, fmt: Formats) -> str:
    """The first labels as a list, and how many more there are."""
    more = len(labels) - most
    return fmt.listed([*labels[:most], fmt.say("{n} more", n=fmt.count(more))] if more > 0 else labels)
