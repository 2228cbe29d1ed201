"""Segment names: which kind of customers each group is, read from its profile and the kinds in ``names.yml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from playbook.locale.data import data_file

__all__ = ["MEASURES", "SegmentKind", "name_groups", "segment_kinds"]

MEASURES = ("freshness", "orders", "order_value", "newness")
OUT_OF_BOUNDS = 1.0  # cost of a silence outside the kind's bounds: as much as being wrong from one end of a rank to the other


@dataclass(frozen=True)
class SegmentKind:
    """A kind of segment: stable id, its words, ideal ranks, bounds of the silence in usual gaps."""

    id: str
    label: str
    description: str
    profile: Mapping[str, float]
    silence: tuple[float, float]


_ROWS = data_file(__package__, "names.yml")


@cache
def segment_kinds() -> Mapping[str, SegmentKind]:
    """All kinds by id, in the order of the file."""
    return MappingProxyType(
        {id: SegmentKind(id, r["label"], r["description"], r["profile"], tuple(r["silence"])) for id, r in _ROWS.items()}
    )


def name_groups(customers: pd.DataFrame, groups: np.ndarray) -> dict[int, str]:
    """The kind of each group, no kind twice.

    ``customers`` has recency_days, orders, order_value, first_days (days since the first order) and silence (recency in usual
    gaps), one row a customer; ``groups`` the group of each row. Costs are the root mean squared distances between mean quantile
    ranks and the kinds' ideals; the assignment with the smallest total cost is taken (Kuhn 1955). Raises ValueError when there
    are more groups than kinds.
    """
    kinds = list(segment_kinds().values())
    ranks = pd.DataFrame(
        {
            "freshness": 1 - _rank(customers["recency_days"]),
            "orders": _rank(customers["orders"]),
            "order_value": _rank(customers["order_value"]),
            "newness": 1 - _rank(customers["first_days"]),
        }
    )
    found = ranks.groupby(groups).mean()
    silence = customers["silence"].groupby(groups).median()
    if len(found) > len(kinds):
        raise ValueError(f"{len(found)} groups, but only {len(kinds)} kinds of segments have a name")
    ideal = np.array([[kind.profile[m] for m in MEASURES] for kind in kinds])
    cost = np.sqrt(((found[list(MEASURES)].to_numpy()[:, None, :] - ideal[None]) ** 2).mean(axis=2))
    low, high = np.array([kind.silence for kind in kinds]).T
    outside = (silence.to_numpy()[:, None] < low) | (silence.to_numpy()[:, None] > high)
    rows, columns = linear_sum_assignment(cost + OUT_OF_BOUNDS * outside)
    return {int(found.index[row]): kinds[column].id for row, column in zip(rows, columns, strict=True)}


def _rank(values: pd.Series) -> pd.Series:
    """Mid-ranks as shares between 0 and 1."""
    return (values.rank() - 0.5) / len(values)
