"""Interventions: who was treated, who served as control, and the orders that the treatment added."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from playbook.generate.demand import Clock, draw_times
from playbook.generate.planted import INTERVENTIONS, REFERENCE_CUSTOMERS, InterventionPlan

__all__ = ["Rollout", "roll_out"]

ACTIVE_DAYS, ACTIVE_ORDERS = 180, 2  # a customer with so many orders in so many days can be drawn


@dataclass(frozen=True)
class Rollout:
    """``members``: intervention_id, customer (row number), group. ``added``: customer, day, intervention of each added order.
    ``expected``: orders that each treated customer was expected to add: intervention_id, customer, orders."""

    members: pd.DataFrame
    added: pd.DataFrame
    expected: pd.DataFrame


def roll_out(orders: pd.DataFrame, customers: pd.DataFrame, ticking: Clock, rng: np.random.Generator) -> Rollout:
    """Draw the groups of every planned intervention at random and add the orders that it causes.

    ``orders`` (customer, day) are those that happen anyway. Pairs of customers of one kind with like recent orders are
    split by coin, which keeps the groups alike; an added order is a Poisson event at ``effect`` times the customer's own rate.
    """
    members, added, expected = [], [], []
    for plan in INTERVENTIONS:
        start, stop = ticking.day(plan.start), ticking.day(plan.end + timedelta(days=1))
        treated = np.arange(len(customers))
        if plan.per_group is not None:
            treated, control = _groups(plan, start, orders, customers, rng)
            for group, rows in (("treated", treated), ("control", control)):
                members.append(pd.DataFrame({"intervention_id": plan.id, "customer": rows, "group": group}))
        begin = np.maximum(customers["start"].to_numpy()[treated], start)
        end = np.minimum(customers["stop"].to_numpy()[treated], stop)
        rate = customers["rate"].to_numpy()[treated] * plan.effect
        elapsed = ticking.elapsed
        anticipated = rate * (elapsed[np.maximum(begin, end)] - elapsed[begin])
        expected.append(pd.DataFrame({"intervention_id": plan.id, "customer": treated, "orders": anticipated}))
        who, day = draw_times(ticking, rate, begin, end, rng)
        added.append(pd.DataFrame({"customer": treated[who], "day": day, "intervention": plan.id}))
    return Rollout(*(pd.concat(frames, ignore_index=True) for frames in (members, added, expected)))


def _groups(plan: InterventionPlan, start: int, orders: pd.DataFrame, customers: pd.DataFrame, rng: np.random.Generator):
    """Row numbers of the treated and the control customers."""
    recent = orders[(orders["day"] < start) & (orders["day"] >= start - ACTIVE_DAYS)]
    count = recent["customer"].value_counts().sort_index()
    drawn = pd.DataFrame({"orders": count, "segment": customers["segment"].to_numpy()[count.index]})[count >= ACTIVE_ORDERS]
    size = min(round(plan.per_group * len(customers) / REFERENCE_CUSTOMERS), len(drawn) // 2)
    drawn = drawn.iloc[np.sort(rng.choice(len(drawn), 2 * size, replace=False))].sort_values(["segment", "orders"], kind="stable")
    pairs = drawn.index.to_numpy().reshape(size, 2)
    coin = rng.integers(0, 2, size)
    rows = np.arange(size)
    return np.sort(pairs[rows, coin]), np.sort(pairs[rows, 1 - coin])
