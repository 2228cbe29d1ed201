"""Findings of returns: the sum first, then what is behind it, then our own promises."""

import math

from playbook.locale import mark
from playbook.methods.evaluation.returning.baseline import baseline_sum
from playbook.methods.evaluation.returning.earnings import SURE
from playbook.methods.evaluation.returning.headline import started
from playbook.methods.evaluation.returning.promise_findings import promise_findings
from playbook.methods.evaluation.returning.told import Told
from playbook.methods.evaluation.returning.worth_findings import felt_findings, worth_findings
from playbook.methods.evaluation.telling.unsure import weeks_told
from playbook.result.contract import Finding

__all__ = ["findings"]

OWNER = mark("marketing")


def findings(told: Told) -> tuple[Finding, ...]:
    """All there is to tell, most important first."""
    found = [_total(told), _payback(told), _shared(told), _bridge(told)] if told.total is not None else []
    return tuple(f for f in (*found, *worth_findings(told), *felt_findings(told), *promise_findings(told)) if f)


def _total(told: Told) -> Finding:
    fmt, sums = told.fmt, told.total
    if sums.evidence not in SURE:
        text = fmt.say(
            "{subject} cost {cost}; the extra revenue lies between {low} and {high}, which may be chance.",
            subject=started(told),
            cost=fmt.money(sums.cost),
            low=fmt.money(sums.revenue_low),
            high=fmt.money(sums.revenue_high),
        )
        return Finding(
            "returns-total", text, None, "money", evidence=sums.evidence, owner=OWNER,
            action="Measure fewer interventions on more customers each, with a control group drawn by lot.",
        )  # fmt: skip
    value = sums.revenue if told.margin is None else sums.profit
    low, high = (sums.revenue_low, sums.revenue_high) if told.margin is None else (sums.profit_low, sums.profit_high)
    return Finding(
        "returns-total", _earned(told), value, "money", low, high, money=None if told.margin is None else abs(sums.profit),
        evidence=_grade(told), owner=OWNER,
    )  # fmt: skip


def _earned(told: Told) -> str:
    """What the interventions cost and brought, and where the margin is known, what is left of it."""
    fmt, sums = told.fmt, told.total
    values = {"subject": started(told), "cost": fmt.money(sums.cost), "revenue": fmt.money(abs(sums.revenue))}
    if sums.evidence == "harmful":
        first = fmt.say("{subject} cost {cost} and lowered revenue by {revenue}.", **values)
    elif sums.evidence == "shown":
        first = fmt.say("{subject} cost {cost} and brought {revenue} of extra revenue.", **values)
    else:
        first = fmt.say("{subject} cost {cost} and probably brought {revenue} of extra revenue.", **values)
    return first if told.margin is None else fmt.sentences(first, _left(told))


def _left(told: Told) -> str:
    """What of the margin is left after cost."""
    fmt, sums = told.fmt, told.total
    values = {"margin": fmt.money(sums.margin), "left": fmt.money(abs(sums.profit)), "one": fmt.money(1.0)}
    if sums.cost <= 0:
        return fmt.say("That is {margin} of margin.", **values)
    if sums.margin < 0:
        return fmt.say("Together with the margin lost, that is a loss of {left}.", **values)
    return fmt.say(
        "That is {margin} of margin: {left} left after cost, {each} for each {one} spent."
        if sums.profit >= 0
        else "That is {margin} of margin: {left} short of the cost, {each} for each {one} spent.",
        each=fmt.exact_money(sums.margin / sums.cost),
        **values,
    )


def _grade(told: Told) -> str:
    """Of what is left after cost where the margin is known: a gain in revenue may still be a loss."""
    sums = told.total
    if told.margin is None or sums.profit_low > 0:
        return sums.evidence
    return "likely" if sums.profit_high < 0 else "indicative"


