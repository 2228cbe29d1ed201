"""Next-step findings: what the advised policy is worth, the change that brings most, what does not pay, thin and key steps."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.stepping.stepped import Stepped
from playbook.result.contract import Evidence, Finding

__all__ = ["OWNER", "Stepped", "findings", "grade", "headline"]

OWNER = mark("head of sales")
FEWEST_EFFECTIVE = 50  # cases behind the check on held-out cases, below which it tells nothing
EVERYWHERE = 0.999  # of the sales: a step that all must pass is no news
_PASSING = {
    "actions": mark("What was done at each step is not known; {share} of the sales pass through {step}"),
    "value": mark("What a sale brings is not known; {share} of the sales pass through {step}"),
    "both": mark("Neither what was done at each step nor what a sale brings is known; {share} of the sales pass through {step}"),
}
_UNKNOWN = {
    "actions": mark("Actions cannot be compared: what was done at each step is not known"),
    "value": mark("Actions cannot be compared: what a sale brings is not known"),
    "both": mark("Actions cannot be compared: neither what was done at each step nor what a sale brings is known"),
}
_UNWEIGHED = {
    "actions": mark("{n} {cases} are known, but not what was done at each step, so actions cannot be compared."),
    "value": mark("{n} {cases} are known, but not what a sale brings, so actions cannot be compared."),
    "both": mark(
        "{n} {cases} are known, but neither what was done at each step nor what a sale brings, so actions cannot be compared."
    ),
}


def headline(told: Stepped) -> str:
    """The policy's worth a year, or the step most depends on."""
    fmt = told.fmt
    if told.advice is None:
        key = _key_step(told)
        if key is None:
            return fmt.say(_UNKNOWN[told.missing])
        return fmt.say(_PASSING[told.missing], share=fmt.share(key["removal"]), step=told.name(key["step"]))
    changes = told.changes
    if changes.empty or told.advice.gain <= 0:
        return fmt.say("No other action is shown to be worth more than what is done today")
    one = changes.loc[changes["better"].idxmax()]
    named = {"action": told.name(one["action"]), "step": told.name(one["step"]), "meant": told.meant}
    named["gain"] = fmt.money(told.advice.gain * told.many)
    if len(changes) == 1:
        return fmt.say("“{action}” at “{step}” should bring {gain} more {meant} a year than today's mix", **named)
    return fmt.say_n(
        "“{action}” at “{step}” and one other change should bring {gain} more {meant} a year than today's mix",
        "“{action}” at “{step}” and {n} other changes should bring {gain} more {meant} a year than today's mix",
        len(changes) - 1, **named,
    )  # fmt: skip


def findings(told: Stepped) -> tuple[Finding, ...]:
    """Up to five."""
    if told.advice is None:
        return (_silent(told), *_key(told))
    return tuple(f for f in (_policy(told), _best(told), _unpaid(told), _thin(told), *_key(told)) if f)


def grade(low: float, high: float) -> Evidence:
    """The word for a range of a gain."""
    return "likely" if low > 0 else "harmful" if high < 0 else "not shown" if low < 0 < high and abs(low) > high else "indicative"


def _policy(told: Stepped) -> Finding:
    advice, fmt = told.advice, told.fmt
    gain, low, high = (edge * told.many for edge in (advice.gain, advice.gain_low, advice.gain_high))
    counted = {"n": fmt.count(told.many), "cases": told.cases, "gain": fmt.money(gain), "meant": told.meant}
    if gain <= 0:
        return Finding(
            "next-step-policy",
            fmt.say(
                "What looks best at each step turns out to be worth no more than today's mix on {cases} that had no part"
                " in the choice: {gain} of {meant} a year ({n} {cases}; {range}).",
                range=fmt.interval(low, high, "money"), **counted,
            ),
            gain, "money", low, high, int(told.many), evidence="harmful" if high < 0 else "not shown",
            action="Go on as today, and try other actions on cases drawn by lot.", owner=OWNER,
        )  # fmt: skip
    text = fmt.say(
        "Doing what is worth most at every step should bring {gain} more {meant} a year than today's mix ({n} {cases}),"
        " judged on {cases} that had no part in the choice.",
        **counted,
    )
    return Finding(
        "next-step-policy", fmt.sentences(text, _check(told)),
        gain, "money", low, high, int(told.many), money=gain if told.margin is not None else None, evidence=grade(low, high),
        action="First test the change at one step: draw lots, and handle half of the cases as advised and half as today.",
        owner=OWNER,
    )  # fmt: skip


def _check(told: Stepped) -> str:
    """What cases that went the advised way brought, where enough did."""
    advice, fmt = told.advice, told.fmt
    if advice.effective < FEWEST_EFFECTIVE or np.isnan(advice.held_out):
        return ""
    brought = {"cases": told.cases, "own": fmt.money(advice.held_out), "all": fmt.money(advice.on_average)}
    if advice.held_out > advice.on_average:
        return fmt.say(
            "The {cases} that happened to go that way point the same way: they brought {own} each, against {all} on average.",
            **brought,
        )
    return fmt.say(
        "The {cases} that happened to go that way do not bear it out: they brought {own} each, against {all} on average.",
        **brought,
    )


