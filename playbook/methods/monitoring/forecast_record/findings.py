"""What forecast tracking says: refit or keep, which way forecasts miss, whether ranges hold, and what to do."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.forecast_record.judge import FEWEST_HELD, Judgement
from playbook.methods.monitoring.forecast_record.tables import step_words
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["findings", "headline"]

OWNER = mark("head of sales planning")
ACTIONS = {
    "bias": mark(
        "Plan with the forecast corrected by this much until it is fitted anew; look for what changed (a price, a channel, a"
        " customer) and enter it, so that the forecast knows."
    ),
    "range": mark("Read ranges this much wider, also where stock and budget rest on them, and fit the forecast anew."),
    "worse": mark("Look for what changed lately and enter it; fit the forecast on the months since then if it stays."),
}
VERDICTS = {
    ("refit", "bias"): mark("Fit the forecast anew: it misses to one side"),
    ("refit", "range"): mark("Fit the forecast anew: its ranges are too narrow"),
    ("refit", "worse"): mark("Fit the forecast anew: it has become worse"),
    ("watch", "bias"): mark("Keep an eye on the forecast: it misses to one side"),
    ("watch", "range"): mark("Keep an eye on the forecast: its ranges are too narrow"),
    ("watch", "worse"): mark("Keep an eye on the forecast: it has become worse"),
    ("watch", None): mark("Keep an eye on the forecast: repeating past figures would have done better"),
}
SLIGHT = 0.005  # a share below which a bias is none worth a word
WIDE = 0.9  # share held from which ranges are wider than need be
MUCH = 1.5  # times the errors before, from which even chance is worth a word
ALIKE = 0.05  # a ratio of errors this close to one is none
CLEAR = 0.1  # share of the plain rule's error that is more than luck


def headline(found: Judgement, fmt: Formats) -> str:
    """The verdict with the figure that decided it, or with what speaks for the forecast."""
    reason = found.leading
    kind = None if reason is None else reason.kind
    figure = _figure(found, kind, fmt)
    if found.verdict == "keep":
        return fmt.say("Keep the forecast: {figure}", figure=figure)
    return fmt.say("{verdict}; {figure}", verdict=fmt.told(VERDICTS[found.verdict, kind]), figure=figure)


def _figure(found: Judgement, kind: str | None, fmt: Formats) -> str:
    near = fmt.say("a month ahead it was {side}", side=_side(found.near, fmt))
    if kind == "worse":
        return fmt.say("errors of late are {times} times those before", times=fmt.number(found.worse, 1))
    if kind == "bias" or not found.checked or (kind is None and found.months < FEWEST_HELD):
        return near
    held = fmt.say(
        "its {level} ranges held {share} of actual values",
        share=fmt.share(found.held / found.checked), level=fmt.share(LEVEL),
    )  # fmt: skip
    return held if kind == "range" else fmt.say("{near}; {held}", near=near, held=held)


def findings(found: Judgement, steps: pd.DataFrame, published: pd.DataFrame, fmt: Formats) -> tuple[Finding, ...]:
    """Verdict, bias, ranges, errors by distance, the plain rule; and forecasts of earlier reports where months have come due.

    None puts money at stake: a forecast that misses takes nothing from the client, and what came may be more.
    """
    told = [
        _bias(found, steps, fmt),
        _range(found, fmt),
        _worse(found, fmt),
        _skill(found, fmt),
        _published(published, fmt),
    ]
    return tuple(one for one in told if one is not None)


def _side(share: float, fmt: Formats) -> str:
    """How forecasts lay to what came, as it follows "they were"."""
    if abs(share) < SLIGHT:
        return fmt.say("right on average")
    size = fmt.share(abs(share))
    return fmt.say("{size} too low", size=size) if share > 0 else fmt.say("{size} too high", size=size)


def _evidence(found: Judgement, kind: str) -> str:
    return next((reason.evidence for reason in found.reasons if reason.kind == kind), "indicative")


def _bias(found: Judgement, steps: pd.DataFrame, fmt: Formats) -> Finding:
    evidence = _evidence(found, "bias")
    near = next((row for row in steps.itertuples() if row.first == 1), None)
    told = {"side": _side(found.near, fmt)}
    if near is None:
        what = fmt.say("Over all months ahead, forecasts were {side}", side=_side(found.bias, fmt))
    elif len(steps) > 1:
        far = list(steps.itertuples())[-1]
        told |= {"step": step_words(far, fmt), "far": _side(far.bias, fmt)}
        what = fmt.say("One month ahead, forecasts were {side}; {step} ahead, {far}", **told)
    else:
        what = fmt.say("One month ahead, forecasts were {side}", **told)
    real = evidence in {"shown", "likely"}
    if evidence == "shown":
        verdict = fmt.say("so far to one side is more than chance")
    elif evidence == "likely":
        verdict = fmt.say("so far to one side is hardly chance")
    else:
        verdict = fmt.say("chance may explain it")
    return Finding(
        id="forecast-tracking-bias",
        sentence=fmt.say("{what} ({verdict}).", what=what, verdict=verdict),  # the section's chart has the tracking signal
        value=found.near,
        unit="share",
        n=int(near.cases) if near is not None else None,
        evidence=evidence,
        action=ACTIONS["bias"] if real else None,
        owner=OWNER if real else None,
    )


def _range(found: Judgement, fmt: Formats) -> Finding | None:
    if not found.checked:
        return None
    evidence, share, promised = _evidence(found, "range"), found.held / found.checked, fmt.share(LEVEL)
    narrow = evidence in {"shown", "likely"}
    if narrow and found.wider > 1:
        times = fmt.number(found.wider, 1)
        rest = fmt.say("ranges {times} times as wide would have held {promised}", times=times, promised=promised)
    elif narrow:
        rest = fmt.say("{promised} were promised", promised=promised)
    elif found.months < FEWEST_HELD:
        rest = fmt.say("too few to tell")
    elif share > WIDE:
        rest = fmt.say("more than the {promised} promised, so the ranges are rather wide", promised=promised)
    else:
        rest = fmt.say("that is within what chance allows around {promised}", promised=promised)
    sentence = fmt.say_n(
        "{held} of {checked} values lay within their range, {share} (all of one month): {rest}.",
        "{held} of {checked} values lay within their range, {share} (of {n} different months): {rest}.",
        found.months, held=fmt.count(found.held), checked=fmt.count(found.checked), share=fmt.share(share), rest=rest,
    )  # fmt: skip
    return Finding(
        id="forecast-tracking-range",
        sentence=sentence,
        value=share,
        unit="share",
        n=found.checked,
        evidence=evidence if narrow else "indicative",
        action=ACTIONS["range"] if narrow else None,
        owner=OWNER if narrow else None,
    )


def _worse(found: Judgement, fmt: Formats) -> Finding | None:
    if np.isnan(found.worse):
        return None
    evidence = _evidence(found, "worse")
    grown = evidence in {"shown", "likely"}
    if grown:
        rest = fmt.say("it has become worse")
    elif found.worse >= MUCH:
        rest = fmt.say("of so few, that may be chance")
    else:
        rest = fmt.say("no sign that the forecast has become worse")
    if abs(found.worse - 1) < ALIKE:
        sentence = fmt.say("The latest errors one month ahead were as large as those before: {rest}.", rest=rest)
    else:
        times = fmt.number(found.worse, 1)
        sentence = fmt.say("The latest errors one month ahead were {times} times those before: {rest}.", times=times, rest=rest)
    return Finding(
        id="forecast-tracking-worse",
        sentence=sentence,
        value=found.worse,
        unit="number",
        evidence=evidence,
        action=ACTIONS["worse"] if grown else None,
        owner=OWNER if grown else None,
    )


def _skill(found: Judgement, fmt: Formats) -> Finding | None:
    if np.isnan(found.skill):
        return None
    size = fmt.share(abs(found.skill))
    if found.skill >= 0:
        sentence = fmt.say(
            "Over all days tried, errors were {size} smaller than from simply repeating past figures: the forecast earns "
            "its place.",
            size=size,
        )
    else:
        sentence = fmt.say(
            "Over all days tried, errors were {size} larger than from simply repeating past figures: until that changes, "
            "repeating them is as good a guide.",
            size=size,
        )
    return Finding(
        id="forecast-tracking-skill",
        sentence=sentence,
        value=found.skill,
        unit="share",
        evidence="likely" if abs(found.skill) > CLEAR else "indicative",
    )


def _published(published: pd.DataFrame, fmt: Formats) -> Finding | None:
    """What became of the forecasts that earlier reports printed."""
    if published.empty:
        return None
    told, came, months = published["forecast"].sum(), published["actual"].sum(), len(published)
    ranged = published[published["low"].notna()]
    held = int(ranged["actual"].between(ranged["low"], ranged["high"]).sum())
    first = fmt.month(published["month"].iloc[0])
    expected = fmt.say_n(
        "Earlier reports expected {forecast} for {month}; the actual figure was {came}.",
        "Earlier reports expected {forecast} for {n} months that are over; the actual figure was {came}.",
        months, forecast=fmt.money(told), month=first, came=fmt.money(came),
    )  # fmt: skip
    if len(ranged) > 1:
        within = fmt.say("{held} of {months} months lay within their range.", held=held, months=len(ranged))
    elif len(ranged):
        within = fmt.say("That is within the range.") if held else fmt.say("That is outside the range.")
    else:
        within = ""
    return Finding(
        id="forecast-tracking-published",
        sentence=fmt.sentences(expected, within),
        value=came - told,
        unit="money",
        n=months,
        evidence="indicative",
    )
