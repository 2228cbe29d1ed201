"""Grouping: k-means, and how many groups the data really hold."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, silhouette_score

__all__ = ["STABLE", "Grouping", "choose_grouping", "k_means"]

STABLE = 0.75  # mean adjusted Rand index from which a grouping comes back on resamples (Hennig 2007 asks the same of his index)
SEED = 7
STARTS, RESAMPLE_STARTS = 10, 2
SILHOUETTE_POINTS = 2_000  # the silhouette compares every pair: a sample is enough
RESAMPLE_POINTS = 4_000


@dataclass(frozen=True)
class Grouping:
    """The chosen grouping: ``labels`` (one a point), and ``quality`` of every number tried (k, silhouette, stability)."""

    k: int
    labels: np.ndarray
    quality: pd.DataFrame

    @property
    def stability(self) -> float:
        return float(self.quality.set_index("k").at[self.k, "stability"])


def k_means(points: np.ndarray, k: int, starts: int = STARTS, seed: int = SEED) -> KMeans:
    """The best of several k-means fits (Lloyd 1982, k-means++ starts). ``points``: one row a point, one column a feature."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a resample can hold fewer different points than groups
        return KMeans(k, n_init=starts, random_state=seed).fit(points)


def choose_grouping(points: np.ndarray, ks: Iterable[int], resamples: int = 10) -> Grouping:
    """Group with every k and keep the one that separates best among those that are stable.

    Separation is the mean silhouette (Rousseeuw 1987), stability the mean adjusted Rand index between the full fit and fits on
    bootstrap resamples (after Hennig 2007). When no k is stable, the most stable is kept.
    ``points``: one row a point, standardised. Raises ValueError when ``ks`` is empty.
    """
    rng = np.random.default_rng(SEED)
    sample = rng.permutation(len(points))[:SILHOUETTE_POINTS]
    draws = [rng.integers(0, len(points), min(len(points), RESAMPLE_POINTS)) for _ in range(resamples)]
    fits = {k: k_means(points, k).labels_ for k in ks}
    if not fits:
        raise ValueError("no number of groups to try")
    quality = pd.DataFrame(
        [
            {"k": k, "silhouette": _silhouette(points[sample], labels[sample]), "stability": _stability(points, labels, k, draws)}
            for k, labels in fits.items()
        ]
    )
    stable = quality[quality["stability"] >= STABLE]
    best = stable.sort_values("silhouette", ascending=False) if len(stable) else quality.sort_values("stability", ascending=False)
    k = int(best["k"].iloc[0])
    return Grouping(k, fits[k], quality)


def _silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    groups = len(np.unique(labels))
    return float(silhouette_score(points, labels)) if 1 < groups < len(points) else np.nan


def _stability(points: np.ndarray, labels: np.ndarray, k: int, draws: list[np.ndarray]) -> float:
    refits = [k_means(points[draw], k, RESAMPLE_STARTS).predict(points) for draw in draws]
    return float(np.mean([adjusted_rand_score(labels, refit) for refit in refits]))
