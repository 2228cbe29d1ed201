"""What the funnel says of time: how long steps take, what has stalled, and what turning back costs."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.needs_analysis.path.leaks import Path
from playbook.methods.needs_analysis.path.moves import Loops
from playbook.methods.needs_analysis.path.stalls import NOBODY, SHORTEST, Stalls
from playbook.methods.needs_analysis.path.words import cases_word, duration
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["OWNER", "stalled_finding", "time_finding", "turned_finding"]

OWNER = mark("head of sales")


def time_finding(path: Path, times: pd.DataFrame, fmt: Formats) -> Finding | None:
    """How long it takes to win a deal, or at which step journeys wait longest."""
    if path.took is not None:
        took, values = path.took, {"median": duration(path.took.median, fmt), "upper": duration(path.took.upper, fmt)}
        if took.upper > took.median:
            sentence = fmt.say("Half of the deals that are won are won within {median}, three quarters within {upper}.", **values)
        else:
            sentence = fmt.say("Half of the deals that are won are won within {median}.", **values)
        return Finding(
            "funnel-time", sentence, value=took.median, unit="days", low=took.low, high=took.high, n=took.cases, evidence="shown"
        )
    slow = times[times["on_path"] & (times["upper"] >= SHORTEST)]
    if slow.empty:
        return None
    worst = slow.loc[slow["median"].idxmax()]
    values = {"step": worst["step"], "median": duration(worst["median"], fmt), "upper": duration(worst["upper"], fmt)}
    if values["upper"] != values["median"]:
        sentence = fmt.say(
            "The longest wait is at '{step}': half of those that move on have done so within {median}, three quarters within "
            "{upper}.", **values,
        )  # fmt: skip
    else:
        sentence = fmt.say(
            "The longest wait is at '{step}': half of those that move on have done so within {median}, most of them after just "
            "as long.", **values,
        )  # fmt: skip
    return Finding(
        "funnel-time", sentence, value=float(worst["median"]), unit="days", low=float(worst["low"]), high=float(worst["high"]),
        n=int(worst["stays"]), evidence="shown", owner=OWNER,
        action=fmt.say("Agree a time limit for '{step}', and look every week at what has passed it.", step=worst["step"]),
    )  # fmt: skip


def stalled_finding(stalls: Stalls | None, path: Path, fmt: Formats) -> Finding | None:
    """How many open cases wait unusually long, and what they would bring."""
    if stalls is None or not stalls.stalled:
        return None
    waited = fmt.say_n(
        "{who} has waited {limit}.", "{who} have waited {limit}.", stalls.stalled, who=_who(stalls, path, fmt),
        limit=_limit(stalls, fmt),
    )  # fmt: skip
    holders = stalls.groups.groupby("owner")["stalled"].sum().sort_index().sort_values(ascending=False, kind="stable")
    if len(holders) > 1 and holders.index[0] != NOBODY:
        action = fmt.say(
            "Follow up or close each of them, beginning with those of {owner}: what has waited this long seldom moves by itself.",
            owner=holders.index[0],
        )
    else:
        action = fmt.say("Follow up or close each of them: what has waited this long seldom moves by itself.")
    return Finding(
        "funnel-stalled", fmt.sentences(waited, _beyond(stalls, fmt), _amount(stalls, fmt)),
        value=float(stalls.stalled), unit="count", n=stalls.open, evidence="shown", action=action, owner=OWNER,
    )  # fmt: skip


def _who(stalls: Stalls, path: Path, fmt: Formats) -> str:
    """The cases that wait, as the subject of a sentence."""
    n, of = fmt.count(stalls.stalled), fmt.count(stalls.open)
    if stalls.by_age or path.noun == "deals":
        if stalls.open == 1:
            return fmt.say("The only open deal")
        return fmt.say("All {of} open deals", of=of) if n == of else fmt.say("{n} of {of} open deals", n=n, of=of)
    if stalls.open == 1:
        return fmt.say("The only open journey")
    return fmt.say("All {of} open journeys", of=of) if n == of else fmt.say("{n} of {of} open journeys", n=n, of=of)


def _limit(stalls: Stalls, fmt: Formats) -> str:
    """From when on a wait is long."""
    if not stalls.after:
        if stalls.by_age:
            return fmt.say("longer than nine in ten of those that were closed")
        return fmt.say("longer than nine in ten of those that moved on")
    after = duration(stalls.after, fmt)
    if stalls.by_age:
        return fmt.say("for more than {days}, longer than nine in ten of those that were closed", days=after)
    return fmt.say("for more than {days}, longer than nine in ten of those that moved on", days=after)


def _beyond(stalls: Stalls, fmt: Formats) -> str:
    if not stalls.beyond:
        return ""
    if stalls.by_age:
        return fmt.say_n(
            "{n} of them has been open longer than any that was closed.",
            "{n} of them have been open longer than any that was closed.", stalls.beyond,
        )  # fmt: skip
    if stalls.beyond == stalls.stalled:
        return fmt.say("None that moved on ever waited as long.")
    return fmt.say_n(
        "{n} of them has waited longer than any that moved on.", "{n} of them have waited longer than any that moved on.",
        stalls.beyond,
    )  # fmt: skip


def _amount(stalls: Stalls, fmt: Formats) -> str:
    if not stalls.amount:
        return ""
    money = fmt.money(stalls.amount)
    if stalls.estimated:
        return fmt.say_n(
            "If won, it would bring {money} at the average of such deals won.",
            "If won, they would bring {money} at the average of such deals won.", stalls.stalled, money=money,
        )  # fmt: skip
    return fmt.say_n("If won, it would bring {money}.", "If won, they would bring {money}.", stalls.stalled, money=money)


def turned_finding(turned: Loops | None, path: Path, fmt: Formats) -> Finding | None:
    """How many turn back to an earlier step, the time that takes, and whether they still get to the end."""
    if turned is None or turned.turned < 2:
        return None
    values = {"share": fmt.share(turned.share), "n": fmt.count(turned.journeys), "cases": cases_word(path, fmt)}
    if turned.days >= SHORTEST:
        sentence = fmt.say(
            "{share} of the {n} {cases} turn back to an earlier step, and half of them spend {days} or more on steps taken "
            "again.", **values, days=duration(turned.days, fmt),
        )  # fmt: skip
    else:
        sentence = fmt.say("{share} of the {n} {cases} turn back to an earlier step.", **values)
    low, high = share_range(turned.turned, turned.journeys)
    common = {"id": "funnel-loops", "value": turned.share, "unit": "share", "low": low, "high": high, "n": turned.journeys}
    if turned.ended is None:
        return Finding(sentence=sentence, evidence="shown", **common)
    compared = fmt.say(
        "Of those that turn back at '{step}', {ended} still reach '{last}', against {straight} of the others that reach it.",
        step=turned.step, ended=fmt.share(turned.ended), last=path.stages["step"].iloc[-1], straight=fmt.share(turned.straight),
    )  # fmt: skip
    action = None
    if turned.ended < turned.straight:
        action = fmt.say("Find out what people look for when they turn back at '{step}', and show it there.", step=turned.step)
    evidence = "likely" if turned.low * turned.high > 0 else "indicative"
    return Finding(sentence=fmt.sentences(sentence, compared), evidence=evidence, action=action, **common)
