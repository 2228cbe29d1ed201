"""Date axis: days, months or years below a chart, few and short, as the reader writes them."""

import pandas as pd
from babel.dates import format_date, format_skeleton
from matplotlib.axes import Axes
from matplotlib.dates import num2date

from playbook.result.formats import Formats

__all__ = ["date_axis", "date_marks"]

MOST = 6  # marks below a chart of the page's width
_DAYS = ("D", "2D", "W-MON", "2W-MON")  # steps between marks, the first that leaves few enough
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)  # enough for all days that pandas knows
_SHORTEST_MONTH = pd.Timedelta(days=28)


def date_axis(ax: Axes, fmt: Formats, most: int = MOST, at: pd.Series | pd.DatetimeIndex | None = None) -> None:
    """At most so many marks below ``ax``, once everything is drawn; none beside the data, where labels may stand.

    ``at``: the ascending days of the points, where marks between them would mislead (month ends, say).
    """
    days = _chosen(*_span(ax), most) if at is None else _thinned(pd.DatetimeIndex(at), most)
    ax.set_xticks(days, date_marks(days, fmt))


def date_marks(days: pd.DatetimeIndex, fmt: Formats) -> list[str]:
    """Ascending days in short: 5 Oct, where a month or more apart Oct, and as years where all are a year's first day.

    The year stands below the first one and wherever a new one begins.
    """
    gaps = days[1:] - days[:-1]
    if len(days) > 1 and (days.day_of_year == 1).all():
        return [_year(day, fmt) for day in days]
    write = _day if len(gaps) and gaps.min() < _SHORTEST_MONTH else _month
    new = [True, *(days.year[1:] != days.year[:-1])]
    return [f"{write(day, fmt)}\n{_year(day, fmt)}" if first else write(day, fmt) for day, first in zip(days, new, strict=False)]


def _span(ax: Axes) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day with data on ``ax``, or on an axis that shares its days, as far as they are in view."""
    drawn = [a.dataLim for a in ax.get_shared_x_axes().get_siblings(ax) if a.has_data()]
    low, high = ax.get_xlim()
    ends = max(low, min((box.x0 for box in drawn), default=low)), min(high, max((box.x1 for box in drawn), default=high))
    first, last = (pd.Timestamp(num2date(end)).tz_localize(None) for end in ends)
    return first.ceil("D"), last.floor("D")


def _chosen(first: pd.Timestamp, last: pd.Timestamp, most: int) -> pd.DatetimeIndex:
    for step in _DAYS:
        days = pd.date_range(first, last, freq=step)
        if 0 < len(days) <= most:
            return days
    months = pd.date_range(first, last, freq="MS")
    steps = (months[(12 * months.year + months.month - 1) % step == 0] for step in _MONTHS)
    return next(days for days in steps if len(days) <= most)


def _thinned(days: pd.DatetimeIndex, most: int) -> pd.DatetimeIndex:
    """The last day and, backwards, every so many."""
    return days[:: -max(1, -(-len(days) // most))][::-1]


def _day(day: pd.Timestamp, fmt: Formats) -> str:
    # English as in the text, the day before the month; babel's "en" has the month first, its "en_GB" four letters of September.
    return format_date(day, "d MMM", locale="en") if fmt.language == "en" else format_skeleton("MMMd", day, locale=fmt.locale)


def _month(day: pd.Timestamp, fmt: Formats) -> str:
    return format_skeleton("MMM", day, locale=fmt.locale)


def _year(day: pd.Timestamp, fmt: Formats) -> str:
    return format_skeleton("y", day, locale=fmt.locale)
