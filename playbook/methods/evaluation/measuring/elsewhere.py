"""Elsewhere: what else ran, and for whom, so that nobody is compared with those who got something of their own meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Intervention
from playbook.methods.evaluation.measuring.by_regions import regions_of
from playbook.methods.evaluation.measuring.groups import CONTROL, members_of

__all__ = ["MORE_OFTEN", "Elsewhere", "elsewhere", "spoiled"]

MORE_OFTEN = 2.0  # times as often as the treated: from there on, leaving its customers out makes the groups more alike


@dataclass(frozen=True)
class Elsewhere:
    """Another intervention: its days, the customers who got it and, where it went by regions, those."""

    label: str
    start: date
    end: date
    customers: pd.Index = field(repr=False)
    regions: tuple[str, ...] = ()


def elsewhere(
    id: str,
    interventions: Sequence[Intervention],
    memberships: pd.DataFrame | None,
    order_totals: pd.DataFrame,
    customers: pd.DataFrame | None,
    as_of: date,
) -> tuple[Elsewhere, ...]:
    """The interventions other than ``id`` of which it is known who got them; what everybody got changes no comparison."""
    found = []
    for one in interventions:
        if one.id == id or one.start > as_of or "customer_id" not in order_totals:
            continue
        members, _ = members_of(one.id, memberships)
        regions = one.regions or (() if members is None else regions_of(members, order_totals, customers, one.start))
        if members is not None:
            got = members.index[members["group"].ne(CONTROL)]
        elif regions and customers is not None and "region" in customers:
            got = pd.Index(customers.loc[customers["region"].astype(str).isin(regions), "customer_id"].unique())
        else:
            got = pd.Index([])
        if len(got) or regions:
            found.append(Elsewhere(one.label, one.start, min(one.end or as_of, as_of), got, regions))
    return tuple(found)


def spoiled(others: Sequence[Elsewhere], treated: pd.Series, since: date, end: date) -> tuple[pd.Index, tuple[str, ...]]:
    """Customers of the comparison who got something else between ``since`` and ``end``, and the labels of what they got.

    ``treated``: by customer_id. Something else that came to the treated at least half as often is no reason: it is in both
    groups, and leaving its customers out of one of them would make them less alike.
    """
    out, labels = pd.Index([]), []
    for one in others:
        if one.start > end or one.end < since:
            continue
        got = treated.index.isin(one.customers)
        mine, theirs = got[treated.to_numpy()].mean(), got[~treated.to_numpy()].mean()
        if theirs > MORE_OFTEN * mine:
            out, labels = out.union(treated.index[got & ~treated.to_numpy()]), [*labels, one.label]
    return out, tuple(labels)
