"""Scoring figures: how many of the yes the best part of the list holds, and what working down the list brings."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.predicting.asked import Asked
from playbook.methods.strategy.predicting.judge import Profit, gain_table
from playbook.methods.strategy.predicting.learn import Learned
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import FINDING, FORECAST, HISTORY, canvas, finish

__all__ = ["gain_figure", "profit_figure", "source_of"]

_GAIN_COLUMNS = {
    "tenth": ("Tenth of the list", "count"),
    "cases": ("Cases", "count"),
    "expected": ("Predicted chance", "share"),
    "rate": ("Actual share", "share"),
    "lift": ("Lift", "number"),
    "found": ("Found so far", "share"),
}


def source_of(asked: Asked, fmt: Formats) -> str:
    """Where the figures come from."""
    return fmt.say("{source}; each row scored by what other rows taught", source=fmt.told(asked.source))


def gain_figure(learned: Learned, asked: Asked, fmt: Formats) -> Figure:
    """Share of all yes (up) in the best-scored part of the list (across)."""
    judged, nouns, source = learned.held_out, asked.nouns.told(fmt), source_of(asked, fmt)
    table = gain_table(judged["outcome"].to_numpy(dtype=bool), judged["probability"].to_numpy())
    worked = np.concatenate([[0.0], table["cases"].cumsum() / table["cases"].sum()])
    found = np.concatenate([[0.0], table["found"]])
    with canvas(height=3.0) as (figure, ax):
        ax.plot(worked, found, color=FORECAST, marker="o", markersize=4)
        ax.plot([0, 1], [0, 1], color=HISTORY, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.plot(worked[2], found[2], "o", color=FINDING, markersize=8)
        label = fmt.say("first fifth: {share}", share=fmt.share(found[2]))
        leader = {"arrowstyle": "-", "color": FINDING, "linewidth": 0.8, "shrinkA": 0}
        ax.annotate(label, (worked[2], found[2]), (0.4, 0.12), va="center", color=FINDING, arrowprops=leader)
        ax.annotate(fmt.say("at random"), (0.62, 0.6), (6, -8), textcoords="offset points", va="top", color=HISTORY)
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1.03)
        ax.set_xlabel(fmt.say("share of the {many}, best score first", **nouns))
        ax.set_ylabel(fmt.say("of those that {do}", **nouns))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        svg = finish(figure)
    return Figure(
        svg,
        fmt.say("How many of the {many} that {do} are found in the best-scored part of the list.", **nouns),
        source,
        fmt.say(
            "Gain chart over {n} {many}. The first fifth holds {fifth} of those that {do}, the first half {half}.",
            n=fmt.count(len(judged)),
            fifth=fmt.share(found[2]),
            half=fmt.share(found[5]),
            **nouns,
        ),
        Table(table, "The list in tenths, best score first: predicted chance and actual share.", source, _GAIN_COLUMNS),
    )


def profit_figure(told: Profit, asked: Asked, fmt: Formats) -> Figure:
    """Profit for each case of the list (up) by the share worked on (across)."""
    curve, nouns, source = told.curve, asked.nouns.told(fmt), source_of(asked, fmt)
    with canvas(height=3.0) as (figure, ax):
        ax.fill_between(curve["share"], curve["low"], curve["high"], color=FORECAST, alpha=0.15, linewidth=0)
        ax.plot(curve["share"], curve["profit"], color=FORECAST)
        ax.plot(curve["share"], curve["random"], color=HISTORY, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.axhline(0, color=HISTORY, linewidth=0.8)
        at = float(np.interp(told.share, curve["share"], curve["profit"]))
        ax.plot([told.share], [at], "o", color=FINDING, markersize=8)
        side = "left" if told.share < 0.55 else "right"
        place = (told.share, at), (10 if side == "left" else -10, 8)
        label = fmt.say("{share} followed up", share=fmt.share(told.share))
        ax.annotate(label, *place, textcoords="offset points", ha=side, va="bottom", color=FINDING)
        ax.margins(y=0.18)
        ax.set_xlim(0, 1)
        ax.set_xlabel(fmt.say("share of the {many} followed up, most profitable first", **nouns))
        ax.set_ylabel(fmt.say("left for each one on the list", **nouns))
        ax.xaxis.set_major_formatter(lambda value, _: fmt.share(value, 0))
        ax.yaxis.set_major_formatter(lambda value, _: fmt.money(value))
        ax.locator_params(axis="y", nbins=6)
        svg = finish(figure)
    shown = pd.DataFrame(curve.iloc[:: max(len(curve) // 20, 1)])
    columns = {
        "share": ("Followed up", "share"), "profit": ("Left for each one", "unit_money"), "low": ("At least", "unit_money"),
        "high": ("At most", "unit_money"), "random": ("At random", "unit_money"),
    }  # fmt: skip
    return Figure(
        svg,
        fmt.say(
            "What is left for each one on the list, by the share of the {many} followed up, with the {level} range."
            " Dashed: a choice at random.",
            level=fmt.share(LEVEL),
            **nouns,
        ),
        source,
        fmt.say(
            "Profit curve. Following up {share} leaves {best} for each one on the list; following up all leaves {all}.",
            share=fmt.share(told.share),
            best=fmt.money(told.best),
            all=fmt.money(told.everybody),
        ),
        Table(shown, "Profit by share followed up.", source, columns),
    )
