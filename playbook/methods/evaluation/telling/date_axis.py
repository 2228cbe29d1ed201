"""Date axis: a chart's days in the reader's language, few enough to read."""

from babel.dates import format_skeleton
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, num2date

from playbook.result.formats import Formats

__all__ = ["date_axis"]


def date_axis(ax: Axes, fmt: Formats) -> None:
    """Three to six marks below ``ax``: months with their year, or days where the chart covers a few weeks."""
    ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=6))
    ax.xaxis.set_major_formatter(lambda value, _: _written(value, fmt))


def _written(value: float, fmt: Formats) -> str:
    day = num2date(value)
    locale = "en_GB" if fmt.language == "en" else fmt.locale  # the day before the month, as in the text
    return format_skeleton("yMMM" if day.day == 1 else "MMMd", day, locale=locale)
