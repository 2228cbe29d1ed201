"""Campaign findings: channels that changed, channels that do not pay, steps below plan, and trials, each in a sentence."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.campaigning.change import PARTS
from playbook.methods.monitoring.campaigning.found import Found
from playbook.methods.monitoring.campaigning.measures import MEASURES
from playbook.methods.monitoring.campaigning.trials import Trial
from playbook.methods.needs_analysis.chance import evidence_of
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["campaign_findings"]

LIKELY = 1 - LEVEL
MARKETING, SALES = mark("head of marketing"), mark("head of sales")
MOST_STEPS = 2
TOLD = 0.1  # of the largest part of a change: smaller parts are not named
CHANGED = {
    "roas": mark("{unit} spent on {channel} brought {now} of revenue since {day} against {before} in the year before"),
    "cpa": mark("An order by {channel} cost {now} since {day} against {before} in the year before"),
    "ctr": mark("{channel}: {now} of those who saw it clicked since {day} against {before} in the year before"),
    "cvr": mark("{channel}: {now} of the clicks became orders since {day} against {before} in the year before"),
}
BETTER = mark("Find out what made {channel} better, and give it more only in steps: the next unit of money brings less.")
WORSE = {
    "reach": mark("Look at the bids and prices of {channel}; shift what the dearest contacts take until they are usual."),
    "clicks": mark("Change the message or the audience of {channel}; until clicks are back, spend less there."),
    "conversion": mark("Look at where {channel} leads: page, offer, stock, price; until orders are back, spend less there."),
    "order value": mark("Look at what {channel} sells and at its vouchers; smaller orders carry less spend."),
    "orders": mark("Lower the spend on {channel} until an order costs what it did, or find out what broke."),
}
Short = tuple[Finding, str]  # a finding, and its sentence in short, for the headline


def campaign_findings(found: Found, fmt: Formats) -> tuple[tuple[Finding, ...], str]:
    """Most money first, or one that says so where nothing stands out; and the headline, the first of them in short."""
    told = [
        *_channels(found, fmt), *_losing(found.losing, fmt), *_steps(found, fmt),
        *(f for trial in found.trials if (f := _trial(trial, found.order_value, fmt))),
    ]  # fmt: skip
    if told:
        told.sort(key=lambda pair: -(pair[0].money or 0))
        return tuple(finding for finding, _ in told), told[0][1]
    quiet = Finding(
        "campaigns-quiet", "No channel, step or trial moved by more than chance explains, however often it was looked at.",
        evidence="shown",
    )  # fmt: skip
    return (quiet,), fmt.say("Campaigns run as usual: nothing moved by more than chance explains")


def _channels(found: Found, fmt: Formats) -> list[Short]:
    if found.watch.empty:
        return []
    sure = found.watch[found.watch["p_value"] <= LIKELY]
    whole = sure[sure["main"]]
    rest = sure[~sure["channel"].isin(whole["channel"])].sort_values("p_value").drop_duplicates("channel")
    return [_channel(row, found, fmt) for row in pd.concat([whole, rest]).itertuples()]


def _channel(row, found: Found, fmt: Formats) -> Short:
    measure = MEASURES[row.measure]
    better = (row.change > 0) != measure.turned
    write = fmt.exact_money if row.measure == "roas" else lambda value: fmt.value(value, measure.unit)
    what = fmt.say(
        CHANGED[row.measure], unit=fmt.money(1), channel=row.channel, now=write(row.now), before=write(row.before),
        day=fmt.day(row.since),
    )  # fmt: skip
    told = {
        "what": what, "change": fmt.change(row.change),
        "range": fmt.say(
            "{level} range {low} to {high}", level=fmt.share(LEVEL), low=fmt.change(row.low), high=fmt.change(row.high)
        ),
        "looks": fmt.say_n("at the one weekly look so far", "at all {n} weekly looks", int(row.looks)),
    }  # fmt: skip
    parts = found.parts.get(row.channel) if row.measure == "roas" else None
    if parts is None:
        sentence = fmt.say("{what} ({change}; {range} {looks}).", **told)
    else:
        sentence = fmt.say("{what} ({change}; {range} {looks}): {parts}.", parts=_parts(parts, fmt), **told)
    loss = -row.a_year if row.a_year < 0 else None
    finding = Finding(
        f"campaigns-{_slug(row.channel)}-{row.measure}", sentence, row.change, "share", row.low, row.high, int(row.looks),
        money=loss, evidence=evidence_of(row.p_value), action=_channel_action(row, better, parts, fmt), owner=MARKETING,
    )  # fmt: skip
    return finding, what


def _parts(parts: pd.Series, fmt: Formats) -> str:
    """What the parts add, the largest first."""
    named = parts[parts.abs() > TOLD * parts.abs().max()].sort_values(key=np.abs, ascending=False)
    causes = [fmt.told(PARTS[name][int(value > 0)]) for name, value in named.items()]
    return fmt.listed(
        fmt.say("{amount} from {cause}", amount=_signed(v, fmt), cause=cause) for v, cause in zip(named, causes, strict=True)
    )


def _channel_action(row, better: bool, parts: pd.Series | None, fmt: Formats) -> str:
    if better:
        return fmt.say(BETTER, channel=row.channel)
    part = parts.idxmin() if parts is not None else {"cvr": "conversion", "ctr": "clicks"}.get(row.measure, "orders")
    return fmt.say(WORSE[part], channel=row.channel)


def _losing(losing: pd.DataFrame, fmt: Formats) -> list[Short]:
    if losing.empty:
        return []
    total, worst = float(losing["loss"].sum()), losing.iloc[0]
    names = [fmt.say("{channel} ({value})", channel=r.channel, value=fmt.exact_money(r.value)) for r in losing.itertuples()]
    what = fmt.say_n(
        "For each {unit} spent, {names} claims less revenue than the {needed} that would cover its cost",
        "For each {unit} spent, {names} claim less revenue than the {needed} that would cover their cost",
        len(names), unit=fmt.money(1), names=fmt.listed(names), needed=fmt.exact_money(worst["needed"]),
    )  # fmt: skip
    sentence = fmt.say("{what}: {loss} a year more spent than earned.", what=what, loss=fmt.money(total))
    grade: Evidence = "likely" if losing["p_value"].max() <= LIKELY else "indicative"  # a claim is not an effect: never shown
    finding = Finding(
        "campaigns-losing", sentence, total, "money", n=len(losing), money=total, evidence=grade,
        action="Lower the spend step by step and watch all orders: the budget section says what the channels truly cause.",
        owner=MARKETING,
    )  # fmt: skip
    return [(finding, what)]


def _steps(found: Found, fmt: Formats) -> list[Short]:
    stages = found.stages
    if stages.empty or stages["asked"].isna().all():
        return []
    below = stages[(stages["p_value"] <= LIKELY) & (stages["rate"] < stages["asked"])]
    below = below.assign(lost=(below["asked"] - below["rate"]) * below["onward"] * below["year"])
    rows = below.sort_values("lost", ascending=False, kind="stable").head(MOST_STEPS)
    return [_step(row, found.order_value, fmt) for row in rows.itertuples()]


def _step(row, order_value: float, fmt: Formats) -> Short:
    money = float(row.lost * order_value) if order_value > 0 else None
    what = fmt.say(
        "From {step} to {next_step}, {rate} of {cases} went on since {day}; the plan asks {asked}",
        step=row.step, next_step=row.next_step, rate=fmt.share(row.rate), cases=fmt.count(row.cases), day=fmt.day(row.since),
        asked=fmt.share(row.asked),
    )  # fmt: skip
    sentence = fmt.sentences(
        fmt.say("{what}, the year before had {before}.", what=what, before=fmt.share(row.before)),
        fmt.say("If it stays so, {money} a year is lost.", money=fmt.money(money)) if money else "",
    )
    finding = Finding(
        f"campaigns-step-{_slug(row.step)}", sentence, row.rate, "share", row.low, row.high, int(row.cases), money=money,
        evidence=evidence_of(row.p_value), owner=SALES,
        action=fmt.say(
            "Try one change at a time between {step} and {next_step}, for half of those who get there, and look as often "
            "as you like: the test allows it.",
            step=row.step, next_step=row.next_step,
        ),
    )  # fmt: skip
    return finding, what


def _trial(trial: Trial, order_value: float, fmt: Formats) -> Short | None:
    last, found = trial.last, trial.found
    grade = evidence_of(last["p_value"])
    if grade == "not shown" and not trial.runs:
        return None
    harmful = last["best"] < 1 and grade == "shown"
    shares = last["treated"] / found.treated, last["control"] / found.control
    told = {
        "name": trial.label, "share": fmt.share(shares[0]), "treated": fmt.count(found.treated), "other": fmt.share(shares[1]),
        "control": fmt.count(found.control), "day": fmt.day(trial.end),
    }  # fmt: skip
    what = (
        fmt.say(
            "{name}: {share} of the {treated} customers in it have bought so far, against {other} of the {control} in "
            "the control group",
            **told,
        )
        if trial.runs
        else fmt.say(
            "{name}: {share} of the {treated} customers in it had bought by {day}, against {other} of the {control} in the "
            "control group",
            **told,
        )
    )
    odds = fmt.say_n(
        "Their odds of buying on a given day are {odds} times those of the others, over one day.",
        "Their odds of buying on a given day are {odds} times those of the others, over {n} days.",
        len(found.days), odds=fmt.number(last["best"]),
    )  # fmt: skip
    lost = (shares[1] - shares[0]) * found.treated * order_value
    high = None if np.isinf(last["high"]) else float(last["high"])
    sentence = fmt.sentences(fmt.say("{sentence}.", sentence=what), odds)
    finding = Finding(
        f"campaigns-trial-{_slug(trial.id)}", sentence, float(last["best"]), "number", float(last["low"]) if high else None, high,
        found.treated + found.control, money=float(lost) if harmful and lost > 0 else None,
        evidence="harmful" if harmful else grade, action=_trial_action(trial, harmful, grade), owner=MARKETING,
    )  # fmt: skip
    return finding, what


def _trial_action(trial: Trial, harmful: bool, grade: Evidence) -> str:
    if not trial.runs:
        return mark("It has ended: evaluation says what it brought and whether it paid.")
    if harmful:
        return mark("Stop it now: the test may be ended at any look.")
    if grade == "shown":
        return mark("It may end now and be given to all, if what it brings pays for it.")
    return mark("Let it run. A look on any day is allowed; it ends when the range leaves 1, or at its planned end.")


def _signed(value: float, fmt: Formats) -> str:
    return f"{'+' if value > 0 else '−'}{fmt.exact_money(abs(value))}"


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in str(name).lower()).split()) or "other"
