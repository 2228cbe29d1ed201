"""Offers: an action for a segment as a proposal with a line for each customer, and the list of them to work from."""

from collections.abc import Mapping

import pandas as pd

from playbook.methods.strategy.advising.own_tests import measured
from playbook.result.contract import LINES, Proposal, Worklist
from playbook.result.formats import LEVEL, Formats

__all__ = ["offer", "stop_rule"]

_SHOWN = {
    "customer_id": ("Customer", "text"),
    "segment": ("Segment", "text"),
    "bought": ("Bought in 12 months", "money"),
    "recency_days": ("Days since the last order", "count"),
    "cost": ("May cost a year", "money"),
    "value": ("Should bring a year", "money"),
}


def offer(action: Mapping, members: pd.DataFrame, fmt: Formats) -> Proposal:
    """A row of ``Targeting.actions`` as a proposal.

    ``members``: customer_id, segment, recency_days and bought (revenue of the last twelve months) of the segment's customers.
    Gains and rewards follow what a customer bought where the action's basis is the year, and are the same for all elsewhere;
    contacts cost the same for everybody. The lines add up to the action's own value and cost."""
    even = pd.Series(1 / len(members), index=members.index)
    bought = members["bought"].clip(lower=0)
    share = bought / bought.sum() if action["basis"] == "year" and bought.sum() > 0 else even
    frame = members.assign(cost=action["contact"] * even + action["reward"] * share)
    for column in ("value_low", "value", "value_high"):
        frame[column] = action[column] * share
    name, segment = action["name"], action["segment"]
    listed = frame.sort_values(["value", "customer_id"], ascending=[False, True], kind="stable", ignore_index=True)
    return Proposal(
        id=f"{action['action_id']}-{segment.casefold().replace(' ', '-')}",
        name=name,
        action=action["action"],
        whom=segment,
        owner=action["owner"],
        kpi=action["kpi"],
        stop_rule=stop_rule(action, fmt),
        pool="new customers" if action["basis"] == "average" else "purchases",  # of the average customer's worth: others come
        lines=listed.rename(columns={"customer_id": "key"})[list(LINES)],
        lead_days=action["lead_days"],
        review_days=action["review_days"],
        days=action["days"],
        evidence="likely" if measured(action) and action["value_low"] > action["cost"] else "indicative",
        worklist=Worklist(
            f"{action['action_id']}-{segment.casefold().replace(' ', '-')}",
            f"{name}: {segment}",
            f"{action['action']} {action['reason']}",
            listed,
            _SHOWN,
            "customer_id",
        ),
    )


def stop_rule(action: Mapping, fmt: Formats) -> str:
    """When to stop, for a row of ``Targeting.actions``: the gain at which it pays, judged by a range and not by one figure.

    Stopping at the first figure below that gain would end half of the actions that just pay, by chance alone.
    """
    least = action["break_even"]
    if pd.isna(least):
        return "Stop if the customers addressed buy less than the control group, beyond what chance explains."
    gain = {
        "year": f"{fmt.share(least, 1)} more revenue than in the control group",
        "order": f"{fmt.number(least * 100)} more orders per 100 customers and year than in the control group",
        "average": f"{fmt.money(least * action['basis_value'])} of revenue a year from new customers for each customer asked",
    }[action["basis"]]
    return f"It pays from {gain}. Stop if the whole {fmt.share(LEVEL)} range of the gain lies below that."
