"""The truth behind a generated client, written beside its data and never read by a report."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.generate.demand import DAYS_PER_MONTH
from playbook.generate.interventions import ACTIVE_DAYS, Rollout
from playbook.generate.journeys import ACTIONS, STEPS, transition_truth
from playbook.generate.moods import planted_moods, survey_truth
from playbook.generate.planted import (
    ACTION_COSTS,
    AGAIN_DAYS,
    AGAIN_ODDS,
    CHANNELS,
    COMPETITORS,
    FREQUENT_ORDERS,
    GROWTH,
    INTERVENTIONS,
    LATE_BY_MONTH,
    LATE_BY_REGION,
    NETWORK,
    REFERENCE_CUSTOMERS,
    RESPONSES,
    SEASON,
    SEGMENTS,
    WALLET,
    Channel,
    Response,
)
from playbook.generate.service import faq_truth
from playbook.generate.shop import COMPANION_RATE, COMPANIONS, Shelf, category_truth

__all__ = ["Truth", "advertising_truth", "tell_truth"]


@dataclass(frozen=True)
class Truth:
    """``values``: planted scalars by name. ``customers``: segment, rate, fate and share of wallet of each customer, expected
    added revenue by intervention (where kinds of customers answer differently, also what those of the control group would have
    added, and the kind). ``orders``: fraudulent orders and those an intervention added. ``surveys``: the order
    behind each answer and what moved it (driver)."""

    values: dict
    customers: pd.DataFrame
    orders: pd.DataFrame
    surveys: pd.DataFrame


def tell_truth(
    seed: int,
    people: pd.DataFrame,
    shelf: Shelf,
    rollout: Rollout,
    tables: dict[str, pd.DataFrame],
    told: pd.DataFrame,
    scarce: dict,
) -> Truth:
    """Collect what was planted and what came of it, in figures a method can be held against."""
    table = tables["orders"]
    worth = _order_worth(table, people)
    expected = rollout.expected.assign(
        revenue=rollout.expected["orders"] * worth[people["segment"].to_numpy()[rollout.expected["customer"]]].to_numpy()
    )
    special = table[table["fraud"] | table["intervention"].notna()].drop_duplicates("order_id")
    values = {
        "seed": seed,
        "segments": {s.name: {"share": s.share, "monthly_orders": s.monthly_orders} for s in SEGMENTS},
        "growth_a_year_without_advertising": GROWTH,
        "season": {f"{month:02d}": round(value / float(np.mean(SEASON)), 4) for month, value in enumerate(SEASON, 1)},
        "elasticity": category_truth(),
        "companions": {"rate": COMPANION_RATE, "pairs": dict(COMPANIONS)},
        "advertising": {c.name: advertising_truth(c, len(people)) for c in CHANNELS},
        "competitors": {name: level for name, (level, _) in COMPETITORS.items()},
        "journeys": {
            "costliest_leak": f"{STEPS[2]} > {STEPS[3]}",
            "transitions": transition_truth(),
            "actions": {f"{STEPS[step]}: {action}": factor for step, action, factor in ACTIONS},
            "action_costs": dict(ACTION_COSTS),
        },
        "surveys": survey_truth(),
        "wallet_share": dict(WALLET),
        "network": _network(),
        "interventions": {plan.id: _effect(plan, expected, table) for plan in INTERVENTIONS},
        "stock": scarce,
        "faq": faq_truth(),
        "fraud": {
            "orders": int(table.loc[table["fraud"], "order_id"].nunique()),
            "flagged": int(table.loc[table["flagged"], "order_id"].nunique()),
        },
    }
    return Truth(values, _customers(people, shelf, expected), _orders(special), told)


def _network() -> dict:
    """The planted network of drivers: arrows between the drivers' variables, and the tables that were drawn from."""
    in_time, late = (round(float(chance), 4) for chance in planted_moods().satisfied)
    return {
        "edges": [list(edge) for edge in NETWORK],
        "buys_again_within_days": AGAIN_DAYS,
        "tables": {
            "late_delivery given region": dict(LATE_BY_REGION),
            "late_delivery: odds in month": {f"{month:02d}": odds for month, odds in LATE_BY_MONTH.items()},
            "satisfied given late_delivery": {"in time": in_time, "late": late},
            "buys_again: odds of the satisfied over those of the others": AGAIN_ODDS,
        },
    }


