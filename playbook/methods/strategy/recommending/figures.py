"""Recommendations figure: how well each way of choosing named what customers then bought."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.recommending.trial import BLEND
from playbook.result.contract import Figure, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.theme import BAR, FORECAST, HISTORY, INK, canvas, finish

__all__ = ["COLUMNS", "SOURCE", "told_ways", "ways_figure"]

SOURCE = mark("purchases of the last period, which no way of choosing had seen")
COLUMNS = {
    "way": ("Way of choosing", "text"),
    "ndcg": ("nDCG", "number"),
    "recall": ("Purchases found", "share"),
    "hit": ("Customers with a hit", "share"),
    "coverage": ("Products recommended", "share"),
    "novelty": ("Novelty, bits", "number"),
}


def told_ways(ways: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    """``ways`` with the ways of choosing in words."""
    return ways.assign(way=[fmt.told(way) for way in ways["way"]])


def ways_figure(ways: pd.DataFrame, customers: int, fmt: Formats) -> Figure:
    """``ways`` as in ``Chosen.table``."""
    rows, named = np.arange(len(ways))[::-1], told_ways(ways, fmt)
    with canvas(height=0.9 + 0.42 * len(ways), grid="x") as (figure, ax):
        colours = [FORECAST if way == BLEND else BAR for way in ways["way"]]
        ax.barh(rows, ways["ndcg"], color=colours, height=0.6)
        ax.hlines(rows, ways["ndcg_low"], ways["ndcg_high"], color=HISTORY, linewidth=1.4)
        ends = ways[["ndcg", "ndcg_high"]].max(axis=1)
        for row, end, value, hit in zip(rows, ends, ways["ndcg"], ways["hit"], strict=True):
            ax.annotate(
                fmt.say("{ndcg}, hit {share}", ndcg=fmt.number(value, 3), share=fmt.share(hit)),
                (end, row),
                (6, 0),
                textcoords="offset points",
                va="center",
                color=INK,
            )
        ax.set_yticks(rows, list(named["way"]))
        ax.set_xlim(0, float(ends.max()) * 1.4 or 1.0)
        ax.set_xlabel(fmt.say("nDCG of ten recommended products (1: what was bought comes first)"))
        svg = finish(figure)
    best = named.loc[named["ndcg"].idxmax()]
    return Figure(
        svg,
        fmt.say(
            "How well ten recommended products matched what {n} customers bought for the first time, with the {level} range.",
            n=fmt.count(customers),
            level=fmt.share(LEVEL),
        ),
        SOURCE,
        fmt.say(
            "Bar chart of {n} ways of choosing. The best is {way} with {ndcg}; bestsellers reach {popular}.",
            n=fmt.count(len(ways)),
            way=best["way"],
            ndcg=fmt.number(best["ndcg"], 3),
            popular=fmt.number(ways["ndcg"].iloc[0], 3),
        ),
        Table(named, "Ways of choosing on the last period.", SOURCE, COLUMNS),
    )
