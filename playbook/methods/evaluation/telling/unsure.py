"""Unsure: an effect that chance or something else may have made: what was seen, and what would settle the question."""

import numpy as np

from playbook.methods.evaluation.measuring.effect import Effect
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.result.formats import Formats

__all__ = ["compared", "unsure", "weeks_told"]

LEVEL_WITH = 0.0005  # a difference that would be written as nothing


def unsure(effect: Effect, fmt: Formats) -> str:
    """What was seen, that chance or something else may have done it, and what would settle the question."""
    drawn = effect.design == "control group" and effect.verdict != "indicative"
    return fmt.sentences(
        _rival(effect, fmt),
        _seen(effect, fmt) if np.isfinite(effect.effect) else "",
        _larger(effect, fmt) if drawn else fmt.say("A trial with a control group drawn by lot would settle it."),
    )


def _rival(effect: Effect, fmt: Formats) -> str:
    """What else may have made the difference."""
    label = effect.label
    if effect.verdict != "indicative":
        return fmt.say("{label}: no effect stands out from chance.", label=label)
    if effect.design == "own past":
        return fmt.say("{label}: no effect stands out from what else changed in those weeks.", label=label)
    if effect.design == "other regions":
        return fmt.say("{label}: no effect stands out from the way those regions moved before.", label=label)
    if effect.pre_trend_p < 1 - CERTAIN:
        return fmt.say("{label}: no effect stands out, for both groups were already drifting apart.", label=label)
    return fmt.say("{label}: no effect stands out from other differences between the two groups.", label=label)


def _seen(effect: Effect, fmt: Formats) -> str:
    """How revenue came out beside what was to be expected without it."""
    values = {
        "weeks": weeks_told(effect.weeks, fmt),
        "far": fmt.share(abs(effect.effect)),
        "compared": compared(effect, fmt),
    }
    past = effect.design == "own past"
    if abs(effect.effect) < LEVEL_WITH:
        return fmt.say(
            "In {weeks} revenue came out level with {compared}."
            if past
            else "In {weeks} revenue came out level with what {compared} led to expect.",
            **values,
        )
    if effect.effect > 0:
        return fmt.say(
            "In {weeks} revenue came out {far} above {compared}."
            if past
            else "In {weeks} revenue came out {far} above what {compared} led to expect.",
            **values,
        )
    return fmt.say(
        "In {weeks} revenue came out {far} below {compared}."
        if past
        else "In {weeks} revenue came out {far} below what {compared} led to expect.",
        **values,
    )


def _larger(effect: Effect, fmt: Formats) -> str:
    """What a trial would have to be like to see the effect from which the intervention pays."""
    if not np.isfinite(effect.detectable):
        return ""
    values = {"seen": fmt.share(effect.detectable), "pays": fmt.change(effect.pays_from)}
    if effect.needed is None:
        return fmt.say(
            "This test could only show a change of {seen} or more; four times as many customers would show one half that size.",
            **values,
        )
    if effect.pays_from >= effect.detectable:
        return fmt.say(
            "This test could show any change of {seen} or more; it pays from {pays}, which is more than that.", **values
        )
    return fmt.say(
        "This test could only show a change of {seen} or more, while it pays from {pays}; to see that takes some {customers}"
        " customers in each group.",
        customers=fmt.count(float(f"{effect.needed:.3g}")),  # three figures: it rests on an estimate
        **values,
    )


def weeks_told(weeks: float, fmt: Formats) -> str:
    """A length of time in weeks: 1 week, 4.3 weeks."""
    return fmt.say_n("{n} week", "{n} weeks", round(weeks, 1), n=fmt.number(weeks, 1))


def compared(effect: Effect, fmt: Formats) -> str:
    """What the effect was measured against, to stand in a sentence."""
    if effect.design == "control group":
        return fmt.say_n("the one customer of the control group", "the {n} customers of the control group", effect.n_control)
    if effect.design == "other regions":
        return fmt.say_n("a mix of one other region", "a mix of {n} other regions", effect.of - 1)
    if effect.design == "own past":
        return fmt.say("what the weeks before led to expect")
    if not effect.n_control:
        return fmt.say("the customers who did not have it yet")
    return fmt.say_n("one customer who did not get it", "{n} customers who did not get it", effect.n_control)
