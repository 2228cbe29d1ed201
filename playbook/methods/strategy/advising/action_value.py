"""Action value: what one action costs for one segment and what it should bring in a year."""

import pandas as pd

from playbook.methods.strategy.advising.advice import Advice, Learned
from playbook.result.formats import Formats

__all__ = ["COLUMNS", "action_value"]

COLUMNS = (
    "segment",
    "kind",
    "action_id",
    "name",
    "action",
    "reason",
    "owner",
    "kpi",
    "lead_days",
    "review_days",
    "days",
    "customers",
    "basis",
    "basis_value",
    "lift_low",
    "lift",
    "lift_high",
    "source",
    "measured",
    "cost",
    "contact",
    "reward",
    "value_low",
    "value",
    "value_high",
    "profit",
    "break_even",
)


def action_value(segment: dict, advice: Advice, learned: Learned, average: float, margin: float | None, fmt: Formats) -> dict:
    """One row with ``COLUMNS`` for a segment (a row of its profile) and an action; money in the client's currency a year.

    value = customers x basis x lift x margin; cost = customers x (contact x ``average`` + reward x basis) x the share of a year
    for which the action runs (``days``: a year, or as long as the client's own test did); break_even = the lift, while the action
    runs, at which both are equal. ``average`` is the yearly revenue of an average customer of the shop. Without a ``margin`` the
    values are revenue, and profit and break_even are NaN. ``measured``: the lift is the client's own measurement.
    """
    customers, lift = segment["customers"], learned.lift
    year = segment["revenue_year"] / customers if customers else 0.0
    basis = float({"year": year, "order": segment["order_value"], "average": average}[advice.basis])
    basis = max(basis, 0.0) if pd.notna(basis) else 0.0  # customers who only returned goods have nothing to lift
    lifted = customers * basis
    contact, reward = (learned.running * customers * part for part in (advice.cost.contact * average, advice.cost.reward * basis))
    low, value, high = (lifted * x * (1.0 if margin is None else margin) for x in (lift.low, lift.expected, lift.high))
    known = margin is not None
    return {
        "segment": segment["segment"],
        "kind": segment["kind"],
        "action_id": advice.id,
        **{field: fmt.told(getattr(advice, field)) for field in ("name", "action", "reason", "owner", "kpi")},
        "lead_days": advice.lead_days,
        "review_days": advice.review_days,
        "days": learned.days,
        "customers": customers,
        "basis": advice.basis,
        "basis_value": basis,
        "lift_low": lift.low,
        "lift": lift.expected,
        "lift_high": lift.high,
        "source": fmt.say("{source} (support: {support})", source=learned.source(fmt), support=fmt.told(lift.support)),
        "measured": learned.measured,
        "cost": contact + reward,
        "contact": contact,
        "reward": reward,
        "value_low": low,
        "value": value,
        "value_high": high,
        "profit": value - contact - reward if known else float("nan"),
        "break_even": (contact + reward) / learned.running / (lifted * margin) if known and lifted > 0 else float("nan"),
    }
