"""Satisfaction: the net promoter score and the share of satisfied customers, with ranges, their change and their course."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.intake.frames import FIRST_DAYS
from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.needs_analysis.windows import YEAR, windows
from playbook.result.contract import Evidence
from playbook.result.formats import LEVEL

__all__ = ["LATE", "SATISFIED_FROM", "Course", "Rating", "course_of", "difference", "net_promoter", "satisfied"]

PROMOTERS_FROM, DETRACTORS_TO = 9, 6  # Reichheld 2003: 9 and 10 recommend, 0 to 6 do not
SATISFIED_FROM = 4  # of 5
PRIOR = np.array([0.75, 1.5, 0.75])  # answers added to detractors, passives, promoters before the variance is taken
SHOWN, LIKELY = 0.95, LEVEL
QUARTER = 3  # months
LATE = pd.Timedelta(days=15)  # days a first window may lack: a rating is a mean, so it can still be compared


@dataclass(frozen=True)
class Rating:
    """A rating from ``n`` answers, and the range that holds it at the level asked for."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Course(Rating):
    """A rating over the last twelve months (or as much as there is), and how it got there.

    ``change`` (with its range, same unit as ``value``) is the later against the earlier of two equal windows of ``months``
    whole months; None when either is empty. ``whole_year`` says that the windows are a year long, so that no season is set
    against another. ``course``: one row per three months up to the as-of day [start, end, value, low, high, n].
    """

    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    evidence: Evidence = "indicative"
    months: int = 0
    course: pd.DataFrame = field(default=None, repr=False, compare=False)

    @property
    def whole_year(self) -> bool:
        return self.months == YEAR


def net_promoter(scores: pd.Series, level: float = LEVEL) -> Rating | None:
    """Net promoter score, -100 to 100: the share of answers 9 and 10 minus the share of 0 to 6, times 100.

    ``scores`` are answers from 0 to 10; empty ones are left out. None without an answer. The range is the adjusted Wald interval
    of Rocks (2016, The American Statistician 70), three made-up answers spread over the classes; it is widened to the score
    itself where all answers are alike. Raises ValueError for answers outside 0 to 10.
    """
    given = _within(scores, 0, 10)
    if given.empty:
        return None
    counts = np.array([(given <= DETRACTORS_TO).sum(), 0, (given >= PROMOTERS_FROM).sum()], dtype=float)
    counts[1] = len(given) - counts.sum()
    value = (counts[2] - counts[0]) / len(given)
    shares = (counts + PRIOR) / (len(given) + PRIOR.sum())
    centre = shares[2] - shares[0]
    error = np.sqrt((shares[2] + shares[0] - centre**2) / (len(given) + PRIOR.sum()))
    half = norm.ppf((1 + level) / 2) * error
    low, high = max(-1.0, min(centre - half, value)), min(1.0, max(centre + half, value))
    return Rating(100 * float(value), 100 * float(low), 100 * float(high), len(given))


def satisfied(scores: pd.Series, level: float = LEVEL) -> Rating | None:
    """Share of answers 4 and 5 on a scale from 1 to 5, 0 to 1, with its Wilson interval (Wilson 1927).

    Empty answers are left out; None without an answer. Raises ValueError for answers outside 1 to 5.
    """
    given = _within(scores, 1, 5)
    if given.empty:
        return None
    hits = int((given >= SATISFIED_FROM).sum())
    return Rating(hits / len(given), *share_range(hits, len(given), level), len(given))


def difference(later: Rating, earlier: Rating) -> tuple[float, float, float]:
    """Later minus earlier rating, and its range at the level of the two: the ranges' sides are added as squares.

    Source: Newcombe (1998, Statistics in Medicine 17), method 10; Zou and Donner (2008) for any two ratings.
    """
    value = later.value - earlier.value
    down = np.hypot(later.value - later.low, earlier.high - earlier.value)
    up = np.hypot(later.high - later.value, earlier.value - earlier.low)
    return value, float(value - down), float(value + up)


def course_of(answers: pd.DataFrame, column: str, as_of: date) -> Course | None:
    """Where ``column`` (recommend or satisfaction) of ``answers`` [date, ...] stands, how it changed, and its course.

    None when nobody answered in the last twelve months.
    """
    rate = net_promoter if column == "recommend" else satisfied
    end = pd.Timestamp(as_of)
    given = answers[answers[column].notna() & answers["date"].notna() & (answers["date"] < end + pd.Timedelta(days=1))]
    since = end + pd.Timedelta(days=1) - pd.DateOffset(months=YEAR)
    now = rate(given.loc[given["date"] >= since, column])
    if now is None:
        return None
    change, evidence, months = (None, None, None), "indicative", 0
    covered = given["date"].min().normalize() - LATE
    if span := windows(pd.Series([covered, end]), as_of):
        # For a half of less than a year the days after the last full month belong to neither half.
        later = given.loc[given["date"].between(span.middle, span.end + pd.Timedelta(days=1), inclusive="left"), column]
        earlier = given.loc[given["date"].between(span.start, span.middle, inclusive="left"), column]
        if len(later) and len(earlier):
            change, months = difference(rate(later), rate(earlier)), span.months
            evidence = _evidence(rate, later, earlier)
            if evidence != "not shown" and not span.whole_year:
                evidence = "indicative"  # another season
    return Course(
        now.value, now.low, now.high, now.n, *change, evidence=evidence, months=months,
        course=_quarters(given, column, rate, covered, end),
    )  # fmt: skip


def _evidence(rate, later: pd.Series, earlier: pd.Series) -> Evidence:
    for level, word in ((SHOWN, "shown"), (LIKELY, "likely")):
        _, low, high = difference(rate(later, level), rate(earlier, level))
        if low > 0 or high < 0:
            return word
    return "not shown"


def _quarters(given: pd.DataFrame, column: str, rate, covered: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Ratings by stretches of three months, counted back from the as-of day; a first stretch that is not covered is left out."""
    day_after, rows = end + pd.Timedelta(days=1), []
    while (start := day_after - pd.DateOffset(months=QUARTER)) + pd.Timedelta(days=FIRST_DAYS) >= covered:
        rating = rate(given.loc[given["date"].between(start, day_after, inclusive="left"), column])
        if rating:
            rows.append((start, day_after - pd.Timedelta(days=1), rating.value, rating.low, rating.high, rating.n))
        day_after = start
    return pd.DataFrame(rows[::-1], columns=["start", "end", "value", "low", "high", "n"])


def _within(scores: pd.Series, low: int, high: int) -> pd.Series:
    given = pd.Series(scores, dtype="float64").dropna()
    if ((given < low) | (given > high)).any():
        raise ValueError(f"answers outside {low} to {high}")
    return given
