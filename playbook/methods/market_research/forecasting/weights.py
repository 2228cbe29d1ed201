"""Forecast weights: which candidates take part, how much each counts, and the combination of their paths.

The rule, in order: candidates that learn much from little (regression, trees) take part only if they beat the naive forecast in
the trials; a candidate whose error in the trials is more than ``CLEARLY_WORSE`` times the best one's is left out (three stay in
any case); the others weigh by the inverse of their squared error (Bates & Granger 1969); and, as with a median, no single one can
pull the forecast away from the rest: at every step the highest and the lowest fifth of the paths count no more than their
neighbours. On M3 series this did better than the plain median, and both far better than the one candidate that looks best in the
trials.
"""

import numpy as np

from playbook.methods.market_research.forecasting.candidates import NAIVE, NOT_BEFORE
from playbook.methods.market_research.forecasting.trials import FEWEST_TESTS, Trials

__all__ = ["CLEARLY_WORSE", "candidate_errors", "combine", "trial_paths", "weigh"]

CLEARLY_WORSE = 2.0
STAY = 3
DRAWN_IN = 5  # one of so many at either end


def candidate_errors(trials: Trials, until: int | None = None) -> np.ndarray:
    """Mean absolute scaled error (candidates, series), or the root of the mean square where trials are judged by squares.

    With ``until`` only of what was known at that start; NaN: none known.
    """
    scaled = np.abs(trials.errors) / trials.scales[:, :-1, None]
    if until is not None:
        steps = trials.back[:, None] - trials.back[until]  # periods between the two starts: so many steps were known by then
        scaled = np.where(np.arange(1, scaled.shape[3] + 1) <= steps, scaled, np.nan)
    counted = np.isfinite(scaled)
    number = counted.sum(axis=(2, 3))
    total = np.where(counted, scaled**2 if trials.squared else scaled, 0.0).sum(axis=(2, 3))
    mean = np.divide(total, number, out=np.full(number.shape, np.nan), where=number > 0)
    return np.sqrt(mean) if trials.squared else mean


def weigh(errors: np.ndarray, able: np.ndarray, names: tuple[str, ...] = ()) -> np.ndarray:
    """Weights (candidates, series) that add up to one: by ``errors`` where known, equal for a series without.

    ``able``: whether a candidate has a path for the series; ``names`` says which of them have to beat the naive one first.
    """
    known = np.where(able, errors, np.nan)
    tested = np.isfinite(known).any(axis=0)
    probation = np.array([name in NOT_BEFORE for name in names] or [False] * len(errors))
    if probation.any():
        worse = ~(known < known[names.index(NAIVE)]) if NAIVE in names else np.full(known.shape, True)
        out = probation[:, None] & worse
        known, able = np.where(out, np.nan, known), able & ~out
    ranked = np.where(np.isfinite(known), known, np.inf)
    best = ranked.min(axis=0)
    third = np.sort(ranked, axis=0)[min(STAY, len(ranked)) - 1]
    kept = (ranked <= np.maximum(CLEARLY_WORSE * best, third)) & np.isfinite(ranked)
    floor = np.maximum(np.where(tested, best, 1.0), 1e-6)
    weight = np.where(kept, (floor / np.maximum(np.where(kept, ranked, 1.0), floor)) ** 2, 0.0)
    weight = np.where(tested, weight, able.astype(float))
    total = weight.sum(axis=0)
    return np.divide(weight, total, out=np.zeros(weight.shape), where=total > 0)


def combine(paths: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted mean (series, horizon) of ``paths`` (candidates, series, horizon), the outermost drawn in."""
    taken = weights > 0
    count = taken.sum(axis=0)
    ranked = np.sort(np.where(taken[:, :, None], paths, np.inf), axis=0)
    inward = count // DRAWN_IN
    series = np.arange(paths.shape[1])
    low, high = ranked[inward, series], ranked[np.maximum(count - 1 - inward, 0), series]
    held = np.clip(
        np.where(taken[:, :, None], paths, 0.0), np.where(np.isfinite(low), low, 0), np.where(np.isfinite(high), high, 0)
    )
    return np.sum(held * weights[:, :, None], axis=0)


def trial_paths(trials: Trials) -> np.ndarray:
    """What the rule would have forecast at each start with what was known by then (series, starts, horizon)."""
    count = len(trials.back)
    paths = np.full(trials.paths.shape[1:2] + (count, trials.paths.shape[3]), np.nan)
    begun = np.cumsum(np.isfinite(trials.errors).any(axis=(0, 3)), axis=1)  # starts so far, by series
    for start in range(count):
        able = np.isfinite(trials.paths[:, :, start]).all(axis=2)
        errors = candidate_errors(trials, start)
        early = begun[:, start] <= FEWEST_TESTS
        found = combine(trials.paths[:, :, start], weigh(np.where(early, np.nan, errors), able, trials.names))
        paths[:, start] = np.where(able.any(axis=0)[:, None], found, np.nan)
    return paths
