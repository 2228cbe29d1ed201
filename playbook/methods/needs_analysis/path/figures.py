"""Funnel figures: who reaches each step, the weakest step by group, and the time at each step."""

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.path.leaks import Path
from playbook.methods.needs_analysis.path.splits import Split
from playbook.methods.needs_analysis.path.words import BY, cases_word, duration, path_source, span, step_words
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["path_figure", "split_figure", "times_figure"]

MOST_BARS = 8
MOST_GROUPS = 12
LONG_BAR = 0.65
LONGEST_NAME = 28  # characters of a label
_SECONDS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200)
_TICKS = np.array([s / 86_400 for s in _SECONDS] + [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000])  # in days


def path_figure(path: Path, leak: str | None, fmt: Formats) -> Figure:
    """Bars: the share of cases that reach each step, the weakest marked."""
    stages = path.stages.assign(share=path.stages["reached"] / path.cases)
    if len(stages) > MOST_BARS:  # first, last, the weakest step, and those where most are lost
        lost = (stages["came"] - stages["reached"]).where(stages["step"] != leak, np.inf)
        lost = lost.iloc[1:-1].nlargest(MOST_BARS - 2).index
        stages = stages.loc[[stages.index[0], *sorted(lost), stages.index[-1]]]
    names = step_words(stages["step"], path, fmt)
    labels = [f"{fmt.share(s.share)}  ·  {fmt.count(s.reached)}" for s in stages.itertuples()]
    colours = [FINDING if step == leak else BAR for step in stages["step"]]
    long = (stages["share"] > LONG_BAR) & (stages["step"] == leak)  # its two labels need room beside it
    end = 1.65 if long.any() else 1.25
    with canvas(height=0.5 + 0.46 * len(stages)) as (figure, ax):
        ax.barh(range(len(stages)), stages["share"], color=colours, height=0.62)
        for place, (stage, label) in enumerate(zip(stages.itertuples(), labels, strict=True)):
            told = ax.annotate(label, (stage.share, place), xytext=(5, 0), textcoords="offset points", va="center")
            if stage.step == leak:
                lost = fmt.say("{share} lost here", share=fmt.share(1 - stage.conversion))
                ax.annotate(
                    lost, (1, 0.5), xycoords=told, xytext=(12, 0), textcoords="offset points", va="center", color=FINDING,
                    weight="bold",
                )  # fmt: skip
        ax.set_yticks(range(len(stages)), [_short(step) for step in names])
        ax.invert_yaxis()
        ax.set_xlim(0, end)
        ax.set_xticks([])
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="y", colors=HISTORY)
        svg = finish(figure)
    told = (
        fmt.say("{label}: {value} ({n})", label=name, value=fmt.share(s.share), n=fmt.count(s.reached))
        for name, s in zip(names, stages.itertuples(), strict=True)
    )
    alt = fmt.say("Bars: {parts}.", parts=fmt.listed(told))
    if leak:
        worst = step_words([leak], path, fmt)[0]
        alt = fmt.sentences(alt, fmt.say("The smallest share goes on to '{step}'.", step=worst))
    caption = fmt.say("Share of {cases} that reach each step", cases=cases_word(path, fmt))
    data = Table(
        stages[["step", "reached", "share"]].assign(step=names), caption, path_source(path, fmt),
        {"step": ("Step", "text"), "reached": ("Reached the step", "count"), "share": ("Share of all", "share")},
    )  # fmt: skip
    return Figure(svg, caption, path_source(path, fmt), alt, data)


