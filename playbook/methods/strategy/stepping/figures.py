"""Next-step figure: what each action is worth at each step, beside how often it is taken today."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.stepping.tables import SOURCE
from playbook.methods.strategy.stepping.ways import called
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["policy_figure"]

MOST_ROWS = 12


def policy_figure(choices: pd.DataFrame, fmt: Formats) -> Figure:
    """``choices`` as in ``NextStep``; those with a value, in order of steps from the top."""
    shown = choices.dropna(subset=["better"]).head(MOST_ROWS).reset_index(drop=True)
    shown = shown.assign(**{c: [called(name, fmt) for name in shown[c]] for c in ("step", "action")})
    rows = np.arange(len(shown))[::-1]
    with canvas(height=1.0 + 0.44 * len(shown), grid="x") as (figure, ax):
        ax.barh(rows, shown["better"], color=[FORECAST if advised else BAR for advised in shown["advised"]], height=0.6)
        ax.hlines(rows, shown["better_low"], shown["better_high"], color=HISTORY, linewidth=1.4)
        ends = shown[["better", "better_high"]].max(axis=1).clip(lower=0)
        for row, end, r in zip(rows, ends, shown.itertuples(), strict=True):
            label = fmt.say("{worth}, today {share}", worth=fmt.value(r.better, "unit_money"), share=fmt.share(r.share))
            ax.annotate(label, (end, row), (6, 0), textcoords="offset points", va="center", color=INK)
        ax.axvline(0, color=HISTORY, linewidth=0.8)
        ax.set_yticks(rows, [fmt.say("{step}:\n{action}", step=r.step, action=r.action) for r in shown.itertuples()])
        low, high = min(0.0, shown["better_low"].min()), max(0.0, float(ends.max()))
        ax.set_xlim(low, low + (high - low or 1.0) * 1.5)
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.xaxis.get_major_locator().set_params(nbins=5)
        ax.set_xlabel(fmt.say("worth of a case against today's mix"))
        svg = finish(figure)
    best = shown.loc[shown["better"].idxmax()]
    columns = {
        "step": ("At step", "text"), "action": ("Action", "text"), "share": ("Done today", "share"),
        "better": ("Worth a case", "unit_money"), "better_low": ("at least", "unit_money"),
        "better_high": ("at most", "unit_money"),
    }  # fmt: skip
    blue = fmt.say("Blue is advised.") if shown["advised"].any() else ""
    return Figure(
        svg,
        fmt.sentences(
            fmt.say("What each action is worth at its step, all that follows included, against today's mix."),
            blue,
            fmt.say("The line is the {level} range.", level=fmt.share(LEVEL)),
        ),
        SOURCE,
        fmt.say(
            "Bar chart of {n} choices. Worth most: “{action}” at “{step}”, {better} a case.",
            n=fmt.count(len(shown)), action=best["action"], step=best["step"], better=fmt.value(best["better"], "unit_money"),
        ),
        Table(shown, "Worth of each action at each step.", SOURCE, columns),
    )  # fmt: skip
