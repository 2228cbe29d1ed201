"""Funnel findings: what the way to the sale shows, in sentences."""

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.needs_analysis.path.channel_credit import Credit
from playbook.methods.needs_analysis.path.delays import OWNER, stalled_finding, time_finding, turned_finding
from playbook.methods.needs_analysis.path.leaks import POINT, Path, Reference
from playbook.methods.needs_analysis.path.moves import Loops
from playbook.methods.needs_analysis.path.splits import Split
from playbook.methods.needs_analysis.path.stalls import Stalls
from playbook.methods.needs_analysis.path.words import cases_word, plural
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["FEWEST_SALES", "Costliest", "funnel_findings", "funnel_headline"]

FEW_LOST = 0.95  # share that goes on at the weakest step, from which losses are not the story
FEWEST_EVEN = 100  # cases at a step, to say that groups differ by no more than chance
FEWEST_SALES = 30  # for the credit of channels
Costliest = tuple[pd.Series, Evidence] | None


def funnel_headline(found: Costliest, path: Path, fmt: Formats) -> str:
    """The finding in one line."""
    if found is None:
        return fmt.say("Nobody is lost between the steps that are recorded")
    worst = found[0]
    if path.case == "opportunities":
        return fmt.say("{share} of the opportunities that are closed are lost", share=fmt.share(1 - worst["conversion"]))
    values = {"before": worst["before"], "step": worst["step"], "share": fmt.share(worst["conversion"])}
    if worst["conversion"] >= FEW_LOST:
        return fmt.say("Few are lost: even at the weakest step, from {before} to {step}, {share} go on", **values)
    return fmt.say("The weakest step is from {before} to {step}: {share} go on", **values)


def funnel_findings(
    path: Path, found: Costliest, splits: tuple[Split, ...], reference: Reference | None, times: pd.DataFrame,
    turned: Loops | None, stalls: Stalls | None, credit: Credit | None, fmt: Formats,
) -> tuple[Finding, ...]:  # fmt: skip
    """The leak first, then what it differs by, time, stalls, turning back, channels, and how many get to the end."""
    told = [
        found and _leak(path, *found, fmt),
        found and _groups(path, found[0], splits, reference, fmt),
        time_finding(path, times, fmt),
        stalled_finding(stalls, path, fmt),
        turned_finding(turned, path, fmt),
        _credited(credit, fmt),
        _whole(path, fmt),
    ]
    return tuple(finding for finding in told if finding)


def _leak(path: Path, worst: pd.Series, evidence: Evidence, fmt: Formats) -> Finding:
    where = {"before": worst["before"], "step": worst["step"]}
    if path.case == "opportunities":
        action = fmt.say(
            "Ask the customers of the deals lost last why they went elsewhere, and change the reason named most often."
        )
    else:
        action = fmt.say("Find out what stops people between '{before}' and '{step}', and test a remedy there first.", **where)
    common = {"id": "funnel-leak", "n": int(worst["came"]), "evidence": evidence, "action": action}
    lost, deals = _lost(path, worst, fmt), path.case == "opportunities"
    if pd.isna(worst["point"]):
        unpriced = fmt.say("What one point more would bring cannot be said without the value of a sale.")
        return Finding(
            sentence=fmt.sentences(lost, unpriced), value=float(worst["conversion"]), unit="share", low=float(worst["low"]),
            high=float(worst["high"]), **common,
        )  # fmt: skip
    left = min(1.0, (1 - worst["conversion"]) / POINT)  # less than a point may be all there is to win
    point, low, high = (float(worst[name] * left) for name in ("point", "point_low", "point_high"))
    money = fmt.money(point)
    if left < 1:
        more = fmt.say("Losing none of them would bring {money} a year.", money=money)
    elif deals:
        more = fmt.say("One point more won would bring {money} a year.", money=money)
    else:
        more = fmt.say("One point more going on would bring {money} a year.", money=money)
    return Finding(sentence=fmt.sentences(lost, more), value=point, unit="money", low=low, high=high, money=point, **common)


def _lost(path: Path, worst: pd.Series, fmt: Formats) -> str:
    """How many of a hundred are lost at the step."""
    lost = fmt.number(100 * (1 - worst["conversion"]), 0)
    number = 1 if lost in (fmt.number(0), fmt.number(1)) else 2
    if lost == fmt.number(0):
        lost = fmt.say("fewer than 1")
    if path.case == "opportunities":
        return fmt.say_n(
            "Of every 100 opportunities that are closed, {lost} is lost.",
            "Of every 100 opportunities that are closed, {lost} are lost.", number, lost=lost,
        )  # fmt: skip
    return fmt.say_n(
        "Of every 100 {cases} that reach '{before}', {lost} never reaches '{step}'.",
        "Of every 100 {cases} that reach '{before}', {lost} never reach '{step}'.",
        number, cases=cases_word(path, fmt), before=worst["before"], step=worst["step"], lost=lost,
    )  # fmt: skip


