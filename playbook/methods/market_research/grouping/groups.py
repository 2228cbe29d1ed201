"""Grouping: k-means, and how many groups the data really hold."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import pairwise_distances, silhouette_score

__all__ = ["STABLE", "Grouping", "choose_grouping", "gap_statistic", "k_means", "rand_index"]

STABLE = 0.75  # mean adjusted Rand index from which a grouping comes back on resamples (Hennig 2007 asks the same of his index)
SEED = 7
STARTS, RESAMPLE_STARTS = 10, 2
SILHOUETTE_POINTS = 2_000  # the silhouette compares every pair: a sample is enough
RESAMPLE_POINTS = 4_000
COMPARED_POINTS = 10_000  # on which two fits are held against each other
NEAR_BEST = 0.95  # a silhouette of this share of the best separates about as well
GAP_POINTS, GAP_DRAWS = 1_000, 10
TINY = 1e-12  # as many groups as different points leave nothing within them


@dataclass(frozen=True)
class Grouping:
    """The chosen grouping: ``labels`` (one a point), ``centres`` (one row a group), and ``quality`` of every number tried: k,
    silhouette, stability, gap, gap_error, and votes (how many of the three measures speak for it)."""

    k: int
    labels: np.ndarray
    centres: np.ndarray
    quality: pd.DataFrame

    @property
    def stability(self) -> float:
        return float(self.quality.set_index("k").at[self.k, "stability"])

    def assign(self, points: np.ndarray) -> np.ndarray:
        """The group whose centre is nearest to each of other ``points``, scaled like those that were grouped."""
        return cdist(points, self.centres).argmin(axis=1)


def k_means(points: np.ndarray, k: int, starts: int = STARTS, seed: int = SEED) -> KMeans:
    """The best of several k-means fits (Lloyd 1982, k-means++ starts). ``points``: one row a point, one column a feature."""
    with warnings.catch_warnings(), config_context(assume_finite=True, skip_parameter_validation=True):
        warnings.simplefilter("ignore", ConvergenceWarning)  # a resample can hold fewer different points than groups
        return KMeans(k, n_init=starts, random_state=seed).fit(points)


def choose_grouping(points: np.ndarray, ks: Iterable[int], resamples: int = 10) -> Grouping:
    """Group with every k and keep the one for which most measures speak.

    Three measures vote: the mean silhouette (Rousseeuw 1987) for every k within 5 percent of the best, the gap statistic for
    every k that passes its one-error rule (``gap_statistic``), and stability for every k whose groups come back on bootstrap
    resamples (mean adjusted Rand index with the full fit of at least ``STABLE``; after Hennig 2007). Only stable numbers are kept
    where there are any, else the most stable; most votes win, and of equals the larger silhouette.
    ``points``: one row a point, standardised. Raises ValueError when ``ks`` is empty.
    """
    rng = np.random.default_rng(SEED)
    shuffled = rng.permutation(len(points))
    sample, compared = shuffled[:SILHOUETTE_POINTS], shuffled[:COMPARED_POINTS]
    draws = [rng.integers(0, len(points), min(len(points), RESAMPLE_POINTS)) for _ in range(resamples)]
    fits = {k: k_means(points, k) for k in ks}
    if not fits:
        raise ValueError("no number of groups to try")
    distances = pairwise_distances(points[sample])
    quality = pd.DataFrame(
        [
            {
                "k": k,
                "silhouette": _silhouette(distances, fit.labels_[sample]),
                "stability": _stability(points, fit.labels_, k, draws, compared),
            }
            for k, fit in fits.items()
        ]
    ).merge(gap_statistic(points, list(fits)), on="k")
    stable = quality["stability"] >= STABLE
    near = quality["silhouette"] >= NEAR_BEST * quality["silhouette"].max()
    quality["votes"] = stable.astype(int) + near.astype(int) + quality.pop("gap_passed").astype(int)
    open_to = quality[stable] if stable.any() else quality.nlargest(1, "stability")
    best = open_to.sort_values(["votes", "silhouette"], ascending=False, kind="stable")
    k = int(best["k"].iloc[0]) if len(best) else int(quality["k"].iloc[0])
    return Grouping(k, fits[k].labels_, fits[k].cluster_centers_, quality)


def gap_statistic(points: np.ndarray, ks: list[int]) -> pd.DataFrame:
    """How much tighter the groups are than groups of evenly spread points: k, gap, gap_error, gap_passed, one row a k.

    gap(k) = mean log W of reference draws - log W of the data, W the squared distances within groups; the references are uniform
    in the box along the principal axes (Tibshirani, Walther & Hastie 2001, J. R. Statist. Soc. B 63, 411-423). ``gap_passed``:
    gap(k) >= gap(k+1) - error(k+1); their choice is the first such k. Rests on at most 1,000 points and 10 draws.
    """
    rng = np.random.default_rng(SEED)
    sample = points[rng.permutation(len(points))[:GAP_POINTS]]
    axes = np.linalg.svd(sample - sample.mean(axis=0), full_matrices=False)[2]
    turned = sample @ axes.T  # distances stay as they are
    references = [rng.uniform(turned.min(axis=0), turned.max(axis=0), turned.shape) for _ in range(GAP_DRAWS)]
    rows = {k: _gap(turned, references, k) for k in sorted({*ks, *(k + 1 for k in ks)}) if k <= len(sample)}
    passed = [k in rows and (k + 1 not in rows or rows[k][0] >= rows[k + 1][0] - rows[k + 1][1]) for k in ks]
    gaps = [rows.get(k, (np.nan, np.nan)) for k in ks]
    return pd.DataFrame({"k": ks, "gap": [g for g, _ in gaps], "gap_error": [e for _, e in gaps], "gap_passed": passed})


def _gap(points: np.ndarray, references: list[np.ndarray], k: int) -> tuple[float, float]:
    drawn = np.log([max(k_means(reference, k, 1).inertia_, TINY) for reference in references])
    found = np.log(max(k_means(points, k, RESAMPLE_STARTS).inertia_, TINY))
    return float(drawn.mean() - found), float(drawn.std() * np.sqrt(1 + 1 / len(references)))


def _silhouette(distances: np.ndarray, labels: np.ndarray) -> float:
    groups = len(np.unique(labels))
    return float(silhouette_score(distances, labels, metric="precomputed")) if 1 < groups < len(labels) else np.nan


def _stability(points: np.ndarray, labels: np.ndarray, k: int, draws: list[np.ndarray], compared: np.ndarray) -> float:
    known = points[compared]
    refits = [cdist(known, k_means(points[draw], k, RESAMPLE_STARTS).cluster_centers_).argmin(axis=1) for draw in draws]
    tables = [np.bincount(labels[compared] * k + refit, minlength=k * k).reshape(k, k) for refit in refits]
    return float(np.mean([rand_index(table) for table in tables]))


def rand_index(table: np.ndarray) -> float:
    """How far two ways to sort the same points agree, by chance 0, at most 1 (adjusted Rand index: Hubert and Arabie 1985).

    ``table``: number of points in each group of the one way (rows) and of the other (columns).
    """
    both, one, other, pairs = ((n * (n - 1.0) / 2).sum() for n in (table, table.sum(axis=1), table.sum(axis=0), table.sum()))
    expected = one * other / max(pairs, 1.0)
    return 1.0 if one == other == both else float((both - expected) / ((one + other) / 2 - expected))
