"""Deal findings: what discounts do, what the guide to them would bring, and which open deals it changes."""

import numpy as np

from playbook.locale import mark
from playbook.methods.strategy.setting_prices.deal_notes import alike_in, rough
from playbook.methods.strategy.setting_prices.discounts import Discounts
from playbook.methods.strategy.setting_prices.negotiation import OWNER, deals_needed
from playbook.methods.strategy.setting_prices.terms import amount
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import EDGES, Formats

__all__ = ["deal_findings", "deal_headline"]


def deal_headline(found: Discounts, fmt: Formats) -> str:
    """The discount worth giving, beside that given now."""
    given = fmt.share(found.given)
    if not _works(found):
        return fmt.say("Discounts are not shown to win deals: {given} is given on average", given=given)
    if found.yearly and not _gain(found)[1] > 0:
        return fmt.say("No other discounts are shown to earn more than today's: {given} is given on average", given=given)
    if found.best > 0:
        best = fmt.share(found.best)
        return fmt.say("A discount of {best} should earn most; {given} is given on average", best=best, given=given)
    return fmt.say("Giving no discount should earn most; {given} is given on average", given=given)


def deal_findings(found: Discounts, fmt: Formats) -> list[Finding]:
    """What a discount does to the chance to win, what following the guide would bring, and which open deals it changes."""
    return [f for f in (_effect(found, fmt), _guide_finding(found, fmt), _open_finding(found, fmt)) if f]


def _works(found: Discounts) -> bool:
    return found.effect[4] > 0


def _gain(found: Discounts) -> tuple[float, float, float]:
    """What following the guide brings in a year beyond what was given: expected, low, high."""
    together = found.gains.sum(axis=0)
    low, high = np.quantile(together, EDGES)
    return float(together.mean()), float(low), float(high)


def _effect(found: Discounts, fmt: Formats) -> Finding:
    start, end, first, second, low, high = found.effect
    evidence: Evidence = "likely" if low > 0 else "not shown"  # never shown: discounts were not given by lot
    text = fmt.say(
        "Among deals alike in {alike}, {second} are won at a discount of {end} and {first} at {start}.",
        alike=alike_in(found, fmt), second=fmt.share(second), end=fmt.share(end), first=fmt.share(first), start=fmt.share(start),
    )  # fmt: skip
    raw, own, without = found.raw.coefficients[1], found.model.coefficients[1], ""
    if abs(raw - own) > found.model.error[1]:
        without = (
            fmt.say("Without that comparison discounts seem to do less, because they are given in hard deals.")
            if raw < own
            else fmt.say("Without that comparison discounts seem to do more, because they are given where deals are easy to win.")
        )
    action: str | None = None
    if not _works(found):
        action = mark("Give discounts only against something in return, until a test by lot shows that they win deals.")
    elif n := deals_needed(first, second):
        action = fmt.say("This is no proof. To get one, draw lots between the two discounts in {n} deals.", n=fmt.count(2 * n))
    return Finding(
        "pricing-discount-effect", fmt.sentences(text, without), second - first, "points", low, high,
        int((found.deals["end"] != "open").sum()), evidence=evidence, action=action, owner=OWNER,
    )  # fmt: skip


def _guide_finding(found: Discounts, fmt: Formats) -> Finding:
    gain, low, high = _gain(found)
    told = {
        "best": fmt.share(found.best), "range": fmt.interval(found.low, found.high, "share"), "given": fmt.share(found.given),
    }  # fmt: skip
    one_for_all = (
        fmt.say("If every deal got the same discount, {best} would earn most ({range}); {given} is given now.", **told)
        if found.best > 0
        else fmt.say("If every deal had to be treated alike, giving no discount would earn most; {given} is given now.", **told)
    )
    end = ""
    if found.best >= found.largest - 1e-9:
        end = (
            fmt.say("{best} is the largest discount allowed.", **told)
            if found.limit == "allowed"
            else fmt.say("{best} is the largest discount seen: more was not tried.", **told)
        )
    sure = low > 0
    return Finding(
        "pricing-discount-guide", fmt.sentences(one_for_all, end, *_by_deal(found, gain, sure, fmt)),
        gain, "money", low, high, found.yearly,
        money=gain if sure and not rough(found) else None,
        evidence="not shown" if not sure else "indicative" if rough(found) else "likely",
        action="Use the guide below for new deals: small and safe deals need less, hard ones may get more." if sure
        else "Leave discounts as they are." if found.yearly else None,
        owner=OWNER,
    )  # fmt: skip


def _by_deal(found: Discounts, gain: float, sure: bool, fmt: Formats) -> tuple[str, ...]:
    """What discounts chosen deal by deal would bring on a year's new deals, besides those open now."""
    if not found.yearly:
        return (fmt.say("No new deals are expected within a year besides those open now, so no money is named."),)
    if gain <= 0:
        return (fmt.say("Chosen deal by deal, discounts would bring no more margin on a year's new deals."),)
    told = {"gain": amount(gain, rough(found), fmt)}
    brings = (
        fmt.say_n(
            "Chosen deal by deal, discounts should bring {gain} more margin on a year's one new deal.",
            "Chosen deal by deal, discounts should bring {gain} more margin on a year's {n} new deals.", found.yearly, **told,
        )
        if sure
        else fmt.say_n(
            "Chosen deal by deal, discounts might bring {gain} more margin on a year's one new deal, or lose some.",
            "Chosen deal by deal, discounts might bring {gain} more margin on a year's {n} new deals, or lose some.",
            found.yearly, **told,
        )
    )  # fmt: skip
    if found.open.empty:
        return (brings,)
    return brings, fmt.say_n("The one open now comes on top.", "The {n} open now come on top.", len(found.open))


def _open_finding(found: Discounts, fmt: Formats) -> Finding | None:
    if found.open.empty:
        return None
    count, more, (gain, low, high) = len(found.open), int((found.open["gain"] > 0).sum()), found.open_gain
    told = {"gain": amount(gain, rough(found), fmt), "all": fmt.count(count)}
    if not more:
        text = fmt.say_n(
            "The one open deal does not deserve more discount than already offered.",
            "Not one of the {n} open deals deserves more discount than already offered.", count,
        )  # fmt: skip
    elif count == 1:
        text = fmt.say("The one open deal deserves more discount than already offered.", **told)
    else:
        text = fmt.say_n(
            "Of {all} open deals, one deserves more discount than already offered.",
            "Of {all} open deals, {n} deserve more discount than already offered.",
            more, **told,
        )  # fmt: skip
    brings = (
        fmt.say("That should bring {gain} of margin." if low > 0 else "That may bring {gain} of margin.", **told) if more else ""
    )
    return Finding(
        "pricing-discount-open", fmt.sentences(text, brings), gain, "money", low, high, count,
        evidence="likely" if more and low > 0 and not rough(found) else "indicative",
        action="Go up to the discount worth giving and no further than the walk-away limit (see the list)."
        if more
        else "Hold the discounts already offered.",
        owner=OWNER,
    )  # fmt: skip
