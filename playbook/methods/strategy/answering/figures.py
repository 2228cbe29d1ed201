"""Service figure: how many questions can be answered at once, and how many of the answers are right."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.result.contract import Figure, Table
from playbook.result.formats import Formats
from playbook.result.theme import FINDING, FORECAST, HISTORY, canvas, finish

__all__ = ["precision_figure"]

POINTS = 40
SOURCE = mark("tickets and standing answers; every question answered by what the others taught")


def precision_figure(curve: pd.DataFrame, chosen: float, target: float, fmt: Formats) -> Figure:
    """``curve``: share (of all questions, rising), precision; ``chosen``: the share answered, 0 for none; ``target``: the
    precision asked for."""
    shown = curve[curve["share"] >= curve["share"].max() / 10]
    shown = shown.iloc[np.unique(np.linspace(0, len(shown) - 1, POINTS).astype(int))]
    with canvas(height=2.8) as (figure, ax):
        ax.plot(shown["share"], shown["precision"], color=FORECAST)
        ax.axhline(target, color=FINDING, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.set_xlim(0, max(1.0, shown["share"].max()))
        low = min(shown["precision"].min(), target)
        ax.set_ylim(max(0.0, low - 0.25 * (1 - low) - 0.02), 1.0 + 0.12 * (1 - low) + 0.005)
        asked = fmt.say("asked for: {share}", share=fmt.share(target))
        ax.annotate(asked, (0.01, target), (0, -5), textcoords="offset points", va="top", color=FINDING)
        if chosen > 0:
            at = float(np.interp(chosen, curve["share"], curve["precision"]))
            ax.plot([chosen], [at], "o", color=FORECAST, markersize=7)
            ax.annotate(
                fmt.say("{share} answered at once", share=fmt.share(chosen)), (chosen, at), (-8, -8),
                textcoords="offset points", ha="right", va="top", color=HISTORY,
            )  # fmt: skip
        ax.set_xlabel(fmt.say("share of questions answered without a person"))
        ax.set_ylabel(fmt.say("share of these answered right"))
        ax.xaxis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        ax.yaxis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        ax.locator_params(axis="y", nbins=5)
        svg = finish(figure)
    words = {"share": fmt.share(chosen), "target": fmt.share(target)}
    if chosen > 0:
        reached = fmt.say("{share} of the questions can be answered with {target} of the answers right.", **words)
    else:
        reached = fmt.say("No share of the questions can be answered with {target} of the answers right.", **words)
    return Figure(
        svg,
        "The more questions are answered without a person, the more of the answers are wrong.",
        SOURCE,
        fmt.sentences(fmt.say("Line chart: right answers against the share of questions answered at once."), reached),
        Table(
            shown,
            "Right answers by the share of questions answered at once.",
            SOURCE,
            {"share": ("Answered at once", "share"), "precision": ("Of these, right", "share")},
        ),
    )
