"""Words: the headline, and a sentence for each intervention that says what it brought or why that cannot be told."""

import numpy as np

from playbook.methods.evaluation.measuring.effect import Effect
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["OWNER", "SURE", "finding", "headline", "pending"]

SURE = ("shown", "likely", "harmful")  # an effect stands out from chance
OWNER = "marketing"
CHANCE = "chance"
LEVEL_WITH = 0.0005  # a difference that would be written as nothing


def headline(measured: tuple[Effect, ...], stated: int, fmt: Formats) -> str:
    """What the strongest effect came to; ``stated`` counts the interventions of client.yml."""
    if not measured:
        return "No intervention can be measured yet"
    first = measured[0]
    if first.verdict not in SURE:
        subject = f"{first.label} has not" if stated == 1 else f"None of the {stated} interventions has"
        return f"{subject} shown a sure effect on revenue"
    if first.verdict == "harmful":
        return f"{first.label} lowered revenue by {fmt.money(-first.revenue)}"
    probably = "" if first.verdict == "shown" else " probably"
    if first.profit > 0 >= first.profit_low:
        return f"{first.label}{probably} brought {fmt.money(first.revenue)} of revenue; whether it earned its cost is open"
    if first.profit > 0:
        return f"{first.label}{probably} earned {fmt.money(first.profit)} after its cost of {fmt.money(first.cost)}"
    short = "" if first.payoff == "unknown" else ", too little to cover its cost"
    return f"{first.label}{probably} brought {fmt.money(first.revenue)} of revenue{short}"


def finding(effect: Effect, fmt: Formats) -> Finding:
    """Money only where chance is ruled out well enough; elsewhere the relative change with its range is all there is to say."""
    n = effect.n_treated + effect.n_control or None
    if effect.verdict not in SURE:
        return Finding(
            id=f"impact-{effect.id}",
            sentence=_unsure(effect, fmt),
            value=_known(effect.effect),
            unit="share",
            low=_known(effect.low),
            high=_known(effect.high),
            n=n,
            evidence=effect.verdict,
            owner=OWNER,
        )
    return Finding(
        id=f"impact-{effect.id}",
        sentence=_sure(effect, fmt),
        value=_known(effect.revenue),
        unit="money",
        low=_known(effect.revenue_low),
        high=_known(effect.revenue_high),
        n=n,
        money=abs(effect.profit) if np.isfinite(effect.profit) else None,
        evidence=effect.verdict,
        owner=OWNER,
    )


def _sure(effect: Effect, fmt: Formats) -> str:
    verb = "brought" if effect.revenue > 0 else "cost"
    probably = "probably " if effect.verdict == "likely" else ""
    change = "" if not np.isfinite(effect.effect) else f" ({fmt.change(effect.effect)})"
    text = (
        f"{effect.label} {probably}{verb} {fmt.money(abs(effect.revenue))} of revenue in {_length(effect, fmt)}{change}, "
        f"measured against {_compared(effect, fmt)}."
    )
    if not np.isfinite(effect.profit):
        return text
    if effect.profit > 0 >= effect.profit_low:
        return (
            f"{text} Its cost of {fmt.money(effect.cost)} taken off, that is {fmt.money(effect.profit)} at best guess, between a"
            f" loss of {fmt.money(-effect.profit_low)} and a gain of {fmt.money(effect.profit_high)}."
        )
    if effect.profit > 0:
        return f"{text} After its cost of {fmt.money(effect.cost)} it earned {fmt.money(effect.profit)}."
    if effect.revenue <= 0:
        return f"{text} With its cost of {fmt.money(effect.cost)} that is a loss of {fmt.money(-effect.profit)}."
    return (
        f"{text} The margin on that, {fmt.money(effect.profit + effect.cost)}, falls {fmt.money(-effect.profit)} short "
        f"of its cost of {fmt.money(effect.cost)}."
    )


def _unsure(effect: Effect, fmt: Formats) -> str:
    """What was seen, that chance or something else may have done it, and what would settle the question."""
    rival = _rival(effect)
    text = f"{effect.label}: no effect can be told from {rival}."
    if np.isfinite(effect.effect):
        side = "above" if effect.effect >= 0 else "below"
        far = "level with" if abs(effect.effect) < LEVEL_WITH else f"{fmt.share(abs(effect.effect))} {side}"
        text += f" In {_length(effect, fmt)} revenue came out {far} {_expected(effect, fmt)}."
    if effect.design != "control group" or rival != CHANCE:
        return f"{text} A trial with a control group drawn by lot would settle it."
    if np.isfinite(effect.detectable):
        text += f" Only a change of {fmt.share(effect.detectable)} or more would have been seen; {_larger(effect, fmt)}."
    return text


def _rival(effect: Effect) -> str:
    """What else may have made the difference."""
    if effect.verdict != "indicative":
        return CHANCE
    if effect.design == "own past":
        return "what else changed in those weeks"
    if effect.design == "other regions":
        return "the way those regions moved before"
    if effect.pre_trend_p < 1 - CERTAIN:
        return "the way both groups were already drifting apart"
    return "other differences between the two groups"


def _larger(effect: Effect, fmt: Formats) -> str:
    """What a test would have to be like to see the effect from which the intervention pays."""
    if effect.needed is None:
        return "four times as many customers would show one half that size"
    if effect.pays_from >= effect.detectable:
        return f"it pays from {fmt.change(effect.pays_from)}, which is more than that"
    customers = fmt.count(float(f"{effect.needed:.3g}"))  # three figures: it rests on an estimate
    return f"it pays from {fmt.change(effect.pays_from)}: to see that takes some {customers} customers in each group"


def _length(effect: Effect, fmt: Formats) -> str:
    return f"{fmt.number(effect.weeks, 1)} week{'s' * (effect.weeks != 1)}"


def _compared(effect: Effect, fmt: Formats) -> str:
    return {
        "control group": f"the {fmt.count(effect.n_control)} customers of the control group",
        "other customers": f"{fmt.count(effect.n_control)} customers who did not get it"
        if effect.n_control
        else "the customers who did not have it yet",
        "other regions": f"a mix of {fmt.count(effect.of - 1)} other regions",
        "own past": "what the weeks before led to expect",
    }[effect.design]


def _expected(effect: Effect, fmt: Formats) -> str:
    led = "" if effect.design == "own past" else " led to expect"
    return f"what {_compared(effect, fmt).removeprefix('what ')}{led}"


def pending(effect: Effect, fmt: Formats) -> Finding:
    """Why an intervention cannot be measured yet."""
    sentence = {
        "not started": f"{effect.label} starts on {fmt.day(effect.start)}: nothing to measure yet.",
        "too early": f"{effect.label} has run for less than a week: too early to say.",
        "too little data": f"{effect.label} cannot be measured. {effect.note}",
    }[effect.verdict]
    return Finding(id=f"impact-{effect.id}", sentence=sentence, evidence="not shown")


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
