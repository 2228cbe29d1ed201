"""Reasons: why a row's chance is high or low, which columns matter, and how the chance moves with them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from playbook.methods.strategy.predicting.calibration import log_odds
from playbook.methods.strategy.predicting.judge import auc
from playbook.methods.strategy.predicting.learn import Model, Trial
from playbook.methods.strategy.predicting.wording import column_value, listed_reasons
from playbook.result.formats import Formats

__all__ = ["Reasons", "importance", "partial_dependence", "reasons"]

NAMED = 3  # reasons either way
LEAST = 0.15  # log odds: a smaller push is no reason
READ = 3_000  # rows from which pushes are read
ROWS, DRAWS = 1_000, 3  # for permutations
POINTS, SPREAD = (0.1, 0.5, 0.9), 300  # where a number is set to, as shares of its values; rows that are asked
WORDS, OFTEN = 6, 0.03  # words that a text column is set to, and the share of rows from which one counts


@dataclass(frozen=True)
class Reasons:
    """``up`` and ``down``: in words for each row, strongest first; ``faithful``: share of the score's spread they account for."""

    up: list[str]
    down: list[str]
    faithful: float


def reasons(model: Model, known: pd.DataFrame, rows: pd.DataFrame, fmt: Formats) -> Reasons:
    """What pushes each of ``rows`` above or below the average of ``known`` (both tidy).

    The score's log odds are taken apart into one push a column by an additive model fitted to the score itself (bent lines for
    numbers, a step for each word), so pushes add up to the score as far as ``faithful`` says. Reasons are named from 0.15.
    """
    asked = pd.concat([known, rows], ignore_index=True)
    some = np.sort(np.random.default_rng(0).choice(len(asked), min(READ, len(asked)), replace=False))
    bent = model.columns.matrices(asked.iloc[some]).bent
    odds = log_odds(model.predict_tidy(asked.iloc[some]))
    fit = Ridge(alpha=1.0).fit(bent, odds)
    spread = float(odds.var())
    faithful = 1 - float((odds - fit.predict(bent)).var()) / spread if spread > 0 else 1.0
    place = _places(model)
    weights = np.zeros((bent.shape[1], len(model.columns.names)))
    weights[np.arange(len(place)), place] = fit.coef_
    pushes = (model.columns.matrices(rows).bent - bent.mean(axis=0)) @ weights
    return Reasons(*_told(pushes, rows, model.columns.names, fmt), max(faithful, 0.0))


def _places(model: Model) -> np.ndarray:
    """Which column each number of the bent matrix belongs to, in the order in which ``Columns.matrices`` puts them."""
    columns, numbers = model.columns, np.arange(len(model.columns.numbers))
    words = [len(numbers) + i for i, levels in enumerate(columns.texts.values()) for _ in levels]
    bends = [i for i, knots in enumerate(columns.bends) for _ in knots]
    return np.concatenate([numbers, numbers[columns.gaps], words, bends]).astype(int)


def _told(pushes: np.ndarray, rows: pd.DataFrame, names: tuple[str, ...], fmt: Formats) -> tuple[list[str], list[str]]:
    values = rows[list(names)].to_numpy(dtype=object)
    words: dict[tuple[int, object], str] = {}

    def word(i: int, j: int) -> str:
        key = (j, values[i, j])
        if key not in words:
            words[key] = column_value(names[j], values[i, j], fmt)
        return words[key]

    told = []
    for side in (pushes, -pushes):
        order = np.argsort(-side, axis=1, kind="stable")[:, :NAMED]
        told.append([listed_reasons([word(i, j) for j in order[i] if side[i, j] >= LEAST], fmt) for i in range(len(rows))])
    return told[0], told[1]


def importance(trial: Trial, seed: int = 0) -> pd.DataFrame:
    """How much worse rows not seen are ranked when one column's values are shuffled among them (Breiman 2001).

    Columns: column, loss (of area under ROC, mean of three shuffles), spread (standard deviation); most important first. Of two
    columns that say nearly the same, each stands in for the other and both look smaller than they are.
    """
    rng = np.random.default_rng(seed)
    some = np.sort(rng.choice(len(trial.rows), min(ROWS, len(trial.rows)), replace=False))
    rows, outcome = trial.rows.iloc[some].reset_index(drop=True), trial.outcome[some]
    if outcome.all() or not outcome.any():
        return pd.DataFrame(columns=["column", "loss", "spread"])
    whole = auc(outcome, trial.model.predict_tidy(rows))
    names = trial.model.columns.names
    shuffles = [rng.permutation(len(rows)) for _ in range(DRAWS)]
    found = []
    for name in names:
        together = pd.concat([rows.assign(**{name: rows[name].to_numpy()[one]}) for one in shuffles], ignore_index=True)
        told = trial.model.predict_tidy(together).reshape(DRAWS, len(rows))
        losses = [whole - auc(outcome, one) for one in told]
        found.append((name, float(np.mean(losses)), float(np.std(losses))))
    frame = pd.DataFrame(found, columns=["column", "loss", "spread"])
    return frame.sort_values(["loss", "column"], ascending=[False, True], kind="stable", ignore_index=True)


def partial_dependence(model: Model, known: pd.DataFrame, columns: list[str], fmt: Formats) -> pd.DataFrame:
    """The mean chance when a column is set to one value in all rows and the rest is left as it is (Friedman 2001).

    One row a column and value (a number's 10th, 50th and 90th percentile, a text's frequent words): column, value, said, chance.
    """
    rows = known.iloc[np.sort(np.random.default_rng(0).choice(len(known), min(SPREAD, len(known)), replace=False))]
    settings = [(name, value) for name in columns for value in _settings(known[name])]
    if not settings:
        return pd.DataFrame(columns=["column", "value", "said", "chance"])
    together = pd.concat([rows.assign(**{name: value}) for name, value in settings], ignore_index=True)
    chances = model.predict_tidy(together).reshape(len(settings), len(rows)).mean(axis=1)
    told = [(n, v, column_value(n, v, fmt), float(c)) for (n, v), c in zip(settings, chances, strict=True)]
    return pd.DataFrame(told, columns=["column", "value", "said", "chance"])


def _settings(values: pd.Series) -> list:
    if values.dtype == object:
        shares = values.value_counts(normalize=True)
        return shares[shares >= OFTEN].index[:WORDS].tolist()
    known = values.dropna()
    return np.unique(known.quantile(list(POINTS), interpolation="nearest")).tolist() if len(known) else []
