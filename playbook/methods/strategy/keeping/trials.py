"""Trials: interventions and cases in which some were treated and others, by lot, were not; what was known before, what came."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution

from playbook.engagement import Intervention
from playbook.intake.schema import FEATURE
from playbook.methods.strategy.keeping.states import LABELS, WINDOWS, customer_states
from playbook.methods.strategy.predicting.columns import Columns, tidy
from playbook.methods.strategy.predicting.leakage import leaks
from playbook.methods.strategy.predicting.treatments import NONE, treatments

__all__ = ["FEWEST", "Trial", "case_trials", "drawn_by_lot", "feature_label", "order_trials"]

FEWEST = 100  # customers in each group
FEWEST_YES = 20  # outcomes above zero in all, and as many at zero where they are yes or no
WEEK = 7
MOST = 50_000  # customers learnt from; more would only take longer
CHANCE = 0.001  # groups that differ by more than so rare a chance were not drawn by lot
NOT_KNOWN_BEFORE = ("case_id", "customer_id", "outcome", "treatment", "value", "cost", "opened_on")


@dataclass(frozen=True)
class Trial:
    """One comparison of n customers or cases.

    ``features`` indexed by id; ``treated`` (n,) bool; ``outcome`` (n,): orders, or 1 for yes (``unit``); ``worth`` (n,): what one
    outcome brings, in margin if ``in_margin`` says so, else in revenue; ``cost``: of treating one, None where not stated;
    ``days`` it ran; ``waiting``: features of those who could be treated now, with their ``waiting_worth`` and, for cases, the
    customers as ``owners`` (where known); ``by_lot``: whether the groups look drawn by lot.
    """

    id: str
    label: str
    unit: str
    features: pd.DataFrame = field(repr=False)
    treated: np.ndarray = field(repr=False)
    outcome: np.ndarray = field(repr=False)
    worth: np.ndarray = field(repr=False)
    in_margin: bool
    cost: float | None
    days: int | None
    waiting: pd.DataFrame = field(repr=False)
    waiting_worth: np.ndarray = field(repr=False)
    owners: pd.Series | None = field(repr=False, default=None)  # customer of each waiting case
    by_lot: bool = True


def order_trials(
    interventions: Sequence[Intervention],
    memberships: pd.DataFrame,
    order_totals: pd.DataFrame,
    customers: pd.DataFrame | None,
    as_of: date,
    contact_cost: float | None,
) -> list[Trial]:
    """A trial for each intervention that is over (or has run for four weeks) and has a treated and a control group.

    The outcome is the number of orders from its start to its end (or the as-of day); features are the state on the day before
    the start, of members with an order by then. Those waiting are all customers whose state on the as-of day lies within what
    the trial has seen.
    """
    found = []
    for one in interventions:
        start, end = pd.Timestamp(one.start), pd.Timestamp(min(one.end or as_of, as_of))
        days = (end - start).days + 1
        if days < (WEEK if one.end and one.end <= as_of else 4 * WEEK):
            continue
        group = memberships[memberships["intervention_id"].astype(str) == one.id].sort_values("group", ascending=False)
        group = group.drop_duplicates("customer_id").set_index("customer_id")["group"]
        if group.nunique() < 2 or not len(order_totals):
            continue
        windows = tuple(w for w in WINDOWS if w <= (start - order_totals["day"].min()).days)
        states = customer_states(order_totals, start, customers, windows)
        states = states.loc[_some(states.index.isin(group.index), one.id)]
        during = order_totals[order_totals["day"].between(start, end) & (order_totals["revenue"] > 0)]
        treated = group.reindex(states.index).ne("control").to_numpy(dtype=bool)
        count = during.groupby("customer_id").size().reindex(states.index, fill_value=0).to_numpy(dtype=float)
        if not _enough(treated, count) or not _differ(states):
            continue
        now = _within(customer_states(order_totals, pd.Timestamp(as_of) + pd.Timedelta(days=1), customers, windows), states)
        cost = one.cost / int(group.ne("control").sum()) if one.cost > 0 else contact_cost
        found.append(
            Trial(
                one.id,
                one.label,
                "orders",
                states,
                treated,
                count,
                states["order_value"].to_numpy(),
                False,
                cost,
                days,
                now,
                now["order_value"].to_numpy(),
                by_lot=drawn_by_lot(states, treated),
            )  # fmt: skip
        )
    return found


def case_trials(labelled_cases: pd.DataFrame, contact_cost: float | None) -> list[Trial]:
    """A trial for each treatment of the cases against those left alone (spellings that differ in case only are one); features
    are all that the client keeps of a case, without those that give the outcome away. None where no feature sets cases apart.

    Cases not treated yet and without an outcome wait. ``worth`` is the ``value`` of a case (the mean where it is missing).
    """
    if "treatment" not in labelled_cases:
        return []
    done = treatments(labelled_cases["treatment"])
    alone = done == NONE
    closed = labelled_cases["outcome"].notna()
    features = labelled_cases.set_index("case_id").drop(
        columns=[c for c in NOT_KNOWN_BEFORE if c in labelled_cases and c != "case_id"]
    )
    found = []
    for name in sorted(done[~alone & closed].unique()):
        chosen = (closed & (alone | (done == name))).to_numpy()
        chosen = _some(chosen, name)
        own = features.loc[chosen]
        treated, outcome = ~alone.to_numpy()[chosen], labelled_cases["outcome"][chosen].to_numpy(dtype=float)
        if not _enough(treated, outcome) or (outcome == 0).sum() < FEWEST_YES:
            continue
        own = own.drop(columns=leaks(tidy(own), outcome > 0)["column"])
        if not _differ(own):
            continue
        waiting = (~closed & alone).to_numpy()
        worth = _filled(labelled_cases, "value")
        cost = _filled(labelled_cases, "cost")[chosen][treated].mean() if "cost" in labelled_cases else contact_cost
        found.append(
            Trial(
                f"case-{name.casefold().replace(' ', '-')}",
                f"{name[:1].upper()}{name[1:]}",
                "yes",
                own,
                treated,
                outcome,
                worth[chosen],
                True,
                None if cost is None or np.isnan(cost) else float(cost),
                None,
                features.loc[waiting, own.columns],
                worth[waiting],
                labelled_cases["customer_id"][waiting] if "customer_id" in labelled_cases else None,
                drawn_by_lot(own, treated),
            )  # fmt: skip
        )
    return found


def drawn_by_lot(features: pd.DataFrame, treated: np.ndarray) -> bool:
    """Whether the features tell the groups apart by no more than chance would (F test of a linear regression)."""
    tidied = tidy(features)
    rows = Columns.read(tidied).matrices(tidied).scaled
    rows = rows - rows.mean(axis=0)
    used, n = int(np.linalg.matrix_rank(rows)), len(rows)
    if used == 0 or n - used < 2:
        return True
    y = treated - treated.mean()
    told = rows @ np.linalg.lstsq(rows, y, rcond=None)[0]
    explained = float(told @ told) / float(y @ y)
    ratio = explained / used / max((1 - explained) / (n - used - 1), 1e-12)
    return bool(f_distribution.sf(ratio, used, n - used - 1) > CHANCE)


def feature_label(name: str) -> str:
    """A feature in words, to be ``told`` in the reader's language: as the head of a column."""
    return LABELS.get(name, name.removeprefix(FEATURE).replace("_", " "))