def _best(told: Stepped) -> Finding | None:
    if told.changes.empty or told.advice.gain <= 0:
        return None
    fmt, one = told.fmt, told.changes.loc[told.changes["better"].idxmax()]
    at = {"step": told.name(one["step"]), "action": told.name(one["action"])}
    return Finding(
        "next-step-best",
        fmt.say(
            "At “{step}”, “{action}” is worth {better} more {meant} a case than today's mix; today it is done in {share}"
            " of the cases.",
            better=fmt.value(one["better"], "unit_money"), meant=told.meant, share=fmt.share(one["share"]), **at,
        ),
        float(one["better"]), "unit_money", float(one["better_low"]), float(one["better_high"]),
        int(told.choices.loc[told.choices["step"] == one["step"], "cases"].sum()),
        evidence=grade(one["better_low"], one["better_high"]),
        action=fmt.say("Make “{action}” the rule at “{step}”.", **at), owner=OWNER,
    )  # fmt: skip


def _unpaid(told: Stepped) -> Finding | None:
    """An action that wins more sales and still is worth less than the one advised: its price eats the gain."""
    size, rows = len(told.ways.steps), []
    onward = told.advice.counts
    for r in told.choices.itertuples():
        s, a = told.ways.steps.index(r.step), told.ways.actions.index(r.action)
        best = int(told.advice.policy[s])
        if a == best or np.isnan(r.better) or onward[s, best].sum() == 0:
            continue
        forward = [1 - onward[s, x, size + 1] / onward[s, x].sum() for x in (a, best)]
        if forward[0] > forward[1]:
            rows.append((r, forward))
    if not rows:
        return None
    row, (ahead, behind) = max(rows, key=lambda each: each[1][0] - each[1][1])
    fmt = told.fmt
    best = told.ways.actions[int(told.advice.policy[told.ways.steps.index(row.step)])]
    gap = told.choices[(told.choices["step"] == row.step) & (told.choices["action"] == best)]["better"].iloc[0] - row.better
    if gap <= 0:
        return None
    action = told.name(row.action)
    return Finding(
        "next-step-unpaid",
        fmt.say(
            "At “{step}”, “{action}” moves more cases on ({ahead}, against {behind} with “{best}”) but is worth {gap}"
            " less a case once its cost is counted.",
            step=told.name(row.step), action=action, ahead=fmt.share(ahead), behind=fmt.share(behind), best=told.name(best),
            gap=fmt.value(gap, "unit_money"),
        ),
        float(gap), "unit_money", n=int(row.cases), evidence="indicative",
        action=fmt.say("Keep “{action}” for cases where nothing cheaper has worked.", action=action), owner=OWNER,
    )  # fmt: skip


def _thin(told: Stepped) -> Finding | None:
    thin = [told.name(step) for step, few in zip(told.ways.steps, told.advice.thin, strict=True) if few]
    if not thin:
        return None
    return Finding(
        "next-step-thin",
        told.fmt.say(
            "At {steps}, too few cases saw anything but the usual action, so no advice is given there.",
            steps=told.fmt.listed(thin),
        ),
        float(len(thin)), "count", evidence="not shown",
        action="There, try one other action in every tenth case, drawn by lot.", owner=OWNER,
    )  # fmt: skip


def _silent(told: Stepped) -> Finding:
    return Finding(
        "next-step-silent",
        told.fmt.say(_UNWEIGHED[told.missing], n=told.fmt.count(told.many), cases=told.cases),
        n=int(told.many), evidence="not shown",
        action="Send what each sale brought (value), or the orders."
        if told.missing == "value"
        else "Record what is done at each step, and draw lots where there is a choice.",
        owner=OWNER,
    )  # fmt: skip


def _key_step(told: Stepped) -> pd.Series | None:
    """The step that most sales pass through, but not all of them."""
    keys = told.keys[(told.keys["removal"] > 0) & (told.keys["removal"] < EVERYWHERE)]
    return None if keys.empty else keys.loc[keys["removal"].idxmax()]


def _key(told: Stepped) -> tuple[Finding, ...]:
    key, fmt = _key_step(told), told.fmt
    if key is None:
        return ()
    text = fmt.say(
        "{share} of the sales pass through “{step}”, which {reached} of the {cases} reach.",
        share=fmt.share(key["removal"]), step=told.name(key["step"]), reached=fmt.share(key["reached"]), cases=told.cases,
    )  # fmt: skip
    return (Finding("next-step-key", text, float(key["removal"]), "share", n=int(told.many), evidence="shown"),)
