"""Fairness figure: how often each group is chosen, against four fifths of the most chosen one."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from playbook.methods.strategy.equity.gaps import FOUR_FIFTHS, OTHERS, Gap
from playbook.methods.strategy.equity.tables import SOURCE
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, HISTORY, INK, canvas, finish

__all__ = ["chosen_figure"]

MOST_ROWS = 14


def chosen_figure(gaps: Sequence[Gap], fmt: Formats) -> Figure:
    """All named groups of all attributes; the mark is four fifths of the most chosen group of the attribute."""
    parts = []
    for gap in gaps:
        named = gap.groups[gap.groups["group"] != OTHERS]
        parts.append(named.assign(attribute=fmt.told(column_name(gap.attribute)), least=FOUR_FIFTHS * named["chosen"].max()))
    data = pd.concat(parts, ignore_index=True).head(MOST_ROWS)
    rows = np.arange(len(data))[::-1]
    short = data["chosen"] < data["least"]
    with canvas(height=1.0 + 0.4 * len(data), grid="x") as (figure, ax):
        ax.barh(rows, data["chosen"], color=[FINDING if s else BAR for s in short], height=0.6)
        ax.hlines(rows, data["chosen_low"], data["chosen_high"], color=HISTORY, linewidth=1.4)
        ax.plot(data["least"], rows, "|", color=INK, markersize=17, markeredgewidth=1.6)
        ends = data[["chosen_high", "least"]].max(axis=1)
        for row, end, value in zip(rows, ends, data["chosen"], strict=True):
            ax.annotate(fmt.share(value), (end, row), (6, 0), textcoords="offset points", va="center", color=INK)
        ax.set_yticks(rows, [fmt.say("{attribute}: {group}", attribute=r.attribute, group=r.group) for r in data.itertuples()])
        ax.set_xlim(0, float(ends.max()) * 1.2 or 1.0)
        ax.xaxis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        ax.set_xlabel(fmt.say("share chosen; the mark is four fifths of the most chosen group"))
        svg = finish(figure)
    widest = min(gaps, key=lambda gap: gap.ratio)
    columns = {
        "attribute": ("Attribute", "text"), "group": ("Group", "text"), "cases": ("Cases", "count"),
        "chosen": ("Chosen", "share"), "least": ("Four fifths of the most", "share"),
    }  # fmt: skip
    return Figure(
        svg,
        fmt.say("How often the score chooses each group, with its {level} range.", level=fmt.share(LEVEL)),
        SOURCE,
        fmt.say(
            "Bar chart of {n} groups. {least} is chosen {share} as often as {most}.",
            n=fmt.count(len(data)),
            least=widest.least,
            share=fmt.share(widest.ratio),
            most=widest.most,
        ),
        Table(data, "Share chosen by group.", SOURCE, columns),
    )
