"""Change: what a channel's revenue on spend owes to the price of showing, to clicks, to conversion and to the order value."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.revenue.shapley import shapley

__all__ = ["PARTS", "roas_parts"]

_ALL = (("reach", "impressions", "spend"), ("clicks", "clicks", "impressions"), ("conversion", "orders", "clicks"),
        ("order value", "revenue", "orders"))  # fmt: skip
PARTS = {
    "reach": (mark("a price that buys fewer contacts"), mark("a price that buys more contacts")),
    "clicks": (mark("fewer clicks of those who see it"), mark("more clicks of those who see it")),
    "conversion": (mark("fewer orders of the clicks"), mark("more orders of the clicks")),
    "order value": (mark("smaller orders"), mark("larger orders")),
    "orders": (mark("fewer orders for the money"), mark("more orders for the money")),
}


def roas_parts(before: pd.DataFrame, since: pd.DataFrame) -> pd.Series | None:
    """The change of revenue on spend by part, which add up to it exactly (Shapley 1953); without
    impressions or clicks, by orders for the money and order value.

    ``before`` and ``since`` are weeks of one channel. None where a ratio cannot be formed.
    """
    sums = [frame.sum(numeric_only=True) for frame in (before, since)]
    ways = (_ALL, (("orders", "orders", "spend"), _ALL[-1]))
    for way in ways:
        names = {column for _, *columns in way for column in columns}
        if all(names <= set(s.index) and (s[list(names)] > 0).all() for s in sums):
            was, now = ([float(s[top] / s[bottom]) for _, top, bottom in way] for s in sums)
            return pd.Series(np.array(shapley(was, now), dtype=float), index=[name for name, *_ in way])
    return None
