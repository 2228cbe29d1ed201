"""Segment tree: a few sentences that tell in which segment a customer is, and how often they are right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from playbook.methods.market_research.grouping.rules import MEASURES
from playbook.result.formats import Formats

__all__ = ["DEPTH", "Explanation", "explain"]

DEPTH = 3  # splits on the way to a sentence: what a reader can hold in mind
SMALLEST = 0.01  # share of customers a sentence has to speak of
FEWEST = 5
DIGITS, DECIMALS = 3, 2  # of a bound; no more decimals than are written
SEED = 7
WHOLE = ("recency_days", "tenure_days", "orders")  # counted, so that "more than 4" is "at least 5"
Bounds = Mapping[str, tuple[float, float]]  # measure: above, up to


@dataclass(frozen=True)
class Explanation:
    """``sentences``: rule, segment, customers (whom the rule holds for) and right (share of them that are in that segment),
    largest first; ``right``: share of all customers that the sentences place in their segment."""

    sentences: pd.DataFrame
    right: float


def explain(
    customers: pd.DataFrame, segments: pd.Series, fmt: Formats, measures: Sequence[str] = ("recency_days", "orders", "revenue")
) -> Explanation:
    """Sentences of at most ``DEPTH`` conditions on ``measures`` that lead to a segment, from a classification tree.

    ``customers`` holds the measures as columns, one row a customer; ``segments`` the name of each row's segment. Bounds are
    rounded to three digits and the shares counted with the rounded ones. Source: Breiman et al. (1984), CART.
    """
    values = customers[list(measures)].astype(float)
    smallest = max(FEWEST, round(SMALLEST * len(values)))
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=smallest, random_state=SEED).fit(values, segments)
    rows = []
    for bounds, name in _leaves(tree, measures):
        inside = np.logical_and.reduce(
            [np.full(len(values), True), *((values[m] > low) & (values[m] <= high) for m, (low, high) in bounds.items())]
        )
        if inside.any():
            hits = segments[inside] == name
            rows.append(
                (_sentence({m: bounds[m] for m in measures if m in bounds}, fmt), name, int(inside.sum()), float(hits.mean()))
            )
    sentences = pd.DataFrame(rows, columns=["rule", "segment", "customers", "right"])
    sentences = sentences.sort_values(["customers", "rule"], ascending=[False, True], ignore_index=True)
    right = float((sentences["customers"] * sentences["right"]).sum() / len(values))
    return Explanation(sentences, right)


def _leaves(tree: DecisionTreeClassifier, measures: Sequence[str]) -> list[tuple[Bounds, str]]:
    """Bounds and majority of each leaf; two leaves of one parent that say the same are one."""
    inner, names = tree.tree_, tree.classes_
    winner = names[inner.value[:, 0, :].argmax(axis=1)]

    def below(node: int, bounds: Bounds) -> list[tuple[Bounds, str]]:
        if inner.children_left[node] < 0:
            return [(bounds, winner[node])]
        measure = measures[inner.feature[node]]
        cut = _rounded(float(inner.threshold[node]), measure)
        low, high = bounds.get(measure, (-np.inf, np.inf))
        found = [
            *below(inner.children_left[node], {**bounds, measure: (low, min(high, cut))}),
            *below(inner.children_right[node], {**bounds, measure: (max(low, cut), high)}),
        ]
        return [(bounds, found[0][1])] if len({name for _, name in found}) == 1 else found

    return below(0, {})


def _rounded(cut: float, measure: str) -> float:
    if measure in WHOLE:
        return float(floor(cut))
    return round(cut, min(DECIMALS, DIGITS - 1 - floor(log10(abs(cut))))) if cut else 0.0


def _sentence(bounds: Bounds, fmt: Formats) -> str:
    parts = [_PHRASES.get(m, _plain(m))(low, high, fmt) for m, (low, high) in bounds.items()]
    text = " and ".join(parts) or "all customers"
    return text[:1].upper() + text[1:]


def _days(what: str) -> Callable[[float, float, Formats], str]:
    def words(low: float, high: float, fmt: Formats) -> str:
        if low < 0:
            return f"{what} on the last day" if high < 1 else f"{what} within {fmt.count(high)} day{'s' * (high != 1)}"
        if np.isinf(high):
            return f"{what} more than {fmt.count(low)} day{'s' * (low != 1)} ago" if low else f"{what} before the last day"
        days = fmt.count(high) if low + 1 == high else f"{fmt.count(low + 1)} to {fmt.count(high)}"
        return f"{what} {days} day{'s' * (high != 1)} ago"

    return words


def _orders(low: float, high: float, fmt: Formats) -> str:
    if np.isinf(high):
        return f"at least {fmt.count(low + 1)} orders"
    if np.isinf(low) or low + 1 == high:
        return f"{'only' if high == 1 else 'at most' if np.isinf(low) else 'exactly'} {fmt.count(high)} order{'s' * (high != 1)}"
    return f"{fmt.count(low + 1)} to {fmt.count(high)} orders"


def _plain(measure: str) -> Callable[[float, float, Formats], str]:
    money = measure.startswith(("revenue", "order_value"))

    def words(low: float, high: float, fmt: Formats) -> str:
        write = fmt.money if money else fmt.number
        if np.isinf(low):
            return f"{MEASURES[measure]} up to {write(high)}"
        if np.isinf(high):
            return f"{MEASURES[measure]} over {write(low)}"
        return f"{MEASURES[measure]} over {write(low)} and up to {write(high)}"

    return words


_PHRASES = {"recency_days": _days("last order"), "tenure_days": _days("first order"), "orders": _orders}
