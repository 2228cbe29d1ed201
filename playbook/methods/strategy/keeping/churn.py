"""Churn: the chance that a running contract ends soon, learnt from contracts that ran on earlier days and what became of them."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from playbook.intake.schema import FEATURE
from playbook.methods.strategy.predicting.columns import tidy
from playbook.methods.strategy.predicting.learn import FEWEST, Learned, learn
from playbook.methods.strategy.predicting.reasons import reasons
from playbook.methods.strategy.predicting.wording import CHANGE, MEAN
from playbook.result.formats import Formats

__all__ = ["Churn", "contract_states", "learn_churn"]

HORIZONS = (90, 180, 365)  # days; the shortest in which enough contracts ended
ENOUGH = 50  # contracts that ended in a horizon; with fewer a longer one is taken
CUT_OFFS = 4  # earlier days, a horizon apart, on which contracts are looked at
MONTH, MONTHS = 365.25 / 12, 3
APART = 2.0  # times that the share expected to end may differ from the share that ended before
NOT_FEATURES = ("acquired_on", "left_on", "fee", "contract")  # the last two come with the contract


@dataclass(frozen=True)
class Churn:
    """``chance``: of each running contract to end within ``horizon`` days, by customer_id, and ``why``: in words, what speaks for
    its end; ``learned``: the models behind it;
    ``ended`` of ``rows``: contracts looked at on earlier days, and how many ended within a horizon; ``shifted``: the share that
    the model expected to end, where today's contracts look so unlike the earlier ones that only their order was kept."""

    chance: pd.Series = field(repr=False)
    why: pd.Series = field(repr=False)
    horizon: int
    learned: Learned = field(repr=False)
    ended: int
    rows: int
    shifted: float | None = None

    @property
    def area(self) -> pd.Series:
        """The row of the comparison that judges the whole procedure on contracts not seen: auc, auc_low, auc_high ..."""
        return self.learned.comparison.iloc[-1]


def learn_churn(
    contracts: pd.DataFrame,
    customers: pd.DataFrame,
    as_of: pd.Timestamp,
    fmt: Formats,
    activity_months: pd.DataFrame | None = None,
    seed: int = 0,
) -> Churn | None:
    """Learn from the state of contracts on earlier days whether they ended within a horizon; None where too few ended, or where
    nothing known sets them apart.

    Nothing that came after a day is a feature of it. Columns of the customers table hold one state only, today's: those that give
    the end away are dropped by the leakage guard of ``learn``.
    """
    horizon = next(
        (h for h in HORIZONS if len(_ended_within(contracts, as_of - pd.Timedelta(days=h), h)) >= ENOUGH), HORIZONS[-1]
    )
    lag = _lag(activity_months, as_of)
    parts, ends = [], []
    for step in range(CUT_OFFS, 0, -1):
        day = as_of - pd.Timedelta(days=horizon * step)
        gone = _ended_within(contracts, day, horizon)
        if len(gone) < FEWEST:
            continue
        states = contract_states(contracts, customers, day, activity_months, lag)
        parts.append(states.assign(when=day))
        ends.append(pd.Series(states.index.isin(gone), states.index))
    if not parts:
        return None
    rows = pd.concat(parts).rename_axis("customer_id").reset_index(drop=True)
    outcome = pd.concat(ends, ignore_index=True)
    if (~outcome).sum() < FEWEST:
        return None
    when = rows.pop("when")
    try:
        learned = learn(rows, outcome, when if when.nunique() > 1 else None, seed)
    except ValueError as reason:
        if "nothing to learn" in str(reason):
            return None
        raise
    now = contract_states(contracts, customers, as_of, activity_months, lag).reindex(columns=rows.columns)
    today = pd.Series(as_of, now.index)
    chance = pd.Series(learned.model.predict(now, today if when.nunique() > 1 else None), now.index)
    why = pd.Series(reasons(learned.model, tidy(rows), tidy(now), fmt).up, now.index)
    expected, before = float(chance.mean()), float(outcome.mean())
    shifted = None if before / APART <= expected <= before * APART else expected
    if shifted is not None:
        chance = _anchored(chance, before)
    return Churn(chance, why, horizon, learned, int(outcome.sum()), len(outcome), shifted)


def contract_states(
    contracts: pd.DataFrame,
    customers: pd.DataFrame,
    day: pd.Timestamp,
    activity_months: pd.DataFrame | None = None,
    lag: int = 0,
) -> pd.DataFrame:
    """Contracts that ran on ``day``, indexed by customer_id: months_held, fee, kind, and columns of ``customers`` but dates.

    Of each number in ``activity_months`` also the mean of the last three whole months that were known ``lag`` months after they
    ended, and the change on the three before.
    """
    running = contracts[(contracts["start"] <= day) & ~(contracts["end"] <= day)].drop_duplicates("customer_id")
    states = running.set_index("customer_id")
    months = (day - states["start"]).dt.days / MONTH
    states = states.drop(columns=["start", "end"]).assign(months_held=months)
    known = customers.drop_duplicates("customer_id").set_index("customer_id")
    dated = list(known.select_dtypes(["datetime", "datetimetz"]).columns)
    states = states.join(known.drop(columns=[c for c in (*NOT_FEATURES, *dated) if c in known]))
    if activity_months is None or activity_months.empty:
        return states
    end = (day + pd.Timedelta(days=1)).to_period("M").to_timestamp()  # months before this day are over
    edges = [end - pd.DateOffset(months=lag + m) for m in (0, MONTHS, 2 * MONTHS)]
    period = pd.to_datetime(activity_months["period"])
    numbers = [c for c in activity_months if c.startswith(FEATURE) and pd.api.types.is_numeric_dtype(activity_months[c])]
    late, early = (
        activity_months[(period < edges[i]) & (period >= edges[i + 1])].groupby("customer_id")[numbers].mean() for i in (0, 1)
    )
    late, early = late.reindex(states.index), early.reindex(states.index)
    return states.join(late.add_suffix(MEAN)).join((late - early).add_suffix(CHANGE))


def _lag(activity_months: pd.DataFrame | None, as_of: pd.Timestamp) -> int:
    """Whole months up to ``as_of`` that the table does not hold yet: on earlier days as many are then left out."""
    if activity_months is None or activity_months.empty:
        return 0
    last, end = pd.to_datetime(activity_months["period"]).max().to_period("M"), (as_of + pd.Timedelta(days=1)).to_period("M")
    return max((end - last).n - 1, 0)


def _anchored(chance: pd.Series, mean: float) -> pd.Series:
    """The chances moved by one amount in log odds, so that their mean is ``mean``; their order stays."""
    odds = logit(chance.clip(1e-6, 1 - 1e-6))
    return pd.Series(expit(odds + brentq(lambda move: expit(odds + move).mean() - mean, -30, 30)), chance.index)


def _ended_within(contracts: pd.DataFrame, day: pd.Timestamp, days: int) -> np.ndarray:
    """Customers whose contract ran on ``day`` and ended within so many days after it."""
    until = day + pd.Timedelta(days=days)
    gone = contracts[(contracts["start"] <= day) & (contracts["end"] > day) & (contracts["end"] <= until)]
    return gone["customer_id"].unique()
