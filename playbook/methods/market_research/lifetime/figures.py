"""Lifetime figures: value by segment, forecast against what happened, and how long contracts last."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.lifetime.holdout import Holdout
from playbook.methods.market_research.lifetime.words import held_caption, horizon, ranged
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, ON_LINES, PALETTE, canvas, finish

__all__ = ["band_figure", "holdout_figure", "survival_figure", "value_figure"]

MOST = 10  # groups shown; the table holds all
LONGEST = 26  # letters of a name in a chart
YEAR = 12


def value_figure(groups: pd.DataFrame, years: int, fmt: Formats, source: str) -> Figure:
    """A bar a segment: value still to come, with its range."""
    shown = groups.head(MOST)
    place, names = np.arange(len(shown)), [_short(name) for name in shown["segment"]]
    top = max(float(shown["high"].max()), 1e-9)
    with canvas(height=0.8 + 0.46 * len(shown)) as (figure, ax):
        ax.barh(place, shown["value"], color=BAR, height=0.62)
        ax.hlines(place, shown["low"], shown["high"], color=FINDING, linewidth=1.6)
        for end in ("low", "high"):
            ax.vlines(shown[end], place - 0.12, place + 0.12, color=FINDING, linewidth=1.6)
        for y, row in zip(place, shown.itertuples(), strict=True):
            text = fmt.say("{value}, {share}", value=fmt.money(row.value), share=fmt.share(row.share))
            ax.text(row.high + 0.02 * top, y, text, va="center", fontsize=9)
        ax.set(yticks=place, yticklabels=names, xticks=[], xlim=(0, 1.45 * top), ylim=(len(shown) - 0.5, -0.5))
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        svg = finish(figure)
    alt = fmt.sentences(
        *(
            fmt.say(
                "{segment}: {value} ({low} to {high}), {share} of all.",
                segment=r.segment, value=fmt.money(r.value), low=fmt.money(r.low), high=fmt.money(r.high),
                share=fmt.share(r.share),
            )
            for r in shown.itertuples()
        )
    )  # fmt: skip
    caption = fmt.say(
        "Value still to come over {over} by segment; the line is the {level} range.",
        over=horizon(years, fmt), level=fmt.share(LEVEL),
    )  # fmt: skip
    if len(shown) < len(groups):
        largest = fmt.say("The {n} largest of {all} segments.", n=fmt.count(len(shown)), all=fmt.count(len(groups)))
        caption = fmt.sentences(caption, largest)
    columns = {
        "segment": ("Segment", "text"),
        "value": ("Value to come", "money"),
        "low": ("Low", "money"),
        "high": ("High", "money"),
    }
    return Figure(svg, caption, source, alt, Table(groups, "Value by segment.", source, columns))


def holdout_figure(holdout: Holdout, fmt: Formats, source: str) -> Figure:
    """Forecast with its range and what happened, cumulated since the day on which the forecast was made."""
    course = holdout.course
    last, weekly = course.iloc[-1], holdout.step == "week"
    with canvas(height=3.4) as (figure, ax):
        ax.fill_between(course["step"], course["low"], course["high"], color=FORECAST, alpha=0.18, linewidth=0)
        ax.plot(course["step"], course["expected"], color=FORECAST, linestyle="--")
        ax.plot(course["step"], course["actual"], color=HISTORY)
        gap = 0.085 * max(float(course[["high", "actual"]].to_numpy().max()), 1e-9)
        ends = np.array([last["expected"], last["actual"]])
        if abs(ends[0] - ends[1]) < gap:  # labels of lines that end together would cover each other
            ends = ends.mean() + np.array([0.5, -0.5]) * gap * (1 if ends[0] >= ends[1] else -1)
        words = (
            fmt.say("expected {n}", n=fmt.count(last["expected"])), fmt.say("actual {n}", n=fmt.count(last["actual"]))
        )  # fmt: skip
        for word, at, colour in zip(words, ends, (FORECAST, HISTORY), strict=True):
            ax.annotate(word, (last["step"], at), (8, 0), textcoords="offset points", color=colour, va="center", bbox=ON_LINES)
        cut = fmt.day(holdout.cut)
        after = fmt.say("weeks after {day}", day=cut) if weekly else fmt.say("months after {day}", day=cut)
        ax.set(
            xlabel=after, ylim=(0, None), xlim=(0, 1.3 * last["step"]),
            xticks=[tick for tick in ax.get_xticks() if 0 <= tick <= last["step"] and tick == int(tick)],
        )  # fmt: skip
        ax.yaxis.set_major_formatter(lambda value, _: fmt.count(value))
        svg = finish(figure)
    columns = {
        "step": ("Week" if weekly else "Month", "count"), "expected": ("Expected", "count"), "low": ("Low", "count"),
        "high": ("High", "count"), "actual": ("Actual", "count"),
    }  # fmt: skip
    behind = Table(
        course,
        "Purchases, added up week by week." if weekly else "Contracts that ended, added up month by month.",
        source,
        columns,
    )
    return Figure(svg, held_caption(holdout, fmt.share(LEVEL), fmt), source, _held_alt(holdout, fmt), behind)


def _held_alt(holdout: Holdout, fmt: Formats) -> str:
    last = holdout.course.iloc[-1]
    values = {
        "end": fmt.day(holdout.end), "expected": fmt.count(last["expected"]), "low": fmt.count(last["low"]),
        "high": fmt.count(last["high"]), "actual": fmt.count(last["actual"]),
    }  # fmt: skip
    if holdout.step == "month":
        return fmt.say("Contracts that ended by {end}: {expected} expected (range {low} to {high}), {actual} actual.", **values)
    return fmt.say("Purchases up to {end}: {expected} expected (range {low} to {high}), {actual} actual.", **values)


def band_figure(holdout: Holdout, fmt: Formats, source: str) -> Figure:
    """Mean purchases after the cut by repeat purchases before it: expected and happened."""
    bands = holdout.bands.assign(band=ranged(holdout, fmt))
    place = np.arange(len(bands))
    with canvas(height=3.2) as (figure, ax):
        ax.bar(place, bands["actual"], color=BAR, width=0.66)
        ax.plot(place, bands["expected"], color=FORECAST, marker="o", markersize=5, linestyle="none")
        top = max(float(bands[["actual", "expected"]].to_numpy().max()), 1e-9)
        ax.text(-0.4, 1.1 * top, fmt.say("bars: actual"), color=HISTORY, va="center", bbox=ON_LINES)
        ax.text(-0.4, 0.99 * top, fmt.say("dots: expected"), color=FORECAST, va="center", bbox=ON_LINES)
        ax.set(
            xticks=place, ylim=(0, 1.2 * top), xlabel=fmt.say("repeat purchases until {day}", day=fmt.day(holdout.cut)),
            xticklabels=[f"{r.fewest}" if r.fewest == r.most else f"{r.fewest}–{r.most}" for r in bands.itertuples()],
            ylabel=fmt.say("purchases a customer after it"),
        )  # fmt: skip
        svg = finish(figure)
    alt = fmt.sentences(
        *(
            fmt.say(
                "With {band} repeat purchases before: {expected} expected, {actual} actual.",
                band=r.band, expected=fmt.number(r.expected, 1), actual=fmt.number(r.actual, 1),
            )
            for r in bands.itertuples()
        )
    )  # fmt: skip
    caption = mark("The test by kind of customer: purchases a customer made afterwards, by how often it had come back before.")
    columns = {
        "band": ("Repeat purchases before", "text"), "customers": ("Customers", "count"), "expected": ("Expected", "number"),
        "actual": ("Actual", "number"),
    }  # fmt: skip
    return Figure(svg, caption, source, alt, Table(bands, "Purchases a customer by repeats before.", source, columns))


def survival_figure(survival: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """The share of contracts still running by month: as seen with its range, and dashed beyond the data."""
    kinds = list(dict.fromkeys(survival["kind"]))
    kinds = kinds[1:] if len(kinds) > 1 else kinds  # the kinds tell what the curve of all would blur
    colours = (FORECAST,) if len(kinds) == 1 else PALETTE
    last = int(survival.loc[survival["seen"], "month"].max())
    end = min(last + YEAR, int(survival["month"].max()))
    told, labels = [], []
    with canvas(height=3.6) as (figure, ax):
        for kind, colour in zip(kinds, colours, strict=False):
            rows = survival[(survival["kind"] == kind) & (survival["month"] <= end)]
            seen = rows[rows["seen"]]
            ax.fill_between(seen["month"], seen["low"], seen["high"], color=colour, alpha=0.16, linewidth=0, step="post")
            ax.step(seen["month"], seen["alive"], color=colour, where="post")
            beyond = rows[rows["month"] >= seen["month"].iloc[-1]]
            ax.plot(beyond["month"], beyond["alive"], color=colour, linestyle="--")
            labels.append((float(rows["alive"].iloc[-1]), _short(kind) if len(kinds) > 1 else "", colour))
            told.append(_marks(seen, kind, fmt))
        for height, (_, word, colour) in zip(_apart([label[0] for label in labels]), labels, strict=True):
            ax.annotate(word, (end, height), (6, 0), textcoords="offset points", color=colour, va="center", fontsize=9)
        ax.set(
            xlabel=fmt.say("months since the contract began"), ylim=(0, 1.04), xlim=(0, end * (1.3 if len(kinds) > 1 else 1.02)),
            xticks=np.arange(0, end + 1, YEAR * max(1, round(end / 96))),
        )  # fmt: skip
        ax.yaxis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        svg = finish(figure)
    caption = fmt.say(
        "Share of contracts still running, with the {level} range; dashed where a model carries on the data.",
        level=fmt.share(LEVEL),
    )
    columns = {
        "kind": ("Contracts", "text"), "month": ("Month", "count"), "alive": ("Still running", "share"), "low": ("Low", "share"),
        "high": ("High", "share"),
    }  # fmt: skip
    return Figure(
        svg, caption, source, fmt.sentences(*told), Table(survival, "Contracts still running by month.", source, columns)
    )


def _marks(seen: pd.DataFrame, kind: str, fmt: Formats) -> str:
    years = seen[(seen["month"] % YEAR == 0) & (seen["month"] > 0)]
    chosen = years if len(years) else seen.tail(1)
    marks = (
        fmt.say_n("{share} after {n} month", "{share} after {n} months", r.month, share=fmt.share(r.alive))
        for r in chosen.itertuples()
    )
    return fmt.say("{kind}: {marks}.", kind=kind, marks=fmt.listed(marks))


def _apart(heights: list[float], gap: float = 0.065) -> np.ndarray:
    """Heights moved apart so that labels do not cover each other, in their order."""
    order = np.argsort(heights, kind="stable")
    moved = np.array(heights, dtype=float)
    for low, high in zip(order, order[1:], strict=False):
        moved[high] = max(moved[high], moved[low] + gap)
    return moved


def _short(name: object) -> str:
    text = str(name)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
