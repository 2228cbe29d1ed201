"""Driver variables: what each is called, and how raw values become a few levels that a reader can tell apart."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

from playbook.locale.data import data_file
from playbook.result.formats import Formats

__all__ = ["DriverVariable", "bands", "driver_variables", "money_classes", "rate_classes", "yes_no"]

FEWEST = 0.10  # share of the cases that a class drawn from numbers must hold
NAMED = 3  # kinds without an order that keep their name; the rest are "other"
_SEED = 1
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class DriverVariable:
    """One variable: stable id, place in time, whether a client can act on it, its words, fixed levels if it has any.

    ``bad`` is the level that a client would rather not see, ``action`` what to do about it.
    """

    id: str
    tier: int
    label: str
    who: str
    open: bool = False
    levels: Mapping[str, str] = field(default_factory=dict)
    bad: str | None = None
    action: str | None = None


_ROWS = data_file(__package__, "variables.yml")


@cache
def driver_variables() -> Mapping[str, DriverVariable]:
    """All variables by id, from earlier to later."""
    return MappingProxyType({id: DriverVariable(id, **row) for id, row in _ROWS.items()})


def yes_no(id: str, flags: pd.Series, fmt: Formats) -> pd.Series:
    """Flags (true, false or missing) as the variable's two levels."""
    words = [fmt.told(driver_variables()[id].levels[key]) for key in ("no", "yes")]
    return pd.Series(pd.Categorical.from_codes(_codes(flags.astype("Float64")), words), flags.index)


def rate_classes(rates: pd.Series, fmt: Formats) -> pd.Series:
    """Yearly rates in two or three natural classes: borders fall where the values, on a log scale, leave gaps.

    One-dimensional k-means (Fisher 1958, "On grouping for maximum homogeneity"); a class holds at least FEWEST of the values.
    Values that are all alike give one class.
    """
    whole = rates.round().clip(lower=0)
    known = whole.dropna()
    values, counts = np.unique(known.to_numpy(float), return_counts=True)
    for number in (3, 2):
        if len(values) < number:
            continue
        fit = KMeans(number, n_init=5, random_state=_SEED).fit(np.log1p(values)[:, None], sample_weight=counts)
        centres = np.sort(fit.cluster_centers_[:, 0])
        borders = np.ceil(np.expm1((centres[1:] + centres[:-1]) / 2))
        if _shares(known, borders).min() >= FEWEST:
            return _cut(whole, borders, fmt.count, fmt, whole=True)
    return _cut(whole, np.array([]), fmt.count, fmt, whole=True)


def money_classes(values: pd.Series, fmt: Formats, number: int = 3) -> pd.Series:
    """Amounts in ``number`` classes of about the same size, with borders of two figures; fewer where they lie together."""
    known = values.dropna()
    if known.empty:
        return _cut(values, np.array([]), fmt.money, fmt)
    borders = np.unique([_two_figures(q) for q in known.quantile(np.arange(1, number) / number)])
    while len(borders) and _shares(known, borders).min() < FEWEST:
        borders = np.delete(borders, int(np.argmin(_shares(known, borders)[1:])))
    return _cut(values, borders, fmt.money, fmt)


def bands(texts: pd.Series, fmt: Formats) -> pd.Series:
    """What a client wrote ("30-39", "over 90k", "Germany"): two halves where the words hold an order, else the commonest kinds.

    Words hold an order when each begins with, or qualifies, a number. At most NAMED kinds keep their name beside "other".
    """
    known = texts.dropna().astype(str).str.strip()
    known = known[known != ""]
    counts = known.value_counts()
    ranks = {word: _rank(word) for word in counts.index}
    if counts.empty:
        return pd.Series(pd.Categorical([None] * len(texts), []), texts.index)
    ordered = None not in ranks.values()
    if len(counts) == 2 or not ordered:
        names = (
            sorted(counts.index, key=lambda w: ranks[w] or 0) if ordered else sorted(counts.index, key=lambda w: (-counts[w], w))
        )
        keep = names if len(names) <= NAMED + 1 else names[:NAMED]
        other = fmt.say("other")
        label = {word: word if word in keep else other for word in counts.index}
        levels = list(dict.fromkeys([*keep, *([other] if len(keep) < len(names) else [])]))
    else:
        names = sorted(counts.index, key=lambda w: (ranks[w], w))
        below = np.cumsum(counts[names].to_numpy())[:-1] / counts.sum()
        split = int(np.argmin(np.abs(below - 0.5).round(9))) + 1 if len(names) > 1 else 1
        halves = [half for half in (names[:split], names[split:]) if half]
        levels = [half[0] if len(half) == 1 else _side(half, number, fmt) for number, half in enumerate(halves)]
        label = {word: levels[number] for number, half in enumerate(halves) for word in half}
    return pd.Series(pd.Categorical(known.map(label).reindex(texts.index), levels), texts.index)


def _rank(word: str) -> float | None:
    """Where a band stands among others by its first number: "under 30k" 29,999.5, "30-39" 30, "65+" 65.5; None without one."""
    found = _NUMBER.search(word)
    if not found or not re.match(
        r"^[\W\d]*(under|below|less than|up to|over|above|more than|from|[<>≤≥])?\W*\d", word.strip(), re.IGNORECASE
    ):
        return None
    value = float(found.group().replace(",", "."))
    before, after = word[: found.start()].lower(), word[found.end() :].lower()
    value *= 1000 if re.match(r"\s*k\b", after) or re.match(r"[\d\s.,–-]*k\b", after) else 1
    if re.search(r"under|below|less|up to|<|≤", before):
        return value - 0.5
    return value + 0.5 if re.search(r"over|above|more|>|≥", before) or "+" in after else value


def _side(words: list[str], upper: int, fmt: Formats) -> str:
    plain = all(word.rstrip("+").isdigit() for word in words)  # a count, not a band
    if upper:
        return fmt.say("{low} or more" if plain else "{low} and over", low=words[0])
    return fmt.say("up to {high}" if plain else "{high} and under", high=words[-1])


def _shares(values: pd.Series, borders: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(borders, values.to_numpy(float), side="right"), minlength=len(borders) + 1) / max(
        1, len(values)
    )


def _cut(values: pd.Series, borders: np.ndarray, write, fmt: Formats, whole: bool = False) -> pd.Series:
    """The class of each value; a border belongs to the class above it. Whole numbers end one below the next border."""
    last = [b - 1 if whole else b for b in borders]
    labels = []
    for number in range(len(borders) + 1):
        low = write(borders[number - 1]) if number else None
        high = write(last[number]) if number < len(borders) else None
        if low is None and high is None:
            labels.append(write(values.max()))
        elif low is None:
            labels.append(fmt.say("up to {high}" if whole else "under {high}", high=high))
        elif high is None or low == high:
            labels.append(low if high is not None else fmt.say("{low} or more", low=low))
        else:
            labels.append(fmt.say("{low} to {high}", low=low, high=high))
    codes = np.where(values.isna(), -1, np.searchsorted(borders, values.fillna(0).to_numpy(float), side="right"))
    return pd.Series(pd.Categorical.from_codes(codes, labels), values.index)


def _two_figures(value: float) -> float:
    return float(f"{value:.2g}") if value and math.isfinite(value) else 0.0


def _codes(flags: pd.Series) -> np.ndarray:
    return flags.fillna(-1).astype(int).to_numpy()
