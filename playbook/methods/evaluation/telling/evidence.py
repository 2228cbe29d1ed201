"""Evidence charts: the difference week by week around the start, and the gap of the treated regions among those of all others."""

import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import MaxNLocator

from playbook.methods.evaluation.measuring.effect import Effect
from playbook.result.contract import Figure, Table
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
        for text, place, side in (("before", -0.8, "right"), ("since the start", -0.2, "left")):
            ax.annotate(text, (place, top), ha=side, va="top", color=FINDING if side == "left" else HISTORY, bbox=ON_LINES)
        ax.set_ylim(top=top)
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        ax.xaxis.set_major_formatter(lambda v, _: fmt.number(v, 0))
        ax.yaxis.set_major_formatter(lambda v, _: fmt.money(v))
        ax.set_xlabel("weeks since the start")
        svg = finish(figure)
    columns = {
        "time": ("Weeks since the start", "number"),
        "effect": ("Difference a customer and week", "unit_money"),
        "low": ("from", "unit_money"),
        "high": ("to", "unit_money"),
    }
    crossing = int((frame.loc[~since, "low"].le(0) & frame.loc[~since, "high"].ge(0)).sum())
    caption = (
        f"{effect.label}: revenue per customer and week above that of the others, against the mean of the weeks before. "
        "Before the start the points should lie around zero."
    )
    alt = (
        f"{effect.label}: before the start {fmt.count(crossing)} of {fmt.count((~since).sum())} weekly ranges hold zero; since "
        f"then the difference is {fmt.money(frame.loc[since, 'effect'].mean())} on average. Lines hold {fmt.share(LEVEL)}."
    )
    return Figure(svg, caption, source, alt, Table(frame, f"{effect.label}: difference by week", source, columns))


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
            "start", (pd.Timestamp(effect.start), 1), (-4, 0), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="right", va="top", color=HISTORY, bbox=ON_LINES,
        )  # fmt: skip
        last = frame.iloc[-1]
        ax.annotate(
            "rolled out", (last["week"], last[treated]), (6, 0), textcoords="offset points", va="center", color=FINDING,
            annotation_clip=False,
        )  # fmt: skip
        ax.yaxis.set_major_formatter(lambda v, _: fmt.change(v) if abs(v) > 1e-9 else "0%")
        ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=6))
        ax.xaxis.set_major_formatter(ConciseDateFormatter(ax.xaxis.get_major_locator(), show_offset=False))
        svg = finish(figure)
    columns = {"week": ("Week from", "date")} | {c: (str(c).capitalize(), "share") for c in (treated, *others)}
    caption = (
        f"{effect.label}: revenue above a mix of other regions, as a share of the level before, "
        f"{'by four weeks' if together > 1 else 'by week'}: where it was rolled out (rust), and the same for each region where "
        "nothing was done (pale)."
    )
    rank = "the largest" if effect.rank == 1 else f"number {fmt.count(effect.rank)}"
    alt = f"{effect.label}: beside its error before the start, its gap is {rank} of {fmt.count(effect.of)}."
    return Figure(svg, caption, source, alt, Table(frame, f"{effect.label}: gaps to the mix of other regions", source, columns))
