"""Saying: notes on a comparison, put together before the reader's language is known."""

from collections.abc import Iterable
from functools import reduce

from playbook.locale import said

__all__ = ["either", "listed", "sentences"]


def sentences(*parts: str) -> str:
    """Whole sentences, those that are not empty, one after the other."""
    whole = [part for part in parts if part]
    return reduce(lambda first, second: said("{first} {second}", first=first, second=second), whole) if whole else ""


def listed(names: Iterable[object]) -> str:
    """Names, at least one, as a list in a sentence: A, B and C."""
    first, last = _chained(names)
    return said("{first} and {last}", first=first, last=last) if first else last


def either(names: Iterable[object]) -> str:
    """Names, at least one, of which any may be meant: A, B or C."""
    first, last = _chained(names)
    return said("{first} or {last}", first=first, last=last) if first else last


def _chained(names: Iterable[object]) -> tuple[str, str]:
    """All names but the last, with a comma between them, and the last."""
    *others, last = map(str, names)
    return (reduce(lambda first, second: said("{first}, {second}", first=first, second=second), others) if others else ""), last
