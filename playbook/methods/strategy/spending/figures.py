"""Spending figures: what each channel brings for rising spend, and what a rising budget brings."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.spending.split import Split
from playbook.result.contract import Figure, Table
from playbook.result.formats import EDGES, LEVEL, Formats
from playbook.result.theme import FINDING, FORECAST, HISTORY, INK, ON_LINES, canvas, finish

__all__ = ["budget_figure", "channels_figure"]

LEFT_END, RIGHT_END = 0.3, 0.7  # shares of the axis up to and from which a label is not centred above its point
DRAWN, POINTS, ROW_HEIGHT = 6, 25, 2.1  # channels drawn, points of a curve, inches
SOURCE = mark("marketing spend and orders by week")


def channels_figure(best: Split, channels: pd.DataFrame, meant: str, fmt: Formats) -> Figure:
    """Response curves of the channels that spend most, with today's spend and the advised."""
    curves, shown = best.market.curves, channels.head(DRAWN)
    rows, parts = -(-len(shown) // 2), []
    with canvas(rows, 2 if len(shown) > 1 else 1, height=0.5 + ROW_HEIGHT * rows, squeeze=False) as (figure, axes):
        for ax in axes.flat[len(shown) :]:
            ax.set_axis_off()
        for ax, line in zip(axes.flat, shown.itertuples(index=False), strict=False):
            row, end = curves.channels.index(line.channel), max(line.high, line.today, line.advised)
            spend = np.linspace(0, end, POINTS)
            value = curves.orders(row, spend) * best.market.worth
            low, middle, high = np.quantile(value, EDGES[0], axis=0), value.mean(axis=0), np.quantile(value, EDGES[1], axis=0)
            parts.append(pd.DataFrame({"channel": line.channel, "spend": spend, "low": low, "value": middle, "high": high}))
            seen = (spend >= line.low - 1e-9) & (spend <= line.high + 1e-9)
            ax.fill_between(spend, low, high, color=FORECAST, alpha=0.15, linewidth=0)
            ax.plot(spend, middle, color=FORECAST, linewidth=1.2, linestyle=":")
            ax.plot(spend[seen], middle[seen], color=FORECAST, linewidth=2.4)
            ax.plot([0, end], [0, end], color=HISTORY, linestyle=":", linewidth=1.2)
            ax.plot([line.today], [line.caused], "o", color=INK, markersize=6, markerfacecolor="none", markeredgewidth=1.6)
            ax.plot([line.advised], [line.caused + line.more], "o", color=FINDING, markersize=6)
            ax.set_title(line.channel, loc="left", fontsize=10, weight="bold", color=INK)
            ax.set_xlim(0, end * 1.04)
            ax.set_ylim(0, max(high.max(), end) * 1.05)
            for axis in (ax.xaxis, ax.yaxis):
                axis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
                axis.get_major_locator().set_params(nbins=4 if axis is ax.yaxis else 3)
        figure.supxlabel(fmt.say("spent in a year"), fontsize=10, color=HISTORY)
        svg = finish(figure)
    told = [
        fmt.say("{channel} from {today} to {advised}", channel=r.channel, today=fmt.money(r.today), advised=fmt.money(r.advised))
        for r in shown.itertuples(index=False)
    ]
    return Figure(
        svg=svg,
        source=SOURCE,
        caption=fmt.say(
            "What each channel brings in {meant} a year as its spend rises, with the {level} range. Ring: today. Dot:"
            " advised. On the dotted line a channel just earns back its cost; the curve is solid where such spend has"
            " been seen.",
            meant=meant,
            level=fmt.share(LEVEL),
        ),
        alt=fmt.say("Curves of what each channel brings. Spend today and advised: {changes}.", changes=fmt.listed(told)),
        data=Table(
            pd.concat(parts, ignore_index=True),
            fmt.say("What each channel brings in {meant} a year as its spend rises.", meant=meant),
            SOURCE,
            {
                "channel": ("Channel", "text"),
                "spend": ("Spend a year", "money"),
                "low": ("at least", "money"),
                "value": ("Brings", "money"),
                "high": ("at most", "money"),
            },
        ),
    )


def budget_figure(curve: pd.DataFrame, spent: float, value: float, source: str, fmt: Formats) -> Figure:
    """``curve`` (budget, value, price) with the advised spending and the line where money only returns itself."""
    start, end = float(curve["budget"].iloc[0]), float(curve["budget"].iloc[-1])
    label = fmt.say("{spent} brings {value}", spent=fmt.money(spent), value=fmt.money(value))
    with canvas(height=3.4) as (figure, ax):
        ax.plot(curve["budget"], curve["value"], color=FORECAST, linewidth=2.4)
        ax.plot([start, end], [start, end], color=HISTORY, linestyle=":", linewidth=1.4)
        below = {"xytext": (8, -8), "textcoords": "offset points", "va": "top"}
        middle = start + (end - start) * 0.62
        ax.annotate(fmt.say("earns back its cost"), (middle, middle), color=HISTORY, **below)
        ax.plot([spent], [value], "o", color=FINDING, markersize=7)
        place = (spent - start) / (end - start) if end > start else 0.0
        align = "left" if place < LEFT_END else "right" if place > RIGHT_END else "center"
        above = {"xytext": (0, 8), "textcoords": "offset points", "va": "bottom", "ha": align}
        ax.annotate(label, (spent, value), color=FINDING, weight="bold", bbox=ON_LINES, **above)
        ax.set_xlim(start, end)
        ax.set_ylim(0, max(curve["value"].max(), end) * 1.15)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
            axis.get_major_locator().set_params(nbins=6)
        ax.set_xlabel(fmt.say("spent in a year"))
        ax.set_ylabel(fmt.say("brought in a year"))
        svg = finish(figure)
    return Figure(
        svg=svg,
        source=source,
        caption="What a rising budget brings when it is split in the best way. Where the curve is flat, nothing more pays.",
        alt=fmt.say(
            "Curve of value over budget, rising ever more slowly: {spent} brings {value}, and it ends at {most}.",
            spent=fmt.money(spent),
            value=fmt.money(value),
            most=fmt.money(curve["value"].iloc[-1]),
        ),
        data=Table(
            curve,
            "Value of rising budgets.",
            source,
            {
                "budget": ("Budget", "money"),
                "value": ("Brings a year", "money"),
                "price": (fmt.say("{one} more brings", one=fmt.money(1)), "money"),
            },
        ),
    )
