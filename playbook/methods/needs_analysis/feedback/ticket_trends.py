"""Ticket trends: which subjects customers write about more than they did, and how long they wait for an end."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import beta, binomtest
from statsmodels.duration.survfunc import SurvfuncRight

from playbook.methods.needs_analysis.chance import evidence_of, holm
from playbook.methods.needs_analysis.windows import YEAR
from playbook.result.formats import LEVEL

__all__ = ["Waiting", "topic_changes", "waiting"]

QUARTER = 3  # months
GRACE = 7  # days after which a ticket without an answer counts as unanswered
HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Waiting:
    """Median ``hours`` until a ticket is settled (None: fewer than half are), tickets older than a week that are ``open``
    or ``unanswered``. ``hours_of``, ``closed_of`` and
    ``answered_of`` are the tickets that these are counted among; 0 where the client does not keep it.
    """

    hours: float | None
    hours_of: int
    open: int
    closed_of: int
    unanswered: int
    answered_of: int


def topic_changes(tickets: pd.DataFrame, as_of: date, level: float = LEVEL) -> pd.DataFrame:
    """Tickets of each topic in the last three months against the same months a year before.

    ``tickets`` [created_at, topic]. With less than fifteen months of tickets they are set against the mean rate of what came
    before (at least three months); with less than that nothing can be said. Returns [topic, recent, earlier (scaled to three
    months), change (ratio minus one, NaN where there were none), low, high (at ``level``), p (binomial, held against chance for
    all topics together, Holm 1979), evidence, a_year_before]. Given the sum of both counts, the recent one is binomial
    (Przyborowski & Wilenski 1940); the range is that of Clopper and Pearson for it.
    """
    columns = ["topic", "recent", "earlier", "change", "low", "high", "p", "evidence", "a_year_before"]
    known = tickets.dropna(subset=["created_at", "topic"])
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    known = known[known["created_at"] < end]
    start = end - pd.DateOffset(months=QUARTER)
    if known.empty or known["created_at"].min() > start - pd.DateOffset(months=QUARTER) + pd.Timedelta(days=GRACE):
        return pd.DataFrame(columns=columns)
    then = end - pd.DateOffset(months=YEAR)
    whole = known["created_at"].min() <= then - pd.DateOffset(months=QUARTER) + pd.Timedelta(days=GRACE)
    since, until = (then - pd.DateOffset(months=QUARTER), then) if whole else (known["created_at"].min().normalize(), start)
    ratio = (end - start) / (until - since)  # of the two lengths
    counts = pd.DataFrame(
        {
            "recent": known.loc[known["created_at"] >= start].groupby("topic").size(),
            "earlier": known.loc[known["created_at"].between(since, until, inclusive="left")].groupby("topic").size(),
        }
    )
    counts = counts.fillna(0).astype(int).sort_index()
    share = ratio / (1 + ratio)  # of both counts that the recent one has when nothing changed
    rows = [_change(int(r), int(e), ratio, share, level) for r, e in zip(counts["recent"], counts["earlier"], strict=True)]
    found = pd.DataFrame(rows, columns=["change", "low", "high", "p"], index=counts.index)
    found = counts.assign(earlier=counts["earlier"] * ratio).join(found).reset_index(names="topic")
    found["p"] = holm(found["p"])
    return found.assign(evidence=[evidence_of(p) for p in found["p"]], a_year_before=whole)[columns]


def _change(recent: int, earlier: int, ratio: float, share: float, level: float) -> tuple[float, float, float, float]:
    both, tail = recent + earlier, (1 - level) / 2
    if not both:
        return np.nan, np.nan, np.nan, 1.0
    low = beta.ppf(tail, recent, earlier + 1) if recent else 0.0
    high = beta.ppf(1 - tail, recent + 1, earlier) if earlier else 1.0
    odds = [p / (1 - p) / ratio - 1 if p < 1 else np.inf for p in (low, high)]
    change = recent / (earlier * ratio) - 1 if earlier else np.nan
    return change, float(odds[0]), float(odds[1]), float(binomtest(recent, both, share).pvalue)


def waiting(tickets: pd.DataFrame, as_of: date) -> Waiting:
    """How long tickets of the last twelve months waited; open ones count as waiting until the as-of day (Kaplan & Meier 1958).

    ``tickets`` [created_at, closed_at?, answered?]. A closing time before the question is not counted.
    """
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    year = tickets[tickets["created_at"].between(end - pd.DateOffset(months=YEAR), end, inclusive="left")]
    old = year["created_at"] < end - pd.Timedelta(days=GRACE)
    hours, counted, standing, closed_of, unanswered, answered_of = None, 0, 0, 0, 0, 0
    if "closed_at" in year and year["closed_at"].notna().any():
        done = year["closed_at"].notna() & (year["closed_at"] < end)
        took = (year["closed_at"].where(done, end) - year["created_at"]) / HOUR
        sound = took >= 0
        if sound.any():
            reached = SurvfuncRight(took[sound], done[sound].astype(int)).quantile(0.5)
            hours, counted = (float(reached) if np.isfinite(reached) else None), int(sound.sum())
        standing, closed_of = int((~done & old).sum()), int(old.sum())
    if "answered" in year and year["answered"].any():
        unanswered, answered_of = int((~year["answered"].astype(bool) & old).sum()), int(old.sum())
    return Waiting(hours, counted, standing, closed_of, unanswered, answered_of)
