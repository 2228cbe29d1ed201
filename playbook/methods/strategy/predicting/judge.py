"""Judge: how good probabilities are on rows the model had not seen, in ranks, in hits and in money."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata
from sklearn.metrics import average_precision_score

from playbook.result.formats import EDGES, LEVEL

__all__ = [
    "Area",
    "Profit",
    "area",
    "area_difference",
    "auc",
    "calibration_error",
    "calibration_table",
    "gain_table",
    "judged",
    "profit",
]

TENTHS = 10
STEPS = 200  # points of a profit curve
DRAWS = 200  # of the rows, for the range of a profit


@dataclass(frozen=True)
class Area:
    """The area under ROC: how often a yes ranks above a no. ``low`` and ``high`` at the report's level, ``error`` standard."""

    value: float
    low: float
    high: float
    error: float


def auc(outcome: np.ndarray, chance: np.ndarray) -> float:
    """The area under ROC alone, of a true or false ``outcome`` (n,) and a score (n,)."""
    return float(_placements(np.asarray(outcome, dtype=bool), chance)[0].mean())


def area(outcome: np.ndarray, chance: np.ndarray) -> Area:
    """Area under ROC with DeLong's standard error (DeLong, DeLong & Clarke-Pearson 1988); the range is set on the log odds."""
    yes, no = _placements(outcome, chance)
    value = float(yes.mean())
    error = float(np.sqrt(yes.var(ddof=1) / len(yes) + no.var(ddof=1) / len(no)))
    inner = min(max(value, 1e-6), 1 - 1e-6)
    odds, width = np.log(inner / (1 - inner)), norm.ppf(0.5 + LEVEL / 2) * error / (inner * (1 - inner))
    low, high = 1 / (1 + np.exp(-(odds + np.array([-width, width]))))
    return Area(value, min(float(low), value), max(float(high), value), error)


