"""Courses: the months of several KPIs side by side, each with its goal."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import FINDING, HISTORY, INK, canvas, finish

__all__ = ["draw_courses"]

COLUMNS, PANEL_HEIGHT = 2, 1.75  # panels side by side; inches
MOST_TICKS = 5  # dates below a panel: four steps of half a year reach to where the locator counts in years


def draw_courses(drawn: list[Standing], targets: dict[str, float | None], source: str, fmt: Formats) -> Figure:
    """Small multiples of monthly KPI values; ``targets`` holds the goal per month by KPI, where there is one."""
    rows = -(-len(drawn) // COLUMNS)
    with canvas(rows, COLUMNS, height=PANEL_HEIGHT * rows, squeeze=False) as (figure, axes):
        for ax, stood in zip(axes.flat, drawn, strict=False):
            _panel(ax, stood, targets.get(stood.indicator.id), fmt)
        for ax in axes.flat[len(drawn) :]:
            ax.set_visible(False)
        svg = finish(figure)
    points = pd.concat([s.course.rename(s.indicator.id) for s in drawn], axis=1, sort=True).rename_axis("month").reset_index()
    columns = {"month": ("Month", "month"), **{s.indicator.id: (s.indicator.label["en"], s.indicator.unit) for s in drawn}}
    alt = "; ".join(_course_words(s, targets.get(s.indicator.id), fmt) for s in drawn)
    caption = "KPIs by month, with their goals dashed; shares over the trailing twelve months."
    return Figure(svg, caption, source, f"Lines: {alt}.", Table(points, "KPIs by month", source, columns))


def _panel(ax: Axes, stood: Standing, target: float | None, fmt: Formats) -> None:
    unit = stood.indicator.unit
    ax.plot(stood.course.index, stood.course, color=HISTORY)
    ax.set_title(stood.indicator.label["en"], loc="left", fontsize=10, color=INK)
    if target is not None:
        ax.axhline(target, color=FINDING, linestyle="--", linewidth=1.4)
        ax.set_title(f"goal {fmt.value(target, unit)}", loc="right", fontsize=10, color=FINDING)  # where no curve runs
    ax.margins(y=0.22)
    locator = AutoDateLocator(minticks=2, maxticks=MOST_TICKS)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    ax.yaxis.set_major_formatter(lambda v, _: fmt.value(v, unit))
    ax.locator_params(axis="y", nbins=4)


def _course_words(stood: Standing, target: float | None, fmt: Formats) -> str:
    course, unit = stood.course, stood.indicator.unit
    first, last = (f"{fmt.value(course.iloc[i], unit)} in {fmt.month(course.index[i])}" for i in (0, -1))
    goal = "" if target is None else f", goal {fmt.value(target, unit)}"
    return f"{stood.indicator.label['en']} from {first} to {last}{goal}"
