"""Measuring: how often 90 % intervals hold the truth and how often nothing passes for something, for every design."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.regression.linear_model import GLS

from measure import cpu
from playbook.methods.evaluation.measuring.did import difference
from playbook.methods.evaluation.measuring.interrupted import level_shift
from playbook.methods.evaluation.measuring.staggered import NEVER, staggered
from playbook.methods.evaluation.measuring.synthetic import placebo_test, synthetic_control, synthetic_did
from playbook.methods.evaluation.measuring.trial import contrast

LEVEL, ALPHA = 0.90, 0.05
MONDAY = pd.Timestamp("2022-01-03")


def judged(draws):
    """Shares of intervals that hold the truth, and of tests that reject no effect, with the mean standard error and the error."""
    held, rejected, errors, widths = [], [], [], []
    for estimate, truth in draws:
        low, high = estimate.range(LEVEL)
        held.append(low <= truth <= high)
        rejected.append(estimate.p < ALPHA)
        errors.append(estimate.effect - truth)
        widths.append(estimate.se)
    return np.mean(held), np.mean(rejected), float(np.mean(widths)), float(np.sqrt(np.mean(np.square(errors))))


def customers(rng, n, lift=0.0, share=0.5):
    """Skewed revenue: gamma rates, Poisson orders, log-normal values; ``lift`` more orders for the treated during."""
    rate = rng.gamma(1.2, 1.0, n)
    treated = rng.random(n) < share
    value = rng.lognormal(3.5, 0.5, n)
    before, orders = rng.poisson(2 * rate), rng.poisson(rate * (1 + lift * treated))
    return pd.DataFrame({"treated": treated, "before": before * value, "orders": orders, "revenue": orders * value})


def trial_draws(metric, lift, reps, rng):
    mean_rate, mean_value = 1.2, np.exp(3.5 + 0.5**2 / 2)
    for _ in range(reps):
        shop = customers(rng, 400, lift)
        if metric == "order value":
            yield contrast(shop["revenue"], shop["treated"], shop["orders"]), 0.0  # orders rise, their value does not
        else:
            before = shop["before"] if metric == "revenue, earlier revenue allowed for" else None
            yield contrast(shop["revenue"], shop["treated"], before=before), lift * mean_rate * mean_value


@pytest.mark.parametrize("metric", ["revenue", "revenue, earlier revenue allowed for", "order value"])
def test_trials(note, metric):
    rng = np.random.default_rng(1)
    held, _, width, error = judged(trial_draws(metric, 0.3, 1000, rng))
    _, rejected, _, _ = judged(trial_draws(metric, 0.0, 1000, rng))
    note(f"trial, {metric}: 90 % hold, 5 % A/A reject", f"{held:.3f}, {rejected:.3f}", "se, error", f"{width:.2f}, {error:.2f}")
    assert 0.87 <= held <= 0.93 and 0.03 <= rejected <= 0.07


def test_difference_in_differences(note):
    def draws(lift, reps, rng):
        for _ in range(reps):
            shop = customers(rng, 400, lift, share=0.3)
            found = difference(shop["before"] / 2, shop["revenue"], shop["treated"])
            yield found, lift * 1.2 * np.exp(3.5 + 0.5**2 / 2)

    rng = np.random.default_rng(2)
    held, _, width, error = judged(draws(0.3, 1000, rng))
    _, rejected, _, _ = judged(draws(0.0, 1000, rng))
    note("difference in differences", f"{held:.3f}, {rejected:.3f}", "se, error", f"{width:.2f}, {error:.2f}")
    assert 0.87 <= held <= 0.93 and 0.03 <= rejected <= 0.07


@pytest.mark.parametrize("base", [1, 4])
def test_staggered(note, base):
    def draws(growth, reps, rng):
        first = pd.Series(np.resize([5.0, 8.0, NEVER], 90))
        time = np.arange(12)
        since = np.where(np.isfinite(first).to_numpy()[:, None], np.clip(time - first.to_numpy()[:, None] + 1, 0, None), 0)
        truth = growth * since[since > 0].mean()
        for _ in range(reps):
            level = rng.gamma(2.0, 5.0, (90, 1))
            noise = rng.normal(0, 1, (90, 12))
            values = level + np.cumsum(noise * 0.4, axis=1) + rng.gamma(1.0, 3.0, (90, 12)) + np.sin(time) + growth * since
            yield staggered(pd.DataFrame(values, columns=time), first, base).estimate, truth

    rng = np.random.default_rng(3)
    held, _, width, error = judged(draws(0.5, 600, rng))
    _, rejected, _, _ = judged(draws(0.0, 600, rng))
    note(f"staggered, {base} periods before", f"{held:.3f}, {rejected:.3f}", "se, error", f"{width:.2f}, {error:.2f}")
    assert 0.87 <= held <= 0.93 and 0.03 <= rejected <= 0.075


REGIONS = {  # other regions, weeks before and since, correlation of weeks, step of a region's own walk, unlike courses
    "7 regions, independent weeks": (7, 52, 8, 0.0, 0.0, 0.0),
    "6 regions, walks": (6, 104, 8, 0.2, 0.01, 0.0),
    "12 regions, unlike courses": (12, 78, 12, 0.4, 0.0, 0.5),
    "20 regions, both": (20, 52, 8, 0.2, 0.01, 0.3),
    "5 regions, half a year": (5, 26, 4, 0.2, 0.005, 0.0),
}


def regions(rng, others, before, since, correlation, walk, unlike, lift):
    """Weekly revenue of regions of unlike size, in units of the mean before; the first is treated."""
    weeks = before + since
    size = np.exp(rng.normal(0, 0.6, others + 1))
    common = np.cumsum(rng.normal(0, 0.02, weeks))[:, None] * (1 + unlike * rng.normal(0, 1, others + 1))
    scatter, shocks = np.zeros((weeks + 30, others + 1)), rng.normal(0, 0.08, (weeks + 30, others + 1)) / np.sqrt(size)
    for week in range(1, weeks + 30):
        scatter[week] = correlation * scatter[week - 1] + shocks[week]
    season = 0.2 * np.sin(2 * np.pi * np.arange(weeks) / 52)[:, None]
    own = np.cumsum(rng.normal(0, walk, (weeks, others + 1)), axis=0)
    panel = np.exp(season + common + scatter[30:] + own)
    panel /= panel[:before].mean(axis=0)
    truth = lift * panel[before:, 0].mean()
    panel[before:, 0] *= 1 + lift
    return pd.DataFrame(panel), truth


@pytest.mark.parametrize("case", REGIONS)
def test_regions(note, case):
    others, before, *rest = REGIONS[case]
    found = {}
    for method in (synthetic_control, synthetic_did):

        def draws(lift, reps, rng, method=method):
            for _ in range(reps):
                panel, truth = regions(rng, others, before, *rest, lift)
                yield placebo_test(panel, 0, before, method).estimate, truth

        held, _, width, error = judged(draws(0.1, 400, np.random.default_rng(4)))
        _, rejected, _, _ = judged(draws(0.0, 400, np.random.default_rng(5)))
        found[method] = (held, rejected, width, error)
    (held, rejected, width, error), other = found[synthetic_control], found[synthetic_did]
    note(
        f"synthetic control, {case}", f"{held:.3f}, {rejected:.3f}, error {error:.3f}",
        "synthetic DiD", f"{other[0]:.3f}, {other[1]:.3f}, error {other[3]:.3f}",
    )  # fmt: skip
    assert 0.86 <= held <= 0.95 and rejected <= 0.075  # three standard errors of 400 draws on top of 87 to 93 and 5 %
    assert error < 1.05 * other[3]


COURSES = ("independent weeks", "correlated weeks", "a level that wanders", "a random walk", "a trend that bends")


def course(rng, kind, n):
    time = np.arange(n)
    season = 0.25 * np.sin(2 * np.pi * time * 7 / 365.25 + 1) + 0.1 * np.cos(4 * np.pi * time * 7 / 365.25) if n >= 112 else 0.0
    shocks, correlated = rng.normal(0, 0.06, n + 50), np.zeros(n + 50)
    for week in range(1, n + 50):
        correlated[week] = 0.5 * correlated[week - 1] + shocks[week]
    scatter = {
        "independent weeks": rng.normal(0, 0.08, n),
        "correlated weeks": correlated[50:],
        "a level that wanders": rng.normal(0, 0.07, n) + np.cumsum(rng.normal(0, 0.015, n)),
        "a random walk": rng.normal(0, 0.04, n) + np.cumsum(rng.normal(0, 0.04, n)),
        "a trend that bends": rng.normal(0, 0.07, n) + 0.1 * np.sin(2 * np.pi * time / 170 + rng.uniform(0, 6)),
    }[kind]
    return 7 + 0.001 * time + season + scatter


def fixed_trend(log, length):
    """What this module did before: a fixed trend and season and a step, errors AR(1), by generalised least squares."""
    n = len(log)
    time = np.arange(n, dtype=float)
    angle = 2 * np.pi * np.outer(time * 7 / 365.25, [1, 2, 3] if n - length >= 104 else [])
    design = np.column_stack([np.ones(n), time / 52, np.sin(angle), np.cos(angle), time >= n - length])
    maker = np.eye(n) - design @ np.linalg.pinv(design)
    lag = (np.abs(time[:, None] - time[None, :]) == 1) / 2.0
    gaps = np.abs(time[:, None] - time[None, :]).astype(int)
    sums = [np.bincount(gaps.ravel(), matrix.ravel()) for matrix in (maker @ lag @ maker, maker)]
    grid = np.linspace(-0.5, 0.95, 146)
    powers = grid[:, None] ** np.arange(n)
    implied = np.maximum.accumulate((powers @ sums[0]) / (powers @ sums[1]))
    left = maker @ log
    rho = float(max(np.interp(left @ lag @ left / (left @ left), implied, grid), 0.0))
    fit = GLS(log, design, sigma=rho**gaps if rho else np.eye(n)).fit()
    half = stats.t.ppf((1 + LEVEL) / 2, fit.df_resid) * fit.bse[-1]
    return abs(fit.params[-1]) <= half, fit.pvalues[-1] < ALPHA, fit.params[-1]


@pytest.mark.parametrize("n", [60, 156])
@pytest.mark.parametrize("kind", COURSES)
def test_interrupted_series(note, kind, n):
    length, reps = 8, 200
    rng = np.random.default_rng(6)
    step = np.log(1.05) * (np.arange(n) >= n - length)
    start, end = MONDAY + pd.Timedelta(weeks=n - length), MONDAY + pd.Timedelta(days=7 * n - 1)
    mine, theirs, errors = [], [], []
    spent = 0.0
    for _ in range(reps):
        log = course(rng, kind, n)
        weeks = pd.DataFrame({"week": pd.date_range(MONDAY, periods=n, freq="7D"), "revenue": np.exp(log + step)})
        found, cost = cpu(lambda weeks=weeks: level_shift(weeks, start.date(), end.date()).log)
        spent += cost.cpu
        low, high = found.range(LEVEL)
        nothing = abs(found.effect - np.log(1.05)) / found.se  # the step moves the estimate by itself and nothing else
        mine.append((low <= np.log(1.05) <= high, 2 * stats.t.sf(nothing, found.df) < ALPHA))
        errors.append(found.effect - np.log(1.05))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs.append(fixed_trend(log, length))
    (held, rejected), (other, wrong, by) = np.mean(mine, axis=0), np.array(theirs, dtype=float).T
    note(
        f"own past, {n} weeks, {kind}",
        f"{held:.3f}, {rejected:.3f}, error {np.sqrt(np.mean(np.square(errors))):.3f}",
        "fixed trend, AR(1)", f"{other.mean():.3f}, {wrong.mean():.3f}, error {np.sqrt(np.mean(by**2)):.3f}",
        spent / reps,
    )  # fmt: skip
    assert held >= 0.85 and rejected <= 0.10  # two standard errors of 200 draws beyond 87 % and 5 %, whatever the course
