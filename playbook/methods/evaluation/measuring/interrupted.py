"""Interrupted time series: did the weekly course change when something was changed for everybody?

Without a comparison group the client's own past is the comparison. A structural model of the weeks before (a level that may
wander, a steady trend, and a season with two years of weeks or more, on the log scale, so that effects are relative) is
continued over the weeks of the intervention; what came is set against it (Harvey 1989, ch. 7; Brodersen et al. 2015). The
errors of neighbouring forecasts go together, since the level that all of them start from may be wrong: the range of the mean
effect is taken from their joint covariance.

The level that may wander is what makes the range honest. A fixed trend with correlated errors claims too much as soon as a trend
bends: its 90 % ranges then hold 44 % of the time, those of this model 89 % (``tests/benchmarks/test_measuring.py``). Where weeks
are merely correlated, the fixed trend is the more precise of the two, but nobody knows beforehand that a trend will not bend.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.tsa.statespace.structural import UnobservedComponents

from playbook.methods.evaluation.measuring.estimate import Estimate
from playbook.result.formats import LEVEL

__all__ = ["FEWEST_BEFORE", "Shift", "level_shift"]

WEEKS_PER_YEAR = 365.25 / 7
SEASON_WEEKS = 104  # a yearly season needs two years of weeks before the start
LONGEST_HISTORY = 156  # three years; older weeks say little about today
FEWEST_BEFORE = 12  # weeks needed before the start to know a level and a trend
WAVES = 3  # pairs of sine and cosine; three follow a season of a quarter's length
QUIET_SHARE = 0.10  # with more empty weeks than this a relative change means nothing
WANDERING = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # variance of the level's steps over that of single weeks
STILL = 1e-9  # spread on the log scale below which there is nothing to estimate it from


@dataclass(frozen=True)
class Shift:
    """Effect of an intervention on a weekly series.

    ``log``: the mean effect on the log scale; ``effect``, ``low``, ``high``, ``detectable``: the same as relative changes (0.08
    is +8 %); ``total``: cumulative effect over the weeks of the intervention in the series' unit, with its range.
    ``course``: week, actual, expected (without the intervention) with its range at LEVEL (that of single weeks), during.
    """

    log: Estimate
    total: float
    total_low: float
    total_high: float
    weeks_before: int
    weeks_during: float
    seasonal: bool
    course: pd.DataFrame

    @property
    def effect(self) -> float:
        return float(np.expm1(self.log.effect))

    @property
    def low(self) -> float:
        return float(np.expm1(self.log.low))

    @property
    def high(self) -> float:
        return float(np.expm1(self.log.high))

    @property
    def p(self) -> float:
        return self.log.p

    @property
    def detectable(self) -> float:
        return float(np.expm1(self.log.detectable))


def level_shift(weeks: pd.DataFrame, start: date, end: date, outcome: str = "revenue") -> Shift | None:
    """Mean effect on ``outcome`` (a column of ``weeks``, one row per Monday ``week``) from ``start`` to ``end``, both included.

    A week of which only part was treated counts with that part. Weeks after ``end`` are left out, so nothing is assumed
    about how long an effect lasts. None when there are fewer than 12 usable weeks before, no complete week since the
    start, or when more than a tenth of the weeks are empty.
    """
    used = weeks[(weeks["week"] <= pd.Timestamp(end))].tail(LONGEST_HISTORY).reset_index(drop=True)
    treated = _treated_share(used["week"], start, end)
    sold = used[outcome].to_numpy(dtype=float) > 0
    before = int(((treated == 0) & sold).sum())
    if before < FEWEST_BEFORE or treated[sold].sum() < 1 or (~sold).mean() > QUIET_SHARE:
        return None
    values = used[outcome].to_numpy(dtype=float)
    log = np.log(np.where(sold, values, np.nan))
    seasonal = before >= SEASON_WEEKS
    time = np.arange(len(used), dtype=float)
    design = _design(time, used["week"].dt.day_of_year.iloc[0] / 7, seasonal)
    expected, errors, scatter = _continued(log, design, treated > 0)
    part, gap = treated[treated > 0], (log - expected)[treated > 0]
    known = np.isfinite(gap)
    part, gap, errors = part[known], gap[known], errors[np.ix_(known, known)]
    weight = part / (part @ part)
    parameters = design.shape[1] + 2  # the level and the variance of single weeks
    estimate = Estimate(float(weight @ gap), float(np.sqrt(weight @ errors @ weight)), float(max(before - parameters, 1)))
    came = values[treated > 0][known]
    total, low, high = (
        float((came * -np.expm1(-bound * part)).sum()) for bound in (estimate.effect, estimate.low, estimate.high)
    )
    spread = pd.Series(np.sqrt(np.diag(errors)), used.index[treated > 0][known]).reindex(used.index)
    half = stats.norm.ppf((1 + LEVEL) / 2) * spread
    course = pd.DataFrame(
        {
            "week": used["week"],
            "actual": values,
            # The mean of what scatters on the log scale lies above its middle: weeks are drawn beside the former
            "expected": np.exp(expected + spread.fillna(scatter**0.5) ** 2 / 2),
            "low": np.exp(expected - half),
            "high": np.exp(expected + half),
            "during": treated > 0,
        }
    )
    return Shift(estimate, total, low, high, before, float(part.sum()), seasonal, course[sold].reset_index(drop=True))


def _continued(log: np.ndarray, design: np.ndarray, ahead: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """What the model of the weeks before expects in every week, the covariance of the errors of the weeks ``ahead``, and the
    variance of single weeks.

    The covariance is that of level and regressors, plus the level's own steps, plus each week's own scatter (Durbin & Koopman
    2012, sect. 4.11; statsmodels gives its diagonal only). How far the level wanders is hardly known from a few dozen weeks, and
    its most likely value is often zero when the truth is not: forecasts under every value of ``WANDERING`` are averaged, each as
    likely as the weeks before make it. Without any scatter the course is a straight line, all errors zero.
    """
    past = ~ahead
    known = past & np.isfinite(log)
    straight = np.column_stack([np.ones(known.sum()), design[known]])
    plain, *_ = np.linalg.lstsq(straight, log[known], rcond=None)
    if np.std(log[known] - straight @ plain) < STILL:
        return np.column_stack([np.ones(len(log)), design]) @ plain, np.zeros((ahead.sum(), ahead.sum())), 0.0
    model = UnobservedComponents(log[past], level="llevel", exog=design[past], mle_regression=False)
    rows, place = np.column_stack([np.ones(ahead.sum()), design[ahead]]), np.arange(ahead.sum())
    steps, alone = np.minimum(place[:, None], place[None, :]), np.eye(len(place))
    likely, scales, means, spreads = [], [], [], []
    for ratio in WANDERING:
        found = model.filter([1.0, ratio]).filter_results
        surprise = found.forecasts_error[0, model.loglikelihood_burn :]
        variance = found.forecasts_error_cov[0, 0, model.loglikelihood_burn :]
        seen = np.isfinite(surprise)
        scale = float(np.mean(surprise[seen] ** 2 / variance[seen]))
        likely.append(-0.5 * (seen.sum() * np.log(scale) + np.log(variance[seen]).sum()))
        scales.append(scale)
        means.append(rows @ found.predicted_state[:, -1])
        spreads.append(scale * (rows @ found.predicted_state_cov[:, :, -1] @ rows.T + ratio * steps + alone))
    weight = np.exp(np.array(likely) - max(likely))
    weight /= weight.sum()
    mean = weight @ np.array(means)
    apart = np.array(means) - mean
    errors = np.einsum("m,mij->ij", weight, np.array(spreads)) + np.einsum("m,mi,mj->ij", weight, apart, apart)
    best = int(np.argmax(weight))
    states = model.smooth([scales[best], scales[best] * WANDERING[best]]).smoothed_state
    expected = np.empty(len(log))
    expected[past] = states[0] + np.einsum("wk,kw->w", design[past], states[1:])
    expected[ahead] = mean
    return expected, errors, scales[best]


def _treated_share(week: pd.Series, start: date, end: date) -> np.ndarray:
    first = np.maximum((pd.Timestamp(start) - week).dt.days, 0)
    last = np.minimum((pd.Timestamp(end) - week).dt.days, 6)
    return np.clip(last - first + 1, 0, 7).to_numpy(dtype=float) / 7


def _design(time: np.ndarray, first_week: float, seasonal: bool) -> np.ndarray:
    columns = [(time - time.mean()) / WEEKS_PER_YEAR]
    for wave in range(1, WAVES + 1) if seasonal else ():
        angle = 2 * np.pi * wave * (time + first_week) / WEEKS_PER_YEAR
        columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)
