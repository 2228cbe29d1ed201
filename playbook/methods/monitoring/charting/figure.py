"""The figure of the control charts: each measure's latest year of weeks, its limits, and the weeks that stand out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from playbook.methods.monitoring.charting.sharpness import FALL
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats, Unit
from playbook.result.theme import BAR, FINDING, HISTORY, canvas, finish

__all__ = ["KPIS", "SOURCE", "Kpi", "draw", "draw_memory"]

CHARTED = 52  # weeks shown
SOURCE = "orders, complete weeks"


@dataclass(frozen=True)
class Kpi:
    """How a chart's measure is named and written."""

    label: str
    plural: bool
    unit: Unit


KPIS = {
    "revenue": Kpi("Revenue", False, "money"),
    "orders": Kpi("Orders", True, "count"),
    "order_value": Kpi("Order value", False, "money"),
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
            ax.set_title(meta.label if kpi == "order_value" else f"{meta.label} a week", loc="left", fontsize=10)
            ax.set_title(_sharp(said.loc[kpi], fmt), loc="right", fontsize=9, color=HISTORY)
            ax.yaxis.set_major_formatter(lambda v, _, unit=meta.unit: fmt.value(v, unit))
            ax.yaxis.set_major_locator(MaxNLocator(nbins=4, min_n_ticks=3))
            ax.margins(y=0.22)
            labels += _mark(ax, part, signals[signals["kpi"] == kpi], fmt)
        axes[0].annotate(
            "watched", (part.index[part["watched"].to_numpy()][0], 1), xycoords=("data", "axes fraction"), va="top", color=HISTORY
        )
        _months(axes[-1], data["week"], fmt)
        svg = finish(figure)
    columns = {
        "label": ("What", "text"),
        "week": ("Week of", "date"),
        "value": ("Value", "number"),
        "expected": ("Expected", "number"),
        "low": ("Lower limit", "number"),
        "high": ("Upper limit", "number"),
    }
    table = data.assign(label=data["kpi"].map(lambda k: KPIS[k].label)).round({"value": 2, "expected": 2, "low": 2, "high": 2})
    alt = (
        f"Weekly revenue, orders and order value against the limits of normal weeks. {' '.join(labels) or 'No week stands out.'}"
    )
    caption = (
        "Each week against what was expected (dashed) and the limits of normal weeks (shaded); the last 13 weeks are watched"
    )
    return Figure(svg, caption, SOURCE, alt, Table(table[::-1], "Weekly values and limits, latest first", SOURCE, columns))


def _sharp(chart: pd.Series, fmt: Formats) -> str:
    """What the chart can do: how soon it shows a fall, how often it alarms for nothing."""
    weeks, rate = chart["weeks"], fmt.number(chart["false_alarms"], 1)
    fall = f"a fall of {fmt.share(FALL)} shows after"
    soon = f"{fall} {weeks:.0f} {'week' if weeks == 1 else 'weeks'}" if weeks > 0 else f"{fall} more than a year"
    return f"{soon}; {rate} false {'alarm' if rate == '1' else 'alarms'} a year"


def draw_memory(series: pd.DataFrame, fmt: Formats) -> Figure:
    """The two charts with a memory for revenue over the watched weeks, in standard deviations of a week."""
    data = series[(series["kpi"] == "revenue") & series["watched"]]
    week, alarms = data["week"], 0
    panels = (
        ("Average of the weeks, recent ones first (EWMA)", ("ewma",), "ewma_limit"),
        ("Differences added up (CUSUM)", ("cusum_high", "cusum_low"), "cusum_limit"),
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
            ticks = week.iloc[[0, len(week) // 2, -1]]
            ax.set_xticks(ticks, [f"{t.day} {t:%b}" for t in ticks])
        svg = finish(figure)
    caption = "Revenue of the watched weeks in charts that remember: beyond the shaded limits a small change has lasted too long"
    alt = (
        f"Two charts of revenue over {len(data)} weeks, a weighted average and running sums of the differences. "
        f"{'They alarm in ' + str(alarms) + (' week.' if alarms == 1 else ' weeks.') if alarms else 'Neither leaves its limits.'}"
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
    told = "The charts with a memory, in standard deviations of a week, latest first"
    return Figure(svg, caption, SOURCE, alt, Table(data[::-1].round(dict.fromkeys(list(columns)[1:], 2)), told, SOURCE, columns))


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
        texts.append(f"{KPIS[s.kpi].label} {text} from {fmt.day(s.since)}.")
    return texts


def _months(ax: Axes, weeks: pd.Series, fmt: Formats) -> None:
    quarters = pd.date_range(weeks.min(), weeks.max(), freq="MS")[::3]
    ax.set_xticks(quarters, [fmt.month(q) for q in quarters])
