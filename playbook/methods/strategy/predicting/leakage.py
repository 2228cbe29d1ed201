"""Leakage guard: columns that were written after the outcome was known give it away, and are of no use for the next case."""

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from playbook.locale import Said, mark, said
from playbook.methods.strategy.predicting.judge import auc
from playbook.methods.strategy.predicting.splits import Split

__all__ = ["leaks"]

GIVEN_AWAY = 0.95  # area under ROC of one column alone; honest columns in sales and credit rarely pass 0.85
ODDS = 100.0  # times the odds of the other rows, where a column is filled (or says one thing) for one outcome only
OFTEN = 10.0  # times as often as with the other outcome: what nearly all rows say is no sign of either
COVERED, FEWEST = 0.2, 30  # of that outcome's cases, and at least so many of them
EMPTY, FILLED = 0.98, 0.5  # shares of empty cells in open cases, and of filled ones in closed cases, that tell a late column
LATER = 0.9  # share of dates that lie after the case opened
PARTS = 20  # of a number's values
# Words of headers that are usually written at the end. They help to say why; they never decide.
HINTS = ("clos", "result", "reason", "outcome", "won", "lost", "win", "loss", "sign", "cancel", "final", "status", "stage", "end")
_FILLED = (
    mark("it is filled in almost only where the outcome is a success"),
    mark("it is filled in almost only where the outcome is a failure"),
)
_EMPTY = (
    mark("it is empty almost only where the outcome is a success"),
    mark("it is empty almost only where the outcome is a failure"),
)
_WORD = (
    mark("it is “{word}” almost only where the outcome is a success"),
    mark("it is “{word}” almost only where the outcome is a failure"),
)


def leaks(
    tidied: pd.DataFrame, outcome: np.ndarray, waiting: pd.DataFrame | None = None, dates: pd.DataFrame | None = None,
    keep: tuple[str, ...] = (), seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Columns that were known only after the outcome: one row each with column, reason (``said``, to be told in the reader's
    language), and auc (of the column alone).

    ``tidied``: features as ``columns.tidy`` makes them; ``waiting``: the same columns of cases still open; ``dates``: days from
    the case's first day to each date column (positive is later), NaN where empty, with the days left to the last day of
    the data in the column ``left``. A column goes when alone it nearly decides the outcome (cross-validated), when it is
    filled, empty or says one thing almost only with one outcome, when it is empty as long as cases are open, or when its
    dates come after the case opened and stop at the end of the data. ``keep`` names columns that the client knows to be honest.
    """
    rows, judged = [], tidied.columns.difference(keep, sort=False)
    fewest = int(min(outcome.sum(), (~outcome).sum()))
    folds = list(StratifiedKFold(min(5, fewest), shuffle=True, random_state=seed).split(outcome, outcome)) if len(judged) else []
    for name in judged:
        values = tidied[name]
        alone = _alone(values, outcome, folds)
        reason = (
            _late(values, None if waiting is None else waiting[name])
            or (_after(dates, name) if dates is not None and name in dates else None)
            or _one_sided(values, outcome)
            or (said("on its own it nearly decides the outcome") if alone >= GIVEN_AWAY else None)
        )
        if reason:
            if _sounds_late(name):
                reason = said("{reason}, and its name suggests that it is filled in at the end", reason=reason)
            rows.append((name, reason, alone))
    table = pd.DataFrame(rows, columns=["column", "reason", "auc"], dtype=object)  # a column of text would forget what was said
    return table.astype({"auc": float})


def _parts(values: pd.Series) -> np.ndarray:
    """Every value's part: levels of text, twentieths of numbers (each frequent number is one), and missing as one more."""
    if values.dtype == object:
        return pd.factorize(values, use_na_sentinel=False)[0]
    known = values.dropna()
    edges = np.unique(np.quantile(known, np.linspace(0, 1, PARTS + 1))) if len(known) else np.empty(0)
    part = 2 * np.searchsorted(edges, values.to_numpy(), side="left") + np.isin(values.to_numpy(), edges)
    return pd.factorize(np.where(values.isna(), -1, part))[0]


def _alone(values: pd.Series, outcome: np.ndarray, folds: list[Split]) -> float:
    """Area under ROC of the share of yes in a row's part, learnt from other rows."""
    part = _parts(values)
    rate, told = outcome.mean(), np.empty(len(outcome))
    for learn, judge in folds:
        size = np.bincount(part[learn], minlength=part.max() + 1)
        yes = np.bincount(part[learn], weights=outcome[learn], minlength=part.max() + 1)
        told[judge] = ((yes + 2 * rate) / (size + 2))[part[judge]]
    return auc(outcome, told)


def _one_sided(values: pd.Series, outcome: np.ndarray) -> Said | None:
    """Whether rows that are filled, empty, or all say one word, have one outcome beyond what an honest column shows."""
    filled = values.notna().to_numpy()
    groups = [] if filled.all() else [(_FILLED, None, filled), (_EMPTY, None, ~filled)]
    if values.dtype == object or values.nunique() == 2:
        common = values.value_counts().head(10).index
        groups += [(_WORD, level, (values == level).to_numpy()) for level in common]
    for reasons, level, inside in groups:
        for side, reason in zip((outcome, ~outcome), reasons, strict=True):
            hits, misses = (inside & side).sum(), (inside & ~side).sum()
            others, rest = (~inside & side).sum(), (~inside & ~side).sum()
            ratio = ((hits + 0.5) / (misses + 0.5)) / ((others + 0.5) / (rest + 0.5))
            often = hits * (~side).sum() >= OFTEN * misses * side.sum()
            if hits >= max(FEWEST, COVERED * side.sum()) and ratio >= ODDS and often:
                return said(reason, word=f"{level:g}" if isinstance(level, float) else str(level))
    return None


def _late(values: pd.Series, waiting: pd.Series | None) -> Said | None:
    if waiting is None or len(waiting) < FEWEST:
        return None
    late = waiting.isna().mean() >= EMPTY and values.notna().mean() >= FILLED
    return said("it is empty while a case is open and filled in once it has ended") if late else None


def _after(dates: pd.DataFrame, name: str) -> Said | None:
    known = dates[name].dropna()
    if len(known) < FEWEST or (known > 0).mean() < LATER or (known > dates.loc[known.index, "left"]).any():
        return None
    return said("its dates come after the case opened and are never in the future")


def _sounds_late(name: str) -> bool:
    return any(word.startswith(HINTS) for word in name.casefold().replace("_", " ").split())
