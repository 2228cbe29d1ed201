"""Canvases: blank figures with their axes; making them takes a third of a chart's time, so some can be made in advance.

They are made in the process that others are forked from, each of which then has its own copy of them all.
"""

from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from playbook.result.layout import RoomForLabels

__all__ = ["blank", "lay_in"]

MARKS = 8  # of an axis made in advance: few charts have more
_laid_in: list[tuple[dict[str, Any], Canvas, Axes]] = []  # each with the settings it was made with


def blank(rows: int = 1, columns: int = 1, **subplots: Any) -> tuple[Canvas, Axes]:
    """A blank figure in matplotlib's present settings with its axes: one laid in where it is the same, else a new one."""
    if rows == columns == 1 and not subplots:
        settings = _settings()
        for place, (made_with, figure, axes) in enumerate(_laid_in):
            if made_with == settings:
                del _laid_in[place]
                return figure, axes
    return _new(rows, columns, **subplots)


def lay_in(count: int) -> None:
    """Make ``count`` figures of one axes in advance, in matplotlib's present settings."""
    for _ in range(count):
        figure, axes = _new(1, 1)
        axes.xaxis.get_major_ticks(MARKS)
        axes.yaxis.get_major_ticks(MARKS)
        _laid_in.append((_settings(), figure, axes))


def _new(rows: int, columns: int, **subplots: Any) -> tuple[Canvas, Axes]:
    figure = Canvas(dpi=72, layout=RoomForLabels())  # a dot is a point, as on the page
    return figure, figure.subplots(rows, columns, **subplots)


def _settings() -> dict[str, Any]:
    """matplotlib's settings but for the way in which figures are shown, which is the page's own."""
    return {name: value for name, value in dict.items(mpl.rcParams) if name != "backend"}
