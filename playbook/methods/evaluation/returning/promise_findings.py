"""Promise findings: what earlier reports promised, and what came, in words."""

from playbook.locale import mark
from playbook.methods.evaluation.returning.promises import KEPT, LESS, MORE, judged
from playbook.methods.evaluation.returning.told import Told
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats
from playbook.result.remembered import Remembered

__all__ = ["promise_findings", "promise_headline"]

CLOSE = 0.05  # of what was promised: a miss that changes no decision
FEWEST_MONTHS = 3  # that a forecast can be judged by
AS_EXPECTED = 0.0005  # a difference that would be written as nothing
BROKEN = ("open", "promised too much")
EVIDENCE = {"early": "indicative", "kept": "shown", "open": "indicative", "promised too much": "not shown"}
STOPS = ".。"
SUBJECTS = {  # by the id under which an earlier report kept the promise
    "steps-advised": mark("A case under the steps advised"),
    "named-right": mark("Customers for whom one of ten products named was right"),
}


def promise_findings(told: Told) -> tuple[Finding, ...]:
    """Of the plan, of the revenue forecast and of the score: those whose time is over."""
    return tuple(f for f in (_plan(told), _forecast(told), _buyers(told), *_again(told)) if f)


def promise_headline(told: Told) -> str:
    """What came of the first promise that can be judged; empty without any."""
    if len(told.forecasts):
        sentence = _came(told)
    elif told.buyers is not None:
        sentence = _bought(*told.buyers, told.fmt)
    elif told.again:
        sentence = _now(*told.again[0], told.fmt)
    else:
        return ""
    return sentence.rstrip(STOPS)


def _plan(told: Told) -> Finding | None:
    plan, fmt = told.plan, told.fmt
    if plan.empty:
        return None
    promised, came = plan["promised"].sum(), plan["came"].sum()
    kept, less, more = (int((plan["kept"] == state).sum()) for state in (KEPT, LESS, MORE))
    states = [
        fmt.say_n("one did as promised", "{n} did as promised", kept) if kept else "",
        fmt.say_n("one brought less", "{n} brought less", less) if less else "",
        fmt.say_n("one brought more", "{n} brought more", more) if more else "",
    ]
    values = {"promised": fmt.money(promised), "came": fmt.money(came)}
    if told.margin is None:
        first = fmt.say_n(
            "One action of the last plan can be judged: for the time measured {promised} of revenue was promised, {came} came.",
            "{n} actions of the last plan can be judged: for the time measured {promised} of revenue was promised, {came} came.",
            len(plan),
            **values,
        )
    else:
        first = fmt.say_n(
            "One action of the last plan can be judged: for the time measured {promised} of margin was promised, {came} came.",
            "{n} actions of the last plan can be judged: for the time measured {promised} of margin was promised, {came} came.",
            len(plan),
            **values,
        )
    named = fmt.listed(filter(None, states))
    told_so = fmt.say("By the ranges, {states}.", states=named) if named else fmt.say("The range is too wide to say more.")
    return Finding(
        "returns-plan", fmt.sentences(first, told_so), float(came - promised), "money", n=len(plan), evidence="indicative",
        action="Plan with what was measured." if less or more else None,
    )  # fmt: skip


def _forecast(told: Told) -> Finding | None:
    months, fmt = told.forecasts, told.fmt
    if months.empty:
        return None
    expected, actual = months["expected"].sum(), months["actual"].sum()
    early = len(months) < FEWEST_MONTHS
    found = "early" if early else judged(months["inside"], months["made"])
    unknown = ""
    if told.begun and found in BROKEN:
        unknown = fmt.say("They could not know of {names}, begun since.", names=fmt.listed(told.begun))
    return Finding(
        "returns-forecast",
        fmt.sentences(_came(told), _held(found, int(months["inside"].sum()), len(months), fmt), unknown),
        actual / expected - 1 if expected > 0 else 0.0, "share", n=len(months), evidence=EVIDENCE[found],
        action="Take the range as too narrow, and plan with more room, until it has held again." if found in BROKEN else None,
    )  # fmt: skip


