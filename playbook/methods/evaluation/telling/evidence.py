"""Evidence charts: the difference week by week around the start, and the gap of the treated regions among those of all others."""

import pandas as pd
from matplotlib.ticker import MaxNLocator

from playbook.methods.evaluation.measuring.effect import Effect
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_axis
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, HISTORY, INK, ON_LINES, canvas, finish

__all__ = ["gaps_chart", "weekly_chart"]

WEEKS_SHOWN = 52
BLOCK = 4  # weeks


def weekly_chart(effect: Effect, fmt: Formats, source: str) -> Figure:
    """Event study: difference between those who got it and the others, week by week, with its range; grey before the start."""
    frame = effect.by_week
    since = frame["time"] >= 0
    with canvas(height=3.2) as (figure, ax):
        for part, colour in ((frame[~since], HISTORY), (frame[since], FINDING)):
            ax.vlines(part["time"], part["low"], part["high"], color=colour, linewidth=2.5, alpha=0.5)
            ax.plot(part["time"], part["effect"], "o", color=colour, markersize=4.5)
        ax.axhline(0, color=INK, linewidth=1)
        ax.axvline(-0.5, color=HISTORY, linewidth=1, linestyle=(0, (4, 3)))
        top = frame["high"].max() + 0.16 * (frame["high"].max() - frame["low"].min())
        for text, place, side in ((fmt.say("before"), -0.8, "right"), (fmt.say("since the start"), -0.2, "left")):
            ax.annotate(text, (place, top), ha=side, va="top", color=FINDING if side == "left" else HISTORY, bbox=ON_LINES)
        ax.set_ylim(top=top)
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        ax.xaxis.set_major_formatter(lambda v, _: fmt.number(v, 0))
        ax.yaxis.set_major_formatter(lambda v, _: fmt.money(v))
        ax.set_xlabel(fmt.say("weeks since the start"))
        svg = finish(figure)
    columns = {
        "time": ("Weeks since the start", "number"),
        "effect": ("Difference a customer and week", "unit_money"),
        "low": ("from", "unit_money"),
        "high": ("to", "unit_money"),
    }
    crossing = int((frame.loc[~since, "low"].le(0) & frame.loc[~since, "high"].ge(0)).sum())
    caption = fmt.say(
        "{label}: revenue per customer and week above that of the others, against the mean of the weeks before. Before the start "
        "the points should lie around zero.",
        label=effect.label,
    )
    alt = fmt.say(
        "{label}: before the start {crossing} of {all} weekly ranges hold zero; since then the difference is {mean} on average. "
        "Lines hold {level}.",
        label=effect.label,
        crossing=fmt.count(crossing),
        all=fmt.count((~since).sum()),
        mean=fmt.money(frame.loc[since, "effect"].mean()),
        level=fmt.share(LEVEL),
    )
    data = Table(frame, fmt.say("{label}: difference by week", label=effect.label), source, columns)
    return Figure(svg, caption, source, alt, data)


def gaps_chart(effect: Effect, fmt: Formats, source: str) -> Figure:
    """Placebo chart: gap to the mix of others of the treated regions (rust) and of each other region (pale).

    Where there are enough weeks since the start, means of four weeks are drawn: single weeks of a region scatter too much to see.
    """
    frame = effect.gaps.tail(WEEKS_SHOWN).reset_index(drop=True)
    first = frame["week"].ge(pd.Timestamp(effect.start)).idxmax()
    together = BLOCK if len(frame) - first >= 2 * BLOCK else 1
    place = (frame.index - first) // together
    blocks = frame.groupby(place)
    frame = blocks.mean().assign(week=blocks["week"].min())[blocks.size() == together].reset_index(drop=True)
    treated, *others = [c for c in frame.columns if c != "week"]
    with canvas(height=3.2) as (figure, ax):
        for region in others:
            ax.plot(frame["week"], frame[region], color=BAR, linewidth=0.9)
        ax.plot(frame["week"], frame[treated], color=FINDING, linewidth=2.2)
        ax.axhline(0, color=INK, linewidth=1)
        ax.axvline(pd.Timestamp(effect.start), color=HISTORY, linewidth=1, linestyle=(0, (4, 3)))
        ax.annotate(
            fmt.say("start"), (pd.Timestamp(effect.start), 1), (-4, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="right", va="top", color=HISTORY, bbox=ON_LINES,
        )  # fmt: skip
        last = frame.iloc[-1]
        ax.annotate(
            fmt.say("rolled out"), (last["week"], last[treated]), (6, 0), textcoords="offset points", va="center", color=FINDING,
            annotation_clip=False,
        )  # fmt: skip
        ax.yaxis.set_major_formatter(lambda v, _: fmt.change(v) if abs(v) > 1e-9 else "0%")
        date_axis(ax, fmt)
        svg = finish(figure)
    columns = {"week": ("Week from", "date"), treated: ("Where it was rolled out", "share")}
    columns |= {region: (str(region), "share") for region in others}
    caption = fmt.say(
        "{label}: revenue above a mix of other regions, as a share of the level before, by four weeks: where it was rolled out "
        "(rust), and the same for each region where nothing was done (pale)."
        if together > 1
        else "{label}: revenue above a mix of other regions, as a share of the level before, by week: where it was rolled out "
        "(rust), and the same for each region where nothing was done (pale).",
        label=effect.label,
    )
    alt = fmt.say(
        "{label}: beside its error before the start, its gap is the largest of {all}."
        if effect.rank == 1
        else "{label}: beside its error before the start, its gap is number {rank} of {all}.",
        label=effect.label,
        rank=fmt.count(effect.rank),
        all=fmt.count(effect.of),
    )
    data = Table(frame, fmt.say("{label}: gaps to the mix of other regions", label=effect.label), source, columns)
    return Figure(svg, caption, source, alt, data)
