"""Figures: the tornado of the drivers, and where the possible years lie."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.whatif.business import Business
from playbook.methods.strategy.whatif.outcomes import Outcomes
from playbook.methods.strategy.whatif.terms import driver_label, driver_name, meant, meant_title
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["tornado_figure", "years_figure"]

ROW_HEIGHT, FRAME_HEIGHT = 0.45, 1.0  # inches
BINS = 40
SAME = 1e-6  # relative spread below which all years are one
_AXES = {
    "revenue": mark("revenue of the next twelve months"),
    "margin": mark("gross margin of the next twelve months"),
    "profit": mark("profit after marketing of the next twelve months"),
}


def tornado_figure(table: pd.DataFrame, business: Business, source: str, fmt: Formats) -> Figure:
    """Bars from the result at a driver's low edge to that at its high edge, the widest on top: profit, or else revenue."""
    what = business.judged
    middle = float(business.outcome({})[what == "profit"])
    data = table[::-1].reset_index(drop=True)
    low, high = data[f"{what}_low"], data[f"{what}_high"]
    least, most = float(min(low.min(), high.min())), float(max(low.max(), high.max()))
    room = (most - least or 1.0) * 0.22
    with canvas(height=FRAME_HEIGHT + ROW_HEIGHT * len(data), grid="x") as (figure, ax):
        for edge in (low, high):
            colours = [FINDING if v < middle else FORECAST for v in edge]
            ax.barh(data.index, edge - middle, left=middle, color=colours, height=0.55, alpha=0.75)
        ax.axvline(middle, color=HISTORY, linewidth=1.2)
        for row, end_low, end_high, down, up in zip(data.index, low, high, data["factor_low"], data["factor_high"], strict=True):
            for value, factor in ((end_low, down), (end_high, up)):
                side = -1 if value < middle else 1
                ax.annotate(
                    fmt.change(factor - 1), (value, row), (5 * side, 0), textcoords="offset points", va="center", color=INK,
                    ha="right" if side < 0 else "left",
                )  # fmt: skip
        ax.set_yticks(data.index, [driver_label(name, fmt) for name in data["driver"]])
        ax.set_xlim(least - room, most + room)
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.xaxis.get_major_locator().set_params(nbins=5)
        ax.set_xlabel(fmt.told(_AXES[business.meant]))
        svg = finish(figure)
    top = data.iloc[-1]
    ends = {edge: fmt.money(top[f"{what}_{edge}"]) for edge in ("low", "high")}
    return Figure(
        svg=svg,
        source=source,
        caption=fmt.say(
            "Each driver alone, at the low and the high end of its {level} range. The line marks the expected result.",
            level=fmt.share(LEVEL),
        ),
        alt=fmt.say(
            "Tornado chart of {n} drivers. The widest bar is that of {driver}: {meant} from {low} to {high}.",
            n=fmt.count(len(data)), driver=driver_name(top["driver"], fmt), meant=meant(business, fmt), **ends,
        ),
        data=_drivers(table, business, source, fmt),
    )  # fmt: skip


def _drivers(table: pd.DataFrame, business: Business, source: str, fmt: Formats) -> Table:
    frame = table.assign(
        label=[driver_label(name, fmt) for name in table["driver"]],
        down=[fmt.change(v) for v in table["factor_low"] - 1], up=[fmt.change(v) for v in table["factor_high"] - 1],
    )  # fmt: skip
    what, title = business.judged, meant_title(business, fmt)
    columns = {
        "label": ("Driver", "text"),
        "down": ("Low end", "text"), f"{what}_low": (fmt.say("{what} at the low end", what=title), "money"),
        "up": ("High end", "text"), f"{what}_high": (fmt.say("{what} at the high end", what=title), "money"),
    }  # fmt: skip
    return Table(frame, "Results at both ends of each driver's range.", source, columns)


def years_figure(outcomes: Outcomes, goal: float | None, source: str, fmt: Formats) -> Figure:
    """Histogram of the revenue of possible years, the range marked, the goal where there is one."""
    revenue = outcomes.revenue
    low, middle, high = outcomes.edges("revenue")
    first, last = np.quantile(revenue, [0.002, 0.998])
    if last - first <= SAME * abs(middle):
        first, last = middle - SAME * abs(middle) - 1, middle + SAME * abs(middle) + 1
    counts, edges = np.histogram(revenue, BINS, (first, last))
    share, centre = counts / len(revenue), (edges[:-1] + edges[1:]) / 2
    inside = (centre >= low) & (centre <= high)
    with canvas(height=2.9) as (figure, ax):
        ax.bar(centre, share, np.diff(edges), color=np.where(inside, FORECAST, BAR))
        ax.axvline(middle, color=INK, linewidth=1.2)
        top = float(share.max()) * 1.28
        ax.annotate(fmt.money(middle), (middle, top * 0.98), (-5, 0), textcoords="offset points", color=INK, va="top", ha="right")
        if goal is not None:
            label = fmt.say("goal {money}", money=fmt.money(goal))
            left = goal < middle  # away from the label of the middle
            ax.axvline(goal, color=FINDING, linestyle="--", linewidth=1.4)
            ax.annotate(
                label, (goal, top * 0.86), (-5 if left else 5, 0), textcoords="offset points", color=FINDING,
                weight="bold", va="top", ha="right" if left else "left",
            )  # fmt: skip
        ax.set_ylim(0, top)
        ax.yaxis.set_visible(False)
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.xaxis.get_major_locator().set_params(nbins=5)
        ax.set_xlabel(fmt.told(_AXES["revenue"]))
        svg = finish(figure)
    return Figure(
        svg=svg,
        source=source,
        caption=fmt.say(
            "Revenue of {n} possible years in which all drivers move together; in full blue: the {level} range.",
            n=fmt.count(len(revenue)), level=fmt.share(LEVEL),
        ),
        alt=fmt.say(
            "Histogram of revenue around {middle}; the range runs from {low} to {high}.",
            middle=fmt.money(middle), low=fmt.money(low), high=fmt.money(high),
        ),
        data=Table(
            pd.DataFrame({"from": edges[:-1], "to": edges[1:], "share": share}), "Possible years by revenue.", source,
            {"from": ("Revenue from", "money"), "to": ("Revenue to", "money"), "share": ("Share of years", "share")},
        ),
    )  # fmt: skip
