"""Persuasion: a trial's lesson in plain words: who is persuaded, who buys anyway, who is put off, and what choosing saves."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.keeping.qini import WIDTH
from playbook.methods.strategy.keeping.trials import Trial, feature_label
from playbook.methods.strategy.keeping.uplift import Uplift, learn_uplift
from playbook.methods.strategy.predicting.columns import tidy
from playbook.result.contract import Evidence

__all__ = ["Persuasion", "learn_persuasion", "told_apart"]

PARTS = 4  # groups by expected effect
TOLD = 2  # features that describe them
GROUP_COLUMNS = ("group", "customers", "without", "effect", "low", "high", "verdict")
CERTAIN, LIKELY = 0.025, 0.10  # one-sided chances: of the 95 percent range, and of the 80 percent range


@dataclass(frozen=True)
class Persuasion:
    """What a trial taught.

    ``evidence``: that the effect differs between customers as expected; ``groups``: a row a quarter by expected effect, the most
    first: GROUP_COLUMNS and the features in ``told`` (means; of text the most frequent word and its share); ``addressed``: share
    of the trial's customers worth their cost; ``choosing`` and its standard error: the money that addressing only these leaves
    more than addressing all, in the trial (NaN where the cost, or what an outcome brings, is not known).
    """

    trial: Trial
    uplift: Uplift = field(repr=False)
    evidence: Evidence
    groups: pd.DataFrame = field(repr=False)
    told: tuple[str, ...]
    addressed: float
    choosing: float
    choosing_error: float


def learn_persuasion(trial: Trial, margin: float | None, trials: int, seed: int = 0) -> Persuasion:
    """Learn from one of ``trials`` trials that are looked at together; the more, the less a chance finding counts."""
    found = learn_uplift(trial.features, trial.treated, trial.outcome, seed)
    told = told_apart(trial.features, found.scores)
    money = trial.worth if trial.in_margin else trial.worth * (margin or 1.0)
    addressed, choosing, error = np.nan, np.nan, np.nan
    if trial.cost is not None and np.isfinite(money).all():
        chosen = found.expected * money > trial.cost
        spared = np.where(chosen, 0.0, trial.cost - found.effects * money)
        addressed, choosing = float(chosen.mean()), float(spared.sum())
        error = float(spared.std(ddof=1) * np.sqrt(len(spared)))
    return Persuasion(
        trial,
        found,
        _judge_area(found, trials, trial.by_lot),
        _persuasion_groups(trial, found, told),
        told,
        addressed,
        choosing,
        error,
    )


def _judge_area(found: Uplift, trials: int, by_lot: bool) -> Evidence:
    """Strength of evidence that the order of the scores is worth something; groups not drawn by lot give indications at most."""
    p = min(found.qini.p * trials, 1.0)  # Bonferroni
    if p >= LIKELY:
        return "not shown"
    if not by_lot:
        return "indicative"
    return "shown" if p < CERTAIN else "likely"


def _persuasion_groups(trial: Trial, found: Uplift, told: tuple[str, ...] = ()) -> pd.DataFrame:
    """Quarters of the customers by expected effect, told by models that had not seen them: GROUP_COLUMNS and means of ``told``.

    ``without``: mean outcome of those not treated; ``effect``: mean of the effect scores, with its range. Grouping by scores from
    other customers keeps the effects honest (sorted group average treatment effects: Chernozhukov, Demirer, Duflo & Fernández-Val
    2018, section 3.3).
    """
    part = np.empty(len(found.scores), dtype=int)
    part[np.argsort(found.scores, kind="stable")] = np.arange(len(part)) * PARTS // len(part)
    everyday = trial.outcome[~trial.treated].mean()
    means = tidy(trial.features[list(told)])
    rows = []
    for number in range(PARTS - 1, -1, -1):
        own = part == number
        if own.sum() < 2:
            continue
        effects = found.effects[own]
        effect, half = effects.mean(), WIDTH * effects.std(ddof=1) / np.sqrt(own.sum())
        spared = trial.outcome[own & ~trial.treated]
        without = spared.mean() if len(spared) else np.nan
        rows.append(
            {"group": _PLACES[PARTS - 1 - number], "customers": int(own.sum()), "without": without, "effect": effect,
             "low": effect - half, "high": effect + half, "verdict": _verdict(effect - half, effect + half, without, everyday)}
            | {name: _often(means[name][own]) if means[name].dtype == object else means[name][own].mean() for name in told}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=[*GROUP_COLUMNS, *told])


_PLACES = mark("First quarter"), mark("Second quarter"), mark("Third quarter"), mark("Last quarter")


def _verdict(low: float, high: float, without: float, everyday: float) -> str:
    if high < 0:
        return mark("put off")
    if low > 0:
        return mark("persuaded")
    return mark("would buy anyway") if without >= everyday else mark("unmoved")


def _often(values: pd.Series) -> tuple[str, float] | None:
    counts = values.value_counts()
    return (str(counts.index[0]), float(counts.iloc[0] / len(values))) if len(counts) else None


def told_apart(features: pd.DataFrame, scores: np.ndarray) -> tuple[str, ...]:
    """The features in which the quarter with the highest scores differs most from the one with the lowest (for the words)."""
    tidied, most, least = tidy(features), scores > 1 - 1 / PARTS, scores <= 1 / PARTS
    gaps = {}
    for name, values in tidied.items():
        if values.dtype == object:
            shares = [values[part].value_counts(normalize=True) for part in (most, least)]
            gaps[name] = float(shares[0].sub(shares[1], fill_value=0.0).abs().max()) * 2
        elif (spread := values.std()) > 0:
            gaps[name] = abs(values[most].mean() - values[least].mean()) / spread
    return tuple(sorted(gaps, key=lambda name: (-gaps[name], feature_label(name)))[:TOLD])
