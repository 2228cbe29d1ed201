"""Screen: payments and orders that a person should look at, by rules, by an isolation forest, and by known fraud."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from playbook.intake.schema import FEATURE
from playbook.locale.data import data_file
from playbook.methods.strategy.predicting.wording import listed_reasons
from playbook.result.formats import Formats

__all__ = ["RECENT_DAYS", "Screen", "screen", "unusual"]

FEWEST_EVENTS, FEWEST_KNOWN = 500, 30  # events; known frauds from which one can learn from them
RECENT_DAYS = 90  # events that can still be looked at
LARGE = 0.95  # of all amounts: a first one above is large
TREES, SAMPLE, FOLDS, SEED = 200, 512, 3, 0
_NUMBERS = ("amount", "times_usual", "hours_since", "in_hour", "in_day", "past", "units", "largest", "unit_price", "lines")
_FLAGS = ("night", "round", "new_country", "new_kind", "first_large")
*_RULES, _WHOLE = data_file(__package__, "screen_rules.yml")


@dataclass(frozen=True, eq=False)
class Screen:
    """``what``: 'payments' or 'orders'; ``events``: key, at, amount, known (fraud for sure), cleared (looked at, honest), rules
    (ids of those that speak), odd (share of events less unusual), chance (of fraud; NaN where too little is known), by time;
    ``precision`` (area under precision and recall of events not seen, by what is known), ``base`` (share of known fraud),
    ``alone`` (the same of the forest without labels), ``days`` covered."""

    what: str
    events: pd.DataFrame = field(repr=False)
    precision: float
    base: float
    alone: float
    days: int

    @property
    def learnt(self) -> bool:
        """Whether there was enough known fraud to learn from."""
        return bool(self.events["chance"].notna().any())


def screen(events: pd.DataFrame, key: str, at: str, label: str) -> Screen | None:
    """Screen the frame ``payment_events`` or ``order_events``; None below 500 events.

    What nobody has looked at counts as honest while learning: positive and unlabelled, which ranks as well and states chances too
    low rather than too high (Elkan & Noto 2008). Unseen events are judged in three parts; all events of one customer (without
    one, of one day) lie in the same part, as those of one stolen card are alike. The forest is Liu, Ting & Zhou (2008).
    """
    if len(events) < FEWEST_EVENTS:
        return None
    table = events.reset_index(drop=True)
    large = table["amount"] >= table["amount"].quantile(LARGE)
    table["first_large"] = ((table["past"] == 0) & large).astype(float)
    rows = _rows(table)
    told = table[label].astype("boolean") if label in table else pd.Series(pd.NA, table.index, dtype="boolean")
    known = told.fillna(False).to_numpy(dtype=bool)
    forest = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, len(rows)), random_state=SEED).fit(
        np.nan_to_num(rows, nan=-1.0)
    )
    oddness = -forest.score_samples(np.nan_to_num(rows, nan=-1.0))
    chance = _chance(rows, known, _together(table, at)) if known.sum() >= FEWEST_KNOWN else np.full(len(rows), np.nan)
    hits = np.column_stack([_speaks(table, rule) for rule in _RULES])
    ids = np.array([rule["id"] for rule in _RULES])
    found = pd.DataFrame(
        {
            "key": table[key].astype(str),
            "at": table[at],
            "amount": table["amount"].astype(float),
            "known": known,
            "cleared": (told == False).fillna(False).to_numpy(dtype=bool) if label == "fraud" else False,  # noqa: E712  three-valued
            "rules": [tuple(ids[row]) for row in hits],
            "odd": pd.Series(oddness).rank(pct=True),
            "chance": chance,
        }
    )
    ranked = found["chance"] if found["chance"].notna().all() else found["odd"]
    some = known.any() and not known.all()
    days = (table[at].max() - table[at].min()).days + 1
    return Screen(
        "payments" if label == "fraud" else "orders",
        found,
        float(average_precision_score(known, ranked)) if some else np.nan,
        float(known.mean()),
        float(average_precision_score(known, oddness)) if some else np.nan,
        days,
    )


def unusual(rules: tuple[str, ...], fmt: Formats) -> str:
    """What is unusual about an event of which these rules speak, in words."""
    told = [rule["words"] for rule in _RULES if rule["id"] in rules] or [_WHOLE["words"]]
    return listed_reasons([fmt.told(words) for words in told], fmt)


def _rows(table: pd.DataFrame) -> np.ndarray:
    """(n, columns): logarithms of what is large, flags, and codes of the client's own words."""
    columns = [np.log1p(table[c].astype(float).clip(lower=0)) for c in _NUMBERS if c in table]
    columns += [table[c].astype(float) for c in _FLAGS if c in table]
    for name in [c for c in table if c in ("kind", "country", "channel") or c.startswith(FEATURE)]:
        values = table[name]
        if pd.api.types.is_numeric_dtype(values):
            columns.append(values.astype(float))
        else:
            seldom = values.astype("object").fillna("").map(values.value_counts(normalize=True)).fillna(0.0)
            columns.append(np.log(seldom.astype(float).clip(lower=1e-6)))
    return np.column_stack(columns)


def _speaks(table: pd.DataFrame, rule: dict) -> np.ndarray:
    if rule["column"] not in table:
        return np.zeros(len(table), dtype=bool)
    return (table[rule["column"]].astype(float) >= rule["least"]).fillna(False).to_numpy(dtype=bool)


def _together(table: pd.DataFrame, at: str) -> np.ndarray:
    """Groups of events that must not be parted: those of a customer, else of a day."""
    day = table[at].dt.strftime("%Y-%m-%d")
    return (table["customer_id"].astype("string").fillna(day) if "customer_id" in table else day).to_numpy(dtype=str)


def _chance(rows: np.ndarray, known: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Chance of known fraud of every event, by what was learnt from the other parts; missing where there is only one group."""
    chance = np.full(len(rows), np.nan)
    parts = min(FOLDS, len(np.unique(groups)))
    for learn, judge in GroupKFold(parts).split(rows, known, groups) if parts > 1 else ():
        if known[learn].all() or not known[learn].any():
            chance[judge] = known[learn].mean()
            continue
        told = ~np.isnan(rows[learn]).all(axis=0)  # of the rest there is nothing to learn, and the trees cannot take it
        model = HistGradientBoostingClassifier(
            max_iter=80, max_leaf_nodes=8, learning_rate=0.1, l2_regularization=1.0, early_stopping=False, random_state=SEED
        ).fit(rows[learn][:, told], known[learn])
        chance[judge] = model.predict_proba(rows[judge][:, told])[:, 1]
    return chance
