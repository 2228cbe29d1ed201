"""Basket figures: the closest pairs, by how many times as often as chance they stand in one basket."""

import numpy as np
import pandas as pd

from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, HISTORY, canvas, finish

__all__ = ["rules_figure"]

MOST, WIDEST = 10, 30  # pairs drawn; letters of a name


def rules_figure(closest: pd.DataFrame, fmt: Formats, source: str) -> Figure:
    """A bar a pair from 1 (as often as chance) to ``times``, with its range and the baskets behind it."""
    frame = closest.head(MOST)
    places = np.arange(len(frame))
    names = [f"{_short(r.antecedent_name)}\n+ {_short(r.consequent_name)}" for r in frame.itertuples()]
    with canvas(height=1.0 + 0.5 * len(frame)) as (figure, ax):
        ax.barh(places, frame["times"] - 1, left=1, height=0.55, color=BAR)
        ax.hlines(places, frame["times_low"], frame["times_high"], color=FINDING, linewidth=2)
        for place, row in zip(places, frame.itertuples(), strict=True):
            text = fmt.say("{times} times, {both} orders", times=fmt.number(row.times, 1), both=fmt.count(row.both))
            ax.annotate(
                text, (max(row.times_high, row.times), place), (6, 0), textcoords="offset points", va="center", fontsize=9
            )
        ax.axvline(1, color=HISTORY, linewidth=1)
        ax.set(
            yticks=places, xlim=(0, 1.45 * frame["times_high"].max()), ylim=(len(frame) - 0.4, -0.6),
            xlabel=fmt.say("times as often ordered together as by chance"),
        )  # fmt: skip
        ax.set_yticklabels(names, fontsize=9)
        ax.grid(False)
        svg = finish(figure)
    alt = fmt.sentences(
        *(
            fmt.say(
                "{first} with {second}: {times} times as often as chance, {both} orders.",
                first=r.antecedent_name, second=r.consequent_name, times=fmt.number(r.times, 1), both=fmt.count(r.both),
            )
            for r in frame.itertuples()
        )
    )  # fmt: skip
    columns = {
        "antecedent_name": ("Who buys", "text"), "consequent_name": ("also takes", "text"),
        "both": ("Orders with both", "count"),
        "times": ("Times as often as chance", "number"), "times_low": ("Range from", "number"),
        "times_high": ("Range up to", "number"),
    }  # fmt: skip
    caption = fmt.say("The pairs most surely bought together; the rust line is the {level} range.", level=fmt.share(LEVEL))
    return Figure(svg, caption, source, alt, Table(frame, "The closest pairs.", source, columns))


def _short(name: object) -> str:
    text = str(name)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1].rstrip()}…"
