"""Risk figure: credits not paid back by score, beside what the card stated."""

import numpy as np

from playbook.methods.strategy.risking.credit import Credit
from playbook.methods.strategy.risking.tables import CREDITS, bands
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import BAR, FINDING, FORECAST, canvas, finish

__all__ = ["score_figure"]


def score_figure(credit: Credit, fmt: Formats) -> Figure:
    """Share not paid back (bars) and chance stated (points) by score, lowest score first; the line is the break-even chance."""
    table = bands(credit.closed)
    places = np.arange(len(table))
    with canvas(height=3.0) as (figure, ax):
        ax.bar(places, table["bad"], color=BAR, width=0.7)
        ax.plot(places, table["expected"], "o", color=FORECAST, markersize=6)
        top = float(table[["bad", "expected"]].max().max())
        if credit.limit is not None and credit.limit < top * 1.2:
            ax.axhline(credit.limit, color=FINDING, linewidth=1.2, linestyle=(0, (4, 3)))
            ax.annotate(
                fmt.say("loses money above {share}", share=fmt.share(credit.limit)),
                (len(table) - 0.6, credit.limit),
                (0, 4),
                textcoords="offset points",
                ha="right",
                va="bottom",
                color=FINDING,
            )
        ax.set_xticks(places, [fmt.count(score) for score in table["score"]])
        ax.set_ylim(0, top * 1.2 or 1.0)
        ax.yaxis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        ax.set_xlabel(fmt.say("lowest score of the group; blue: predicted chance"))
        ax.set_ylabel(fmt.say("not repaid"))
        svg = finish(figure)
    columns = {
        "score": ("Score from", "count"),
        "credits": ("Loans", "count"),
        "expected": ("Predicted chance", "share"),
        "bad": ("Not repaid", "share"),
    }
    return Figure(
        svg,
        "Loans not repaid, by score in eight groups of equal size, beside the chance that the scorecard predicted.",
        CREDITS,
        fmt.say(
            "Bar chart. Of the loans with the lowest scores {lowest} were not repaid, of those with the highest {highest}.",
            lowest=fmt.share(table["bad"].iloc[0]), highest=fmt.share(table["bad"].iloc[-1]),
        ),
        Table(table, "Scores and what became of them.", CREDITS, columns),
    )  # fmt: skip
