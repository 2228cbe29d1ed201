"""Demand figure: what happened in grey, what is expected in blue with its range, the goal in rust."""

import pandas as pd

from playbook.methods.market_research.outlook.goal import Goal
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import FINDING, FORECAST, HISTORY, ON_LINES, canvas, finish

__all__ = ["demand_figure"]

HEADROOM = 1.15
EARLY = 6  # months over which the goal's label lies
LABEL_ROOM = 0.15  # of the height: what a line of text needs
SOLE_POINT = 4  # marker size where a line of one point would be invisible


def demand_figure(history: pd.DataFrame, path: pd.DataFrame, goal: Goal | None, fmt: Formats, source: str) -> Figure:
    """Monthly revenue with its forecast; the forecast's line starts at the last known month."""
    joined = pd.concat([history.tail(1).assign(low=lambda f: f["revenue"], high=lambda f: f["revenue"]), path], ignore_index=True)
    monthly = goal.target / goal.months if goal else None
    top = max(history["revenue"].max(), path["high"].max(), monthly or 0) or 1.0
    with canvas(height=3.3) as (figure, ax):
        ax.plot(history["month"], history["revenue"], color=HISTORY)
        ax.fill_between(joined["month"], joined["low"], joined["high"], color=FORECAST, alpha=0.18, linewidth=0)
        ax.plot(joined["month"], joined["revenue"], color=FORECAST, marker="o" if len(path) == 1 else None, markersize=SOLE_POINT)
        first = history["month"].iloc[0]
        quiet = history.loc[history["revenue"].idxmin()]  # below the line where there is room, so that it meets no other label
        shift, side = ((0, -6), "top") if quiet["revenue"] > LABEL_ROOM * top else ((0, 6), "bottom")
        ax.annotate(
            fmt.say("revenue a month"),
            (quiet["month"], quiet["revenue"]),
            shift,
            textcoords="offset points",
            color=HISTORY,
            va=side,
            ha="center",
            bbox=ON_LINES,
        )
        ax.annotate(
            fmt.say("expected, {level} range", level=fmt.share(LEVEL)),
            (path["month"].iloc[-1], path["low"].min()),
            (0, -14),
            textcoords="offset points",
            color=FORECAST,
            ha="right",
            va="top",
            bbox=ON_LINES,
        )
        if goal:
            ax.plot([first, path["month"].iloc[-1]], [monthly, monthly], color=FINDING, linestyle="--", linewidth=1.2)
            words = fmt.say("goal {money}" if goal.months == 1 else "goal, per month {money}", money=fmt.money(monthly))
            above = history["revenue"].head(EARLY).mean() <= monthly  # on the side of the goal where the curve does not begin
            ax.annotate(
                words,
                (first, monthly),
                (0, 4 if above else -4),
                textcoords="offset points",
                color=FINDING,
                va="bottom" if above else "top",
            )
        ax.set_ylim(min(0, history["revenue"].min(), path["low"].min()), HEADROOM * top)
        ax.yaxis.set_major_formatter(lambda value, _: fmt.money(value))
        date_axis(ax, fmt)
        svg = finish(figure)
    last, end = history.iloc[-1], path.iloc[-1]
    alt = fmt.say(
        "Monthly revenue was {last} in {month}; expected in {end}: {expected}, between {low} and {high}.",
        last=fmt.money(last["revenue"]),
        month=fmt.month(last["month"]),
        end=fmt.month(end["month"]),
        expected=fmt.money(end["revenue"]),
        low=fmt.money(end["low"]),
        high=fmt.money(end["high"]),
    )
    if goal:
        alt = fmt.sentences(alt, fmt.say("The goal is {money} a month.", money=fmt.money(monthly)))
    data = pd.concat([history, path], ignore_index=True)
    table = Table(
        data,
        "Revenue by month: known, then expected.",
        source,
        {"month": ("Month", "month"), "revenue": ("Revenue", "money"), "low": ("Low", "money"), "high": ("High", "money")},
    )
    return Figure(svg, "Monthly revenue and what to expect.", source, alt, table)