def _came(told: Told) -> str:
    """What earlier reports expected of the months since, and what came."""
    months, fmt = told.forecasts, told.fmt
    expected, actual = months["expected"].sum(), months["actual"].sum()
    off = actual / expected - 1 if expected > 0 else 0.0
    values = {"expected": fmt.money(expected), "actual": fmt.money(actual), "off": fmt.share(abs(off))}
    if abs(off) < AS_EXPECTED:
        return fmt.say_n(
            "Earlier reports expected {expected} of revenue for the one month since; {actual} came, as expected.",
            "Earlier reports expected {expected} of revenue for the {n} months since; {actual} came, as expected.",
            len(months),
            **values,
        )
    if off > 0:
        return fmt.say_n(
            "Earlier reports expected {expected} of revenue for the one month since; {actual} came, {off} more.",
            "Earlier reports expected {expected} of revenue for the {n} months since; {actual} came, {off} more.",
            len(months),
            **values,
        )
    return fmt.say_n(
        "Earlier reports expected {expected} of revenue for the one month since; {actual} came, {off} less.",
        "Earlier reports expected {expected} of revenue for the {n} months since; {actual} came, {off} less.",
        len(months),
        **values,
    )


def _held(found: str, hits: int, months: int, fmt: Formats) -> str:
    """How many months the range held, and what follows from it."""
    values = {"level": fmt.share(LEVEL), "hits": fmt.count(hits), "n": fmt.count(months)}
    if found == "early":
        return fmt.say_n(
            "Their {level} range held {hits} of 1 month: too few months to judge them.",
            "Their {level} range held {hits} of {n} months: too few months to judge them.",
            months,
            **values,
        )
    if found == "kept":
        return fmt.say("Their {level} range held {hits} of {n} months: they held what they promised.", **values)
    if found == "open":
        return fmt.say(
            "Their {level} range held {hits} of {n} months: too few, though months of one report miss together, so it may still"
            " be chance.",
            **values,
        )
    return fmt.say("Their {level} range held {hits} of {n} months: they promised too much.", **values)


def _buyers(told: Told) -> Finding | None:
    if told.buyers is None:
        return None
    promise, came = told.buyers
    close = abs(came / promise.value - 1) <= CLOSE if promise.value else True
    grade = "shown" if promise.low <= came <= promise.high else "likely" if close else "not shown"
    sentence = _bought(promise, came, told.fmt)
    return Finding("returns-buyers", sentence, float(came), "count", n=promise.n, evidence=grade)


def _bought(promise: Remembered, came: int, fmt: Formats) -> str:
    """How many should buy, and how many did."""
    off = abs(came / promise.value - 1) if promise.value else 0.0
    values = {
        "expected": fmt.count(promise.value),
        "all": fmt.count(promise.n),
        "day": fmt.day(promise.until),
        "came": fmt.count(came),
        "off": fmt.share(off),
    }
    if promise.low <= came <= promise.high:
        return fmt.say(
            "The score expected {expected} of {all} customers to buy by {day}; {came} did, inside its range.", **values
        )
    if came > promise.value:
        return fmt.say(
            "The score expected {expected} of {all} customers to buy by {day}; {came} did, {off} more, just outside its range."
            if off <= CLOSE
            else "The score expected {expected} of {all} customers to buy by {day}; {came} did, {off} more.",
            **values,
        )
    return fmt.say(
        "The score expected {expected} of {all} customers to buy by {day}; {came} did, {off} fewer, just outside its range."
        if off <= CLOSE
        else "The score expected {expected} of {all} customers to buy by {day}; {came} did, {off} fewer.",
        **values,
    )


def _again(told: Told) -> list[Finding]:
    """What was promised of steps and products, and what this report finds of the same on later data."""
    found = []
    for promise, now in told.again:
        below = now < (promise.value if promise.low is None else promise.low)
        found.append(
            Finding(
                f"returns-{promise.id}",
                _now(promise, now, told.fmt),
                now,
                promise.unit,
                n=promise.n,
                evidence="not shown" if below else "likely",
                action="See whether the advice was followed, before judging it." if below else None,
            )
        )
    return found


def _now(promise: Remembered, now: float, fmt: Formats) -> str:
    """What was promised, and where today's value lies beside its range."""
    low, high = (promise.value if edge is None else edge for edge in (promise.low, promise.high))
    write = lambda value: fmt.value(value, promise.unit)  # noqa: E731
    values = {
        "subject": fmt.told(SUBJECTS.get(promise.id, promise.label)),
        "promised": write(promise.value),
        "now": write(now),
        "low": write(low),
        "high": write(high),
    }
    if now < low:
        return fmt.say("{subject}: {promised} promised, {now} now, below the range given then ({low} to {high}).", **values)
    if now > high:
        return fmt.say("{subject}: {promised} promised, {now} now, above the range given then ({low} to {high}).", **values)
    return fmt.say("{subject}: {promised} promised, {now} now, inside the range given then ({low} to {high}).", **values)
