"""Ticks: days and months below a chart, short and in the reader's language."""

from datetime import date

from babel.dates import format_date, format_skeleton
from matplotlib.axis import Axis
from matplotlib.dates import AutoDateLocator, num2date

from playbook.result.formats import Formats

__all__ = ["month_ticks", "short_day"]


def short_day(day: date, fmt: Formats) -> str:
    """A day without its year: 5 Oct."""
    return format_date(day, "d MMM", locale="en") if fmt.language == "en" else format_skeleton("MMMd", day, locale=fmt.locale)


def month_ticks(axis: Axis, fmt: Formats, most: int) -> None:
    """At most so many ticks on an axis of months: the year at each January, the month's short name elsewhere."""
    axis.set_major_locator(AutoDateLocator(maxticks=most, minticks=2))
    axis.set_major_formatter(lambda at, _: _short_month(num2date(at), fmt))


def _short_month(month: date, fmt: Formats) -> str:
    return format_skeleton("y" if month.month == 1 else "MMM", month, locale=fmt.locale)
