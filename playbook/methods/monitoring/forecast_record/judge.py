"""Judge: whether forecasts miss to one side, whether their ranges hold, whether they have become worse; refit or keep."""

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import binom, false_discovery_control, mannwhitneyu

from playbook.result.contract import Evidence
from playbook.result.formats import LEVEL

__all__ = ["FEWEST_HELD", "LIKELY", "Judgement", "Reason", "by_steps", "judge", "tracking_signal"]

SHOWN, LIKELY = 0.05, 0.20
GROUPS = ((1, 1), (2, 3), (4, 6), (7, 12), (13, 24), (25, 10_000))  # months ahead that are told together
EXACT_UP_TO = 14  # errors: their signs are all tried, up to 16,384 of them
DRAWS = 10_000
FEWEST_SIGNED = 4  # errors below which a side cannot be told
FEWEST_HELD = 6  # months whose ranges can be checked
LATE = 1 / 3  # share of the days that counts as lately


@dataclass(frozen=True)
class Reason:
    """One test: ``kind``, its ``chance`` under a sound forecast, and ``corrected``, with the other tests taken into account."""

    kind: Literal["bias", "range", "worse"]
    chance: float
    corrected: float

    @property
    def evidence(self) -> Evidence:
        return "shown" if self.corrected < SHOWN else "likely" if self.corrected < LIKELY else "not shown"


@dataclass(frozen=True)
class Judgement:
    """``verdict``: "refit" where a reason is shown, "watch" where one is likely or a plain rule does better, else "keep".

    ``bias``: errors of all steps over what came (positive: more came than was forecast); ``near``: of the first step alone;
    ``signal``: Brown's tracking signal of the first step; ``held`` and ``checked``: values within their range, and of how many;
    ``months``: different months among them; ``wider``: what ranges would have to be multiplied with to hold LEVEL (NaN where
    none can be checked); ``worse``: size of the latest errors over that of those before (NaN where too few); ``skill``: share
    of the plain rule's error that is avoided (negative: it does worse).
    """

    verdict: Literal["refit", "watch", "keep"]
    bias: float
    near: float
    signal: float
    held: int
    checked: int
    months: int
    wider: float
    worse: float
    skill: float
    reasons: tuple[Reason, ...]

    @property
    def leading(self) -> Reason | None:
        """The strongest reason that counts."""
        counts = [reason for reason in self.reasons if reason.evidence != "not shown"]
        return min(counts, key=lambda reason: reason.corrected, default=None)


def tracking_signal(errors: np.ndarray) -> tuple[float, float]:
    """Brown's tracking signal, the sum of errors over their mean size (Smoothing, Forecasting and Prediction, 1963, ch. 20), and
    the chance that errors of these sizes and of either side at random lie as far to one side.

    Brown's limit of 4 fits no single number of errors: chance alone spreads the signal with the root of their number. The chance
    here is exact for independent errors: all signs are tried. (0, 1) without errors.
    """
    size = np.abs(errors)
    if not len(errors) or not size.any():
        return 0.0, 1.0
    if len(errors) <= EXACT_UP_TO:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(errors))))
    else:
        signs = np.random.default_rng(0).choice((-1.0, 1.0), size=(DRAWS, len(errors)))
        signs[0] = 1.0 if errors.sum() > 0 else -1.0
    far = np.abs(signs @ size) >= np.abs(errors.sum()) - 1e-9 * size.sum()
    return float(errors.sum() / size.mean()), float(far.mean())


def by_steps(record: pd.DataFrame) -> pd.DataFrame:
    """How forecasts did by months ahead: first, last (months ahead), cases, bias and miss (error and its size over what came),
    signal (of each day's mean error), held (share within the range; NaN where none could be given), checked."""
    rows = []
    for first, last in GROUPS:
        part = record[record["step"].between(first, last)]
        if part.empty:
            continue
        ranged = part[part["low"].notna()]
        scale = part["actual"].abs().sum() or np.nan
        each = part.groupby("origin")["error"].mean().to_numpy()
        held = _inside(ranged).mean() if len(ranged) else np.nan
        rows.append(
            (first, int(part["step"].max()), len(part), part["error"].sum() / scale, part["error"].abs().sum() / scale,
             tracking_signal(each)[0], held, len(ranged))
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["first", "last", "cases", "bias", "miss", "signal", "held", "checked"])


def judge(record: pd.DataFrame, skill: float) -> Judgement:
    """Test the record of past forecasts (see ``trial_record``), and say whether to go on with the forecast.

    Three tests, corrected for being three (Benjamini & Hochberg 1995). Bias: signs of the errors one month ahead, which are
    independent where the forecast is sound; those further ahead overlap and are told, not tested. Range: values held, of as many
    as there are different months, since neighbouring days miss the same months. Worse: the latest errors one month ahead against
    those before (Mann & Whitney 1947). ``skill`` as in ``Judgement``.
    """
    near = record[record["step"] == 1].sort_values("origin")
    errors = (near["error"] * near["scale"]).to_numpy()
    signal, side = tracking_signal(errors)
    ranged = record[record["low"].notna()]
    inside = _inside(ranged)
    months = int(ranged["month"].nunique())
    chances: dict[str, float] = {}
    if len(errors) >= FEWEST_SIGNED:
        chances["bias"] = side
    if months >= FEWEST_HELD:
        chances["range"] = float(binom.cdf(np.floor(inside.mean() * months), months, LEVEL))
    late = max(3, round(len(errors) * LATE))
    worse = np.nan
    if len(errors) >= 2 * late:
        size = np.abs(errors)
        worse = float(size[-late:].mean() / size[:-late].mean()) if size[:-late].any() else np.nan
        chances["worse"] = float(mannwhitneyu(size[-late:], size[:-late], alternative="greater").pvalue)
    corrected = false_discovery_control(list(chances.values())) if chances else []
    reasons = tuple(Reason(kind, chance, float(q)) for (kind, chance), q in zip(chances.items(), corrected, strict=True))
    grades = {reason.evidence for reason in reasons}
    verdict = "refit" if "shown" in grades else "watch" if "likely" in grades or skill < 0 else "keep"
    actual = record["actual"].abs().sum() or np.nan
    return Judgement(
        verdict=verdict,
        bias=float(record["error"].sum() / actual),
        near=float(near["error"].sum() / (near["actual"].abs().sum() or np.nan)),
        signal=signal,
        held=int(inside.sum()),
        checked=len(ranged),
        months=months,
        wider=_wider(ranged),
        worse=worse,
        skill=skill,
        reasons=reasons,
    )


def _inside(record: pd.DataFrame) -> pd.Series:
    return record["actual"].between(record["low"], record["high"])


def _wider(ranged: pd.DataFrame) -> float:
    half = (ranged["high"] - ranged["low"]) / 2
    known = half > 0
    return float(np.quantile(ranged.loc[known, "error"].abs() / half[known], LEVEL)) if known.any() else np.nan
