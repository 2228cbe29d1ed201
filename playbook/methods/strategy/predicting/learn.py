"""Learn: from rows with a known outcome, the model to trust, what it is worth on rows it has not seen, and its probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn import config_context

from playbook.locale import mark
from playbook.methods.strategy.predicting.calibration import Calibrator, calibrate, log_odds
from playbook.methods.strategy.predicting.columns import Columns, Matrices, tidy
from playbook.methods.strategy.predicting.judge import area_difference, auc, judged
from playbook.methods.strategy.predicting.leakage import leaks
from playbook.methods.strategy.predicting.models import BOOSTING, FOREST, LOGISTIC, MACHINE, MODELS, Scorer, Searched, search
from playbook.methods.strategy.predicting.splits import inner_folds, outer_folds

__all__ = ["AVERAGE", "CHOICE", "FEWEST", "Learned", "Model", "Trial", "learn"]

FEWEST = 30  # cases of the rarer outcome: with fewer no comparison of models means anything
MOST = 5_000  # rows for the comparison of models; the last fit takes FINAL
FINAL = 40_000
AVERAGE = mark("average of three")
MEMBERS = (LOGISTIC, FOREST, BOOSTING)  # fixed beforehand, not picked for their results
CHOICE = mark("the choice, made anew in each part")


@dataclass(frozen=True)
class Model:
    """A model that gives calibrated probabilities; an average of log odds where it has several members."""

    name: str
    columns: Columns
    members: tuple[tuple[Scorer, Calibrator], ...]
    last: Calibrator | None  # after averaging
    dated: bool

    def predict(self, features: pd.DataFrame, when: pd.Series | None = None) -> np.ndarray:
        """Calibrated probabilities, one a row. ``when`` is needed if the model was learnt with it and features hold dates."""
        return self.predict_tidy(tidy(features, when if self.dated else None))

    def predict_tidy(self, tidied: pd.DataFrame) -> np.ndarray:
        """The same for a frame that ``columns.tidy`` made."""
        rows = self.columns.matrices(tidied)
        told = [calibrator(score(rows)) for score, calibrator in self.members]
        return told[0] if self.last is None else self.last(_mean_odds(told))


@dataclass(frozen=True)
class Trial:
    """The last part of the comparison: a model learnt from other rows, and tidy rows with their outcome that it had not seen."""

    model: Model
    rows: pd.DataFrame
    outcome: np.ndarray


@dataclass(frozen=True)
class Learned:
    """What was learnt.

    ``comparison``: a row a model and one for the whole procedure (CHOICE): model, auc, auc_low, auc_high, pr_auc, brier, ece
    on rows not seen; ``best``: the model chosen; ``held_out``: probability, outcome, indexed like the rows judged, each from
    a model (and a choice of model) that had not seen the row; ``model``: fitted to all rows; ``dropped``: column, reason,
    auc of the leakage guard; ``unused``: column, reason of what carries nothing (reasons are ``said``); ``base_rate``: share of
    yes; ``rows``: learnt from; ``by_time``: whether later rows were judged by earlier ones.
    """

    comparison: pd.DataFrame
    best: str
    held_out: pd.DataFrame = field(repr=False)
    model: Model = field(repr=False)
    dropped: pd.DataFrame
    unused: pd.DataFrame
    base_rate: float
    rows: int
    by_time: bool
    trial: Trial = field(repr=False)

    @property
    def works(self) -> bool:
        """Whether rows not seen are ranked better than by chance, at the report's level."""
        return float(self.comparison.set_index("model").loc[CHOICE, "auc_low"]) > 0.5


def learn(
    features: pd.DataFrame, outcome: pd.Series, when: pd.Series | None = None, seed: int = 0, *,
    waiting: pd.DataFrame | None = None, keep: Sequence[str] = (),
) -> Learned:  # fmt: skip
    """Compare five models by nested cross-validation, choose, calibrate, and fit the choice to all rows.

    ``features``: numbers, flags, text, dates, with gaps; ids and what is nearly empty or the same everywhere are left out.
    ``outcome``: true or false, none missing. ``when``: the day a row was as its features say; with it, later rows are judged by
    earlier ones. ``waiting``: features of cases still open, which show the guard what is filled in late; ``keep``: columns it may
    not drop, since they are known to be taken on the day. Inside every part the settings of each model, its calibration and the
    choice among models are made from the other rows only, so that the row CHOICE of ``comparison`` judges the whole procedure
    (Varma & Simon 2006). The choice is the average of three (a mean of log odds, calibrated) unless the logistic regression alone
    ranks as well, or another model better by more than one standard error of the difference (DeLong): one model chosen among
    many for a lead that is chance ranks worse.
    Raises ValueError with fewer than 30 rows of either outcome or nothing to learn from.
    """
    known = outcome.to_numpy(dtype=bool)
    if min(known.sum(), (~known).sum()) < FEWEST:
        raise ValueError(f"{known.sum()} yes and {(~known).sum()} no are too few: {FEWEST} of each are needed")
    tidied = tidy(features, when)
    dropped = leaks(
        tidied, known, None if waiting is None else tidy(waiting[features.columns]), _later(features, when), tuple(keep), seed
    )
    tidied = tidied.drop(columns=dropped["column"])
    unused = pd.DataFrame(list(Columns.read(tidied).unused.items()), columns=["column", "reason"], dtype=object)
    tidied = tidied.drop(columns=unused["column"])
    if tidied.shape[1] == 0:
        raise ValueError("there is nothing to learn from: no column is left")
    some, last = _some(len(known), MOST, seed), _some(len(known), FINAL, seed)
    with config_context(assume_finite=True, skip_parameter_validation=True):  # checks take half of the time on small tables
        told, trial, by_time = _compare(tidied.iloc[some], known[some], None if when is None else when.iloc[some], seed)
        seen = told.pop("outcome").to_numpy()
        best = _choose({name: told[name].to_numpy() for name in (*MODELS, AVERAGE)}, seen)
        fitted = _fit_all(Columns.read(tidied.iloc[last]), tidied.iloc[last], known[last], when is not None, seed, (best,))
    comparison = pd.DataFrame([{"model": name} | judged(seen, told[name].to_numpy()) for name in told])
    return Learned(
        comparison, best, told[[CHOICE]].rename(columns={CHOICE: "probability"}).assign(outcome=seen), fitted.model(best),
        dropped, unused, float(known.mean()), len(known), by_time, trial,
    )  # fmt: skip


