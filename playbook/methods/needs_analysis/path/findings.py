"""Funnel findings: what the way to the sale shows, in sentences."""

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.needs_analysis.path.channel_credit import Credit
from playbook.methods.needs_analysis.path.leaks import POINT, Path, Reference
from playbook.methods.needs_analysis.path.moves import Loops
from playbook.methods.needs_analysis.path.splits import Split
from playbook.methods.needs_analysis.path.stalls import NOBODY, SHORTEST, Stalls
from playbook.methods.needs_analysis.path.times import duration
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["funnel_findings", "funnel_headline"]

FEW_LOST = 0.95  # share that goes on at the weakest step, from which losses are not the story
FEWEST_EVEN = 100  # cases at a step, to say that groups differ by no more than chance
FEWEST_SALES = 30  # for the credit of channels
OWNER = "head of sales"
Costliest = tuple[pd.Series, Evidence] | None


def funnel_headline(found: Costliest, path: Path, fmt: Formats) -> str:
    """The finding in one line."""
    if found is None:
        return "Nobody is lost between the steps that are recorded"
    step, before = found[0]["step"], found[0]["before"]
    if path.case == "opportunities":
        return f"{fmt.share(1 - found[0]['conversion'])} of the opportunities that are closed are lost"
    share = fmt.share(found[0]["conversion"])
    if found[0]["conversion"] >= FEW_LOST:
        return f"Few are lost: even at the weakest step, from {before} to {step}, {share} go on"
    return f"The weakest step is from {before} to {step}: {share} go on"


def funnel_findings(
    path: Path, found: Costliest, splits: tuple[Split, ...], reference: Reference | None, times: pd.DataFrame,
    turned: Loops | None, stalls: Stalls | None, credit: Credit | None, fmt: Formats,
) -> tuple[Finding, ...]:  # fmt: skip
    """The leak first, then what it differs by, time, stalls, turning back, channels, and how many get to the end."""
    told = [
        found and _leak(path, *found, fmt),
        found and _groups(path, found[0], splits, reference, fmt),
        _time(path, times, fmt),
        _stalled(stalls, path, fmt),
        _turned(turned, path, fmt),
        _credited(credit, fmt),
        _whole(path, fmt),
    ]
    return tuple(finding for finding in told if finding)


def _leak(path: Path, worst: pd.Series, evidence: Evidence, fmt: Formats) -> Finding:
    lost = fmt.number(100 * (1 - worst["conversion"]), 0)
    lost, one = ("fewer than 1", True) if lost == fmt.number(0) else (lost, lost == fmt.number(1))
    if path.case == "opportunities":
        what, more = f"Of every 100 opportunities that are closed, {lost} {'is' if one else 'are'} lost", "one point more won"
        action = "Ask the customers of the deals lost last why they went elsewhere, and change the reason named most often."
    else:
        reach = "reaches" if one else "reach"
        what = f"Of every 100 {path.noun} that reach '{worst['before']}', {lost} never {reach} '{worst['step']}'"
        more = "one point more going on"
        action = f"Find out what stops people between '{worst['before']}' and '{worst['step']}', and test a remedy there first."
    common = {"id": "funnel-leak", "n": int(worst["came"]), "evidence": evidence, "action": action}
    if pd.isna(worst["point"]):
        return Finding(
            sentence=f"{what}; what {more} brings cannot be said without the value of a sale.",
            value=float(worst["conversion"]), unit="share", low=float(worst["low"]), high=float(worst["high"]), **common,
        )  # fmt: skip
    left = min(1.0, (1 - worst["conversion"]) / POINT)  # less than a point may be all there is to win
    point, low, high = (float(worst[name] * left) for name in ("point", "point_low", "point_high"))
    more = more if left == 1 else "losing none of them"
    sentence = f"{what}; {more} brings {fmt.money(point)} a year."
    return Finding(sentence=sentence, value=point, unit="money", low=low, high=high, money=point, **common)


def _groups(path: Path, worst: pd.Series, splits: tuple[Split, ...], reference: Reference | None, fmt: Formats) -> Finding | None:
    go_on = "are won" if path.case == "opportunities" else f"go on to '{worst['step']}'"
    if reference is not None:
        level = f"the best quarter of all {path.noun} by {path.group} ({fmt.share(reference.level)})"
        gain = ""
        if reference.gain:
            gain = f"; if all did at least as well as {level}, that would bring {fmt.money(reference.gain)} a year"
        return Finding(
            "funnel-reference",
            f"With {path.group} '{reference.group}', {fmt.share(reference.conversion)} {go_on}, against "
            f"{fmt.share(reference.rest)} elsewhere{gain}.",
            value=reference.gain, unit="money", low=reference.low, high=reference.high, n=reference.n, money=reference.gain,
            evidence="indicative",  # the difference is beyond chance; that the others can do as well is a hope
            action=f"Learn what is different for '{reference.group}' at this step, and try it on the next {path.group}.",
        )  # fmt: skip
    if not splits or splits[0].evidence != "indicative" or worst["came"] < FEWEST_EVEN:
        return None
    names = [f"{s.by}s" for s in splits]
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    sentence = f"How many {go_on} differs between {listed} by no more than chance would have it: a ranking would mislead."
    return Finding("funnel-even", sentence, n=int(worst["came"]), evidence="not shown")


