"""Stock figure: where the money lies, by what products earn and how steadily they sell."""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from playbook.locale import mark
from playbook.methods.strategy.holding.tables import SOURCE
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import FORECAST, INK, canvas, finish

__all__ = ["matrix_figure"]

_ROWS, _COLUMNS = ("A", "B", "C"), ("X", "Y", "Z")
_WORDS = {"X": mark("X: steady"), "Y": mark("Y: changing"), "Z": mark("Z: hard to foresee")}
_EARN = {"A": mark("A: earn most"), "B": "B", "C": mark("C: earn least")}


def matrix_figure(products: pd.DataFrame, fmt: Formats) -> Figure:
    """Stock at cost and number of products in each of nine classes."""
    sums = products.pivot_table(index="abc", columns="xyz", values="value", aggfunc=["sum", "size"], fill_value=0.0)
    grid = [
        (a, x, *(float(sums[w].get(x, pd.Series(dtype=float)).get(a, 0.0)) for w in ("sum", "size")))
        for a in _ROWS
        for x in _COLUMNS
    ]
    data = pd.DataFrame(grid, columns=["abc", "xyz", "value", "products"])
    shade = data["value"].to_numpy().reshape(3, 3) / max(data["value"].max(), 1e-9)
    with canvas(height=2.6) as (figure, ax):
        for i in range(3):
            for j in range(3):
                ax.add_patch(_cell(j, 2 - i, shade[i, j]))
                row = data.iloc[3 * i + j]
                words = fmt.say_n("{value}\n{n} product", "{value}\n{n} products", row["products"], value=fmt.money(row["value"]))
                ax.annotate(words, (j + 0.5, 2.5 - i), ha="center", va="center", color=INK)
        ax.set_xlim(0, 3)
        ax.set_ylim(0, 3)
        ax.set_xticks(np.arange(3) + 0.5, [fmt.told(_WORDS[x]) for x in _COLUMNS])
        ax.set_yticks(np.arange(3) + 0.5, [fmt.told(_EARN[a]) for a in reversed(_ROWS)])
        ax.grid(visible=False)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(length=0)
        svg = finish(figure)
    top = data.loc[data["value"].idxmax()]
    return Figure(
        svg,
        "Stock at cost, by what products earn (rows) and how steadily they sell (columns).",
        SOURCE,
        fmt.say(
            "Grid of nine classes. Most money, {value}, lies in class {kind}.",
            value=fmt.money(top["value"]),
            kind=top["abc"] + top["xyz"],
        ),
        Table(
            data,
            "Stock at cost by class.",
            SOURCE,
            {
                "abc": ("ABC", "text"),
                "xyz": ("XYZ", "text"),
                "products": ("Products", "count"),
                "value": ("Stock at cost", "money"),
            },
        ),
    )


def _cell(x: int, y: int, shade: float) -> Rectangle:
    return Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, facecolor=FORECAST, alpha=0.06 + 0.4 * shade, linewidth=0)
