"""The figure of the control charts: each measure's latest year of weeks, its limits, and the weeks that stand out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from playbook.locale import mark
from playbook.methods.monitoring.charting.sharpness import FALL
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import Formats, Unit
from playbook.result.theme import BAR, FINDING, HISTORY, canvas, finish

__all__ = ["KPIS", "SOURCE", "Kpi", "draw", "draw_memory"]

CHARTED = 52  # weeks shown
SOURCE = mark("orders, complete weeks")


@dataclass(frozen=True)
class Kpi:
    """How a chart's measure is named (alone, within a sentence, above its chart) and written."""

    label: str
    word: str
    title: str
    plural: bool
    unit: Unit


KPIS = {
    "revenue": Kpi(mark("Revenue"), mark("revenue"), mark("Revenue a week"), False, "money"),
    "orders": Kpi(mark("Orders"), mark("orders"), mark("Orders a week"), True, "count"),
    "order_value": Kpi(mark("Order value"), mark("order value"), mark("Order value"), False, "money"),
}


def draw(series: pd.DataFrame, signals: pd.DataFrame, sharp: pd.DataFrame, fmt: Formats) -> Figure:
    """Three small charts below each other, each with how sharp it is; frames as in ``ControlCharts``."""
    labels, said = [], sharp.set_index("kpi")
    data = series.groupby("kpi", sort=False).tail(CHARTED)
    with canvas(rows=len(KPIS), height=6.4, sharex=True) as (figure, axes):
        for ax, (kpi, meta) in zip(axes, KPIS.items(), strict=True):
            part = data[data["kpi"] == kpi].set_index("week")
            ax.fill_between(part.index, part["low"], part["high"], color=BAR, alpha=0.3, linewidth=0)
            ax.plot(part.index, part["expected"], color=HISTORY, linewidth=1, linestyle=(0, (4, 3)))
            ax.plot(part.index, part["value"], color=HISTORY)
            ax.axvline(
                part.index[part["watched"].to_numpy()][0] - pd.Timedelta(days=3), color=HISTORY, linewidth=0.8, linestyle=":"
            )
            ax.set_title(fmt.told(meta.title), loc="left", fontsize=10)
            ax.set_title(_sharp(said.loc[kpi], fmt), loc="right", fontsize=9, color=HISTORY)
            ax.yaxis.set_major_formatter(lambda v, _, unit=meta.unit: fmt.value(v, unit))
            ax.yaxis.set_major_locator(MaxNLocator(nbins=4, min_n_ticks=3))
            ax.margins(y=0.22)
            labels += _mark(ax, part, signals[signals["kpi"] == kpi], fmt)
        begins = part.index[part["watched"].to_numpy()][0]
        axes[0].annotate(fmt.say("watched"), (begins, 1), xycoords=("data", "axes fraction"), va="top", color=HISTORY)
        date_axis(axes[-1], fmt)
        svg = finish(figure)
    columns = {
        "label": ("What", "text"),
        "week": ("Week of", "date"),
        "value": ("Value", "number"),
        "expected": ("Expected", "number"),
        "low": ("Lower limit", "number"),
        "high": ("Upper limit", "number"),
    }
    table = data.assign(label=[fmt.told(KPIS[kpi].label) for kpi in data["kpi"]]).round(
        {"value": 2, "expected": 2, "low": 2, "high": 2}
    )
    against = fmt.say("Weekly revenue, orders and order value against the limits of normal weeks.")
    return Figure(
        svg,
        "Each week against what was expected (dashed) and the limits of normal weeks (shaded); the last 13 weeks are watched",
        SOURCE, fmt.sentences(against, *(labels or [fmt.say("No week stands out.")])),
        Table(table[::-1], "Weekly values and limits, latest first", SOURCE, columns),
    )  # fmt: skip


