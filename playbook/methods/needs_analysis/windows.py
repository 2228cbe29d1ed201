"""Windows: the two equal stretches of time that are set against each other, the later and the earlier."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.intake.frames import FIRST_DAYS
from playbook.result.contract import Assumption
from playbook.result.formats import Formats

__all__ = ["YEAR", "Windows", "earlier", "later", "season_assumption", "windows"]

YEAR = 12  # months


@dataclass(frozen=True)
class Windows:
    """Two windows of the same number of whole months, one after the other; ``start`` and ``end`` are days, both included."""

    start: pd.Timestamp
    middle: pd.Timestamp  # first day of the later window
    end: pd.Timestamp
    months: int

    @property
    def whole_year(self) -> bool:
        """Whether both windows are a year long, so that no season is compared with another."""
        return self.months == YEAR


def windows(days: pd.Series, as_of: date) -> Windows | None:
    """The last twelve months and the twelve before; with less than 24 months of data, the later and the earlier half of the full
    months (an odd month at the start is left out). None with less than two full months.
    """
    if days.dropna().empty:
        return None
    first, end = days.min().normalize(), pd.Timestamp(as_of)
    day_after = end + pd.Timedelta(days=1)
    if day_after - pd.DateOffset(months=2 * YEAR) + pd.Timedelta(days=FIRST_DAYS - 1) >= first:
        months = YEAR
    else:  # whole calendar months only
        day_after = day_after.to_period("M").to_timestamp()
        start = first.to_period("M") + (0 if first.day <= FIRST_DAYS else 1)
        months = ((day_after.to_period("M") - start).n) // 2
    if months < 1:
        return None
    start, middle = (day_after - pd.DateOffset(months=n * months) for n in (2, 1))
    return Windows(start, middle, day_after - pd.Timedelta(days=1), months)


def earlier(span: Windows, fmt: Formats) -> str:
    """The earlier window in a sentence: the twelve months before."""
    if span.whole_year:
        return fmt.say("the twelve months before")
    return fmt.say_n("the month before", "the {n} months before", span.months)


def later(span: Windows, fmt: Formats) -> str:
    """The later window in a sentence: the last twelve months."""
    if span.whole_year:
        return fmt.say("the last twelve months")
    return fmt.say_n("the last month", "the last {n} months", span.months)


def season_assumption(span: Windows, fmt: Formats) -> Assumption:
    """That windows of less than a year are set against another season."""
    text = fmt.say_n(
        "The data hold less than 24 months, so the last month is set against the month before: part of the change is season.",
        "The data hold less than 24 months, so the last {n} months are set against the {n} months before: part of the change is "
        "season.", span.months,
    )  # fmt: skip
    return Assumption(text, "low", "high")
