"""Voice figures: the net promoter score quarter by quarter, what moves the score, and what customers write about."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, GOOD, HISTORY, canvas, finish

__all__ = ["course_figure", "drivers_figure", "topics_figure"]

MOST_ROWS = 12
LONGEST = 34  # characters of a label, a Chinese one counting twice
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")
_CLEAR = {"shown", "likely"}


def course_figure(course: pd.DataFrame, measure: str, fmt: Formats, source: str) -> Figure:
    """A rating in each three months with its range; ``measure`` is 'Net promoter score' or 'Satisfied customers' (a share)."""
    share = measure != "Net promoter score"
    write = fmt.share if share else lambda value: fmt.number(value, 0)
    places = np.arange(len(course))
    with canvas(height=2.8) as (figure, ax):
        down, up = course["value"] - course["low"], course["high"] - course["value"]
        ax.errorbar(places, course["value"], yerr=[down, up], color=HISTORY, fmt="-", linewidth=1.2, elinewidth=1.2, alpha=0.75)
        ax.plot(places, course["value"], "o", color=HISTORY, markersize=5)
        ax.plot(places[-1:], course["value"].tail(1), "o", color=FINDING, markersize=7)
        for place, row in zip(places, course.itertuples(), strict=True):
            ax.annotate(
                write(row.value), (place, row.high), (0, 4), textcoords="offset points", ha="center",
                color=FINDING if place == places[-1] else HISTORY,
            )  # fmt: skip
        step = int(np.ceil(len(course) / MOST_ROWS))
        shown = places[::-1][::step][::-1]
        ax.set_xticks(shown, [_span(row, fmt) for row in course.iloc[shown].itertuples()])
        ax.set_xlim(-0.5, len(course) - 0.5)
        if not share and course["low"].min() < 0 < course["high"].max():
            ax.axhline(0, color=HISTORY, linewidth=0.8)
        ax.margins(y=0.15)
        ax.locator_params(axis="y", nbins=5)
        ax.yaxis.set_major_formatter(lambda value, _: write(value))
        svg = finish(figure)
    last = course.iloc[-1]
    alt = (
        f"{measure} by three months: {'; '.join(f'to {fmt.month(r.end)} {write(r.value)}' for r in course.itertuples())}; "
        f"the last one lies between {write(last['low'])} and {write(last['high'])}."
    )
    unit = "share" if share else "number"
    columns = {
        "start": ("From", "date"), "end": ("To", "date"), "value": (measure, unit), "low": ("Low", unit), "high": ("High", unit),
        "n": ("Answers", "count"),
    }  # fmt: skip
    caption = f"{measure} in each three months, with the {fmt.share(LEVEL)} range."
    return Figure(svg, caption, source, alt, Table(course, f"{measure} by three months.", source, columns))


def drivers_figure(drivers: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """Points of the score that go with each mention: a dot and its range, complaint in rust, praise in green."""
    rows = drivers.reindex(drivers["gain"].abs().sort_values(ascending=False).index).head(MOST_ROWS)
    rows = rows.sort_values("effect", ignore_index=True)
    places = np.arange(len(rows))
    with canvas(height=1.0 + 0.36 * len(rows)) as (figure, ax):
        for place, row in zip(places, rows.itertuples(), strict=True):
            colour = HISTORY if row.evidence not in _CLEAR else FINDING if row.effect < 0 else GOOD
            ax.plot([row.low, row.high], [place, place], color=colour, linewidth=2.2)
            ax.plot(row.effect, place, "o", color=colour, markersize=7)
            ax.annotate(
                _points(row.effect, fmt), (row.high, place), (8, 0), textcoords="offset points", va="center", color=colour,
                fontsize=9,
            )  # fmt: skip
        ax.axvline(0, color=HISTORY, linewidth=0.8)
        ax.set_yticks(places, _labels(f"{r.label} ({fmt.share(r.share)})" for r in rows.itertuples()))
        ax.invert_yaxis()
        ax.margins(x=0.1, y=0.12)
        ax.set_xlim(right=ax.get_xlim()[1] + 0.06 * np.ptp(ax.get_xlim()))
        ax.grid(True, axis="x")
        ax.grid(False, axis="y")
        ax.locator_params(axis="x", nbins=6)
        ax.xaxis.set_major_formatter(lambda value, _: _points(value, fmt) if value else "0")
        ax.set_xlabel("points of the score")
        svg = finish(figure)
    alt = "; ".join(f"{r.label}: {_points(r.effect, fmt)} points, in {fmt.share(r.share)} of answers" for r in rows.itertuples())
    columns = {
        "label": ("Mentioned", "text"), "mentions": ("Answers", "count"), "share": ("Share of answers", "share"),
        "effect": ("Points of the score", "number"), "low": ("Low", "number"), "high": ("High", "number"),
    }  # fmt: skip
    caption = (
        f"How many points higher or lower customers score who mention a subject, with the {fmt.share(LEVEL)} range; "
        "in brackets the share of answers that mention it."
    )
    return Figure(svg, caption, source, f"{alt}.", Table(rows, "What moves the score.", source, columns))


def topics_figure(topics: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """A bar a subject: its tickets in the last twelve months, and the change of the last three months where it is clear."""
    rows = topics[topics["tickets"] > 0]
    if len(rows) > MOST_ROWS:
        others = rows.iloc[MOST_ROWS - 1 :]
        rest = {
            "topic": f"{fmt.count(len(others))} other subjects",
            "tickets": others["tickets"].sum(),
            "share": others["share"].sum(),
        }
        rows = pd.concat([rows.head(MOST_ROWS - 1), pd.DataFrame([rest])], ignore_index=True)
    rows = rows[["topic", "tickets", "share", "change", "change_evidence"]].reset_index(drop=True)
    clear = rows["change_evidence"].isin(_CLEAR) & rows["change"].notna()
    colours = np.where(clear & (rows["change"] > 0), FINDING, np.where(clear, GOOD, BAR))
    with canvas(height=0.7 + 0.36 * len(rows)) as (figure, ax):
        ax.barh(np.arange(len(rows)), rows["tickets"], color=colours, height=0.66)
        for place, row in enumerate(rows.itertuples()):
            moved = f", last quarter {fmt.change(row.change)}" if clear[place] else ""
            ax.annotate(
                f"{fmt.count(row.tickets)} ({fmt.share(row.share)}){moved}", (row.tickets, place), (5, 0),
                textcoords="offset points", va="center", color=HISTORY, fontsize=9,
            )  # fmt: skip
        ax.set_yticks(np.arange(len(rows)), _labels(rows["topic"]))
        ax.invert_yaxis()
        ax.set(xticks=[], xlim=(0, rows["tickets"].max() * (1.6 if clear.any() else 1.25)))
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        svg = finish(figure)
    alt = "; ".join(f"{r.topic}: {fmt.count(r.tickets)} tickets, {fmt.share(r.share)}" for r in rows.itertuples())
    columns = {"topic": ("Subject", "text"), "tickets": ("Tickets, 12 months", "count"), "share": ("Share of tickets", "share")}
    caption = "What customers wrote about in the last twelve months, by number of tickets."
    return Figure(svg, caption, source, f"{alt}.", Table(rows, "Tickets by subject.", source, columns))


def _span(row, fmt: Formats) -> str:
    """The months of a stretch, short: 'to Oct\\n2026'."""
    from babel.dates import format_skeleton

    return f"to {format_skeleton('MMM', row.end, locale=fmt.locale)}\n{row.end:%Y}"


def _points(value: float, fmt: Formats) -> str:
    return fmt.points(value / 100).removesuffix(" points")  # points of the score, not of percent


def _labels(labels: Iterable[str]) -> list[str]:
    """Labels cut to a readable length, with room in front for the width that Chinese characters really take.

    The font that texts are measured with lacks them and counts each as six tenths of its height.
    """
    shown = []
    for label in labels:
        width, cut = 0, ""
        for letter in label:
            width += 2 if _WIDE.match(letter) else 1
            if width > LONGEST:
                cut = f"{cut.rstrip(' ,、')}…"
                break
            cut += letter
        shown.append(" " * round(1.3 * len(_WIDE.findall(cut))) + cut)
    return shown
