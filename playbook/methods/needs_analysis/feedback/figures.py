"""Voice figures: the net promoter score quarter by quarter, what moves the score, and what customers write about."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.feedback.heard import CLEAR, signed, subject_words
from playbook.result.contract import Figure, Table
from playbook.result.date_axis import date_marks
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, GOOD, HISTORY, canvas, finish

NPS, CSAT = mark("Net promoter score"), mark("Satisfied customers")
__all__ = ["CSAT", "NPS", "course_figure", "drivers_figure", "topics_figure"]

MOST_ROWS = 12
TO_TENTHS = {"value": 1, "low": 1, "high": 1}  # what a score is told to
LONGEST = 34  # characters of a label, a Chinese one counting twice
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")


def course_figure(course: pd.DataFrame, measure: str, fmt: Formats, source: str) -> Figure:
    """A rating in each three months with its range; ``measure`` is ``NPS`` or ``CSAT`` (a share)."""
    share, measure = measure == CSAT, fmt.told(measure)
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
        ends = date_marks(pd.DatetimeIndex(course["end"].iloc[shown]), fmt)
        ax.set_xticks(shown, [fmt.say("to {month}", month=end) for end in ends])
        ax.set_xlim(-0.5, len(course) - 0.5)
        if not share and course["low"].min() < 0 < course["high"].max():
            ax.axhline(0, color=HISTORY, linewidth=0.8)
        ax.margins(y=0.15)
        ax.locator_params(axis="y", nbins=5)
        ax.yaxis.set_major_formatter(lambda value, _: write(value))
        svg = finish(figure)
    last = course.iloc[-1]
    points = (fmt.say("{value} to {month}", value=write(r.value), month=fmt.month(r.end)) for r in course.itertuples())
    alt = fmt.say(
        "{measure} by three months: {points}; the last one lies between {low} and {high}.",
        measure=measure, points=fmt.listed(points), low=write(last["low"]), high=write(last["high"]),
    )  # fmt: skip
    unit = "share" if share else "number"
    columns = {
        "start": ("First day", "date"), "end": ("Last day", "date"), "value": (measure, unit), "low": ("Low", unit),
        "high": ("High", unit), "n": ("Answers", "count"),
    }  # fmt: skip
    caption = fmt.say("{measure} in each three months, with the {level} range.", measure=measure, level=fmt.share(LEVEL))
    shown = fmt.say("{measure} by three months.", measure=measure)
    return Figure(svg, caption, source, alt, Table(course if share else course.round(TO_TENTHS), shown, source, columns))


def drivers_figure(drivers: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """Points of the score that go with each mention: a dot and its range, complaint in rust, praise in green."""
    rows = drivers.reindex(drivers["gain"].abs().sort_values(ascending=False).index).head(MOST_ROWS)
    rows = rows.sort_values("effect", ignore_index=True)
    places = np.arange(len(rows))
    with canvas(height=1.0 + 0.36 * len(rows), grid="x") as (figure, ax):
        for place, row in zip(places, rows.itertuples(), strict=True):
            colour = HISTORY if row.evidence not in CLEAR else FINDING if row.effect < 0 else GOOD
            ax.plot([row.low, row.high], [place, place], color=colour, linewidth=2.2)
            ax.plot(row.effect, place, "o", color=colour, markersize=7)
            ax.annotate(
                signed(row.effect, fmt), (row.high, place), (8, 0), textcoords="offset points", va="center", color=colour,
                fontsize=9,
            )  # fmt: skip
        ax.axvline(0, color=HISTORY, linewidth=0.8)
        ax.set_yticks(places, _labels(fmt.say("{label} ({n})", label=r.label, n=fmt.share(r.share)) for r in rows.itertuples()))
        ax.invert_yaxis()
        ax.margins(x=0.1, y=0.12)
        ax.set_xlim(right=ax.get_xlim()[1] + 0.06 * np.ptp(ax.get_xlim()))
        ax.locator_params(axis="x", nbins=6)
        ax.xaxis.set_major_formatter(lambda value, _: signed(value, fmt))
        ax.set_xlabel(fmt.say("points of the score"))
        svg = finish(figure)
    told = (
        fmt.say("{label}: {points} points, in {share} of answers.", label=r.label, points=signed(r.effect, fmt),
                share=fmt.share(r.share))
        for r in rows.itertuples()
    )  # fmt: skip
    columns = {
        "label": ("Mentioned", "text"), "mentions": ("Answers", "count"), "share": ("Share of answers", "share"),
        "effect": ("Points of the score", "number"), "low": ("Low", "number"), "high": ("High", "number"),
    }  # fmt: skip
    caption = fmt.say(
        "By how many points customers who mention a subject score higher or lower, with the {level} range; in brackets the "
        "share of answers that mention it.", level=fmt.share(LEVEL),
    )  # fmt: skip
    return Figure(svg, caption, source, fmt.sentences(*told), Table(rows, "What moves the score.", source, columns))


def topics_figure(topics: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """A bar a subject: its tickets in the last twelve months, and the change of the last three months where it is clear."""
    rows = topics[topics["tickets"] > 0]
    if len(rows) > MOST_ROWS:
        others = rows.iloc[MOST_ROWS - 1 :]
        rest = {
            "topic": fmt.say_n("{n} other subject", "{n} other subjects", len(others)),
            "tickets": others["tickets"].sum(),
            "share": others["share"].sum(),
        }
        rows = pd.concat([rows.head(MOST_ROWS - 1), pd.DataFrame([rest])], ignore_index=True)
    rows = rows[["topic", "tickets", "share", "change", "change_evidence"]].reset_index(drop=True)
    rows["topic"] = [subject_words(topic, fmt) for topic in rows["topic"]]
    clear = rows["change_evidence"].isin(CLEAR) & rows["change"].notna()
    colours = np.where(clear & (rows["change"] > 0), FINDING, np.where(clear, GOOD, BAR))
    with canvas(height=0.7 + 0.36 * len(rows)) as (figure, ax):
        ax.barh(np.arange(len(rows)), rows["tickets"], color=colours, height=0.66)
        for place, row in enumerate(rows.itertuples()):
            values = {"n": fmt.count(row.tickets), "share": fmt.share(row.share)}
            label = fmt.say("{n} ({share})", **values)
            if clear[place]:
                label = fmt.say("{n} ({share}), last quarter {change}", **values, change=fmt.change(row.change))
            ax.annotate(
                label, (row.tickets, place), (5, 0),
                textcoords="offset points", va="center", color=HISTORY, fontsize=9,
            )  # fmt: skip
        ax.set_yticks(np.arange(len(rows)), _labels(rows["topic"]))
        ax.invert_yaxis()
        ax.set(xticks=[], xlim=(0, rows["tickets"].max() * (1.6 if clear.any() else 1.25)))
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        svg = finish(figure)
    told = (
        fmt.say_n("{label}: {n} ticket, {share}.", "{label}: {n} tickets, {share}.", r.tickets, label=r.topic,
                  share=fmt.share(r.share))
        for r in rows.itertuples()
    )  # fmt: skip
    columns = {"topic": ("Subject", "text"), "tickets": ("Tickets, 12 months", "count"), "share": ("Share of tickets", "share")}
    caption = fmt.say("What customers wrote about in the last twelve months, by number of tickets.")
    return Figure(svg, caption, source, fmt.sentences(*told), Table(rows, "Tickets by subject.", source, columns))


def _labels(labels: Iterable[str]) -> list[str]:
    """Labels cut to a readable length."""
    shown = []
    for label in labels:
        width, cut = 0, ""
        for letter in label:
            width += 2 if _WIDE.match(letter) else 1
            if width > LONGEST:
                cut = f"{cut.rstrip(' ,、')}…"
                break
            cut += letter
        shown.append(cut)
    return shown