def _payback(told: Told) -> Finding | None:
    """When the surest intervention with a price had earned it."""
    sure = told.earned[told.earned["verdict"].isin(SURE) & (told.earned["cost"] > 0) & told.earned["payback"].notna()]
    if sure.empty:
        return None
    fmt = told.fmt
    row = sure.loc[sure["margin"].idxmax()]
    weeks, slow = row["payback"], row["payback_high"]
    evidence = "likely" if row["verdict"] == "shown" else row["verdict"]
    if not math.isfinite(weeks):
        text = fmt.say("{label} never pays for itself: it brought no margin.", label=row["label"])
        return Finding("returns-payback", text, evidence=evidence)
    values = {"label": row["label"], "weeks": weeks_told(weeks, fmt), "ran": weeks_told(row["weeks"], fmt)}
    if math.isfinite(slow):
        values["slow"] = weeks_told(slow, fmt)
        text = fmt.say(
            "On the best estimate, {label} paid for itself after {weeks} of its {ran}; at the low end of its range it takes "
            "{slow}."
            if weeks <= row["weeks"]
            else "On the best estimate, {label} has to run {weeks} to pay for itself, and ran {ran}; at the low end of its "
            "range it takes {slow}.",
            **values,
        )
    else:
        text = fmt.say(
            "On the best estimate, {label} paid for itself after {weeks} of its {ran}; at the low end of its range it never does."
            if weeks <= row["weeks"]
            else "On the best estimate, {label} has to run {weeks} to pay for itself, and ran {ran}; at the low end of its "
            "range it never does.",
            **values,
        )
    return Finding("returns-payback", text, float(weeks), "number", evidence=evidence, owner=OWNER)


def _shared(told: Told) -> Finding | None:
    """What is credited with less than was measured for it, so that the sum counts nothing twice."""
    if told.shared.empty:
        return None
    fmt, split, text = told.fmt, told.shared[told.shared["share"] < 1], []
    if len(split):
        each = fmt.listed(
            fmt.say("{label} counts {share} of what was measured", label=row.label, share=fmt.share(row.share))
            for row in split.itertuples()
        )
        text.append(
            fmt.say(
                "{names} reached the same customers in the same weeks. They share what was measured there, so that nothing is"
                " counted twice: {each}.",
                names=fmt.listed(split["label"]),
                each=each,
            )
        )
    text += [
        fmt.say(
            "What came in the same weeks from {others} is taken off what was measured for {label}, of which it is a part.",
            others=fmt.listed(row.less),
            label=row.label,
        )
        for row in told.shared.itertuples()
        if row.less
    ]
    return Finding(
        "returns-shared", fmt.sentences(*text), evidence="indicative",
        action="Run interventions one after the other, or draw the customers of each by lot, apart from the others.",
    )  # fmt: skip


def _bridge(told: Told) -> Finding | None:
    if len(told.parts) < 2:
        return None
    fmt, before, after = told.fmt, told.bridge.before, told.bridge.after
    rest = float(told.parts["change"].iloc[-1])
    sure = told.earned[told.earned["verdict"].isin(SURE)]
    brought, low, high = baseline_sum(sure, told.bridge.windows)
    chance = after - before - rest - brought  # of what may be chance, which the chart shows apart
    first, last = fmt.moneys(before, after)
    moved = fmt.say(
        "Revenue rose from {before} to {after}." if after >= before else "Revenue fell from {before} to {after}.",
        before=first,
        after=last,
    )
    parts = {"brought": fmt.signed_money(brought), "chance": fmt.signed_money(chance), "rest": fmt.signed_money(rest)}
    part = fmt.say(
        "Of the change, {brought} came from interventions whose effect is more than chance, {chance} from those whose effect "
        "may be chance and {rest} from everything else."
        if round(chance)
        else "Of the change, {brought} came from interventions and {rest} from everything else.",
        **parts,
    )
    return Finding(
        "returns-bridge", fmt.sentences(moved, part), brought, "money", low, high,
        evidence="likely" if told.total.evidence in ("shown", "likely") else "indicative",
    )  # fmt: skip
