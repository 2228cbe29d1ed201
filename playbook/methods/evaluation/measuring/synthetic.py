"""Synthetic control: what would have come in the regions where it was rolled out, from the course of regions where it was not?

    synthetic_control   a mix of the other units that moved like the treated one before; the gap to it since is the effect
    synthetic_did       a mix of units and of earlier weeks; only the change of the gap counts
    placebo_test        the same for every other unit, where nothing happened: how large gaps are by chance

One unit among few has no standard error of its own. The gaps that the same method finds for the other units stand in for it,
each in multiples of how far off its own mix was before the start, for small regions scatter more than large ones (Abadie, Diamond
& Hainmueller 2010; Abadie 2021; synthetic difference in differences: Arkhangelsky, Athey, Hirshberg, Imbens & Wager 2021).

Weights lie on the simplex and come from non-negative least squares, which ends at the optimum after finitely many steps. General
optimisers that start from equal weights do not: SciPy's SLSQP stops at a fit ten times as bad on California's tobacco law.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from playbook.methods.evaluation.measuring.estimate import Estimate

__all__ = ["FEWEST_OTHERS", "Gap", "Placebos", "placebo_test", "simplex_weights", "synthetic_control", "synthetic_did"]

FEWEST_OTHERS = 4  # other units; with fewer, nobody knows how large a gap chance makes
TIME_RIDGE = 1e-6  # times the noise: only decides between weeks that fit alike (Arkhangelsky et al. 2021, footnote 3)


@dataclass(frozen=True)
class Gap:
    """``effect``: mean effect per period since the start, in the outcome's unit; ``expected``: mean level without it;
    ``weights`` by other unit; ``path``: period, actual, expected; ``pre_rmspe``: root mean squared gap before the start."""

    effect: float
    expected: float
    weights: pd.Series = field(repr=False)
    path: pd.DataFrame = field(repr=False)
    pre_rmspe: float


@dataclass(frozen=True)
class Placebos:
    """``estimate``: the effect with the standard error that the placebos give; ``gaps``: unit, effect, pre_rmspe, post_rmspe,
    ratio (post over pre), the treated unit first; ``paths``: the gaps themselves, periods x units; ``rank`` of the treated
    unit's ratio among all ``of`` units, 1 being the largest."""

    estimate: Estimate
    gaps: pd.DataFrame = field(repr=False)
    paths: pd.DataFrame = field(repr=False)
    rank: int
    of: int


Method = Callable[[pd.DataFrame, str, object], Gap]


def synthetic_control(panel: pd.DataFrame, treated: str, start: object) -> Gap:
    """Synthetic control on outcomes only (Abadie, Diamond & Hainmueller 2010, eq. 2, all earlier periods as predictors).

    ``panel``: periods (sorted) x units; ``treated`` one of its columns; ``start``: first treated period.
    Raises ValueError without a period before and since, or without another unit.
    """
    y, others, before = _split(panel, treated, start)
    weights = simplex_weights(others[before] - y[before, None])
    return _gap(panel, treated, before, others @ weights, weights)


def synthetic_did(panel: pd.DataFrame, treated: str, start: object) -> Gap:
    """Synthetic difference in differences (Arkhangelsky et al. 2021, algorithm 1) for one treated unit, as above.

    ``expected`` in the path is the mix of units shifted to the treated unit's level in the weighted earlier periods.
    """
    y, others, before = _split(panel, treated, start)
    past, since = others[before], others[~before]
    noise = float(np.diff(past, axis=0).std(ddof=1)) if len(past) > 2 else 0.0
    ridge = len(since) ** 0.25 * noise * np.sqrt(len(past))
    apart = past - y[before, None]
    weights = simplex_weights(np.vstack([apart - apart.mean(axis=0), ridge * np.eye(len(apart.T))]))
    apart = past.T - since.mean(axis=0)[:, None]
    ridge = TIME_RIDGE * noise * np.sqrt(len(apart))
    times = simplex_weights(np.vstack([apart - apart.mean(axis=0), ridge * np.eye(len(past))]))
    mixed = others @ weights
    return _gap(panel, treated, before, mixed + times @ (y - mixed)[before], weights)


def placebo_test(panel: pd.DataFrame, treated: str, start: object, method: Method = synthetic_control) -> Placebos:
    """The effect on the treated unit beside the effects that the same method finds for each other unit, the treated left out.

    The standard error is the treated unit's ``pre_rmspe`` times the root mean square of the placebos' effects in units of theirs,
    and at least what periods that scatter by themselves would give: a handful of placebos may all be small by luck. There are as
    many degrees of freedom as other units. Raises ValueError for fewer than ``FEWEST_OTHERS`` of them.
    """
    others = panel.drop(columns=treated)
    if others.shape[1] < FEWEST_OTHERS:
        raise ValueError(f"{others.shape[1]} other units: at least {FEWEST_OTHERS} are needed")
    found = {treated: method(panel, treated, start)} | {unit: method(others, unit, start) for unit in others.columns}
    paths = pd.DataFrame(
        {unit: (gap.path["actual"] - gap.path["expected"]).to_numpy() for unit, gap in found.items()}, panel.index
    )
    since = np.sqrt((paths[paths.index >= start] ** 2).mean())
    before = np.array([gap.pre_rmspe for gap in found.values()])
    effect = np.array([gap.effect for gap in found.values()])
    floor = max(before.max() * 1e-6, 1e-12)  # a perfect fit would make any gap infinitely rare
    ratio = since.to_numpy() / np.maximum(before, floor)
    gaps = pd.DataFrame(
        {"unit": list(found), "effect": effect, "pre_rmspe": before, "post_rmspe": since.to_numpy(), "ratio": ratio}
    )
    by_chance = float(np.sqrt(np.mean((effect[1:] / np.maximum(before[1:], floor)) ** 2)))
    alone = 1 / np.sqrt((panel.index >= start).sum())
    estimate = Estimate(float(effect[0]), max(by_chance, alone) * max(float(before[0]), floor), float(others.shape[1]))
    return Placebos(estimate, gaps, paths, int((ratio >= ratio[0]).sum()), len(ratio))


def simplex_weights(rows: np.ndarray) -> np.ndarray:
    """Weights w that are not negative, sum to one and minimise ``|rows @ w|``. ``rows``: (m, n), returns (n,).

    A row of ones with the target one is put below: along each direction the best scale is then a monotone function of the
    direction's own error, so that the non-negative least squares solution, scaled to sum one, is the optimum on the simplex.
    """
    scale = float(np.sqrt(np.mean(rows**2))) or 1.0
    found, _ = nnls(np.vstack([rows / scale, np.ones(rows.shape[1])]), np.append(np.zeros(len(rows)), 1.0))
    return found / found.sum()


def _split(panel: pd.DataFrame, treated: str, start: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    before = np.asarray(panel.index < start)
    others = panel.drop(columns=treated)
    if before.all() or not before.any() or others.shape[1] < 1:
        raise ValueError("a period before the start, one since, and another unit are needed")
    return panel[treated].to_numpy(dtype=float), others.to_numpy(dtype=float), before


def _gap(panel: pd.DataFrame, treated: str, before: np.ndarray, expected: np.ndarray, weights: np.ndarray) -> Gap:
    y = panel[treated].to_numpy(dtype=float)
    gap = y - expected
    path = pd.DataFrame({"period": panel.index, "actual": y, "expected": expected})
    names = panel.columns.drop(treated)
    rmspe = float(np.sqrt(np.mean(gap[before] ** 2)))
    return Gap(float(gap[~before].mean()), float(expected[~before].mean()), pd.Series(weights, names), path, rmspe)
