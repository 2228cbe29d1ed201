"""Stages: where each customer stands on the path acquire, keep, develop, loyal, by a rule that can be read out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from playbook.locale.data import data_file
from playbook.methods.market_research.grouping.habits import QUIET, YEAR

__all__ = ["PATH", "Stage", "customer_stages", "life_stages"]

PATH = ("acquire", "keep", "develop", "loyal", "gone-quiet")  # in the order in which a reader meets them
NEW_DAYS = 90  # days from the first order in which a customer is new; as long must a customer be silent to have gone quiet
FEW = 4  # orders from which a customer is regular


@dataclass(frozen=True)
class Stage:
    """A stage: stable id, and its name and its rule in words."""

    id: str
    label: str
    rule: str


_ROWS = data_file(__package__, "stages.yml")


@cache
def life_stages() -> Mapping[str, Stage]:
    """All stages by id, in the order in which their rules are tried."""
    return MappingProxyType({id: Stage(id, row["label"], row["rule"]) for id, row in _ROWS.items()})


def customer_stages(customers: pd.DataFrame, span: int) -> pd.Series:
    """The id of each customer's stage; the index is that of ``customers``.

    Takes recency_days, tenure_days, orders, orders_per_year and silence, one row a customer, and the ``span`` of the data in
    days. A customer for long is one whose first order is a year old, or half the span where the data are shorter than two years.
    """
    regular = customers["orders"] >= FEW
    usual = customers.loc[regular, "orders_per_year"].median()
    long = min(YEAR, span // 2)
    rules = {
        "gone-quiet": (customers["silence"] > QUIET) & (customers["recency_days"] > NEW_DAYS),
        "acquire": (customers["tenure_days"] <= NEW_DAYS) | (customers["orders"] == 1),
        "keep": ~regular,
        "loyal": (customers["tenure_days"] >= long) & (customers["orders_per_year"] >= usual),
    }
    order = [stage for stage in life_stages() if stage in rules]
    found = np.select([rules[stage].to_numpy() for stage in order], order, "develop")
    return pd.Series(found, index=customers.index, dtype=object)