def area_difference(outcome: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The area under ROC of ``first`` minus that of ``second`` on the same rows, and its standard error (DeLong)."""
    yes, no = (a - b for a, b in zip(_placements(outcome, first), _placements(outcome, second), strict=True))
    return float(yes.mean()), float(np.sqrt(yes.var(ddof=1) / len(yes) + no.var(ddof=1) / len(no)))


def judged(outcome: np.ndarray, chance: np.ndarray) -> dict[str, float]:
    """auc with auc_low and auc_high, pr_auc (average precision), brier and ece of probabilities, as a row of a comparison."""
    ranks = area(outcome, chance)
    return {
        "auc": ranks.value, "auc_low": ranks.low, "auc_high": ranks.high,
        "pr_auc": float(average_precision_score(outcome, chance)), "brier": float(np.mean((chance - outcome) ** 2)),
        "ece": calibration_error(outcome, chance),
    }  # fmt: skip


def calibration_table(outcome: np.ndarray, chance: np.ndarray, parts: int = TENTHS) -> pd.DataFrame:
    """Rows in equal parts by probability, lowest first: cases, expected (mean probability), seen (share of yes), low, high.

    The range of ``seen`` is Wilson's, at the report's level.
    """
    part = np.minimum((np.argsort(np.argsort(chance, kind="stable")) * parts) // len(chance), parts - 1)
    part = np.unique(part, return_inverse=True)[1]  # fewer rows than parts leave some of these empty
    n = np.bincount(part)
    p = np.bincount(part, weights=outcome) / n
    table = pd.DataFrame({"cases": n, "expected": np.bincount(part, weights=chance) / n, "seen": p})
    z = norm.ppf(0.5 + LEVEL / 2)
    middle, half = (p + z**2 / (2 * n)) / (1 + z**2 / n), z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return table.assign(low=(middle - half).clip(min=0), high=(middle + half).clip(max=1))


def calibration_error(outcome: np.ndarray, chance: np.ndarray) -> float:
    """Expected calibration error over tenths of equal size: the mean distance of what was expected and what was seen."""
    table = calibration_table(outcome, chance)
    return float(np.average((table["expected"] - table["seen"]).abs(), weights=table["cases"]))


def gain_table(outcome: np.ndarray, chance: np.ndarray) -> pd.DataFrame:
    """By tenth of the cases, best first: tenth, cases, yes, rate, lift (over the base rate), found (share of all yes so far)."""
    table = calibration_table(outcome, chance)[::-1].reset_index(drop=True)
    yes = (table["seen"] * table["cases"]).round()
    return pd.DataFrame(
        {
            "tenth": np.arange(1, len(table) + 1), "cases": table["cases"], "yes": yes, "rate": table["seen"],
            "lift": table["seen"] / outcome.mean(), "found": yes.cumsum() / yes.sum(), "expected": table["expected"],
        }
    )  # fmt: skip


@dataclass(frozen=True)
class Profit:
    """What working on cases from the best down would have brought on the rows judged.

    ``curve``: share (of the cases worked on), profit (a case in the whole list), low, high, random (the same number in no order);
    ``threshold``: the probability from which a case is worth working on, None where cases differ in worth or cost; ``share``: of
    the cases worked on; ``best``, ``low``, ``high``: profit a case of the list there; ``everybody``: profit when all are worked
    on; ``gain``, ``gain_low``, ``gain_high``: best minus what is best without a score, which is everybody or nobody.
    """

    curve: pd.DataFrame
    threshold: float | None
    share: float
    best: float
    low: float
    high: float
    everybody: float
    gain: float
    gain_low: float
    gain_high: float


def profit(outcome: np.ndarray, chance: np.ndarray, value: np.ndarray, cost: np.ndarray, seed: int = 0) -> Profit:
    """Profit of working on those cases whose expected profit, chance x value - cost, is above nothing; others are left alone.

    All four have a number a case; value is what a yes brings, cost what working on a case takes whatever its outcome. The
    rule is fixed before it sees the outcomes, so what it brought is an honest figure, and not the top of a curve that was
    chosen because it is the top. Ranges draw the rows again (bootstrap).
    """
    expected = chance * value - cost
    order = np.argsort(-expected, kind="stable")
    brought = outcome * value - cost
    worked = expected > 0
    rng, n = np.random.default_rng(seed), len(outcome)
    at = np.unique(np.linspace(0, n, STEPS + 1).round().astype(int))
    drawn = np.empty((DRAWS, len(at)))
    best, gain = np.empty(DRAWS), np.empty(DRAWS)
    for k in range(DRAWS):
        weight = rng.multinomial(n, np.full(n, 1 / n))
        paid = brought * weight
        drawn[k] = np.concatenate([[0], np.cumsum(paid[order])])[at] / n
        best[k] = paid[worked].sum() / n
        gain[k] = best[k] - max(paid.sum() / n, 0.0)
    low, high = np.quantile(drawn, EDGES, axis=0)
    total = float(brought.mean())
    curve = pd.DataFrame(
        {
            "share": at / n, "profit": np.concatenate([[0], np.cumsum(brought[order])])[at] / n,
            "low": low, "high": high, "random": total * at / n,
        }
    )  # fmt: skip
    reached = float(brought[worked].sum() / n)
    same = value[0] > 0 and len(np.unique(value)) == len(np.unique(cost)) == 1
    least = float(cost[0] / value[0]) if same else None
    return Profit(
        curve, least, float(worked.mean()), reached, *map(float, np.quantile(best, EDGES)), total,
        reached - max(total, 0.0), *map(float, np.quantile(gain, EDGES)),
    )  # fmt: skip


def _placements(outcome: np.ndarray, chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each yes the share of no below it, for each no the share of yes above it; ties count half."""
    yes, no = chance[outcome], chance[~outcome]
    together = rankdata(np.concatenate([yes, no]))
    above_no = (together[: len(yes)] - rankdata(yes)) / len(no)
    below_yes = 1 - (together[len(yes) :] - rankdata(no)) / len(yes)
    return above_no, below_yes
