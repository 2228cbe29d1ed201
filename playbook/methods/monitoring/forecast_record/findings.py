"""What forecast tracking says: refit or keep, which way forecasts miss, whether ranges hold, and what to do."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.forecast_record.judge import FEWEST_HELD, Judgement
from playbook.methods.monitoring.forecast_record.tables import step_words
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["findings", "headline", "verdict_words"]

OWNER = "whoever plans sales"
ACTIONS = {
    "bias": "Plan with the forecast corrected by this much until it is fitted anew; look for what changed (a price, a channel, a "
    "customer) and enter it, so that the forecast knows.",
    "range": "Read ranges this much wider, also where stock and budget rest on them, and fit the forecast anew.",
    "worse": "Look for what changed lately and enter it; fit the forecast on the months since then if it stays.",
}
SLIGHT = 0.005  # a share below which a bias is none worth a word
WIDE = 0.9  # share held from which ranges are wider than need be
MUCH = 1.5  # times the errors before, from which even chance is worth a word
ALIKE = 0.05  # a ratio of errors this close to one is none
CLEAR = 0.1  # share of the plain rule's error that is more than luck


def verdict_words(found: Judgement) -> str:
    """The verdict and its reason in a few words."""
    reason = found.leading
    why = {
        "bias": "it misses to one side",
        "range": "its ranges are too narrow",
        "worse": "it has become worse",
    }
    if found.verdict == "keep":
        return "Keep the forecast"
    if reason is None:
        return "Keep an eye on the forecast: the plain rule would have done better"
    return f"{'Fit the forecast anew' if found.verdict == 'refit' else 'Keep an eye on the forecast'}: {why[reason.kind]}"


def headline(found: Judgement, fmt: Formats) -> str:
    """The verdict with the figure that decided it, or with what speaks for the forecast."""
    reason = found.leading
    if reason is None:
        held = _held(found, fmt, "; ") if found.months >= FEWEST_HELD else ""
        return f"{verdict_words(found)}: a month ahead it was {_side(found.near, fmt)}{held}"
    if reason.kind == "bias":
        return f"{verdict_words(found)}, a month ahead it was {_side(found.near, fmt)}"
    if reason.kind == "range":
        return f"{verdict_words(found)}{_held(found, fmt, ', ')}"
    return f"{verdict_words(found)}, errors of late are {fmt.number(found.worse, 1)} times those before"


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
    if abs(share) < SLIGHT:
        return "on average what came"
    return f"{fmt.share(abs(share))} {'below' if share > 0 else 'above'} what came"


def _held(found: Judgement, fmt: Formats, before: str) -> str:
    if not found.checked:
        return ""
    return f"{before}{fmt.share(found.held / found.checked)} of what came lay within ranges made to hold {fmt.share(LEVEL)}"


def _evidence(found: Judgement, kind: str) -> str:
    return next((reason.evidence for reason in found.reasons if reason.kind == kind), "indicative")


def _bias(found: Judgement, steps: pd.DataFrame, fmt: Formats) -> Finding:
    evidence = _evidence(found, "bias")
    near = next((row for row in steps.itertuples() if row.first == 1), None)
    what = f"One month ahead, forecasts were {_side(found.near, fmt)}"
    if near is None:
        what = f"On average, forecasts were {_side(found.bias, fmt)}"
    elif len(steps) > 1:
        far = list(steps.itertuples())[-1]
        what += f"; {step_words(far)} ahead {_side(far.bias, fmt)}"
    real = evidence in {"shown", "likely"}
    verdict = {
        "shown": "so far to one side is more than chance",
        "likely": "so far to one side is hardly chance",
    }.get(evidence, "chance may explain it")
    return Finding(
        id="forecast-tracking-bias",
        sentence=f"{what} (tracking signal {fmt.number(found.signal, 1)}; {verdict}).",
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
        rest = f"ranges {fmt.number(found.wider, 1)} times as wide would have held {promised}"
    elif narrow:
        rest = f"{promised} were promised"
    elif found.months < FEWEST_HELD:
        rest = "too few to tell"
    elif share > WIDE:
        rest = f"more than the {promised} promised, the ranges are rather wide"
    else:
        rest = f"that is within what chance allows around {promised}"
    held = f"{fmt.count(found.held)} of {fmt.count(found.checked)} values lay within their range, {fmt.share(share)}"
    return Finding(
        id="forecast-tracking-range",
        sentence=f"{held} (of {fmt.count(found.months)} different months): {rest}.",
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
    size = f"{fmt.number(found.worse, 1)} times" if abs(found.worse - 1) >= ALIKE else "as large as"
    if grown:
        rest = "it has become worse"
    elif found.worse >= MUCH:
        rest = "of so few, that may be chance"
    else:
        rest = "no sign that the forecast has become worse"
    return Finding(
        id="forecast-tracking-worse",
        sentence=f"The latest errors one month ahead were {size} those before: {rest}.",
        value=found.worse,
        unit="number",
        evidence=evidence,
        action=ACTIONS["worse"] if grown else None,
        owner=OWNER if grown else None,
    )


def _skill(found: Judgement, fmt: Formats) -> Finding | None:
    if np.isnan(found.skill):
        return None
    size = f"{fmt.share(abs(found.skill))} {'smaller' if found.skill >= 0 else 'larger'}"
    rest = "it earns its place" if found.skill >= 0 else "until that changes, the plain rule is as good a guide"
    return Finding(
        id="forecast-tracking-skill",
        sentence=f"Over all days tried, errors were {size} than those of the plain rule that all stays as it was: {rest}.",
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
    when = f"{months} months that are over" if months > 1 else fmt.month(published["month"].iloc[0])
    within = ""
    if len(ranged) == 1:
        within = f", {'within' if held else 'outside'} the range"
    elif len(ranged):
        within = f"; {held} of {len(ranged)} months lay within their range"
    return Finding(
        id="forecast-tracking-published",
        sentence=f"Earlier reports expected {fmt.money(told)} for {when}; {fmt.money(came)} came{within}.",
        value=came - told,
        unit="money",
        n=months,
        evidence="indicative",
    )
