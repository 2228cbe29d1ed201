"""Shapley: an exact split of the change of a product among its factors, and of cents among parts."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from math import factorial, prod

__all__ = ["shapley", "to_the_cent"]


def shapley(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Fraction]:
    """Parts of the change of a product: what each factor adds, averaged over all orders of changing one after the other."""
    parts = [Fraction(0)] * len(before)
    for order in permutations(range(len(before))):
        now = list(before)
        for factor in order:
            held = prod(now)
            now[factor] = after[factor]
            parts[factor] += prod(now) - held
    return [part / factorial(len(before)) for part in parts]


def to_the_cent(parts: Sequence[Fraction], total: int) -> list[int]:
    """Exact parts rounded half to even to whole cents that add up to ``total``; what is left over goes to the largest part."""
    rounded = [round(part) for part in parts]
    largest = max(range(len(parts)), key=lambda i: abs(parts[i]))
    rounded[largest] += total - sum(rounded)
    return rounded