def _enough(treated: np.ndarray, outcome: np.ndarray) -> bool:
    return min(treated.sum(), (~treated).sum()) >= FEWEST and (outcome > 0).sum() >= FEWEST_YES


def _differ(features: pd.DataFrame) -> bool:
    """Whether anything known before sets customers apart; without it nobody can say whom the action persuades."""
    return bool(Columns.read(tidy(features)).names)


def _some(which: np.ndarray, seed: str) -> np.ndarray:
    """The rows marked, or MOST of them drawn by lot: the same on every run."""
    if which.sum() <= MOST:
        return which
    rng = np.random.default_rng(list(seed.encode()))
    kept = np.zeros(len(which), dtype=bool)
    kept[rng.choice(np.flatnonzero(which), MOST, replace=False)] = True
    return kept


def _filled(cases: pd.DataFrame, name: str) -> np.ndarray:
    """A money column with its mean in gaps; NaN throughout where the client does not keep it."""
    if name not in cases:
        return np.full(len(cases), np.nan)
    return cases[name].astype(float).fillna(cases[name].astype(float).mean()).to_numpy()


def _within(now: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Rows whose numbers all lie between the least and the greatest that the trial has seen: nothing is guessed beyond."""
    numbers = seen.select_dtypes("number")
    inside = pd.Series(True, now.index)
    for name, values in numbers.items():
        inside &= now[name].between(values.min(), values.max()) | (now[name].isna() & values.isna().any())
    return now[inside]
