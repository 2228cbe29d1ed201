"""Interventions: who was treated, who served as control, and the orders that the treatment added."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from playbook.generate.demand import Clock, draw_times
from playbook.generate.planted import FREQUENT_ORDERS, INTERVENTIONS, REFERENCE_CUSTOMERS, RESPONSES, InterventionPlan

__all__ = ["Rollout", "kinds", "roll_out"]

ACTIVE_DAYS, ACTIVE_ORDERS = 180, 2  # a customer with so many orders in so many days can be drawn


@dataclass(frozen=True)
class Rollout:
    """``members``: intervention_id, customer (row number), group. ``lost``: which of the orders that happen anyway are put off by
    an intervention. ``added``: customer, day, intervention of each added order. ``expected``: orders that each treated customer
    was expected to add, and each control customer would have: intervention_id, customer, kind, treated, orders."""

    members: pd.DataFrame
    lost: np.ndarray
    added: pd.DataFrame
    expected: pd.DataFrame


def roll_out(orders: pd.DataFrame, customers: pd.DataFrame, ticking: Clock, rng: np.random.Generator) -> Rollout:
    """Draw the groups of every planned intervention at random and add the orders that it causes.

    ``orders`` (customer, day) are those that happen anyway. Pairs of customers of one kind with like recent orders are
    split by coin, which keeps the groups alike; an added order is a Poisson event at the effect times the customer's own rate,
    and where the effect is negative, orders that would have happened are lost.
    """
    members, added, expected = [], [], []
    lost = np.zeros(len(orders), dtype=bool)
    for plan in INTERVENTIONS:
        start, stop = ticking.day(plan.start), ticking.day(plan.end + timedelta(days=1))
        treated, control = np.arange(len(customers)), np.array([], dtype=int)
        if plan.per_group is not None:
            treated, control = _groups(plan, start, orders, customers, rng)
            for group, rows in (("treated", treated), ("control", control)):
                members.append(pd.DataFrame({"intervention_id": plan.id, "customer": rows, "group": group}))
        told = _anticipate(plan, np.concatenate([treated, control]), len(treated), orders, customers, ticking)
        expected.append(told[["intervention_id", "customer", "kind", "treated", "orders"]])
        mine = told.iloc[: len(treated)]
        rate, begin, end = mine["rate"].to_numpy(), mine["begin"].to_numpy(), mine["end"].to_numpy()
        who, day = draw_times(ticking, np.maximum(rate, 0), begin, end, rng)
        added.append(pd.DataFrame({"customer": treated[who], "day": day, "intervention": plan.id}))
        if (rate < 0).any():
            chance = -mine.set_index("customer")["effect"].clip(upper=0).reindex(orders["customer"], fill_value=0.0).to_numpy()
            inside = ((orders["day"] >= start) & (orders["day"] < stop)).to_numpy()
            lost |= inside & (rng.random(len(orders)) < chance)
    join = [pd.concat(frames, ignore_index=True) for frames in (members, added, expected)]
    return Rollout(join[0], lost, *join[1:])


def kinds(plan_id: str, start: int, orders: pd.DataFrame, customer: np.ndarray) -> np.ndarray:
    """Number of the planted response (a row of RESPONSES) of each customer, by the orders before day ``start``."""
    before = orders[orders["day"] < start]
    recent = (
        before.loc[before["day"] >= start - ACTIVE_DAYS, "customer"].value_counts().reindex(customer, fill_value=0).to_numpy()
    )
    last = before.groupby("customer")["day"].max().reindex(customer).to_numpy()
    silence = np.nan_to_num(start - last, nan=start)
    rules = RESPONSES[plan_id]
    fits = [
        ((recent >= FREQUENT_ORDERS) == rule.frequent) & (silence >= rule.silence[0]) & (silence < rule.silence[1])
        for rule in rules
    ]
    return np.argmax(fits, axis=0)


def _anticipate(
    plan: InterventionPlan, customer: np.ndarray, treated: int, orders: pd.DataFrame, customers: pd.DataFrame, ticking: Clock
) -> pd.DataFrame:
    """Relative effect, rate of added orders and expected added orders of each member, the first ``treated`` of them treated.

    Where kinds of customers answer differently, their effects are scaled so that the treated add as many orders as the mean
    effect says.
    """
    start, stop = ticking.day(plan.start), ticking.day(plan.end + timedelta(days=1))
    begin = np.maximum(customers["start"].to_numpy()[customer], start)
    end = np.minimum(customers["stop"].to_numpy()[customer], stop)
    rate = customers["rate"].to_numpy()[customer]
    elapsed = ticking.elapsed
    anyway = rate * (elapsed[np.maximum(begin, end)] - elapsed[begin])
    kind, factor = None, np.ones(len(customer))
    if plan.id in RESPONSES:
        number = kinds(plan.id, start, orders, customer)
        kind = np.array([rule.kind for rule in RESPONSES[plan.id]], dtype=object)[number]
        factor = np.array([rule.factor for rule in RESPONSES[plan.id]])[number]
        factor = factor * anyway[:treated].sum() / (anyway * factor)[:treated].sum()
    effect = plan.effect * factor
    return pd.DataFrame(
        {
            "intervention_id": plan.id,
            "customer": customer,
            "kind": kind,
            "treated": np.arange(len(customer)) < treated,
            "effect": effect,
            "rate": rate * effect,
            "begin": begin,
            "end": end,
            "orders": anyway * effect,
        }
    )


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
