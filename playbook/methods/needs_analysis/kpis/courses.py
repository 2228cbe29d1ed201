"""Courses: the months of several KPIs side by side, each with its goal."""

import pandas as pd
from matplotlib.axes import Axes

from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import Formats
from playbook.result.theme import FINDING, HISTORY, INK, canvas, finish

__all__ = ["draw_courses"]

COLUMNS, PANEL_HEIGHT = 2, 1.75  # panels side by side; inches


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
    columns = {
        "month": ("Month", "month"),
        **{s.indicator.id: (s.indicator.label, s.indicator.unit) for s in drawn},
    }
    alt = fmt.sentences(*(_course_words(s, targets.get(s.indicator.id), fmt) for s in drawn))
    caption = fmt.say("KPIs by month, with their goals dashed; shares over the trailing twelve months.")
    return Figure(svg, caption, source, alt, Table(points, "KPIs by month", source, columns))


def _panel(ax: Axes, stood: Standing, target: float | None, fmt: Formats) -> None:
    unit = stood.indicator.unit
    ax.plot(stood.course.index, stood.course, color=HISTORY)
    ax.set_title(fmt.told(stood.indicator.label), loc="left", fontsize=10, color=INK)
    if target is not None:
        ax.axhline(target, color=FINDING, linestyle="--", linewidth=1.4)
        ax.set_title(
            fmt.say("goal {target}", target=fmt.value(target, unit)), loc="right", fontsize=10, color=FINDING
        )  # where no curve runs
    ax.margins(y=0.22)
    date_axis(ax, fmt, most=5)
    ax.yaxis.set_major_formatter(lambda v, _: fmt.value(v, unit))
    ax.locator_params(axis="y", nbins=4)


def _course_words(stood: Standing, target: float | None, fmt: Formats) -> str:
    course, unit = stood.course, stood.indicator.unit
    values = {
        "kpi": fmt.told(stood.indicator.label), "first": fmt.value(course.iloc[0], unit), "start": fmt.month(course.index[0]),
        "last": fmt.value(course.iloc[-1], unit), "end": fmt.month(course.index[-1]),
    }  # fmt: skip
    if target is None:
        return fmt.say("{kpi} from {first} in {start} to {last} in {end}.", **values)
    goal = fmt.value(target, unit)
    return fmt.say("{kpi} from {first} in {start} to {last} in {end}, goal {goal}.", **values, goal=goal)
