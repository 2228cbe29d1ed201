"""Sharing: what interventions brought, so that their sum counts nothing twice.

A comparison by lot measures its own effect and nothing else: whatever else runs reaches both groups alike. A comparison with
other customers or regions also holds what others brought to the same customers, and one with the weeks before holds all that
ran in them. So what a better comparison found is taken off a weaker one that holds it; those of one kind on the same customers
and days, which nobody can tell apart, are credited with equal parts. Each effect is spread evenly over its customers and days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd

from playbook.methods.evaluation.measuring.elsewhere import MORE_OFTEN

__all__ = ["Credit", "credited", "reached"]

EVERYBODY = "own past"  # the design of an intervention that nobody was left out of
DAY = pd.Timedelta(days=1)
ALONE = 0  # the tier that measures nothing but its own effect
TIERS = MappingProxyType({"control group": ALONE, "other customers": 1, "other regions": 1, EVERYBODY: 2})
LEAST = 0.01  # of an effect: less than that is not told


@dataclass(frozen=True)
class Credit:
    """``table``: id, share (of what was measured for it that is left when it is split with others, 0 to 1), beside (the labels it
    is split with) and less (the labels whose effect is taken off it). ``parts``: what each intervention (rows) is credited with
    of the effect measured for each (columns)."""

    table: pd.DataFrame = field(repr=False)
    parts: np.ndarray = field(repr=False)


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


def credited(effects: pd.DataFrame, got: np.ndarray) -> Credit:
    """What of the measured effects each intervention is credited with.

    ``effects``: id, label, design, start, end (last day); ``got`` as from ``reached``.
    """
    start, stop = effects["start"].to_numpy("datetime64[D]"), (effects["end"] + DAY).to_numpy("datetime64[D]")
    tier = effects["design"].map(TIERS).to_numpy()
    share, together = _shares(start, stop, got, tier)
    held = _held(start, stop, got, tier)
    parts = np.eye(len(effects))
    for place in np.argsort(tier, kind="stable"):  # what is taken off is what the better comparison is credited with
        parts[place] = share[place] * (parts[place] - held[place] @ parts)
    labels = effects["label"].to_numpy()
    table = pd.DataFrame(
        {
            "id": effects["id"].to_numpy(),
            "share": share,
            "beside": [tuple(labels[others]) for others in together],
            "less": [tuple(labels[others]) for others in held > LEAST],
        }
    )
    return Credit(table, parts)


def _shares(start: np.ndarray, stop: np.ndarray, got: np.ndarray, tier: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share of each that is left when it is split, on each day and customer, with others of its tier; and with whom."""
    count = len(start)
    own, whole, together = np.zeros(count), np.zeros(count), np.zeros((count, count), dtype=bool)
    for begin, end in pairwise(np.unique(np.concatenate([start, stop]))):
        for one in set(tier) - {ALONE}:
            running = np.flatnonzero((start <= begin) & (stop >= end) & (tier == one))
            if not len(running):
                continue
            days = (end - begin).astype(int)
            here = got[:, running].astype(float)
            crowd = np.maximum(here.sum(axis=1, keepdims=True), 1)
            own[running] += days * (here / crowd).sum(axis=0)
            whole[running] += days * here.sum(axis=0)
            together[np.ix_(running, running)] |= here.T @ here > 0
    np.fill_diagonal(together, False)
    return np.divide(own, whole, out=np.ones(count), where=whole > 0), together


def _held(start: np.ndarray, stop: np.ndarray, got: np.ndarray, tier: np.ndarray) -> np.ndarray:
    """Part of each effect (columns) that the comparison of another one (rows), of a weaker kind, holds: 0 to 1.

    It holds what came to its own customers on its own days, less what came to those it is compared with in the same measure.
    """
    customers = got.astype(float)
    sizes, both = customers.sum(axis=0), customers.T @ customers
    common = np.minimum(stop[:, None], stop) - np.maximum(start[:, None], start)
    days = np.maximum(common.astype(int), 0) / (stop - start).astype(int)
    mine = np.divide(both, sizes[:, None], out=np.zeros_like(both), where=sizes[:, None] > 0)
    rest = len(got) - sizes[:, None]
    theirs = np.divide(sizes - both, rest, out=np.zeros_like(both), where=rest > 0)
    theirs = np.where(theirs > MORE_OFTEN * mine, 0.0, theirs)  # these were left out of the comparison
    part = np.divide(sizes[:, None] * (mine - theirs), sizes, out=np.zeros_like(both), where=sizes > 0)
    return np.where(tier[:, None] > tier, np.clip(part, 0, 1) * days, 0.0)