def split_figure(splits: tuple[Split, ...], path: Path, fmt: Formats) -> Figure | None:
    """Dots with ranges: the weakest step by the groups that differ most; none where they differ by no more than chance."""
    if not splits or splits[0].evidence == "indicative":
        return None
    split = splits[0]
    groups = split.groups
    if len(groups) > MOST_GROUPS:  # those with the most cases
        groups = groups.loc[sorted(groups["came"].sort_values(ascending=False, kind="stable").index[:MOST_GROUPS])]
    mean = split.groups["reached"].sum() / split.groups["came"].sum()
    apart = [FINDING if d != "indicative" and not b else FORECAST if d != "indicative" else HISTORY
             for d, b in zip(groups["difference"], groups["better"], strict=True)]  # fmt: skip
    with canvas(height=0.9 + 0.36 * len(groups), grid="x") as (figure, ax):
        rows = range(len(groups))
        ax.hlines(rows, groups["low"], groups["high"], colors=apart, linewidth=2.2)
        ax.scatter(groups["expected"], rows, color=apart, s=34, zorder=3)
        for row, (share, colour) in enumerate(zip(groups["expected"], apart, strict=True)):
            ax.annotate(fmt.share(share), (1.01, row), xycoords=("axes fraction", "data"), va="center", color=colour)
        ax.vlines(mean, -0.55, len(groups) - 0.4, color=HISTORY, linewidth=1, linestyle=(0, (4, 3)))
        ax.annotate(fmt.say("all: {share}", share=fmt.share(mean)), (mean, -0.85), ha="center", color=HISTORY)
        ax.set_yticks(rows, [_short(group) for group in groups["group"]])
        ax.set_ylim(len(groups) - 0.4, -1.2)
        ax.margins(x=0.05)
        ax.xaxis.set_major_formatter(lambda v, _: fmt.share(v, 0))
        ax.locator_params(axis="x", nbins=5)
        ax.tick_params(axis="y", colors=INK)
        svg = finish(figure)
    told = (
        fmt.say("{label}: {value} ({range})", label=g.group, value=fmt.share(g.expected), range=_shares(g.low, g.high, fmt))
        for g in groups.itertuples()
    )
    values = {"by": fmt.told(split.by), "cases": cases_word(path, fmt), "step": split.step}
    if path.case == "opportunities":
        shown = fmt.say("Share of closed opportunities won, by {by}", **values)
    else:
        shown = fmt.say("Share of {cases} that go on to '{step}', by {by}", **values)
    caption = fmt.say(
        "{what}, with range; blue is better and rust worse than the others by more than chance, grey is neither.", what=shown
    )
    data = Table(
        groups[["group", "came", "expected", "low", "high"]], shown, path_source(path, fmt),
        {"group": BY[split.by], "came": ("Cases at the step", "count"), "expected": ("Share", "share"),
         "low": ("Range from", "share"), "high": ("Range to", "share")},
    )  # fmt: skip
    return Figure(svg, caption, path_source(path, fmt), fmt.say("Dots: {parts}.", parts=fmt.listed(told)), data)


def _shares(low: float, high: float, fmt: Formats) -> str:
    return span(fmt.share(low), fmt.share(high), fmt)


def times_figure(times: pd.DataFrame, path: Path, fmt: Formats) -> Figure | None:
    """Dots with lines: median time at each step, and the middle half of those that move on; none for a single step."""
    shown = times[times["upper"] > 0].head(MOST_GROUPS).reset_index(drop=True)
    if len(shown) < 2:
        return None
    floor = shown.loc[shown["median"] > 0, "median"].min()
    floor = (floor if pd.notna(floor) else shown["upper"].min()) / 10
    low, middle = shown["quartile"].clip(lower=floor), shown["median"].clip(lower=floor)
    slowest = shown["median"].idxmax()
    colours = [FINDING if k == slowest else FORECAST if on else HISTORY for k, on in enumerate(shown["on_path"])]
    with canvas(height=0.9 + 0.36 * len(shown), grid="x") as (figure, ax):
        rows = range(len(shown))
        ax.set_xscale("log")
        ax.hlines(rows, low, shown["upper"], colors=colours, linewidth=2.2)
        ax.scatter(middle, rows, color=colours, s=34, zorder=3)
        for row, step in shown.iterrows():
            ax.annotate(duration(step["median"], fmt), (step["upper"], row), xytext=(7, 0), textcoords="offset points",
                        va="center", color=colours[row])  # fmt: skip
        ax.set_yticks(rows, [_short(step) for step in shown["step"]])
        ax.set_ylim(len(shown) - 0.4, -0.6)
        left, right = float(low.min()) / 1.3, float(shown["upper"].max()) * (shown["upper"].max() / low.min()) ** 0.25 * 1.2
        ax.set_xlim(left, right)
        ticks = _TICKS[(left <= _TICKS) & (right >= _TICKS)]
        ticks = ticks[:: max(1, -(-len(ticks) // 5))]
        ax.set_xticks(ticks, [duration(t, fmt) for t in ticks])
        ax.minorticks_off()
        ax.tick_params(axis="y", colors=INK)
        svg = finish(figure)
    caption = fmt.say(
        "Time at each step of those that move on: median (dot) and the middle half of them (line), the slowest step in rust; "
        "each mark on the scale is several times the one before."
    )
    told = (
        fmt.say(
            "{label}: {value} ({range})", label=t.step, value=duration(t.median, fmt),
            range=span(duration(t.quartile, fmt), duration(t.upper, fmt), fmt),
        )
        for t in shown.itertuples()
    )  # fmt: skip
    words = shown.assign(**{name: [duration(d, fmt) for d in shown[name]] for name in ("quartile", "median", "upper")})
    data = Table(
        words, "Time at each step", path_source(path, fmt),
        {"step": ("Step", "text"), "quartile": ("A quarter within", "text"), "median": ("Half within", "text"),
         "upper": ("Three quarters within", "text")},
    )  # fmt: skip
    return Figure(svg, caption, path_source(path, fmt), fmt.say("Dots: {parts}.", parts=fmt.listed(told)), data)


def _short(name: object) -> str:
    text = str(name)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
