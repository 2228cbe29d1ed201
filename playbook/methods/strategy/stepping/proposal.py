"""Next-step proposals: the changes advised, one line a change, worth what the policy gains on cases that did not choose it."""

import pandas as pd

from playbook.methods.strategy.stepping.findings import OWNER, grade
from playbook.methods.strategy.stepping.stepped import Stepped
from playbook.result.contract import LINES, Proposal, Worklist

__all__ = ["proposals"]

LEAD_DAYS, REVIEW_DAYS = 28, 91


def proposals(told: Stepped) -> tuple[Proposal, ...]:
    """Make the advised actions the rule; empty where today's mix is as good. Costs of actions are taken off the value already."""
    changes, fmt = told.changes, told.fmt
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
        step=[told.name(s) for s in changes["step"]], action=[told.name(a) for a in changes["action"]],
        share=changes["share"].to_numpy(), better=changes["better"].to_numpy(),
    )  # fmt: skip
    columns = {
        "step": ("At step", "text"),
        "action": ("Do this", "text"),
        "share": ("Done today", "share"),
        "better": ("Worth a case, revenue" if told.margin is None else "Worth a case, gross margin", "unit_money"),
        "value": ("Should bring a year", "money"),
    }
    names = [fmt.say("“{action}” at “{step}”", action=r.action, step=r.step) for r in listed.itertuples()]
    return (
        Proposal(
            id="next-step",
            name="next best step",
            action=fmt.say("Make it the rule, once a test drawn by lot has confirmed it: {choices}.", choices=fmt.listed(names)),
            whom=fmt.say("{cases} at {steps}", cases=told.cases, steps=fmt.listed(dict.fromkeys(listed["step"]))),
            owner=OWNER,
            kpi="revenue per case against those handled as before"
            if told.margin is None
            else "gross margin per case against those handled as before",
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
