"""Trial: each way of choosing is tuned on the period before the last and judged on the last, which it has not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse

from playbook.locale import mark
from playbook.methods.strategy.recommending.measures import Ranking, ranked, spread
from playbook.methods.strategy.recommending.scorers import alike, ease, in_common, item_knn, popularity
from playbook.methods.strategy.recommending.tastes import Tastes

__all__ = ["BLEND", "CONTENT", "EASE", "KNN", "POPULAR", "Chosen", "Settings", "fit", "score", "try_ways"]

POPULAR, KNN, EASE, CONTENT, BLEND = mark("bestsellers"), "item-kNN", "EASE", mark("description"), mark("blend")
WAYS = (POPULAR, KNN, EASE, CONTENT)
SHRINKS, NEIGHBOURS = (0.0, 20.0, 100.0), (20, 100)
WEIGHTS = (50.0, 300.0, 1500.0)
SHARES = (0.0, 0.5, 1.0)  # of a way in the blend; the best alone is among them
NEW = 0.10  # of the items, hidden altogether to see how well their words alone find them buyers
MOST_JUDGED, MOST_TUNED = 4_000, 600  # customers, drawn at random of more: means over so many move little
SEED = 5


@dataclass(frozen=True)
class Settings:
    """What the trial chose: ``shrink``, ``neighbours`` of item-kNN, ``weight`` of EASE, ``shares`` of the ways in the blend."""

    shrink: float
    neighbours: int
    weight: float
    shares: dict[str, float]


@dataclass(frozen=True, eq=False)
class Chosen:
    """``settings``; ``table``: way, ndcg, ndcg_low, ndcg_high, recall, hit, coverage, novelty on the last period; ``rankings`` by
    way; ``judged`` customers who bought something new in it; ``fallback``: of the buyers of hidden items, the share to whom
    words alone name one that they bought (found), the share that chance would (chance), and how many items and customers (None
    without words)."""

    settings: Settings
    table: pd.DataFrame
    rankings: dict[str, Ranking]
    judged: np.ndarray
    fallback: dict[str, float] | None


def try_ways(tastes: Tastes, texts: Sequence[str]) -> Chosen | None:
    """Tune on ``middle`` from ``early``, judge on ``late`` from ``before``; None where nobody bought anything new in either."""
    tuned_on = _newly(tastes.early, tastes.middle, MOST_TUNED)
    judged_on = _newly(tastes.before, tastes.late, MOST_JUDGED)
    if not len(judged_on) or not len(tuned_on):
        return None
    words = alike(texts)
    settings = _tune(tastes, words, tuned_on)
    scores = score(fit(tastes.before, settings, words), tastes.before[judged_on], settings.shares)
    share = popularity(tastes.before)
    rankings = {way: ranked(found, tastes.late[judged_on], tastes.before[judged_on], share) for way, found in scores.items()}
    rows = []
    for way, found in rankings.items():
        low, high = spread(found.ndcg)
        rows.append(
            {
                "way": way, "ndcg": found.ndcg.mean(), "ndcg_low": low, "ndcg_high": high, "recall": found.recall.mean(),
                "hit": found.hit.mean(), "coverage": found.coverage, "novelty": found.novelty,
            }
        )  # fmt: skip
    return Chosen(settings, pd.DataFrame(rows), rankings, judged_on, _fallback(tastes, texts, words))


def fit(bought: sparse.csr_matrix, settings: Settings, words: np.ndarray) -> dict[str, np.ndarray]:
    """What speaks for an item by way, learnt from all of ``bought`` (C, I): (I,) for popularity, (I, I) for the others."""
    common = in_common(bought)
    return {
        POPULAR: popularity(bought).astype(np.float32),
        KNN: item_knn(common, settings.shrink, settings.neighbours),
        EASE: ease(common, settings.weight),
        CONTENT: words,
    }


def score(fitted: dict[str, np.ndarray], rows: sparse.csr_matrix, shares: dict[str, float]) -> dict[str, np.ndarray]:
    """(customers, I) by way and for the blend, for customers who bought ``rows`` (customers, I)."""
    found = {way: np.tile(speaks, (rows.shape[0], 1)) if speaks.ndim == 1 else rows @ speaks for way, speaks in fitted.items()}
    return found | {BLEND: _blend(found, shares)}


def _blend(found: dict[str, np.ndarray], shares: dict[str, float]) -> np.ndarray:
    return sum((share * _even(found[way]) for way, share in shares.items() if share), np.zeros_like(found[POPULAR]))


def _even(scores: np.ndarray) -> np.ndarray:
    """Each customer's scores with mean 0 and standard deviation 1, so that ways can be added."""
    spread = scores.std(axis=1, keepdims=True)
    return (scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)


def _newly(known: sparse.csr_matrix, bought: sparse.csr_matrix, most: int) -> np.ndarray:
    """Customers who had bought before and bought something new."""
    fresh = bought - bought.multiply(known)
    rows = np.flatnonzero((np.asarray(fresh.sum(axis=1)).ravel() > 0) & (np.asarray(known.sum(axis=1)).ravel() > 0))
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(SEED).choice(rows, most, replace=False))
    return rows


def _tune(tastes: Tastes, words: np.ndarray, customers: np.ndarray) -> Settings:
    rows, share, common = tastes.early[customers], popularity(tastes.early), in_common(tastes.early)

    def gain(scores: np.ndarray) -> float:
        return float(ranked(scores, tastes.middle[customers], rows, share).ndcg.mean())

    shrink, neighbours = _best(product(SHRINKS, NEIGHBOURS), lambda s: gain(rows @ item_knn(common, *s)))
    (weight,) = _best(product(WEIGHTS), lambda w: gain(rows @ ease(common, *w)))
    drawn = score(fit(tastes.early, Settings(shrink, neighbours, weight, {}), words), rows, {})
    even = {way: _even(drawn[way]) for way in WAYS if way != CONTENT or words.any()}
    mixes = [dict(zip(even, shares, strict=True)) for shares in product(SHARES, repeat=len(even)) if max(shares) == 1]
    shares = _best(mixes, lambda mix: gain(sum(s * even[way] for way, s in mix.items() if s)))
    return Settings(shrink, neighbours, weight, shares)


def _best(options, gain: Callable):
    """The option with the highest gain, the first of equals."""
    return max(options, key=gain)


def _fallback(tastes: Tastes, texts: Sequence[str], words: np.ndarray) -> dict[str, float] | None:
    """How well words alone match items that nobody is known to have bought with those who did buy one of them."""
    said = np.flatnonzero([bool(text.strip()) for text in texts])
    hidden = np.sort(np.random.default_rng(SEED).permutation(said)[: max(round(NEW * len(said)), 2)])
    others = np.setdiff1d(np.arange(len(texts)), hidden)
    bought, known = tastes.ever[:, hidden], tastes.ever[:, others]
    rows = np.flatnonzero((bought.getnnz(axis=1) > 0) & (known.getnnz(axis=1) > 0))
    if len(hidden) < 2 or not words.any() or not len(rows):
        return None
    first = np.argmax(known[rows] @ words[np.ix_(others, hidden)], axis=1)
    held = bought[rows].toarray() > 0
    right = held[np.arange(len(rows)), first]
    return {
        "found": float(right.mean()), "chance": float(held.mean()), "items": float(len(hidden)), "customers": float(len(rows)),
    }  # fmt: skip
