"""Sharing: interventions that reached the same customers in the same weeks share what they brought.

Each measured effect is spread evenly over its customers and days. On a day on which a customer was reached by several
interventions, each is credited with an equal part of what was measured for it there; a plain sum would count twice what
nobody can tell apart.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd

__all__ = ["EVERYBODY", "reached", "shares"]

EVERYBODY = "own past"  # the design of an intervention that nobody was left out of
DAY = pd.Timedelta(days=1)


def reached(
    effects: pd.DataFrame,
    order_totals: pd.DataFrame,
    memberships: pd.DataFrame | None,
    customers: pd.DataFrame | None = None,
    regions: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[np.ndarray, Mapping[str, int]]:
    """Who got what: a boolean array customers x interventions (rows of ``effects``), and the row of each customer.

    ``regions``: where an intervention was rolled out to, by its id; it reached the ``customers`` (customer_id, region) there.
    Interventions measured against the past reached everybody. Without customers in the data there is one row for all.
    """
    living = customers if customers is not None and "region" in customers else pd.DataFrame(columns=["customer_id", "region"])
    listed = pd.DataFrame(columns=["intervention_id", "customer_id", "group"]) if memberships is None else memberships
    treated = listed[listed["group"].ne("control") & listed["intervention_id"].astype(str).isin(effects["id"])]
    known = order_totals["customer_id"].dropna() if "customer_id" in order_totals else pd.Series(dtype=object)
    everyone = pd.Index(pd.unique(pd.concat([known, treated["customer_id"]]).astype(str)))
    if everyone.empty:
        return np.ones((1, len(effects)), dtype=bool), {}
    got = np.zeros((len(everyone), len(effects)), dtype=bool)
    for place, row in enumerate(effects.itertuples()):
        own = treated.loc[treated["intervention_id"].astype(str) == row.id, "customer_id"].astype(str)
        if own.empty and row.id in regions:
            own = living.loc[living["region"].astype(str).isin(regions[row.id]), "customer_id"].astype(str)
        got[:, place] = True if row.design == EVERYBODY or own.empty else everyone.isin(own)
    return got, {customer: place for place, customer in enumerate(everyone)}


def shares(effects: pd.DataFrame, got: np.ndarray) -> pd.DataFrame:
    """id, share (of what was measured for it that each intervention is credited with, 0 to 1) and beside: the labels it shares
    with. ``effects``: id, label, start, end (last day); ``got`` as from ``reached``."""
    start, stop = effects["start"].to_numpy("datetime64[D]"), (effects["end"] + DAY).to_numpy("datetime64[D]")
    own, whole, together = np.zeros(len(effects)), np.zeros(len(effects)), np.zeros((len(effects),) * 2, dtype=bool)
    for begin, end in pairwise(np.unique(np.concatenate([start, stop]))):
        running = np.flatnonzero((start <= begin) & (stop >= end))
        if not len(running):
            continue
        days = (end - begin).astype(int)
        here = got[:, running].astype(float)
        crowd = np.maximum(here.sum(axis=1, keepdims=True), 1)
        own[running] += days * (here / crowd).sum(axis=0)
        whole[running] += days * here.sum(axis=0)
        together[np.ix_(running, running)] |= here.T @ here > 0
    np.fill_diagonal(together, False)
    labels = effects["label"].to_numpy()
    return pd.DataFrame(
        {
            "id": effects["id"].to_numpy(),
            "share": np.divide(own, whole, out=np.ones(len(effects)), where=whole > 0),
            "beside": [", ".join(labels[others]) for others in together],
        }
    )