def _time(path: Path, times: pd.DataFrame, fmt: Formats) -> Finding | None:
    if path.took is not None:
        took = path.took
        upper = f", three quarters within {duration(took.upper, fmt)}" if took.upper > took.median else ""
        return Finding(
            "funnel-time", f"Half of the deals that are won are won within {duration(took.median, fmt)}{upper}.",
            value=took.median, unit="days", low=took.low, high=took.high, n=took.cases, evidence="shown",
        )  # fmt: skip
    slow = times[times["on_path"] & (times["upper"] >= SHORTEST)]
    if slow.empty:
        return None
    worst = slow.loc[slow["median"].idxmax()]
    median, upper = duration(worst["median"], fmt), duration(worst["upper"], fmt)
    three = f", three quarters within {upper}" if upper != median else ", most of them after just as long"
    return Finding(
        "funnel-time",
        f"The longest wait is at '{worst['step']}': half of those that move on have done so within {median}{three}.",
        value=float(worst["median"]), unit="days", low=float(worst["low"]), high=float(worst["high"]), n=int(worst["stays"]),
        evidence="shown", owner=OWNER,
        action=f"Agree a longest stay at '{worst['step']}', and look every week at what has passed it.",
    )  # fmt: skip


def _stalled(stalls: Stalls | None, path: Path, fmt: Formats) -> Finding | None:
    if stalls is None or not stalls.stalled:
        return None
    what = "open deal" if stalls.by_age or path.noun == "deals" else "open journey"
    since = f"for more than {duration(stalls.after, fmt)}, " if stalls.after else ""
    one, every = stalls.stalled == 1, stalls.stalled == stalls.open
    who = f"{fmt.count(stalls.stalled)} of {fmt.count(stalls.open)} {what}s {'has' if one else 'have'}"
    if every:
        who = f"The only {what} has" if one else f"All {fmt.count(stalls.open)} {what}s have"
    beyond = "" if one or not stalls.beyond else f", {fmt.count(stalls.beyond)} of them longer than any"
    if beyond and stalls.beyond == stalls.stalled:
        beyond = ", and longer than any"
    moved = "of those that were closed" if stalls.by_age else "of those that moved on"
    amount = ""
    if stalls.amount:
        guess = " at the average of such deals won" if stalls.estimated else ""
        amount = f"; if won, {'it' if one else 'they'} would bring {fmt.money(stalls.amount)}{guess}"
    holders = stalls.groups.groupby("owner")["stalled"].sum().sort_index().sort_values(ascending=False, kind="stable")
    first = f", beginning with those of {holders.index[0]}" if len(holders) > 1 and holders.index[0] != NOBODY else ""
    return Finding(
        "funnel-stalled",
        f"{who} waited {since}longer than nine in ten {moved}{beyond}{amount}.",
        value=float(stalls.stalled), unit="count", n=stalls.open, evidence="shown",
        action=f"Call each of them or close it{first}: what has waited this long seldom moves by itself.", owner=OWNER,
    )  # fmt: skip


def _turned(turned: Loops | None, path: Path, fmt: Formats) -> Finding | None:
    if turned is None or turned.turned < 2:
        return None
    lost_time = (
        f" and half of them spend {duration(turned.days, fmt)} or more on steps taken again" if turned.days >= SHORTEST else ""
    )
    what = f"{fmt.share(turned.share)} of the {fmt.count(turned.journeys)} {path.noun} turn back to an earlier step{lost_time}"
    low, high = share_range(turned.turned, turned.journeys)
    common = {"id": "funnel-loops", "value": turned.share, "unit": "share", "low": low, "high": high, "n": turned.journeys}
    if turned.ended is None:
        return Finding(sentence=f"{what}.", evidence="shown", **common)
    last = path.stages["step"].iloc[-1]
    more = "likely" if turned.low * turned.high > 0 else "indicative"
    compared = (
        f"of those that turn back at '{turned.step}', {fmt.share(turned.ended)} still reach '{last}', "
        f"against {fmt.share(turned.straight)} of the others that get there"
    )
    worse = turned.ended < turned.straight
    action = f"Ask what people look for when they turn back at '{turned.step}', and show it there." if worse else None
    return Finding(sentence=f"{what}; {compared}.", evidence=more, action=action, **common)


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
    word = "less" if most["last"] < most["markov"] else "more"
    by_last, by_all, low, high = (float(most[c] / credit.conversions) for c in ("last", "markov", "low", "high"))
    return Finding(
        "funnel-credit",
        f"Going by the last contact, '{most['channel']}' brings {fmt.share(by_last)} of the sales; by what would be missing "
        f"without it, {fmt.share(by_all)}: the last contact credits it with {word} than its part.",
        value=by_all, unit="share", low=low, high=high, n=round(credit.conversions), evidence="likely",
        action="Do not move budget between channels by last contact alone.", owner=OWNER,
    )  # fmt: skip


def _whole(path: Path, fmt: Formats) -> Finding:
    last = path.stages.iloc[-1]
    deals = path.case == "opportunities"
    cases = int(path.stages["reached"].iloc[1]) if deals else path.cases
    low, high = share_range(last["reached"], cases)
    share = last["reached"] / cases if cases else np.nan
    end = "closed opportunities were won" if deals else f"{path.noun} reach the last step, '{last['step']}'"
    sentence = f"{fmt.share(share)} of the {fmt.count(cases)} {end}."
    return Finding("funnel-total", sentence, value=float(share), unit="share", low=low, high=high, n=cases, evidence="shown")