def _order_worth(table: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Mean revenue of an honest order by segment, returns taken off."""
    honest = table[~table["fraud"] & table["customer_id"].notna()]
    segment = honest["customer_id"].map(people.set_index("customer_id")["segment"])
    sums = honest.groupby(segment).agg(revenue=("revenue", "sum"), orders=("order_id", "nunique"))
    return (sums["revenue"] / sums["orders"]).reindex(people["segment"].unique(), fill_value=0.0)


def advertising_truth(channel: Channel, customers: int) -> dict:
    """The planted response of one channel, at the size of the client."""
    scale = customers / REFERENCE_CUSTOMERS
    return {
        "carryover": channel.carryover,
        "half": channel.half * scale,
        "ceiling_orders_a_day": channel.ceiling * scale,
        "formula": "orders = ceiling * a / (half + a); a(t) = (1 - carryover) * spend(t) + carryover * a(t - 1)",
    }


def _effect(plan, expected: pd.DataFrame, table: pd.DataFrame) -> dict:
    """Planted relative effect, and what it amounts to: expected, and as the added orders turned out."""
    members = expected[expected["intervention_id"] == plan.id]
    mine = members[members["treated"]]
    added = table[table["intervention"] == plan.id]
    told = {
        "relative_effect_on_orders": plan.effect,
        "control_group": plan.per_group is not None,
        "treated": len(mine),
        "expected_added_orders": round(float(mine["orders"].sum()), 1),
        "expected_added_revenue": round(float(mine["revenue"].sum()), 2),
        "expected_added_revenue_per_treated": round(float(mine["revenue"].mean()), 3),
        "realised_added_orders": int(added["order_id"].nunique()),
        "realised_added_revenue": round(float(added["revenue"].sum()), 2),
    }
    if plan.id in RESPONSES:
        told["by_kind"] = {rule.kind: _kind(rule, members[members["kind"] == rule.kind]) for rule in RESPONSES[plan.id]}
    return told


def _kind(rule: Response, members: pd.DataFrame) -> dict:
    """Which customers are of the kind, by what was seen before the start, and what the treated of them add."""
    mine = members[members["treated"]]
    than = "at least" if rule.frequent else "fewer than"
    return {
        "orders_before": f"{than} {FREQUENT_ORDERS} in the {ACTIVE_DAYS} days before the start",
        "days_since_last_order": list(rule.silence),  # from, to before
        "treated": len(mine),
        "expected_added_orders_per_treated": round(float(mine["orders"].mean()), 4),
        "expected_added_revenue_per_treated": round(float(mine["revenue"].mean()), 3),
    }


def _customers(people: pd.DataFrame, shelf: Shelf, expected: pd.DataFrame) -> pd.DataFrame:
    """One row a customer; ``churned_on`` is empty for those still alive."""
    churned = shelf.first_day + pd.to_timedelta(people["stop"], "D")
    told = pd.DataFrame(
        {
            "customer_id": people["customer_id"],
            "segment": people["segment"],
            "monthly_orders": (people["rate"] * DAYS_PER_MONTH).round(5),
            "alive": people["alive"],
            "churned_on": churned.where(~people["alive"]),
            "wallet_share": people["wallet_share"].round(4),
        }
    )
    wide = (
        expected[expected["treated"]].pivot(index="customer", columns="intervention_id", values="revenue").reindex(people.index)
    )
    told = told.join(wide.round(4).add_prefix("added revenue: "))
    differing = expected[expected["intervention_id"].isin(list(RESPONSES))]
    for value, words in (("revenue", "added revenue if treated: "), ("kind", "kind: ")):
        wide = differing.pivot(index="customer", columns="intervention_id", values=value).reindex(people.index)
        told = told.join((wide.round(4) if value == "revenue" else wide).add_prefix(words))
    return told


def _orders(special: pd.DataFrame) -> pd.DataFrame:
    return special[["order_id", "fraud", "intervention"]].sort_values("order_id", ignore_index=True)
