"""Next-step proposals: the changes advised, one line a change, worth what the policy gains on cases that did not choose it."""

import pandas as pd

from playbook.methods.strategy.stepping.findings import OWNER, grade
from playbook.methods.strategy.stepping.stepped import Stepped
from playbook.result.contract import LINES, Proposal, Worklist

__all__ = ["proposals"]

LEAD_DAYS, REVIEW_DAYS = 28, 91


def proposals(told: Stepped) -> tuple[Proposal, ...]:
    """Make the advised actions the rule; empty where today's mix is as good. Costs of actions are taken off the value already."""
    changes = told.changes
    if changes.empty or told.advice.gain <= 0:
        return ()
    weight = changes["better"] * changes["cases"] / changes["share"]
    weight = weight / weight.sum()
    gain, low, high = (edge * told.many for edge in (told.advice.gain, told.advice.gain_low, told.advice.gain_high))
    lines = pd.DataFrame(
        {
            "key": (changes["step"] + ": " + changes["action"]).to_numpy(), "cost": 0.0, "value_low": (low * weight).to_numpy(),
            "value": (gain * weight).to_numpy(), "value_high": (high * weight).to_numpy(),
        }
    )[list(LINES)]  # fmt: skip
    listed = lines.assign(
        step=changes["step"].to_numpy(), action=changes["action"].to_numpy(), share=changes["share"].to_numpy(),
        better=changes["better"].to_numpy(),
    )  # fmt: skip
    columns = {
        "step": ("At", "text"),
        "action": ("Do this", "text"),
        "share": ("Done today", "share"),
        "better": (f"Worth a case, {told.meant}", "unit_money"),
        "value": ("Should bring a year", "money"),
    }
    names = "; ".join(f"{r.action} at {r.step}" for r in changes.itertuples())
    return (
        Proposal(
            id="next-step",
            name="next best step",
            action=f"Make it the rule, after a test by lot: {names}.",
            whom=f"{told.cases} at {', '.join(changes['step'])}",
            owner=OWNER,
            kpi=f"{told.meant} per case against those handled as before",
            stop_rule="Stop a step's rule when cases handled by it bring less than those handled as before, beyond chance.",
            pool="prices" if told.deals else "new customers",
            lines=lines,
            lead_days=LEAD_DAYS,
            review_days=REVIEW_DAYS,
            evidence=grade(low, high),
            worklist=Worklist(
                "next-step", "Next best step", "What to do at each step of the way to a sale.", listed, columns, "key"
            ),
            waits=False,
        ),
    )
