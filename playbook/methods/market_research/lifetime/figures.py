"""Lifetime figures: value by segment, forecast against what happened, and how long contracts last."""

import numpy as np
import pandas as pd

from playbook.methods.market_research.lifetime.holdout import Holdout
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
            ax.text(row.high + 0.02 * top, y, f"{fmt.money(row.value)}, {fmt.share(row.share)}", va="center", fontsize=9)
        ax.set(yticks=place, yticklabels=names, xticks=[], xlim=(0, 1.45 * top), ylim=(len(shown) - 0.5, -0.5))
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        svg = finish(figure)
    over = "a year" if years == 1 else f"{fmt.count(years)} years"
    alt = "; ".join(
        f"{r.segment}: {fmt.money(r.value)} ({fmt.money(r.low)} to {fmt.money(r.high)}), {fmt.share(r.share)}"
        for r in shown.itertuples()
    )
    rest = f" The {fmt.count(len(shown))} largest of {fmt.count(len(groups))}." if len(shown) < len(groups) else ""
    columns = {"segment": ("Segment", "text"), "value": ("Value", "money"), "low": ("Low", "money"), "high": ("High", "money")}
    caption = f"Value still to come over {over} by segment; the line is the {fmt.share(LEVEL)} range.{rest}"
    return Figure(svg, caption, source, f"{alt}.", Table(groups, "Value by segment.", source, columns))


def holdout_figure(holdout: Holdout, fmt: Formats, source: str) -> Figure:
    """Forecast with its range and what happened, cumulated since the day on which the forecast was made."""
    course = holdout.course
    last = course.iloc[-1]
    with canvas(height=3.4) as (figure, ax):
        ax.fill_between(course["step"], course["low"], course["high"], color=FORECAST, alpha=0.18, linewidth=0)
        ax.plot(course["step"], course["expected"], color=FORECAST, linestyle="--")
        ax.plot(course["step"], course["actual"], color=HISTORY)
        gap = 0.085 * max(float(course[["high", "actual"]].to_numpy().max()), 1e-9)
        ends = np.array([last["expected"], last["actual"]])
        if abs(ends[0] - ends[1]) < gap:  # labels of lines that end together would cover each other
            ends = ends.mean() + np.array([0.5, -0.5]) * gap * (1 if ends[0] >= ends[1] else -1)
        for word, value, at, colour in zip(
            ("expected", "happened"), (last["expected"], last["actual"]), ends, (FORECAST, HISTORY), strict=True
        ):
            ax.annotate(
                f"{word} {fmt.count(value)}", (last["step"], at), (8, 0), textcoords="offset points", color=colour, va="center",
                bbox=ON_LINES,
            )  # fmt: skip
        ax.set(
            xlabel=f"{holdout.step}s after {fmt.day(holdout.cut)}", ylim=(0, None), xlim=(0, 1.3 * last["step"]),
            xticks=[tick for tick in ax.get_xticks() if 0 <= tick <= last["step"] and tick == int(tick)],
        )  # fmt: skip
        ax.yaxis.set_major_formatter(lambda value, _: fmt.count(value))
        svg = finish(figure)
    caption = (
        f"The test: {holdout.what} of the {fmt.count(holdout.customers)} customers known on {fmt.day(holdout.cut)}, forecast "
        f"with its {fmt.share(LEVEL)} range and as they came about."
    )
    expected = f"{fmt.count(last['expected'])} (range {fmt.count(last['low'])} to {fmt.count(last['high'])})"
    alt = f"By {fmt.day(holdout.end)}, {holdout.words(expected, fmt.count(last['actual']))}."
    columns = {
        "step": (holdout.step.capitalize(), "count"), "expected": ("Expected", "count"), "low": ("Low", "count"),
        "high": ("High", "count"), "actual": ("Happened", "count"),
    }  # fmt: skip
    return Figure(svg, caption, source, alt, Table(course, f"Cumulated {holdout.what}.", source, columns))


def band_figure(holdout: Holdout, fmt: Formats, source: str) -> Figure:
    """Mean purchases after the cut by repeat purchases before it: expected and happened."""
    bands = holdout.bands
    place = np.arange(len(bands))
    with canvas(height=3.2) as (figure, ax):
        ax.bar(place, bands["actual"], color=BAR, width=0.66)
        ax.plot(place, bands["expected"], color=FORECAST, marker="o", markersize=5, linestyle="none")
        top = max(float(bands[["actual", "expected"]].to_numpy().max()), 1e-9)
        ax.text(-0.4, 1.1 * top, "bars: happened", color=HISTORY, va="center", bbox=ON_LINES)
        ax.text(-0.4, 0.99 * top, "dots: expected", color=FORECAST, va="center", bbox=ON_LINES)
        ax.set(
            xticks=place, ylim=(0, 1.2 * top), xlabel=f"repeat purchases until {fmt.day(holdout.cut)}",
            xticklabels=[band.replace(" to ", "–") for band in bands["band"]], ylabel="purchases a customer after it",
        )  # fmt: skip
        svg = finish(figure)
    alt = "; ".join(
        f"{r.band} repeat purchases: {fmt.number(r.expected, 1)} expected, {fmt.number(r.actual, 1)} happened"
        for r in bands.itertuples()
    )
    caption = "The test by kind of customer: purchases a customer made afterwards, by how often it had come back before."
    columns = {
        "band": ("Repeat purchases before", "text"), "customers": ("Customers", "count"), "expected": ("Expected", "number"),
        "actual": ("Happened", "number"),
    }  # fmt: skip
    return Figure(svg, caption, source, f"{alt}.", Table(bands, "Purchases a customer by repeats before.", source, columns))


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
            xlabel="months since the contract began", ylim=(0, 1.04), xlim=(0, end * (1.3 if len(kinds) > 1 else 1.02)),
            xticks=np.arange(0, end + 1, YEAR * max(1, round(end / 96))),
        )  # fmt: skip
        ax.yaxis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        svg = finish(figure)
    caption = f"Share of contracts still running, with the {fmt.share(LEVEL)} range; dashed where a model carries on the data."
    columns = {
        "kind": ("Contracts", "text"), "month": ("Month", "count"), "alive": ("Still running", "share"), "low": ("Low", "share"),
        "high": ("High", "share"),
    }  # fmt: skip
    return Figure(
        svg, caption, source, f"{'; '.join(told)}.", Table(survival, "Contracts still running by month.", source, columns)
    )


def _marks(seen: pd.DataFrame, kind: str, fmt: Formats) -> str:
    years = seen[(seen["month"] % YEAR == 0) & (seen["month"] > 0)]
    chosen = years if len(years) else seen.tail(1)
    return f"{kind}: " + ", ".join(f"{fmt.share(r.alive)} after {fmt.count(r.month)} months" for r in chosen.itertuples())


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
