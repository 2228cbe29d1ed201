"""Classing: a column of an application cut into few classes, each with its weight of evidence."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.strategy.predicting.wording import edge
from playbook.result.formats import Formats

__all__ = ["Classes", "class_column"]

FINE = 20  # classes that a number is cut into first, of equal size
LEAST = 0.02  # of the rows, in every class
ALIKE = 0.1  # likelihood ratio of two neighbours below which they are one class: as good as equal
BEND = 6.0  # likelihood ratio that a bend has to add before a rising or falling line is given up
SMOOTHING = 40.0  # rows with the average outcome, added to every class


@dataclass(frozen=True)
class Classes:
    """Classes of one column, from the rows learnt from.

    ``edges``: upper ends of a number's classes but the last (a value equal to an edge lies below it), empty for text; ``levels``:
    class number of each known word; ``woe``, ``rows``, ``bad``: one each a class, the last is for what is not known or, of words,
    was never or seldom seen. ``value``: information value, the sum over classes of (share of good - share of bad)
    x weight of evidence (Siddiqi 2006, Credit Risk Scorecards, ch. 6).
    """

    name: str
    edges: np.ndarray
    levels: dict[str, int]
    woe: np.ndarray
    rows: np.ndarray
    bad: np.ndarray

    @property
    def value(self) -> float:
        good = self.rows - self.bad
        return float((((good / max(good.sum(), 1)) - (self.bad / max(self.bad.sum(), 1))) * self.woe).sum())

    def place(self, values: pd.Series) -> np.ndarray:
        """The class number of every value, (n,)."""
        last = len(self.woe) - 1
        if values.dtype == object:
            return values.map(self.levels).fillna(last).to_numpy(dtype=int)
        numbers = values.to_numpy(dtype=float)
        return np.where(np.isnan(numbers), last, np.searchsorted(self.edges, numbers, side="left"))

    def labels(self, fmt: Formats) -> list[str]:
        """Every class in words, such as "up to 12", "north or south" or "not known"."""
        if self.levels:
            groups = [sorted(w for w, place in self.levels.items() if place == number) for number in range(len(self.woe) - 1)]
            return [*(fmt.listed(words, "or") for words in groups), fmt.say("any other")]
        if not len(self.edges):
            return [*[fmt.say("any")] * (len(self.woe) - 1), fmt.say("not known")]
        ends = [edge(e, fmt) for e in self.edges]
        between = [fmt.say("{low} to {high}", low=a, high=b) for a, b in zip(ends, ends[1:], strict=False)]
        ranges = [fmt.say("up to {n}", n=ends[0]), *between, fmt.say("above {n}", n=ends[-1])]
        return [*ranges, fmt.say("not known")]


def class_column(values: pd.Series, bad: np.ndarray) -> Classes:
    """Cut one tidy column (float64, or object of words, missing as NaN or None) by ``bad`` (n,), true where it was not paid back.

    Numbers: fine classes of equal size, then neighbours in the wrong order are pooled so that the share of bad only rises or only
    falls (pool adjacent violators); a single bend is kept where the likelihood ratio says more than chance could. Then neighbours
    that chance could have made are joined, least different first, and small ones. Words: joined in order of their share of bad.
    Weight of evidence = ln(share of all good in the class / share of all bad in it), with a few average rows added to each.
    """
    known = values.notna().to_numpy()
    if values.dtype == object:
        counts = _counts(values[known], bad[known])
        frequent = counts[counts["rows"] >= max(LEAST * len(values), 1)]
        order = frequent.assign(rate=_rate(frequent, bad.mean())).sort_values("rate", kind="stable")
        groups = _joined([[i] for i in range(len(order))], order["rows"].to_numpy(), order["bad"].to_numpy(), len(values))
        words = [[str(order.index[i]) for i in group] for group in groups]
        levels = {word: number for number, group in enumerate(words) for word in group}
        place = values.map(levels).fillna(len(words)).to_numpy(dtype=int)
        edges, many = np.empty(0), len(words)
    else:
        numbers = values.to_numpy(dtype=float)
        fine = _edges(numbers[known])
        place = np.searchsorted(fine, numbers[known], side="left")
        rows = np.bincount(place, minlength=len(fine) + 1)
        lost = np.bincount(place, weights=bad[known], minlength=len(fine) + 1)
        groups = _joined(_shaped(rows, lost), rows, lost, len(values))
        edges = np.array([fine[group[-1]] for group in groups[:-1]])
        levels, many = {}, len(groups)
        place = np.where(known, np.searchsorted(edges, numbers, side="left"), many)
    rows = np.bincount(place, minlength=many + 1).astype(float)
    lost = np.bincount(place, weights=bad, minlength=many + 1)
    return Classes(str(values.name), edges, levels, _woe(rows, lost), rows, lost)


def _counts(words: pd.Series, bad: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"word": words.to_numpy(), "bad": bad}).groupby("word")["bad"].agg(rows="size", bad="sum").astype(float)


def _rate(counts: pd.DataFrame, base: float) -> pd.Series:
    return (counts["bad"] + SMOOTHING * base) / (counts["rows"] + SMOOTHING)


def _woe(rows: np.ndarray, bad: np.ndarray) -> np.ndarray:
    all_bad, everyone = bad.sum(), rows.sum()
    base = all_bad / everyone
    lost = (bad + SMOOTHING * base) / all_bad
    paid = (rows - bad + SMOOTHING * (1 - base)) / (everyone - all_bad)
    return np.log(paid / lost)


def _edges(numbers: np.ndarray) -> np.ndarray:
    """Upper ends of the fine classes but the last; frequent values get a class of their own."""
    if not len(numbers):
        return np.empty(0)
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, FINE + 1)[1:-1], method="inverted_cdf"))
    return edges[edges < numbers.max()]


def _shaped(rows: np.ndarray, bad: np.ndarray) -> list[list[int]]:
    """Fine classes pooled so that the share of bad rises or falls, or does one and then the other where that says much more."""
    lines = [_pooled(rows, bad, up) for up in (True, False)]
    best = max(lines, key=lambda groups: _likelihood(groups, rows, bad))
    bends = [
        _pooled(rows[:at], bad[:at], up) + [[at + i for i in group] for group in _pooled(rows[at:], bad[at:], not up)]
        for at in range(3, len(rows) - 2)
        for up in (True, False)
    ]
    bent = max(bends, key=lambda groups: _likelihood(groups, rows, bad), default=best)
    return bent if 2 * (_likelihood(bent, rows, bad) - _likelihood(best, rows, bad)) > BEND else best


def _pooled(rows: np.ndarray, bad: np.ndarray, up: bool) -> list[list[int]]:
    """Pool adjacent violators: neighbouring classes are joined until the share of bad only rises (``up``) or only falls."""
    sign = 1 if up else -1
    groups: list[list[int]] = []
    for number in range(len(rows)):
        groups.append([number])
        while len(groups) > 1 and sign * _share(groups[-1], rows, bad) <= sign * _share(groups[-2], rows, bad):
            groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _joined(groups: list[list[int]], rows: np.ndarray, bad: np.ndarray, everyone: int) -> list[list[int]]:
    """Neighbours joined, least different first, until all differ by more than chance and none is small."""
    groups = [list(group) for group in groups]
    while len(groups) > 1:
        gaps = [
            _likelihood([a, b], rows, bad) - _likelihood([a + b], rows, bad) for a, b in zip(groups, groups[1:], strict=False)
        ]
        small = [rows[group].sum() < LEAST * everyone for group in groups]
        costs = [0.0 if small[i] or small[i + 1] else 2 * gap for i, gap in enumerate(gaps)]
        at = min(range(len(gaps)), key=lambda i: (costs[i] >= ALIKE, costs[i] > 0, gaps[i]))
        if costs[at] >= ALIKE:
            return groups
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
    return groups


def _share(group: list[int], rows: np.ndarray, bad: np.ndarray) -> float:
    return float(bad[group].sum() / max(rows[group].sum(), 1))


def _likelihood(groups: list[list[int]], rows: np.ndarray, bad: np.ndarray) -> float:
    n = np.array([rows[group].sum() for group in groups], dtype=float)
    k = np.array([bad[group].sum() for group in groups], dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = k * np.log(k / n), (n - k) * np.log((n - k) / n)
    return float(sum(np.where(np.isfinite(term), term, 0.0).sum() for term in terms))
