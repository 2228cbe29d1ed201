"""Distance: how far apart a column lies in two groups of rows, and how often chance alone would bring as much."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp

from playbook.locale import mark

__all__ = ["ALL_OTHER", "FEWEST", "NOT_KNOWN", "Distance", "distance", "noise", "psi", "spread_distance"]

FEWEST = 50  # rows of either group: with fewer, tenths hold a handful
PARTS = 10
LEAST_LEVEL = 5  # rows that a value of a text column is expected to have in either group; rarer ones are one together
EMPTY = 0.5  # rows put into every part where one is empty
OTHERS = "\x00others"  # no client's word
MISSING = "\x00missing"
ALL_OTHER, NOT_KNOWN = mark("all other values"), mark("not known")  # as readers know the two


@dataclass(frozen=True)
class Distance:
    """``psi``: population stability index; ``noise``: what chance alone brings on average; ``chance``: how often chance alone
    brings a difference as large (Kolmogorov-Smirnov for numbers, chi square for words); ``before`` and ``now``: means, or the
    share of the value that moved most, which ``level`` names (None for numbers)."""

    psi: float
    noise: float
    chance: float
    before: float
    now: float
    level: str | None


def psi(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Population stability index of two rows of counts by part (..., parts): the sum of (share now - share before) times the
    logarithm of their ratio (Siddiqi, Credit Risk Scorecards, 2006, ch. 8; by custom small below 0.1, large from 0.25 on).

    Where a part is empty in one of them, half a row is put into every part. Raises ValueError for rows of different length.
    """
    before, now = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
    if before.shape != now.shape:
        raise ValueError(f"{before.shape[-1]} parts before and {now.shape[-1]} now cannot be compared")
    used, empty = (before > 0) | (now > 0), ((before == 0) | (now == 0)).any(axis=-1, keepdims=True)
    before, now = (part + EMPTY * (used & empty) for part in (before, now))
    sums = (part.sum(axis=-1, keepdims=True) for part in (before, now))
    was, is_ = (
        np.divide(part, all_, out=np.zeros(part.shape), where=all_ > 0) for part, all_ in zip((before, now), sums, strict=True)
    )
    return ((is_ - was) * np.log(np.divide(is_, was, out=np.ones(was.shape), where=used))).sum(axis=-1)


def noise(parts: int, before: int, now: int) -> float:
    """What the index is on average where nothing changed: (parts - 1) (1 / rows before + 1 / rows now) (Yurdakul & Naranjo,
    Statistical Properties of the Population Stability Index, 2020)."""
    return (parts - 1) * (1 / before + 1 / now)


def distance(before: pd.Series, now: pd.Series) -> Distance | None:
    """Compare a column (numbers, or words) in two groups of rows; missing values are a part of their own.

    None where a group has fewer than FEWEST rows, or nothing varies.
    """
    if min(len(before), len(now)) < FEWEST:
        return None
    return _numbers(before, now) if pd.api.types.is_numeric_dtype(before) else _words(before, now)


def _numbers(before: pd.Series, now: pd.Series) -> Distance | None:
    was, is_ = (x.to_numpy(dtype=float, na_value=np.nan) for x in (before, now))
    known = was[np.isfinite(was)], is_[np.isfinite(is_)]
    gaps = [(len(x) - len(k), len(k)) for x, k in zip((was, is_), known, strict=True)]
    if min(map(len, known)) == 0:
        return None
    edges = np.unique(np.quantile(known[0], np.linspace(0, 1, PARTS + 1)[1:-1]))
    counts = [np.bincount(np.searchsorted(edges, k, side="left"), minlength=len(edges) + 1) for k in known]
    counts = [np.append(c, missing) for c, (missing, _) in zip(counts, gaps, strict=True)]
    used = (counts[0] > 0) | (counts[1] > 0)
    if used.sum() < 2:
        return None
    chance = float(ks_2samp(*known, method="asymp").pvalue)
    if any(missing for missing, _ in gaps):  # a column that empties has changed too
        chance = min(1.0, 2 * min(chance, float(chi2_contingency(gaps).pvalue)))
    means = (float(k.mean()) for k in known)
    return Distance(float(psi(*counts)), noise(int(used.sum()), len(was), len(is_)), chance, *means, None)


def _words(before: pd.Series, now: pd.Series) -> Distance | None:
    was, is_ = (x.astype(object).where(x.notna(), MISSING).astype(str).value_counts() for x in (before, now))
    counts = pd.DataFrame({"was": was, "is": is_}).fillna(0.0).sort_index()
    share = counts.sum(axis=1) / counts.to_numpy().sum()
    rare = share * min(len(before), len(now)) < LEAST_LEVEL
    if rare.any():
        counts = pd.concat([counts[~rare], counts[rare].sum().to_frame(OTHERS).T])
    if len(counts) < 2:
        return None
    return spread_distance(counts.rename(index={OTHERS: ALL_OTHER, MISSING: NOT_KNOWN}))


def spread_distance(counts: pd.DataFrame) -> Distance:
    """Compare how rows spread over levels, two or more: ``counts`` has a row for each, a column before and a column now."""
    table = counts.to_numpy(dtype=float).T
    shares = table / table.sum(axis=1, keepdims=True)
    most = int(np.abs(shares[1] - shares[0]).argmax())
    return Distance(
        float(psi(*table)), noise(len(counts), *map(int, table.sum(axis=1))), float(chi2_contingency(table).pvalue),
        float(shares[0, most]), float(shares[1, most]), str(counts.index[most]),
    )  # fmt: skip
