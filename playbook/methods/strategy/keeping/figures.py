"""Figures: where the value at risk lies, and what addressing the right customers first brings."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.keeping.persuasion import Persuasion
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FINDING, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["risk_figure", "uplift_figure"]

ROWS, ROW_HEIGHT, FRAME_HEIGHT = 8, 0.42, 0.9  # inches
LABEL_ROOM = 1.45


def risk_figure(segments: pd.DataFrame, source: str, fmt: Formats) -> Figure:
    """Bars of the value at risk by segment: segment, customers, at_risk, in_doubt; the part in doubt today is set off."""
    data = segments.head(ROWS)[::-1].reset_index(drop=True)
    with canvas(height=FRAME_HEIGHT + ROW_HEIGHT * len(data), grid="x") as (figure, ax):
        ax.barh(data.index, data["at_risk"], color=BAR, height=0.6)
        ax.barh(data.index, data["in_doubt"], color=FINDING, height=0.6)
        for row, value, now in zip(data.index, data["at_risk"], data["in_doubt"], strict=True):
            label = fmt.money(value)
            if now > 0:
                label = fmt.say("{money}, of which {now} in doubt today", money=label, now=fmt.money(now))
            ax.annotate(label, (value, row), (6, 0), textcoords="offset points", va="center", color=INK)
        ax.set_yticks(data.index, data["segment"])
        ax.set_xlim(0, (float(data["at_risk"].max()) or 1.0) * (LABEL_ROOM + 0.15))
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.xaxis.get_major_locator().set_params(nbins=5)
        svg = finish(figure)
    top = data.iloc[-1]
    return Figure(
        svg=svg,
        source=source,
        caption="What may be lost of a year's business, by segment. In rust: customers in doubt today.",
        alt=fmt.say_n(
            "Bar of one segment, {segment}, with {money} at risk.",
            "Bars of {n} segments. {segment} holds the most at risk, {money}.",
            len(data), segment=top["segment"], money=fmt.money(top["at_risk"]),
        ),
        data=Table(
            data[::-1],
            "Value at risk by segment.",
            source,
            {
                "segment": ("Segment", "text"), "customers": ("Customers", "count"), "at_risk": ("At risk a year", "money"),
                "in_doubt": ("In doubt today", "money"),
            },
        ),
    )  # fmt: skip


def uplift_figure(found: Persuasion, source: str, fmt: Formats) -> Figure:
    """The uplift curve with its range, the straight line of a choice by lot, and the share worth the cost."""
    curve, trial = found.uplift.qini.curve, found.trial
    scale = 100.0
    orders, top = trial.unit == "orders", curve["gain"].idxmax()
    words = {"label": trial.label, "level": fmt.share(LEVEL)}
    with canvas(height=3.4) as (figure, ax):
        ax.fill_between(curve["share"], curve["low"] * scale, curve["high"] * scale, color=FORECAST, alpha=0.15, linewidth=0)
        ax.plot(curve["share"], curve["gain"] * scale, color=FORECAST, linewidth=2.4)
        ax.plot(curve["share"], curve["by_lot"] * scale, color=HISTORY, linestyle=":", linewidth=1.4)
        ax.plot([curve["share"][top]], [curve["gain"][top] * scale], "o", color=FINDING, markersize=7)
        most, part = fmt.number(curve["gain"][top] * scale, 1), fmt.share(curve["share"][top], 0)
        label = fmt.say("{n} with the first {share}", n=most, share=part)
        late = curve["share"][top] > 0.6
        ax.annotate(
            label, (curve["share"][top], curve["gain"][top] * scale), (0, 9), textcoords="offset points", color=FINDING,
            weight="bold", ha="right" if late else "left", va="bottom",
        )  # fmt: skip
        at = 9  # of the points of the curve
        ax.annotate(
            fmt.say("chosen at random"),
            (curve["share"][at], curve["by_lot"][at] * scale),
            (8, -6),
            textcoords="offset points",
            color=HISTORY,
            va="top",
        )
        ax.set_ylim(top=float(np.nanmax(curve["high"]) * scale) * 1.15 if curve["high"].max() > 0 else None)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(lambda v, _: fmt.share(v, 0) if v else "0")
        ax.set_xlabel(fmt.say("share of customers addressed, most responsive first"))
        ax.set_ylabel(fmt.say("orders gained per 100 customers" if orders else "successes gained per 100 customers"))
        svg = finish(figure)
    return Figure(
        svg=svg,
        source=source,
        caption=fmt.say(
            "{label}: orders gained per 100 customers when only part of them is addressed. Customers are ranked by"
            " models that had not seen them; the band is the {level} range." if orders else
            "{label}: successes gained per 100 customers when only part of them is addressed. Customers are ranked by"
            " models that had not seen them; the band is the {level} range.", **words,
        ),
        alt=fmt.say(
            "Uplift curve beside the straight line of a random choice. The first {share} bring {most}, all customers"
            " together {all}.", share=part, most=most, all=fmt.number(curve["gain"].iloc[-1] * scale, 1),
        ),
        data=Table(
            curve.assign(**{c: curve[c] * scale for c in ("gain", "low", "high", "by_lot")}),
            fmt.say(
                "{label}: orders gained per 100 customers, by share addressed." if orders
                else "{label}: successes gained per 100 customers, by share addressed.", **words,
            ),
            source,
            {
                "share": ("Addressed", "share"), "gain": ("Chosen by expected effect", "number"), "low": ("Low", "number"),
                "high": ("High", "number"), "by_lot": ("Chosen at random", "number"),
            },
        ),
    )  # fmt: skip
