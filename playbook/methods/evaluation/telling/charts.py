"""Charts of impact: all effects with their ranges, and the weekly course behind one of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from playbook.methods.evaluation.measuring.effect import Effect
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import FINDING, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["course_chart", "forest_chart"]

MOST_ROWS = 12
WEEKS_SHOWN = 52
LABEL_ROOM = 0.3  # of the width, to the right of the longest range, for its label
CLEAR = ("shown", "likely", "harmful")


def forest_chart(effects: Sequence[Effect], fmt: Formats, source: str) -> Figure:
    """One line an intervention: relative effect with its range; rust where the evidence is at least likely."""
    rows = list(effects)[:MOST_ROWS]
    with canvas(height=1.1 + 0.55 * len(rows), grid="x") as (figure, ax):
        for place, e in enumerate(rows):
            colour = FINDING if e.verdict in CLEAR else HISTORY
            if np.isfinite(e.low):
                ax.plot([e.low, e.high], [place, place], color=colour, linewidth=3, solid_capstyle="round", alpha=0.55)
            ax.plot(e.effect, place, "o", color=colour, markersize=7)
            ax.annotate(
                fmt.say("{change}, {evidence}", change=fmt.change(e.effect), evidence=fmt.told(e.verdict)),
                (np.fmax(e.high, e.effect), place),
                xytext=(8, 0),
                textcoords="offset points",
                ha="left",
                va="center",
                color=colour,
                fontsize=9,
            )
        ax.axvline(0, color=INK, linewidth=1)
        ax.set_yticks(range(len(rows)), [e.label for e in rows], color=INK)
        ax.set_ylim(len(rows) - 0.5, -0.7)
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(lambda v, _: fmt.change(v) if v else "0%")
        ax.set_xlabel(fmt.say("Change of revenue, with {level} range", level=fmt.share(LEVEL)))
        left, right = ax.get_xlim()
        ax.set_xlim(left, right + LABEL_ROOM * (right - left))
        svg = finish(figure)
    columns = {
        "label": ("Intervention", "text"),
        "effect": ("Change of revenue", "share"),
        "low": ("Low", "share"),
        "high": ("High", "share"),
        "verdict": ("Evidence", "text"),
    }
    frame = pd.DataFrame([[getattr(e, name) for name in columns] for e in rows], columns=list(columns))
    frame["verdict"] = frame["verdict"].map(fmt.told)
    data = Table(frame, "Effects of the interventions", source, columns)
    told = fmt.listed(
        fmt.say("{label} {change} ({evidence})", label=e.label, change=fmt.change(e.effect), evidence=fmt.told(e.verdict))
        for e in rows
    )
    return Figure(
        svg,
        "Change of revenue by intervention: where a range crosses zero, there may be no effect at all.",
        source,
        fmt.say("Effects with {level} ranges: {effects}.", level=fmt.share(LEVEL), effects=told),
        data,
    )


def course_chart(effect: Effect, fmt: Formats, source: str) -> Figure:
    """Weekly course of treated and others, or of actual and expected revenue, with the time of the intervention shaded."""
    compared = "treated" in effect.course
    first, second = ("treated", "control") if compared else ("actual", "expected")
    if compared:
        labels, what = (fmt.say("got it"), fmt.say("others")), fmt.say("revenue per customer and week")
        heads = ("Got it", "unit_money"), ("Others", "unit_money")
    else:
        labels, what = (fmt.say("actual"), fmt.say("expected without it")), fmt.say("weekly revenue")
        heads = ("Actual", "money"), ("Expected without it", "money")
    styles = {second: (labels[1], HISTORY if compared else FORECAST), first: (labels[0], FINDING if compared else HISTORY)}
    course = effect.course.tail(WEEKS_SHOWN)
    with canvas(height=3.2) as (figure, ax):
        ends = pd.Timestamp(effect.start), pd.Timestamp(effect.end) + pd.Timedelta(days=1)
        ax.axvspan(*ends, color=FINDING, alpha=0.10, linewidth=0)
        if "low" in course:  # the range of single weeks, for those that the model of the weeks before had not seen
            ax.fill_between(course["week"], course["low"], course["high"], color=FORECAST, alpha=0.15, linewidth=0)
        for name, (_, colour) in styles.items():
            ax.plot(course["week"], course[name], color=colour, linestyle="--" if name == "expected" else "-")
        _end_labels(ax, course, styles)
        ax.set_ylim(bottom=0)
        date_axis(ax, fmt)
        ax.yaxis.set_major_formatter(lambda v, _: fmt.money(v))
        svg = finish(figure)
    data = Table(
        course[["week", first, second]],
        fmt.say("{label}: weekly revenue", label=effect.label),
        source,
        {"week": ("Week from", "date"), first: heads[0], second: heads[1]},
    )
    during = course[course["week"] >= pd.Timestamp(effect.start)]
    if compared:
        alt = fmt.say(
            "{label}, revenue per customer and week: during the intervention {got} on average (got it) against {others}"
            " (others).",
            label=effect.label,
            got=fmt.money(during[first].mean()),
            others=fmt.money(during[second].mean()),
        )
    else:
        alt = fmt.say(
            "{label}, weekly revenue: during the intervention {change} against what was expected without it.",
            label=effect.label,
            change=fmt.change(effect.effect),
        )
    caption = fmt.say("{label}: {what}; the shaded weeks are the intervention.", label=effect.label, what=what)
    if "low" in course:
        band = fmt.say("The blue band holds {level} of single weeks without it.", level=fmt.share(LEVEL))
        caption = fmt.sentences(caption, band)
    return Figure(svg, caption, source, alt, data)


def _end_labels(ax, course: pd.DataFrame, labels: dict[str, tuple[str, str]]) -> None:
    """Names at the right end of the lines, the higher line's above and the lower's below; a line may end early."""
    last = {name: course.loc[course[name].last_valid_index(), ["week", name]] for name in labels}
    upper = max(labels, key=lambda name: last[name][name])
    for name, (label, colour) in labels.items():
        ax.annotate(
            label,
            (last[name]["week"], last[name][name]),
            xytext=(6, 6 if name == upper else -6),
            textcoords="offset points",
            ha="left",
            va="center",
            color=colour,
            annotation_clip=False,
        )
