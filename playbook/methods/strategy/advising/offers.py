"""Offers: an action for a segment as a proposal with a line for each customer, and the list of them to work from."""

from collections.abc import Mapping

import pandas as pd

from playbook.methods.market_research.grouping.names import segment_kinds
from playbook.result.contract import LINES, Proposal, Worklist
from playbook.result.formats import LEVEL, Formats

__all__ = ["offer", "stop_rule"]

_SHOWN = {
    "customer_id": ("Customer", "text"),
    "segment": ("Segment", "text"),
    "bought": ("Bought in 12 months", "money"),
    "recency_days": ("Days since the last order", "count"),
    "cost": ("Cost a year", "money"),
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
    segment, id = action["segment"], f"{action['action_id']}-{_place(action, fmt)}"
    listed = frame.sort_values(["value", "customer_id"], ascending=[False, True], kind="stable", ignore_index=True)
    return Proposal(
        id=id,
        name=action["name"],
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
        evidence="likely" if action["measured"] and action["value_low"] > action["cost"] else "indicative",
        worklist=Worklist(
            id,
            fmt.say("{action}: {whom}", action=action["name"], whom=segment),
            fmt.sentences(action["action"], action["reason"]),
            listed,
            _SHOWN,
            "customer_id",
        ),
    )


def _place(action: Mapping, fmt: Formats) -> str:
    """The segment as part of an id that is the same in every language: its kind, unless the client gave it a name."""
    kind, segment = segment_kinds().get(action["kind"]), action["segment"]
    if kind is not None and segment == fmt.told(kind.label):
        return kind.id
    return segment.casefold().replace(" ", "-")


def stop_rule(action: Mapping, fmt: Formats) -> str:
    """When to stop, for a row of ``Targeting.actions``: the gain at which it pays, judged by a range and not by one figure.

    Stopping at the first figure below that gain would end half of the actions that just pay, by chance alone.
    """
    least = action["break_even"]
    if pd.isna(least):
        return fmt.say("Stop if the customers addressed buy less than the control group, by more than chance explains.")
    if action["basis"] == "year":
        pays = fmt.say("It breaks even at {gain} more revenue than in the control group.", gain=fmt.share(least, 1))
    elif action["basis"] == "order":
        pays = fmt.say(
            "It breaks even at {gain} more orders per 100 customers a year than in the control group.",
            gain=fmt.number(least * 100),
        )
    else:
        pays = fmt.say(
            "It breaks even at {gain} of yearly revenue from new customers for each customer asked.",
            gain=fmt.money(least * action["basis_value"]),
        )
    return fmt.sentences(pays, fmt.say("Stop if the whole {level} range of the gain lies below that.", level=fmt.share(LEVEL)))
