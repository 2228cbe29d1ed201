"""Figure of benchmarks: where each KPI stands among comparable clients, the better to the right."""

import numpy as np
import pandas as pd

from playbook.methods.evaluation.comparing.words import SOURCE, where
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import BAR, FINDING, GOOD, HISTORY, INK, PAPER, canvas, finish

__all__ = ["places_figure"]

OUTSIDE = 12.5  # where a figure beyond the quartiles is drawn: how far beyond may not be told


def places_figure(table: pd.DataFrame, fmt: Formats) -> Figure:
    """A line a KPI from worse to better with the middle half of the others, and the client's own place on it."""
    rows = [(fmt.told(CATALOGUE[row.kpi].label), _from_worse(row), where(row, fmt), row) for row in table.itertuples()]
    with canvas(height=1.0 + 0.42 * len(rows)) as (figure, ax):
        for line, (_, at, _, row) in enumerate(rows):
            ax.plot([0, 100], [line, line], color=HISTORY, linewidth=0.8)
            if not np.isnan(row.lower):
                ax.plot([25, 75], [line, line], color=BAR, linewidth=7, solid_capstyle="butt")
            colour = GOOD if at > 75 else FINDING if at < 25 else INK
            ring = {"markerfacecolor": PAPER, "markeredgewidth": 2} if np.isnan(row.lower) else {}
            ax.plot(at, line, "o", color=colour, markersize=8, **ring)
            ax.annotate(
                fmt.value(row.own, CATALOGUE[row.kpi].unit), (103, line), va="center", color=colour, annotation_clip=False
            )
        ax.set_yticks(range(len(rows)), [label for label, *_ in rows], color=INK)
        ax.set_ylim(len(rows) - 0.5, -0.6)
        ax.set_xlim(0, 118)
        ax.set_xticks([0, 25, 50, 75, 100], [fmt.say("worst"), "", fmt.say("middle"), "", fmt.say("best")])
        ax.grid(False, axis="y")
        svg = finish(figure)
    data = pd.DataFrame({"kpi": [label for label, *_ in rows], "where": [words for _, _, words, _ in rows]})
    places = fmt.listed(fmt.say("{kpi} {where}", kpi=row.kpi, where=row.where) for row in data.itertuples())
    return Figure(
        svg,
        "Where the client stands: the bar is the middle half of comparable clients, the better to the right. A ring: only on"
        " which side of their middle may be told.",
        SOURCE,
        fmt.say("KPIs among comparable clients: {places}.", places=places),
        Table(data, "Where each KPI stands.", SOURCE, {"kpi": ("KPI", "text"), "where": ("Stands", "text")}),
    )


def _from_worse(row) -> float:
    """The place of a row of ``compared`` from 0, worst, to 100, best."""
    if not np.isnan(row.place):
        at = row.place
    elif np.isnan(row.lower):
        at = 50 + 25 * np.sign(row.own - row.middle)
    else:
        at = 100 - OUTSIDE if row.own > row.upper else OUTSIDE
    return float(at if CATALOGUE[row.kpi].good == "up" else 100 - at)