def _sharp(chart: pd.Series, fmt: Formats) -> str:
    """What the chart can do: how soon it shows a fall, how often it alarms for nothing."""
    weeks, rate, fall = chart["weeks"], round(chart["false_alarms"], 1), fmt.share(FALL)
    if weeks > 0:
        soon = fmt.say_n("a fall of {fall} shows after {n} week", "a fall of {fall} shows after {n} weeks", weeks, fall=fall)
    else:
        soon = fmt.say("a fall of {fall} shows after more than a year", fall=fall)
    often = fmt.say_n("{n} false alarm a year", "{n} false alarms a year", rate, n=fmt.number(rate, 1))
    return fmt.say("{soon}; {often}", soon=soon, often=often)


def draw_memory(series: pd.DataFrame, fmt: Formats) -> Figure:
    """The two charts with a memory for revenue over the watched weeks, in standard deviations of a week."""
    data = series[(series["kpi"] == "revenue") & series["watched"]]
    week, alarms = data["week"], 0
    panels = (
        (fmt.say("Average, recent weeks count most (EWMA)"), ("ewma",), "ewma_limit"),
        (fmt.say("Differences added up (CUSUM)"), ("cusum_high", "cusum_low"), "cusum_limit"),
    )
    with canvas(columns=2, height=2.8) as (figure, axes):
        for ax, (title, lines, limit) in zip(axes, panels, strict=True):
            ax.fill_between(week, -data[limit], data[limit], color=BAR, alpha=0.3, linewidth=0)
            ax.axhline(0, color=HISTORY, linewidth=0.8, linestyle=(0, (4, 3)))
            for line in lines:
                ax.plot(week, data[line], color=HISTORY)
                out = data[data[line].abs() > data[limit]]
                alarms += len(out)
                ax.plot(out["week"], out[line], "o", color=FINDING, markersize=5)
            ax.set_title(title, loc="left", fontsize=10)
            ax.margins(y=0.15)
            date_axis(ax, fmt, most=4)
        svg = finish(figure)
    alt = fmt.sentences(
        fmt.say(
            "Two charts of revenue over {weeks} weeks, a weighted average and running sums of the differences.", weeks=len(data)
        ),
        fmt.say_n("They alarm in {n} week.", "They alarm in {n} weeks.", alarms)
        if alarms
        else fmt.say("Neither leaves its limits."),
    )
    columns = {
        "week": ("Week of", "date"),
        "score": ("Difference", "number"),
        "ewma": ("Average", "number"),
        "ewma_limit": ("Its limit", "number"),
        "cusum_high": ("Sum above", "number"),
        "cusum_low": ("Sum below", "number"),
        "cusum_limit": ("Its limit", "number"),
    }
    shown = data[::-1].round(dict.fromkeys(list(columns)[1:], 2))
    return Figure(
        svg, "Revenue of the watched weeks in charts with a memory: beyond the shaded limits, a small change has lasted too long",
        SOURCE, alt,
        Table(shown, "The charts with a memory, in standard deviations of a week, latest first", SOURCE, columns),
    )  # fmt: skip


def _mark(ax: Axes, part: pd.DataFrame, signals: pd.DataFrame, fmt: Formats) -> list[str]:
    texts = []
    for s in signals.itertuples():
        span = part.loc[s.since : s.week]
        ax.plot(span.index, span["value"], "o", color=FINDING, markersize=5)
        text = fmt.change(s.ratio) if not np.isnan(s.ratio) else fmt.signed_money(s.money)
        at = span["score"].abs().idxmax()
        ax.annotate(
            text,
            (at, span.loc[at, "value"]),
            xytext=(-6, 7 * s.side),
            textcoords="offset points",
            color=FINDING,
            ha="right",
            va="bottom" if s.side > 0 else "top",
        )
        what, since = fmt.told(KPIS[s.kpi].label), fmt.day(s.since)
        texts.append(fmt.say("{what} {change} from {day}.", what=what, change=text, day=since))
    return texts
