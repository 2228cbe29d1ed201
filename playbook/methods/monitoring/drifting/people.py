"""People: who is scored today beside those learnt from, their scores, their segments, and scores beside what happened."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.locale import mark, said_n
from playbook.methods.market_research.grouping.migration import NEW_SINCE
from playbook.methods.monitoring.drifting.distance import FEWEST, Distance, distance, spread_distance
from playbook.methods.monitoring.drifting.grades import COLUMNS
from playbook.methods.strategy.predicting.columns import tidy
from playbook.methods.strategy.scoring import Scoring

__all__ = [
    "MAYBE_OPEN",
    "MAYBE_SEASON",
    "Groups",
    "calibration_rows",
    "case_groups",
    "customer_groups",
    "feature_rows",
    "score_rows",
    "segment_rows",
]

MAYBE_SEASON, MAYBE_OPEN = mark("This may be the season."), mark("This may be who is still open.")
WRITTEN_LATER = ("case_id", "customer_id", "outcome", "opened_on", "treatment", "cost", "value")
YEAR, SEASON = 365, 30  # days; as near to a year lies the cut-off that a season cannot tell from today
ACTIVE = "orders_365"
MONEY = ("revenue_90", "revenue_365", "order_value")
GROWING = ("tenure_days", "orders_all")  # grow for everybody as time goes by
OUTCOMES = ("orders_next_90", "revenue_next_90")
MOST_LEVELS = 50  # values of a text column beyond which it is a name or a note
LATE = 1 / 3  # share of the closed cases that counts as lately


@dataclass(frozen=True)
class Groups:
    """Two groups of rows with the same columns: ``before`` and ``now``; ``kind``: what a row is; ``when``: the first group in
    words, to be ``told``; ``caveat``: what else could explain a difference, a sentence or nothing."""

    before: pd.DataFrame = field(repr=False)
    now: pd.DataFrame = field(repr=False)
    kind: Literal["customers", "cases"]
    when: str
    caveat: str


def customer_groups(snapshots: pd.DataFrame) -> Groups | None:
    """Customers who bought within a year, as they stood on the as-of day and a year before (else on the earliest day known).

    Columns that grow for everybody as time goes by are left out, and what counts a year where the earlier day had less behind it.
    """
    active = snapshots[snapshots[ACTIVE] > 0]
    days = sorted(active["cut_off"].unique())
    if len(days) < 2:
        return None
    today = pd.Timestamp(days[-1])
    first = min(days[:-1], key=lambda day: abs((today - pd.Timestamp(day)).days - YEAR))
    back = (today - pd.Timestamp(first)).days
    drop = ["customer_id", "cut_off", *GROWING, *OUTCOMES]
    if snapshots.loc[snapshots["cut_off"] == first, "tenure_days"].max() < YEAR:
        drop += [c for c in snapshots if c.endswith("_365") and "_share_" not in c]
    before, now = (active[active["cut_off"] == day].drop(columns=drop, errors="ignore") for day in (first, days[-1]))
    same = abs(back - YEAR) <= SEASON
    when = (
        mark("what they were a year ago") if same else said_n("what they were {n} day ago", "what they were {n} days ago", back)
    )
    return Groups(before, now, "customers", when, "" if same else MAYBE_SEASON)


def case_groups(cases: pd.DataFrame, leaks: tuple[str, ...] = ()) -> Groups | None:
    """Open cases beside closed ones; where few are open, the latest third by day opened beside the others. None without days or
    enough rows. What is decided or written later than the case (treatment, cost, value and ``leaks``) is left out."""
    closed = cases["outcome"].notna()
    dated = "opened_on" in cases and cases["opened_on"].notna().all()
    features = cases.drop(columns=[c for c in (*WRITTEN_LATER, *leaks) if c in cases])
    if (~closed).sum() >= FEWEST and closed.sum() >= FEWEST:
        return Groups(features[closed], features[~closed], "cases", mark("cases with a known outcome"), MAYBE_OPEN)
    if not dated or len(cases) < FEWEST / LATE:
        return None
    late = pd.to_datetime(cases["opened_on"]).rank(method="first", pct=True) > 1 - LATE
    return Groups(features[~late], features[late], "cases", mark("earlier cases"), MAYBE_SEASON)


def feature_rows(groups: Groups) -> list[dict]:
    """A row of COLUMNS for every column that can be compared: numbers, flags, and words that repeat; days are left out."""
    rows = []
    for name in groups.before:
        before, now = groups.before[name], groups.now[name]
        if pd.api.types.is_datetime64_any_dtype(before):
            continue
        if pd.api.types.is_bool_dtype(before):
            before, now = before.astype("Float64"), now.astype("Float64")
        text = not pd.api.types.is_numeric_dtype(before)
        if text and pd.concat([before, now]).astype(str).nunique() > MOST_LEVELS:
            continue
        if found := distance(before, now):
            unit = "share" if text or "_share_" in name else "money" if name in MONEY else "number"
            rows.append(_row(groups.kind, name, found, unit, len(before), len(now)))
    return rows


def score_rows(scoring: Scoring) -> list[dict]:
    """Chances of open rows beside those of rows whose end is known, by one model that was learnt from neither.

    Models learnt from different rows spread their chances differently: scores of two of them cannot be compared.
    """
    asked, trial = scoring.asked, scoring.learned.trial
    if asked.closed.all() or not scoring.learned.works:
        return []
    rows = tidy(asked.features, asked.when if trial.model.dated else None)[~asked.closed]
    judged, open_ = pd.Series(trial.model.predict_tidy(trial.rows)), pd.Series(trial.model.predict_tidy(rows))
    found = distance(judged, open_)
    return [_row("score", asked.nouns.many, found, "share", len(judged), len(open_))] if found else []


def calibration_rows(scoring: Scoring) -> tuple[list[dict], pd.DataFrame]:
    """Whether the latest rows judged ended with yes as often as their scores said: a row of COLUMNS, and the rows judged
    (probability, outcome). The size is the number that said yes beside the number expected; the chance that of independent rows.

    Empty without days, or with fewer than FEWEST rows.
    """
    judged = scoring.learned.held_out
    if scoring.asked.when is None or not scoring.learned.works:
        return [], judged.iloc[:0]
    when = pd.to_datetime(scoring.asked.when.loc[judged.index])
    late = _last_day(scoring, judged.index) if scoring.asked.kind == "customers" else when.rank(pct=True) > 1 - LATE
    latest = judged[late.to_numpy()]
    if len(latest) < FEWEST:
        return [], judged.iloc[:0]
    chance, outcome = latest["probability"].to_numpy(dtype=float), latest["outcome"].to_numpy(dtype=float)
    expected, spread = chance.sum(), np.sqrt((chance * (1 - chance)).sum())
    z = (outcome.sum() - expected) / spread if spread > 0 else 0.0
    size = outcome.sum() / expected - 1 if expected > 0 else 0.0
    row = {
        "kind": "calibration", "name": scoring.asked.nouns.many, "size": float(size),
        "noise": 0.0, "chance": float(2 * norm.sf(abs(z))), "before": float(chance.mean()), "now": float(outcome.mean()),
        "unit": "share", "level": None, "rows_before": len(latest), "rows_now": len(latest),
    }  # fmt: skip
    return [row], latest


def segment_rows(migration: pd.DataFrame) -> list[dict]:
    """How customers spread over the segments then and now; ``migration`` as in ``Segments``."""
    if migration.empty:
        return []
    known = migration[migration["then"] != NEW_SINCE]
    then, now = known.groupby("then")["customers"].sum(), migration.groupby("now")["customers"].sum()
    counts = pd.DataFrame({"then": then, "now": now}).fillna(0.0)
    customers = [int(total) for total in counts.sum()]
    if len(counts) < 2 or min(customers) < FEWEST:
        return []
    return [_row("segments", mark("share of customers by segment"), spread_distance(counts), "share", *customers)]


def _last_day(scoring: Scoring, rows: pd.Index) -> pd.Series:
    """Rows of the latest day of which the end is known."""
    when = pd.to_datetime(scoring.asked.when.loc[rows])
    return when == when.max()


def _row(kind: str, name: str, found: Distance, unit: str, rows_before: int, rows_now: int) -> dict:
    values = (kind, name, found.psi, found.noise, found.chance, found.before, found.now, unit, found.level, rows_before, rows_now)
    return dict(zip(COLUMNS, values, strict=True))
