"""Recommendations figure: how well each way of choosing named what customers then bought."""

import numpy as np
import pandas as pd

from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["COLUMNS", "SOURCE", "ways_figure"]

SOURCE = "purchases of the last period, hidden from every way of choosing"
COLUMNS = {
    "way": ("Way of choosing", "text"),
    "ndcg": ("nDCG of ten", "number"),
    "recall": ("Recall of ten", "share"),
    "hit": ("Customers with a hit", "share"),
    "coverage": ("Products named", "share"),
    "novelty": ("Novelty, bits", "number"),
}


def ways_figure(ways: pd.DataFrame, customers: int, fmt: Formats) -> Figure:
    """``ways`` as in ``Chosen.table``."""
    rows = np.arange(len(ways))[::-1]
    with canvas(height=0.9 + 0.42 * len(ways)) as (figure, ax):
        colours = [FORECAST if way == "blend" else BAR for way in ways["way"]]
        ax.barh(rows, ways["ndcg"], color=colours, height=0.6)
        ax.hlines(rows, ways["ndcg_low"], ways["ndcg_high"], color=HISTORY, linewidth=1.4)
        ends = ways[["ndcg", "ndcg_high"]].max(axis=1)
        for row, end, value, hit in zip(rows, ends, ways["ndcg"], ways["hit"], strict=True):
            ax.annotate(
                f"{fmt.number(value, 3)}, hit {fmt.share(hit)}",
                (end, row),
                (6, 0),
                textcoords="offset points",
                va="center",
                color=INK,
            )
        ax.set_yticks(rows, list(ways["way"]))
        ax.set_xlim(0, float(ends.max()) * 1.4 or 1.0)
        ax.set_xlabel("nDCG of ten products named (1: all that were bought stand first)")
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x")
        svg = finish(figure)
    best = ways.loc[ways["ndcg"].idxmax()]
    return Figure(
        svg,
        f"How well ten products named met what {fmt.count(customers)} customers newly bought, with the {fmt.share(LEVEL)} range.",
        SOURCE,
        f"Bar chart of {len(ways)} ways of choosing. {best['way']} does best with {fmt.number(best['ndcg'], 3)}; popularity alone"
        f" reaches {fmt.number(ways['ndcg'].iloc[0], 3)}.",
        Table(ways, "Ways of choosing on the last period.", SOURCE, COLUMNS),
    )
