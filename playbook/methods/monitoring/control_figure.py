"""The figure of the control charts: each measure's latest year of weeks, its limits, and the weeks that stand out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats, Unit
from playbook.result.theme import BAR, FINDING, HISTORY, canvas, finish

__all__ = ["KPIS", "SOURCE", "Kpi", "draw"]

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


def draw(series: pd.DataFrame, signals: pd.DataFrame, fmt: Formats) -> Figure:
    """Three small charts below each other; ``series`` and ``signals`` as in ``ControlCharts``."""
    labels = []
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
