"""Segment tree: a few sentences that tell in which segment a customer is, and how often they are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from playbook.locale import mark
from playbook.methods.market_research.grouping.rules import MEASURES, all_of, measured
from playbook.result.formats import Formats

__all__ = ["DEPTH", "Explanation", "explain"]

DEPTH = 3  # splits on the way to a sentence: what a reader can hold in mind
SMALLEST = 0.01  # share of customers a sentence has to speak of
FEWEST = 5
DIGITS, DECIMALS = 3, 2  # of a bound; no more decimals than are written
SEED = 7
WHOLE = ("recency_days", "tenure_days", "orders")  # counted, so that "more than 4" is "at least 5"
Bounds = Mapping[str, tuple[float, float]]  # measure: above, up to
_DAYS = {"recency_days": mark("last order"), "tenure_days": mark("first order")}


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
    phrases = [_phrase(measure, low, high, fmt) for measure, (low, high) in bounds.items()]
    return all_of(phrases, fmt) or fmt.say("any orders")


def _phrase(measure: str, low: float, high: float, fmt: Formats) -> str:
    if measure in _DAYS:
        return _days(fmt.told(_DAYS[measure]), low, high, fmt)
    return _orders(low, high, fmt) if measure == "orders" else _plain(measure, low, high, fmt)


def _days(what: str, low: float, high: float, fmt: Formats) -> str:
    """``what``: the first or the last order; ``low`` excluded and ``high`` included, in days ago."""
    if low < 0 and high < 1:
        return fmt.say("{what} on the last day", what=what)
    if low < 0:
        return fmt.say_n("{what} within {n} day", "{what} within {n} days", high, what=what)
    if np.isinf(high) and not low:
        return fmt.say("{what} before the last day", what=what)
    if np.isinf(high):
        return fmt.say_n("{what} more than {n} day ago", "{what} more than {n} days ago", low, what=what)
    if low + 1 == high:
        return fmt.say_n("{what} {n} day ago", "{what} {n} days ago", high, what=what)
    return fmt.say("{what} {low} to {high} days ago", what=what, low=fmt.count(low + 1), high=fmt.count(high))


def _orders(low: float, high: float, fmt: Formats) -> str:
    if np.isinf(high):
        return fmt.say_n("at least {n} order", "at least {n} orders", low + 1)
    if high == 1:
        return fmt.say("only one order")
    if np.isinf(low):
        return fmt.say("at most {n} orders", n=fmt.count(high))
    if low + 1 == high:
        return fmt.say("exactly {n} orders", n=fmt.count(high))
    return fmt.say("{low} to {high} orders", low=fmt.count(low + 1), high=fmt.count(high))


def _plain(measure: str, low: float, high: float, fmt: Formats) -> str:
    name, above, most = fmt.told(MEASURES[measure]), measured(measure, low, fmt), measured(measure, high, fmt)
    if np.isinf(low):
        return fmt.say("{measure} up to {high}", measure=name, high=most)
    if np.isinf(high):
        return fmt.say("{measure} over {low}", measure=name, low=above)
    return fmt.say("{measure} over {low} and up to {high}", measure=name, low=above, high=most)
