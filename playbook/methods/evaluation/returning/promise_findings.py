"""Promise findings: what earlier reports promised, and what came, in words."""

from playbook.methods.evaluation.returning.promises import KEPT, LESS, MORE, judged
from playbook.methods.evaluation.returning.told import Told
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL

__all__ = ["promise_findings"]

CLOSE = 0.05  # of what was promised: a miss that changes no decision
FEWEST_MONTHS = 3  # that a forecast can be judged by
BROKEN = ("open", "promised too much")
VERDICTS = {  # words and evidence by what ``judged`` finds
    "early": ("too few months to judge them", "indicative"),
    "kept": ("they kept their word", "shown"),
    "open": ("too few, though months of one report miss together, so it may still be chance", "indicative"),
    "promised too much": ("they promised too much", "not shown"),
}


def promise_findings(told: Told) -> tuple[Finding, ...]:
    """Of the plan, of the revenue forecast and of the score: those whose time is over."""
    return tuple(f for f in (_plan(told), _forecast(told), _buyers(told), *_again(told)) if f)


def _plan(told: Told) -> Finding | None:
    plan, fmt = told.plan, told.fmt
    if plan.empty:
        return None
    promised, came = plan["promised"].sum(), plan["came"].sum()
    counts = {kept: int((plan["kept"] == kept).sum()) for kept in (KEPT, LESS, MORE)}
    states = ", ".join(f"{count} {'brought ' if kept != KEPT else 'did '}{kept}" for kept, count in counts.items() if count)
    many = "One action" if len(plan) == 1 else f"{len(plan)} actions"
    money = "revenue" if told.margin is None else "margin"
    return Finding(
        "returns-plan",
        f"{many} of the last plan can be judged: for the time measured {fmt.money(promised)} of {money} was promised,"
        f" {fmt.money(came)} came" + (f" ({states})." if states else "; the range is too wide to say more."),
        float(came - promised), "money", n=len(plan), evidence="indicative",
        action="Plan with what was measured." if counts[LESS] or counts[MORE] else None,
    )  # fmt: skip


def _forecast(told: Told) -> Finding | None:
    months, fmt = told.forecasts, told.fmt
    if months.empty:
        return None
    expected, actual, hits = months["expected"].sum(), months["actual"].sum(), int(months["inside"].sum())
    off = actual / expected - 1 if expected > 0 else 0.0
    side = "more" if off >= 0 else "less"
    many = "the one month" if len(months) == 1 else f"the {len(months)} months"
    held = f"{hits} of {len(months)} month{'s' * (len(months) > 1)}"
    early = len(months) < FEWEST_MONTHS
    found = "early" if early else judged(months["inside"], months["made"])
    unknown = f" They could not know of {' and '.join(told.begun)}, begun since." if told.begun and found in BROKEN else ""
    verdict, evidence = VERDICTS[found]
    return Finding(
        "returns-forecast",
        f"Earlier reports expected {fmt.money(expected)} of revenue for {many} since; {fmt.money(actual)} came,"
        f" {fmt.share(abs(off))} {side}. Their {fmt.share(LEVEL)} range held {held}: {verdict}.{unknown}",
        off, "share", n=len(months), evidence=evidence,
        action="Take the range as too narrow, and plan with more room, until it has held again." if found in BROKEN else None,
    )  # fmt: skip


def _buyers(told: Told) -> Finding | None:
    if told.buyers is None:
        return None
    promise, came = told.buyers
    fmt = told.fmt
    inside = promise.low <= came <= promise.high
    off = abs(came / promise.value - 1) if promise.value else 0.0
    side = "more" if came > promise.value else "fewer"
    near = ", just outside its range" if off <= CLOSE else ""
    word = "inside its range" if inside else f"{fmt.share(off)} {side}{near}"
    grade = "shown" if inside else "likely" if off <= CLOSE else "not shown"
    return Finding(
        "returns-buyers",
        f"The score expected {fmt.count(promise.value)} of {fmt.count(promise.n)} customers to buy by {fmt.day(promise.until)};"
        f" {fmt.count(came)} did, {word}.",
        float(came), "count", n=promise.n, evidence=grade,
    )  # fmt: skip


def _again(told: Told) -> list[Finding]:
    """What was promised of steps and products, and what this report finds of the same on later data."""
    fmt, found = told.fmt, []
    for promise, now in told.again:
        low, high = (promise.value if edge is None else edge for edge in (promise.low, promise.high))
        word = "inside" if low <= now <= high else "below" if now < low else "above"
        found.append(
            Finding(
                f"returns-{promise.id}",
                f"{promise.label}: {fmt.value(promise.value, promise.unit)} promised, {fmt.value(now, promise.unit)} now, {word}"
                f" the range given then ({fmt.value(low, promise.unit)} to {fmt.value(high, promise.unit)}).",
                now,
                promise.unit,
                n=promise.n,
                evidence="not shown" if word == "below" else "likely",
                action="See whether the advice was followed, before judging it." if word == "below" else None,
            )  # fmt: skip
        )
    return found