@dataclass(frozen=True)
class _Fits:
    """All models fitted to the same rows, each with its calibrator, and what they say of these rows from outside."""

    columns: Columns
    dated: bool
    found: dict[str, Searched]
    calibrators: dict[str, Calibrator]  # AVERAGE with them, where its members are there
    inside: dict[str, np.ndarray]

    def told(self, rows: Matrices) -> dict[str, np.ndarray]:
        """What each of the models, and their average, says of other rows."""
        told = {name: self.calibrators[name](one.score(rows)) for name, one in self.found.items()}
        return told | {AVERAGE: self.calibrators[AVERAGE](_mean_odds([told[m] for m in MEMBERS]))}

    def model(self, name: str) -> Model:
        members = MEMBERS if name == AVERAGE else (name,)
        pairs = tuple((self.found[m].score, self.calibrators[m]) for m in members)
        return Model(name, self.columns, pairs, self.calibrators[name] if name == AVERAGE else None, self.dated)


def _fit_all(columns: Columns, tidied: pd.DataFrame, outcome: np.ndarray, dated: bool, seed: int, wanted: Sequence[str]) -> _Fits:
    rows, folds = columns.matrices(tidied), inner_folds(outcome, seed)
    found, calibrators, inside = {}, {}, {}
    for name in dict.fromkeys(m for w in wanted for m in (MEMBERS if w == AVERAGE else (w,))):
        found[name] = search(name, rows, outcome, folds, seed)
        inside[name] = found[name].inside
        calibrators[name] = calibrate(inside[name], outcome, name != MACHINE, seed)
    if AVERAGE in wanted:
        inside[AVERAGE] = _mean_odds([calibrators[m](inside[m]) for m in MEMBERS])
        calibrators[AVERAGE] = calibrate(inside[AVERAGE], outcome, True, seed)
    return _Fits(columns, dated, found, calibrators, inside)


def _compare(tidied: pd.DataFrame, outcome: np.ndarray, when: pd.Series | None, seed: int) -> tuple[pd.DataFrame, Trial, bool]:
    """Probabilities of every model and of the procedure for the rows judged, in order of the rows, with their outcome."""
    parts = []
    splits, by_time = outer_folds(outcome, when, seed)
    ready = [(early, late, columns) for early, late in splits if (columns := Columns.read(tidied.iloc[early])).names]
    if not ready:  # columns may have begun late
        raise ValueError("there is nothing to learn from: every column is too new to be judged on later rows")
    for early, late, columns in ready:
        fits = _fit_all(columns, tidied.iloc[early], outcome[early], when is not None, seed, (*MODELS, AVERAGE))
        rows = tidied.iloc[late]
        told = pd.DataFrame(fits.told(columns.matrices(rows)), index=rows.index)
        chosen = _choose(fits.inside, outcome[early])
        parts.append(told.assign(**{CHOICE: told[chosen], "outcome": outcome[late], "place": late}))
    trial = Trial(fits.model(chosen), rows, outcome[late])
    return pd.concat(parts).sort_values("place").drop(columns="place"), trial, by_time


def _choose(scores: dict[str, np.ndarray], outcome: np.ndarray) -> str:
    """The average, if no single model has shown itself better; see ``learn``."""
    areas = {name: auc(outcome, scores[name]) for name in (*MODELS, AVERAGE)}
    if areas[LOGISTIC] >= areas[AVERAGE]:
        return LOGISTIC
    best = max(areas, key=areas.__getitem__)
    ahead, error = area_difference(outcome, scores[best], scores[AVERAGE])
    return best if ahead > error else AVERAGE


def _mean_odds(told: Sequence[np.ndarray]) -> np.ndarray:
    return np.mean([log_odds(chance) for chance in told], axis=0)


def _some(rows: int, most: int, seed: int) -> np.ndarray:
    """Positions of all rows, or of so many drawn without regard to anything."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def _later(features: pd.DataFrame, when: pd.Series | None) -> pd.DataFrame | None:
    """Days from ``when`` to each date column, and ``left`` to the last day that is known."""
    dates = features.select_dtypes(["datetime", "datetimetz"])
    if when is None or dates.empty:
        return None
    begun = pd.to_datetime(when)
    ahead = -tidy(dates, begun)
    return ahead.assign(left=(begun.max() - begun).dt.days.to_numpy())
