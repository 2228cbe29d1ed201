"""Next-step findings: what the advised policy is worth, the change that brings most, what does not pay, thin and key steps."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.stepping.stepped import Stepped
from playbook.result.contract import Evidence, Finding

__all__ = ["Stepped", "findings", "grade", "headline"]

OWNER = "head of sales"
FEWEST_EFFECTIVE = 50  # cases behind the check on held-out cases, below which it tells nothing
EVERYWHERE = 0.999  # of the sales: a step that all must pass is no news


def headline(told: Stepped) -> str:
    """The policy's worth a year, or the step most depends on."""
    fmt = told.fmt
    if told.advice is None:
        key = told.keys.loc[told.keys["removal"].where(told.keys["removal"] < EVERYWHERE, -1).idxmax()]
        missing, share = told.missing, fmt.share(key["removal"])
        verb = "are" if " and " in missing else "is"
        return f"{missing[0].upper()}{missing[1:]} {verb} not known; {share} of the sales pass through {key['step']}"
    changes = told.changes
    if changes.empty or told.advice.gain <= 0:
        return "No other action is worth more than what is done today"
    one = changes.loc[changes["better"].idxmax()]
    gain = fmt.money(told.advice.gain * told.many)
    rest = ("", " and one more change")[len(changes) - 1] if len(changes) < 3 else f" and {len(changes) - 1} more changes"
    return f"{one['action'].capitalize()} at {one['step']}{rest} should bring {gain} of {told.meant} a year more than today's mix"


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
    if gain <= 0:
        return Finding(
            "next-step-policy",
            f"What looks best at each step is worth no more than today's mix on {told.cases} that did not choose it:"
            f" {fmt.money(gain)} of {told.meant} a year ({fmt.money(low)} to {fmt.money(high)}), over {fmt.count(told.many)}"
            f" {told.cases}.",
            gain,
            "money",
            low,
            high,
            int(told.many),
            evidence="harmful" if high < 0 else "not shown",
            action="Go on as today, and try other actions by lot.",
            owner=OWNER,
        )
    check = ""
    if advice.effective >= FEWEST_EFFECTIVE and not np.isnan(advice.held_out):
        agrees = "confirm" if advice.held_out > advice.on_average else "do not confirm"
        check = (
            f" {told.cases.capitalize()} that happened to go that way {agrees} it: they brought {fmt.money(advice.held_out)}"
            f" each, against {fmt.money(advice.on_average)} on average."
        )
    return Finding(
        "next-step-policy",
        f"Doing at every step what is worth most should bring {fmt.money(gain)} of {told.meant} a year more than today's mix,"
        f" over {fmt.count(told.many)} {told.cases}, judged on {told.cases} that did not choose it.{check}",
        gain,
        "money",
        low,
        high,
        int(told.many),
        money=gain if told.margin is not None else None,
        evidence=grade(low, high),
        action="Test the change by lot at one step first: half of the cases as advised, half as today.",
        owner=OWNER,
    )


def _best(told: Stepped) -> Finding | None:
    if told.changes.empty or told.advice.gain <= 0:
        return None
    fmt, one = told.fmt, told.changes.loc[told.changes["better"].idxmax()]
    return Finding(
        "next-step-best",
        f"At {one['step']}, {one['action']} is worth {fmt.value(one['better'], 'unit_money')} of {told.meant} a case more than"
        f" today's mix; it is done in {fmt.share(one['share'])} of the cases.",
        float(one["better"]),
        "unit_money",
        float(one["better_low"]),
        float(one["better_high"]),
        int(told.choices.loc[told.choices["step"] == one["step"], "cases"].sum()),
        evidence=grade(one["better_low"], one["better_high"]),
        action=f"Make {one['action']} the rule at {one['step']}.",
        owner=OWNER,
    )


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
    return Finding(
        "next-step-unpaid",
        f"At {row.step}, {row.action} keeps more cases going ({fmt.share(ahead)} against {fmt.share(behind)} with {best}), and is"
        f" worth {fmt.value(gap, 'unit_money')} a case less once its price is counted.",
        float(gap),
        "unit_money",
        n=int(row.cases),
        evidence="indicative",
        action=f"Keep {row.action} for cases where nothing cheaper has worked.",
        owner=OWNER,
    )


def _thin(told: Stepped) -> Finding | None:
    thin = [step for step, few in zip(told.ways.steps, told.advice.thin, strict=True) if few]
    if not thin:
        return None
    return Finding(
        "next-step-thin",
        f"Too few cases saw anything but the usual at {', '.join(thin)}: no advice is given there.",
        float(len(thin)),
        "count",
        evidence="not shown",
        action="Try one other action there in every tenth case, drawn by lot.",
        owner=OWNER,
    )


def _silent(told: Stepped) -> Finding:
    return Finding(
        "next-step-silent",
        f"{told.fmt.count(told.many)} {told.cases} are known, but not {told.missing}: no action can be weighed against another.",
        n=int(told.many),
        evidence="not shown",
        action="Record what is done at each step, and draw it by lot where there is a choice."
        if len(told.ways.actions) < 2
        else "Send what each sale brought (value), or the orders.",
        owner=OWNER,
    )


def _key(told: Stepped) -> tuple[Finding, ...]:
    keys: pd.DataFrame = told.keys[told.keys["removal"] < EVERYWHERE]
    if keys.empty or keys["removal"].max() <= 0:
        return ()
    key, fmt = keys.loc[keys["removal"].idxmax()], told.fmt
    return (
        Finding(
            "next-step-key",
            f"{fmt.share(key['removal'])} of the sales pass through {key['step']}, which {fmt.share(key['reached'])} of the"
            f" {told.cases} come to.",
            float(key["removal"]),
            "share",
            n=int(told.many),
            evidence="shown",
        ),
    )
