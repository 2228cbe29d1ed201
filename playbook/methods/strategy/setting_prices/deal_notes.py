"""Deal notes: what the advice on discounts rests on, and what would unlock it."""

from playbook.intake.schema import FEATURE
from playbook.locale import mark
from playbook.methods.strategy.setting_prices.discounts import FEWEST, Discounts
from playbook.result.contract import Assumption
from playbook.result.formats import Formats

__all__ = ["alike_in", "deal_assumptions", "deal_unlock", "rough"]

COSTED = 0.9  # share of deals whose cost has to be stated for a sum to be told as more than rough
_ALIKE = {"owner": mark("owner"), "product": mark("product"), "channel": mark("channel")}


def alike_in(found: Discounts, fmt: Formats) -> str:
    """What deals were alike in: "size, owner and product"; the client's own columns by their own names."""
    controls = [control for control, levels in found.model.levels.items() if levels]
    names = [fmt.told(_ALIKE[c]) if c in _ALIKE else c.removeprefix(FEATURE) for c in controls]
    return fmt.listed([fmt.say("size"), *names])


def rough(found: Discounts) -> bool:
    """Whether too few costs are stated for a sum of money to be told as more than rough."""
    return bool(found.deals["stated"].mean() < COSTED)


def deal_assumptions(found: Discounts, fmt: Formats) -> list[Assumption]:
    """What the advice on discounts rests on."""
    by_lot = fmt.say(
        "Discounts were not given at random: hard deals may get more. Deals are compared with others of the same"
        " {alike}; what else a sales person knew is not in the data, so this is no proof of what a discount does.",
        alike=alike_in(found, fmt),
    )
    notes = [
        Assumption(by_lot, "low", "high"),
        Assumption("Amounts are net of the discount, and a deal's list price is its amount / (1 − discount).", "medium", "high"),
        Assumption(_largest(found, fmt), "high", "medium"),
    ]
    if found.yearly:
        notes.append(Assumption(_yearly(found, fmt), "medium", "medium"))
    if found.shape > found.closed:
        text = fmt.say(
            "Fewer than {n} deals were closed within the year, so older ones tell which discount earns most.",
            n=fmt.count(FEWEST),
        )  # fmt: skip
        notes.append(Assumption(text, "low", "medium"))
    if found.undated:
        text = fmt.say_n(
            "One deal without a closing date counts as closed within the year.",
            "{n} deals without a closing date count as closed within the year.", found.undated,
        )  # fmt: skip
        notes.append(Assumption(text, "low", "high"))
    if without := int((~found.deals["stated"]).sum()):
        text = fmt.say_n(
            "One deal has no cost: the client's gross margin stands in.",
            "{n} deals have no cost: the client's gross margin stands in.", without,
        )  # fmt: skip
        notes.append(Assumption(text, "low", "high" if rough(found) else "low"))
    if len(found.left_out):
        reasons = [fmt.say("{reason} ({n})", reason=fmt.told(why), n=fmt.count(n)) for why, n in found.left_out.items()]
        notes.append(Assumption(fmt.say("Deals left out: {reasons}.", reasons=fmt.listed(reasons)), "medium", "medium"))
    return notes


def _largest(found: Discounts, fmt: Formats) -> str:
    share = fmt.share(found.largest)
    if found.limit == "allowed":
        return fmt.say("No discount above {share} is advised: that is the largest allowed in client.yml.", share=share)
    return fmt.say("No discount above {share} is advised: hardly any deal has been given more.", share=share)


def _yearly(found: Discounts, fmt: Formats) -> str:
    """How many new deals the money of a year counts."""
    closed = fmt.say_n(
        "As many deals as last year will close in the next: one.",
        "As many deals as last year will close in the next: {n}.", found.closed,
    )  # fmt: skip
    if found.open.empty:
        return closed
    opened = fmt.say_n(
        "The one open now is among them and counted separately.", "The {n} open now are among them and counted separately.",
        len(found.open),
    )  # fmt: skip
    return fmt.sentences(closed, opened)


def deal_unlock(fmt: Formats) -> str:
    """What a pipeline has to have for discounts to be judged."""
    return fmt.say(
        "pipeline (stage, amount, discount; cost, or gross_margin in client.yml), with at least {n} deals won and {n} lost at"
        " different discounts",
        n=fmt.count(FEWEST),
    )
