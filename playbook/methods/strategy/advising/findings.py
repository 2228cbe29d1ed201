"""Targeting findings: which actions should pay for whole segments, where most should come from, and what does not pay."""

import pandas as pd

from playbook.methods.strategy.counting import LEAST
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["findings", "headline"]


def headline(actions: pd.DataFrame, margin: float | None, fmt: Formats) -> str:
    """How many of ``Targeting.actions`` should pay, and what they leave after cost."""
    if actions.empty:
        return fmt.say("No action of the advice list fits these segments")
    if margin is None:
        return fmt.say_n(
            "One action aims at {value} more revenue a year; the margin is missing",
            "{n} actions aim at {value} more revenue a year; the margin is missing",
            len(actions),
            value=fmt.money(actions["value"].sum()),
        )
    paying = actions[actions["profit"] > 0]
    if paying.empty:
        return fmt.say_n(
            "The one action that fits is not expected to earn its cost",
            "None of the {n} actions is expected to earn its cost",
            len(actions),
        )
    left = fmt.money(paying["profit"].sum())
    if len(actions) == 1:
        return fmt.say("The one action that fits should pay across its whole segment: {left} a year after cost", left=left)
    return fmt.say_n(
        "One of {all} actions should pay across its whole segment: {left} a year after cost",
        "{n} of {all} actions should pay across their whole segments: {left} a year after cost",
        len(paying),
        all=fmt.count(len(actions)),
        left=left,
    )


def findings(actions: pd.DataFrame, margin: float | None, fmt: Formats) -> list[Finding]:
    """Up to three: all actions that pay, the best of them, those that do not pay. Without a margin the largest gain alone."""
    if actions.empty:
        return []
    if margin is None:
        top = actions.iloc[0]
        sentence = fmt.say(
            "The largest gain in sight is “{action}” for {whom}: {value} more revenue a year for {cost}. Whether it pays"
            " cannot be said, because the gross margin is not known.",
            action=top["name"], whom=top["segment"], value=fmt.money(top["value"]), cost=fmt.money(top["cost"]),
        )  # fmt: skip
        return [
            Finding(
                "targeting-revenue",
                sentence,
                top["value"],
                "money",
                top["value_low"],
                top["value_high"],
                int(top["customers"]),
                action="State the gross margin in client.yml, so that value after cost can be worked out.",
            )
        ]
    found, paying = [], actions[actions["profit"] > 0]
    if len(paying) > 1:
        spent, low, high = paying["cost"].sum(), paying["value_low"].sum(), paying["value_high"].sum()
        found.append(
            Finding(
                "targeting-total",
                fmt.say(
                    "The {n} actions that should pay cost {cost} a year and should bring {value} of gross margin, which"
                    " leaves {left}.",
                    n=fmt.count(len(paying)),
                    cost=fmt.money(spent),
                    value=fmt.money(paying["value"].sum()),
                    left=fmt.money(paying["profit"].sum()),
                ),
                paying["profit"].sum(),
                "money",
                low - spent,
                high - spent,
                int(paying.groupby("segment")["customers"].first().sum()),
                paying["profit"].sum(),
                action="Start with these and keep a control group, so that the next report can measure instead of assume."
                if paying["profit"].max() >= LEAST
                else "Each of them leaves too little in a year for the work it makes: leave them out for now.",
            )
        )
    if len(paying):
        top = paying.iloc[0]
        found.append(
            Finding(
                "targeting-best",
                fmt.say(
                    "Most should come from “{action}” for {whom}: {left} a year after a cost of {cost}.",
                    action=top["name"],
                    whom=top["segment"],
                    left=fmt.money(top["profit"]),
                    cost=fmt.money(top["cost"]),
                ),
                top["profit"],
                "money",
                top["value_low"] - top["cost"],
                top["value_high"] - top["cost"],
                int(top["customers"]),
                top["profit"],
                evidence="likely" if top["measured"] and top["value_low"] > top["cost"] else "indicative",
                action=top["action"]
                if top["profit"] >= LEAST
                else "That is too little for the work it makes: leave it out for now.",
                owner=top["owner"],
            )
        )
    losing = actions[actions["profit"] <= 0]
    if len(losing):
        worst = losing.iloc[-1]
        found.append(
            Finding(
                "targeting-unpaid",
                fmt.say_n(
                    "One action is not expected to earn its cost across the whole segment: “{action}” for {whom} should"
                    " bring {value} for {cost}.",
                    "{n} actions are not expected to earn their cost across the whole segment, least of all “{action}”"
                    " for {whom}: {value} for {cost}.",
                    len(losing),
                    action=worst["name"],
                    whom=worst["segment"],
                    value=fmt.money(worst["value"]),
                    cost=fmt.money(worst["cost"]),
                ),
                worst["profit"],
                "money",
                worst["value_low"] - worst["cost"],
                worst["value_high"] - worst["cost"],
                int(worst["customers"]),
                action="Leave it out, or limit it to the customers most likely to respond (see the budget).",
            )
        )
    return found
