"""Segment ways: the three ways to sort customers, k-means groups, rules and RFM cells, behind one face."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from playbook.engagement import SegmentRule
from playbook.methods.market_research.grouping.groups import Grouping, choose_grouping
from playbook.methods.market_research.grouping.habits import YEAR, buying_habits
from playbook.methods.market_research.grouping.names import name_groups, segment_kinds
from playbook.methods.market_research.grouping.rfm import rfm_scores
from playbook.methods.market_research.grouping.rules import apply_rules, rule_words
from playbook.result.formats import Formats

__all__ = ["SHORTEST_TENURE", "Way", "by_groups", "by_rfm", "by_rules", "customer_measures"]

FEWEST_GROUPS = 3  # two groups, good and bad customers, are nothing to act on
CUSTOMERS_PER_GROUP = 10
SHORTEST_TENURE = 90  # days: rates of customers who only just came are not blown up
UNKNOWN = "other"  # the kind of groups beyond those that have a name


@dataclass(frozen=True)
class Way:
    """One way to sort customers. ``names`` and ``kinds``: segment and kind of each customer (indexed as the measures it was made
    from); ``words``: who each segment's customers are; ``sort`` names the segments of other customers with the same model."""

    names: pd.Series
    kinds: pd.Series
    words: Mapping[str, str]
    sort: Callable[[pd.DataFrame], pd.Series]


def customer_measures(order_totals: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """``buying_habits`` with tenure_days (since the first order) and orders_per_year (at least 90 days counted)."""
    habits = buying_habits(order_totals, as_of)
    years = habits["first_days"].clip(lower=SHORTEST_TENURE) / YEAR
    return habits.assign(tenure_days=habits["first_days"], orders_per_year=habits["orders"] / years)


def by_groups(customers: pd.DataFrame, k_max: int, fmt: Formats) -> tuple[Way, Grouping]:
    """k-means on recency, orders and revenue, on a log scale and standardised, named by ``name_groups``; takes the measures."""
    logs = _logs(customers)
    most = min(max(1, k_max), len(segment_kinds()), len(customers) // CUSTOMERS_PER_GROUP, len(np.unique(logs, axis=0)))
    scaler = StandardScaler().fit(logs)
    grouping = choose_grouping(scaler.transform(logs), range(min(FEWEST_GROUPS, most), most + 1))
    kind_of = name_groups(customers, grouping.labels)
    kinds = pd.Series(grouping.labels, index=customers.index).map(kind_of)

    def sort(others: pd.DataFrame) -> pd.Series:
        groups = grouping.assign(scaler.transform(_logs(others)))
        return _labels(pd.Series(groups, index=others.index).map(kind_of), fmt)

    return Way(_labels(kinds, fmt), kinds, _descriptions(fmt), sort), grouping


def by_rfm(customers: pd.DataFrame, fmt: Formats) -> Way:
    """The cells of the RFM scores; takes the measures."""
    kinds = rfm_scores(customers)["kind"]

    def sort(others: pd.DataFrame) -> pd.Series:
        return _labels(rfm_scores(others)["kind"], fmt)

    return Way(_labels(kinds, fmt), kinds, _descriptions(fmt), sort)


def by_rules(customers: pd.DataFrame, rules: Sequence[SegmentRule], fmt: Formats) -> Way:
    """Rules in words; takes the measures. Kinds, by which later phases find their advice, are those that fit the groups best;
    groups beyond as many as there are kinds, the smallest, are of kind ``UNKNOWN``. Raises EngagementError, see
    ``apply_rules``."""
    names = apply_rules(customers, rules, fmt)
    codes, found = pd.factorize(names, sort=True)
    largest = names.value_counts(sort=True).index[: len(segment_kinds())]
    mine = names.isin(largest)
    kind_of = name_groups(customers[mine], codes[mine]) if mine.any() else {}
    kinds = pd.Series(codes, index=customers.index).map(kind_of).fillna(UNKNOWN)
    words = dict.fromkeys(found, fmt.say("customers whom no rule describes"))
    words |= {rule.name: fmt.say("customers with {rule}", rule=rule_words(rule, fmt)) for rule in reversed(rules)}
    return Way(names, kinds, words, lambda others: apply_rules(others, rules, fmt))


def _logs(customers: pd.DataFrame) -> np.ndarray:
    return np.log1p(customers[["recency_days", "orders", "revenue"]].clip(lower=0).to_numpy(dtype=float))


def _labels(kinds: pd.Series, fmt: Formats) -> pd.Series:
    return kinds.map({id: fmt.told(kind.label) for id, kind in segment_kinds().items()}).astype(object)


def _descriptions(fmt: Formats) -> dict[str, str]:
    return {
        fmt.told(kind.label): fmt.say("customers who {what}", what=fmt.told(kind.description))
        for kind in segment_kinds().values()
    }
