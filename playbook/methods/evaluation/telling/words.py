"""Words: the headline, and a sentence for each intervention that says what it brought or why that cannot be told."""

import numpy as np

from playbook.locale import mark
from playbook.methods.evaluation.measuring.effect import Effect
from playbook.methods.evaluation.telling.unsure import compared, unsure, weeks_told
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["OWNER", "SURE", "finding", "headline", "known", "pending"]

SURE = ("shown", "likely", "harmful")  # an effect stands out from chance
OWNER = mark("marketing")


def headline(measured: tuple[Effect, ...], stated: int, fmt: Formats) -> str:
    """What the strongest effect came to; ``stated`` counts the interventions of client.yml."""
    if not measured:
        return fmt.say("No intervention can be measured yet")
    first = measured[0]
    if first.verdict not in SURE:
        if stated == 1:
            return fmt.say("{label} has not shown a sure effect on revenue", label=first.label)
        return fmt.say("None of the {n} interventions has shown a sure effect on revenue", n=fmt.count(stated))
    sure, values = first.verdict == "shown", {"label": first.label, "revenue": fmt.money(first.revenue)}
    if first.verdict == "harmful":
        return fmt.say("{label} lowered revenue by {revenue}", **values | {"revenue": fmt.money(-first.revenue)})
    if first.profit > 0 >= first.profit_low:
        return fmt.say(
            "{label} brought {revenue} of extra revenue; whether that covers its cost is open"
            if sure
            else "{label} probably brought {revenue} of extra revenue; whether that covers its cost is open",
            **values,
        )
    if first.profit > 0:
        return fmt.say(
            "{label} earned {profit} after its cost of {cost}"
            if sure
            else "{label} probably earned {profit} after its cost of {cost}",
            label=first.label,
            profit=fmt.money(first.profit),
            cost=fmt.money(first.cost),
        )
    if first.payoff == "unknown":
        return fmt.say(
            "{label} brought {revenue} of extra revenue" if sure else "{label} probably brought {revenue} of extra revenue",
            **values,
        )
    return fmt.say(
        "{label} brought {revenue} of extra revenue, too little to cover its cost"
        if sure
        else "{label} probably brought {revenue} of extra revenue, too little to cover its cost",
        **values,
    )


def finding(effect: Effect, fmt: Formats) -> Finding:
    """Money only where chance is ruled out well enough; elsewhere the relative change with its range is all there is to say."""
    n = effect.n_treated + effect.n_control or None
    if effect.verdict not in SURE:
        return Finding(
            id=f"impact-{effect.id}",
            sentence=unsure(effect, fmt),
            value=known(effect.effect),
            unit="share",
            low=known(effect.low),
            high=known(effect.high),
            n=n,
            evidence=effect.verdict,
            owner=OWNER,
        )
    return Finding(
        id=f"impact-{effect.id}",
        sentence=fmt.sentences(_sure(effect, fmt), _after_cost(effect, fmt)),
        value=known(effect.revenue),
        unit="money",
        low=known(effect.revenue_low),
        high=known(effect.revenue_high),
        n=n,
        money=abs(effect.profit) if np.isfinite(effect.profit) else None,
        evidence=effect.verdict,
        owner=OWNER,
    )


def _sure(effect: Effect, fmt: Formats) -> str:
    """What it brought or cost in revenue, in which time, and against whom that was measured."""
    amount, gained = {"amount": fmt.money(abs(effect.revenue))}, effect.revenue > 0
    if np.isfinite(effect.effect):
        amount["change"] = fmt.change(effect.effect)
        moved = fmt.say("{amount} of extra revenue ({change})" if gained else "{amount} of revenue ({change})", **amount)
    else:
        moved = fmt.say("{amount} of extra revenue" if gained else "{amount} of revenue", **amount)
    values = {
        "label": effect.label,
        "moved": moved,
        "weeks": weeks_told(effect.weeks, fmt),
        "compared": compared(effect, fmt),
    }
    if gained:
        return fmt.say(
            "{label} probably brought {moved} in {weeks}, measured against {compared}."
            if effect.verdict == "likely"
            else "{label} brought {moved} in {weeks}, measured against {compared}.",
            **values,
        )
    return fmt.say(
        "{label} probably cost {moved} in {weeks}, measured against {compared}."
        if effect.verdict == "likely"
        else "{label} cost {moved} in {weeks}, measured against {compared}.",
        **values,
    )


def _after_cost(effect: Effect, fmt: Formats) -> str:
    """What is left of it once the cost is taken off; empty where the margin is not known."""
    if not np.isfinite(effect.profit):
        return ""
    cost, profit, loss = fmt.money(effect.cost), fmt.money(effect.profit), fmt.money(-effect.profit)
    if effect.profit > 0 >= effect.profit_low:
        return fmt.say(
            "After its cost of {cost} that leaves {profit} on the best estimate, between a loss of {loss} and a gain of {gain}.",
            cost=cost,
            profit=profit,
            loss=fmt.money(-effect.profit_low),
            gain=fmt.money(effect.profit_high),
        )
    if effect.profit > 0:
        return fmt.say("After its cost of {cost} it earned {profit}.", cost=cost, profit=profit)
    if effect.revenue <= 0:
        return fmt.say("Together with its cost of {cost}, that is a loss of {loss}.", cost=cost, loss=loss)
    return fmt.say(
        "The margin on that, {margin}, falls {short} short of its cost of {cost}.",
        margin=fmt.money(effect.profit + effect.cost),
        short=loss,
        cost=cost,
    )


def pending(effect: Effect, fmt: Formats) -> Finding:
    """Why an intervention cannot be measured yet."""
    if effect.verdict == "not started":
        sentence = fmt.say("{label} starts on {day}: nothing to measure yet.", label=effect.label, day=fmt.day(effect.start))
    elif effect.verdict == "too early":
        sentence = fmt.say("{label} has run for less than a week: too early to say.", label=effect.label)
    else:
        sentence = fmt.sentences(fmt.say("{label} cannot be measured.", label=effect.label), effect.note)
    return Finding(id=f"impact-{effect.id}", sentence=sentence, evidence="not shown")


def known(value: float) -> float | None:
    """A value for a finding: None where it is not known."""
    return float(value) if np.isfinite(value) else None
