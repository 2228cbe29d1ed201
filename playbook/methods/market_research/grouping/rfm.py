"""RFM: five scores for how lately, how often and for how much a customer buys, and the few named cells they fall into."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from playbook.locale.data import data_file

__all__ = ["rfm_cells", "rfm_scores"]

SCORES = 5
_MEASURES = {"r": "recency_days", "f": "orders", "m": "revenue"}
_ANY = (-np.inf, np.inf)

_ROWS = data_file(__package__, "rfm.yml")


@cache
def rfm_cells() -> Mapping[str, Mapping[str, tuple[float, float]]]:
    """Bounds of the scores r, f, m and of the silence by kind of segment, in the order in which they are tried."""
    return MappingProxyType(
        {kind: {m: tuple(bounds.get(m, _ANY)) for m in (*_MEASURES, "silence")} for kind, bounds in _ROWS.items()}
    )


def rfm_scores(customers: pd.DataFrame) -> pd.DataFrame:
    """Scores r, f, m (1 to 5, 5 is best) and the ``kind`` of each customer; the index is that of ``customers``.

    Takes recency_days, orders, revenue and silence, one row a customer. A score is the fifth in which the customer's middle rank
    lies: customers with equal values get equal scores, so fifths are uneven where many are alike, and 3 where all are.
    Source: Hughes (1994), Strategic Database Marketing.
    """
    scores = pd.DataFrame({name: _score(customers[m], name == "r") for name, m in _MEASURES.items()}, index=customers.index)
    held = scores.assign(silence=customers["silence"])
    inside = [
        np.logical_and.reduce([held[m].between(*bound).to_numpy() for m, bound in bounds.items()])
        for bounds in rfm_cells().values()
    ]
    return scores.assign(kind=np.select(inside, list(rfm_cells()), "occasional").astype(object))


def _score(values: pd.Series, fewer_is_better: bool) -> pd.Series:
    place = (values.rank(ascending=not fewer_is_better) - 0.5) / max(1, len(values))
    return np.ceil(place * SCORES).clip(1, SCORES).astype(int)
