"""Market figures: the market's course and the client's, and the share of each product group a year apart."""

from textwrap import shorten

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.share.course import ALL, Course, year_sums
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import Formats
from playbook.result.theme import BAR, FINDING, HISTORY, ON_LINES, PAPER, canvas, finish

__all__ = ["index_figure", "share_figure"]

MOST, WIDEST = 12, 30  # groups drawn; letters of a name
WHOLE = 0.04  # share from which the axis counts whole percents
SOURCE = mark("market table, orders")
CAPTIONS = {  # by periods a year
    12: mark("Market and own sales of the twelve months up to each month; the first such year is 100."),
    4: mark("Market and own sales of the twelve months up to each quarter; the first such year is 100."),
    1: mark("Market and own sales of each year; the first one is 100."),
}


def index_figure(course: Course, fmt: Formats) -> Figure | None:
    """Sales of a year up to each period, market and client, the first year as 100; None with less than two such years to draw."""
    totals = course.totals
    if totals["own"].isna().any() or len(totals) <= course.a_year:
        return None
    ends = totals["period"].iloc[course.a_year - 1 :] + pd.DateOffset(months=12 // course.a_year) - pd.Timedelta(days=1)
    frame = pd.DataFrame({"until": ends.to_numpy()})
    for name in ("size", "own"):
        sums = year_sums(totals[name].to_numpy(dtype=float), course.a_year)
        if sums[0] <= 0:
            return None
        frame[name] = 100 * sums / sums[0]
    with canvas(height=3.0) as (figure, ax):
        last = frame.iloc[-1]
        gap = 0.06 * max(float(np.ptp(frame[["size", "own"]].to_numpy())), 1.0)
        lift = 0.0 if abs(last["own"] - last["size"]) > gap else gap  # two labels never lie on one another
        sides = (("size", HISTORY, fmt.say("market {n}", n=fmt.number(last["size"], 0)), -1),
                 ("own", FINDING, fmt.say("own sales {n}", n=fmt.number(last["own"], 0)), 1))  # fmt: skip
        for name, colour, words, side in sides:
            up = lift * (side if last["own"] >= last["size"] else -side)
            ax.plot(frame["until"], frame[name], color=colour, marker="o", markersize=3.5)
            ax.annotate(
                words, (last["until"], last[name] + up), (8, 0), textcoords="offset points",
                color=colour, va="center", bbox=ON_LINES,
            )  # fmt: skip
        ax.axhline(100, color=HISTORY, linewidth=0.8, linestyle=":")
        ax.set(xlim=(frame["until"].iloc[0], last["until"] + 0.22 * (last["until"] - frame["until"].iloc[0])))
        date_axis(ax, fmt, at=frame["until"])
        svg = finish(figure)
    alt = fmt.say(
        "Sales of a year, first year 100: by {month} the market stands at {size}, own sales at {own}.",
        month=fmt.month(last["until"]),
        size=fmt.number(last["size"], 0),
        own=fmt.number(last["own"], 0),
    )
    columns = {"until": ("Year to", "month"), "size": ("Market", "number"), "own": ("Own sales", "number")}
    return Figure(svg, CAPTIONS[course.a_year], SOURCE, alt, Table(frame, "Sales of a year, first year 100.", SOURCE, columns))


def share_figure(groups: pd.DataFrame, fmt: Formats) -> Figure | None:
    """Share of each group a year before (ring) and now (dot), the largest markets first; None when no share is known twice."""
    known = groups[(groups["category"] != ALL) & groups["points"].notna()]
    if known.empty:
        return None
    frame = known.nlargest(MOST, "size").reset_index(drop=True)
    places = np.arange(len(frame))
    with canvas(height=1.0 + 0.36 * len(frame)) as (figure, ax):
        ax.hlines(places, frame["share_before"], frame["share"], color=BAR, linewidth=3)
        ax.plot(frame["share_before"], places, "o", markerfacecolor=PAPER, markeredgecolor=HISTORY, markersize=7)
        colours = [FINDING if points < 0 else HISTORY for points in frame["points"]]
        ax.scatter(frame["share"], places, color=colours, s=48, zorder=3)
        for place, row in zip(places, frame.itertuples(), strict=True):
            text = fmt.say("{value} ({change})", value=fmt.share(row.share), change=fmt.points(row.points))
            at = max(row.share, row.share_before)
            ax.annotate(text, (at, place), (9, 0), textcoords="offset points", va="center", fontsize=9)
        shares = frame[["share", "share_before"]].to_numpy(dtype=float)
        right = 1.35 * max(float(shares.max()), 1e-9)
        ax.set(yticks=places, ylim=(len(frame) - 0.5, -0.5), xlim=(1.1 * min(float(shares.min()), 0.0), right))
        ax.set_yticklabels([shorten(str(name), WIDEST, placeholder="…") for name in frame["category"]])
        ax.locator_params(axis="x", nbins=6)
        ax.xaxis.set_major_formatter(lambda value, _: fmt.share(value, 0 if right > WHOLE else 1))
        ax.grid(False)
        svg = finish(figure)
    groups_told = fmt.listed(
        fmt.say("{group} from {before} to {now}", group=r.category, before=fmt.share(r.share_before), now=fmt.share(r.share))
        for r in frame.itertuples()
    )
    alt = fmt.say("Share of the market, a year before and now: {groups}.", groups=groups_told)
    columns = {
        "category": ("Product group", "text"), "share_before": ("Share a year before", "share"), "share": ("Share now", "share"),
        "points": ("Change", "points"),
    }  # fmt: skip
    caption = mark(
        "Share of the market by product group: a year before (ring) and now (dot, rust where it fell), the largest markets first."
    )
    return Figure(svg, caption, SOURCE, alt, Table(frame, "Shares a year apart.", SOURCE, columns))