def _groups(path: Path, worst: pd.Series, splits: tuple[Split, ...], reference: Reference | None, fmt: Formats) -> Finding | None:
    deals = path.case == "opportunities"
    if reference is not None:
        values = {
            "by": fmt.told(path.group), "group": reference.group, "share": fmt.share(reference.conversion),
            "rest": fmt.share(reference.rest), "step": worst["step"],
        }  # fmt: skip
        if deals:
            sentence = fmt.say("With {by} '{group}', {share} are won, against {rest} elsewhere.", **values)
        else:
            sentence = fmt.say("With {by} '{group}', {share} go on to '{step}', against {rest} elsewhere.", **values)
        return Finding(
            "funnel-reference", fmt.sentences(sentence, _gain(path, reference, fmt)), value=reference.gain, unit="money",
            low=reference.low, high=reference.high, n=reference.n, money=reference.gain,
            evidence="indicative",  # the difference is beyond chance; that the others can do as well is a hope
            action=fmt.say("Find out what is different about '{group}' at this step, and try it on another {by}.", **values),
        )  # fmt: skip
    if not splits or splits[0].evidence != "indicative" or worst["came"] < FEWEST_EVEN:
        return None
    values = {"groups": fmt.listed(plural(s.by, fmt) for s in splits), "step": worst["step"]}
    if deals:
        sentence = fmt.say(
            "The share won differs between {groups} by no more than chance explains, so a ranking would mislead.", **values
        )
    else:
        sentence = fmt.say(
            "The share that goes on to '{step}' differs between {groups} by no more than chance explains, so a ranking would "
            "mislead.",
            **values,
        )
    return Finding("funnel-even", sentence, n=int(worst["came"]), evidence="not shown")


def _gain(path: Path, reference: Reference, fmt: Formats) -> str:
    if not reference.gain:
        return ""
    return fmt.say(
        "If all did at least as well as the best quarter of all {cases} by {by} ({level}), that would bring {money} a year.",
        cases=cases_word(path, fmt), by=fmt.told(path.group), level=fmt.share(reference.level),
        money=fmt.money(reference.gain),
    )  # fmt: skip


def _credited(credit: Credit | None, fmt: Formats) -> Finding | None:
    if credit is None or credit.conversions < FEWEST_SALES or len(credit.channels) < 2:
        return None
    channels = credit.channels
    gap = (channels["markov"] - channels["last"]).where(
        (channels["last"] < channels["low"]) | (channels["last"] > channels["high"]), 0.0
    )
    if not gap.abs().max() > 0:
        return None
    most = channels.loc[gap.abs().idxmax()]
    by_last, by_all, low, high = (float(most[c] / credit.conversions) for c in ("last", "markov", "low", "high"))
    values = {"channel": most["channel"], "last": fmt.share(by_last), "all": fmt.share(by_all)}
    if most["last"] < most["markov"]:
        sentence = fmt.say(
            "Going by the last contact, '{channel}' brings {last} of the sales; by what would be missing without it, {all}. "
            "Judging by the last contact understates it.", **values,
        )  # fmt: skip
    else:
        sentence = fmt.say(
            "Going by the last contact, '{channel}' brings {last} of the sales; by what would be missing without it, {all}. "
            "Judging by the last contact overstates it.", **values,
        )  # fmt: skip
    return Finding(
        "funnel-credit", sentence, value=by_all, unit="share", low=low, high=high, n=round(credit.conversions),
        evidence="likely", action="Do not move budget between channels by last contact alone.", owner=OWNER,
    )  # fmt: skip


def _whole(path: Path, fmt: Formats) -> Finding:
    last = path.stages.iloc[-1]
    deals = path.case == "opportunities"
    cases = int(path.stages["reached"].iloc[1]) if deals else path.cases
    low, high = share_range(last["reached"], cases)
    share = last["reached"] / cases if cases else np.nan
    values = {"share": fmt.share(share), "n": fmt.count(cases)}
    if deals:
        sentence = fmt.say("{share} of the {n} closed opportunities were won.", **values)
    else:
        sentence = fmt.say(
            "{share} of the {n} {cases} reach the last step, '{step}'.", **values, cases=cases_word(path, fmt),
            step=last["step"],
        )  # fmt: skip
    return Finding("funnel-total", sentence, value=float(share), unit="share", low=low, high=high, n=cases, evidence="shown")
