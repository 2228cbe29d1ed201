"""Campaign findings: channels that changed, channels that do not pay, steps below plan, and trials, each in a sentence."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.campaigning.change import PARTS
from playbook.methods.monitoring.campaigning.found import Found
from playbook.methods.monitoring.campaigning.measures import MEASURES
from playbook.methods.monitoring.campaigning.trials import Trial
from playbook.methods.needs_analysis.chance import evidence_of
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["campaign_findings", "campaign_headline"]

LIKELY = 1 - LEVEL
MARKETING, SALES = "head of marketing", "head of sales"
MOST_STEPS = 2
TOLD = 0.1  # of the largest part of a change: smaller parts are not named


def campaign_findings(found: Found, fmt: Formats) -> tuple[Finding, ...]:
    """Most money first; one that says so where nothing stands out."""
    told = [
        *_channels(found, fmt), *_losing(found.losing, fmt), *_steps(found, fmt),
        *(f for trial in found.trials if (f := _trial(trial, found.order_value, fmt))),
    ]  # fmt: skip
    told.sort(key=lambda f: -(f.money or 0))
    quiet = "No channel, step or trial moved by more than chance explains, however often it was looked at."
    return tuple(told) or (Finding("campaigns-quiet", quiet, evidence="shown"),)


def campaign_headline(findings: tuple[Finding, ...], fmt: Formats) -> str:
    """The finding with most money at stake in short, else what was tried."""
    first = findings[0]
    if first.id == "campaigns-quiet":
        return "Campaigns run as usual: nothing moved by more than chance explains"
    kind = first.id.split("-")[1]
    end = {"losing": ": ", "step": ", the year before had", "trial": ". "}.get(kind, " (")
    return first.sentence.split(end)[0].rstrip(".")


def _channels(found: Found, fmt: Formats) -> list[Finding]:
    if found.watch.empty:
        return []
    sure = found.watch[found.watch["p_value"] <= LIKELY]
    whole = sure[sure["main"]]
    rest = sure[~sure["channel"].isin(whole["channel"])].sort_values("p_value").drop_duplicates("channel")
    return [_channel(row, found, fmt) for row in pd.concat([whole, rest]).itertuples()]


def _channel(row, found: Found, fmt: Formats) -> Finding:
    measure = MEASURES[row.measure]
    better = (row.change > 0) != measure.turned
    values = [fmt.value(v, measure.unit) for v in (row.now, row.before)]
    if row.measure == "roas":
        what = f"{fmt.money(1)} spent on {row.channel} brought {fmt.exact_money(row.now)} of revenue since {fmt.day(row.since)}"
        values[1] = fmt.exact_money(row.before)
    elif row.measure == "cpa":
        what = f"An order by {row.channel} cost {values[0]} since {fmt.day(row.since)}"
    else:
        noun = {"ctr": "who saw it clicked", "cvr": "clicks became orders"}[row.measure]
        what = f"{row.channel.capitalize()}: {values[0]} of those {noun} since {fmt.day(row.since)}"
        what = what.replace("of those clicks", "of the clicks")
    span = f"{fmt.share(LEVEL)} range {fmt.change(row.low)} to {fmt.change(row.high)} at {_looks(row.looks)}"
    sentence = f"{what} against {values[1]} in the year before ({fmt.change(row.change)}; {span})"
    parts = found.parts.get(row.channel) if row.measure == "roas" else None
    if parts is not None:
        largest = parts.abs().max()
        named = parts[parts.abs() > TOLD * largest].sort_values(key=np.abs, ascending=False)
        sentence += ": " + ", ".join(f"{_signed(v, fmt)} by {PARTS[name][int(v > 0)]}" for name, v in named.items())
    loss = -row.a_year if row.a_year < 0 else None
    return Finding(
        f"campaigns-{_slug(row.channel)}-{row.measure}", f"{sentence}.", row.change, "share", row.low, row.high, int(row.looks),
        money=loss, evidence=evidence_of(row.p_value), action=_channel_action(row, better, parts), owner=MARKETING,
    )  # fmt: skip


def _channel_action(row, better: bool, parts: pd.Series | None) -> str:
    if better:
        return f"Find out what made {row.channel} better, and give it more only in steps: the next unit of money brings less."
    part = parts.idxmin() if parts is not None else {"cvr": "conversion", "ctr": "clicks"}.get(row.measure, "orders")
    return {
        "reach": f"Look at the bids and prices of {row.channel}; shift what the dearest contacts take until they are usual.",
        "clicks": f"Change the message or the audience of {row.channel}; until clicks are back, spend less there.",
        "conversion": f"Look at where {row.channel} leads: page, offer, stock, price; until orders are back, spend less there.",
        "order value": f"Look at what {row.channel} sells and at its vouchers; smaller orders carry less spend.",
        "orders": f"Lower the spend on {row.channel} until an order costs what it did, or find out what broke.",
    }[part]


def _losing(losing: pd.DataFrame, fmt: Formats) -> list[Finding]:
    if losing.empty:
        return []
    total, worst = float(losing["loss"].sum()), losing.iloc[0]
    names = [f"{r.channel} ({fmt.exact_money(r.value)})" for r in losing.itertuples()]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    sentence = (
        f"{listed[0].upper()}{listed[1:]} {'claims' if len(names) == 1 else 'claim'} less revenue for each {fmt.money(1)} spent"
        f" than the {fmt.exact_money(worst['needed'])} at which the margin pays for it: {fmt.money(total)} a year more spent than"
        " earned."
    )
    grade: Evidence = "likely" if losing["p_value"].max() <= LIKELY else "indicative"  # a claim is not an effect: never shown
    return [
        Finding(
            "campaigns-losing", sentence, total, "money", n=len(losing), money=total, evidence=grade,
            action="Lower the spend step by step and watch all orders: the budget section says what the channels truly cause.",
            owner=MARKETING,
        )
    ]  # fmt: skip


def _steps(found: Found, fmt: Formats) -> list[Finding]:
    stages = found.stages
    if stages.empty or stages["asked"].isna().all():
        return []
    below = stages[(stages["p_value"] <= LIKELY) & (stages["rate"] < stages["asked"])]
    below = below.assign(lost=(below["asked"] - below["rate"]) * below["onward"] * below["year"])
    rows = below.sort_values("lost", ascending=False, kind="stable").head(MOST_STEPS)
    return [_step(row, found.order_value, fmt) for row in rows.itertuples()]


def _step(row, order_value: float, fmt: Formats) -> Finding:
    money = float(row.lost * order_value) if order_value > 0 else None
    price = f", {fmt.money(money)} a year if it stays so" if money else ""
    sentence = (
        f"From {row.step} to {row.next_step}, {fmt.share(row.rate)} of {fmt.count(row.cases)} went on since {fmt.day(row.since)};"
        f" the plan asks {fmt.share(row.asked)}, the year before had {fmt.share(row.before)}{price}."
    )
    return Finding(
        f"campaigns-step-{_slug(row.step)}", sentence, row.rate, "share", row.low, row.high, int(row.cases), money=money,
        evidence=evidence_of(row.p_value), owner=SALES,
        action=f"Try one change at a time between {row.step} and {row.next_step}, for half of the visitors, and look as often as"
        " you like: the test allows it.",
    )  # fmt: skip


def _trial(trial: Trial, order_value: float, fmt: Formats) -> Finding | None:
    last, found = trial.last, trial.found
    grade = evidence_of(last["p_value"])
    if grade == "not shown" and not trial.runs:
        return None
    harmful = last["best"] < 1 and grade == "shown"
    shares = last["treated"] / found.treated, last["control"] / found.control
    until = "so far" if trial.runs else f"by {fmt.day(trial.end)}"
    sentence = (
        f"{trial.label}: {fmt.share(shares[0])} of the {fmt.count(found.treated)} customers in it bought {until}, and"
        f" {fmt.share(shares[1])} of the {fmt.count(found.control)} set aside. Their odds to buy on a day are"
        f" {fmt.number(last['best'])} times those of the others, over {_looks(len(found.days), 'day')}."
    )
    lost = (shares[1] - shares[0]) * found.treated * order_value
    high = None if np.isinf(last["high"]) else float(last["high"])
    return Finding(
        f"campaigns-trial-{_slug(trial.id)}", sentence, float(last["best"]), "number", float(last["low"]) if high else None, high,
        found.treated + found.control, money=float(lost) if harmful and lost > 0 else None,
        evidence="harmful" if harmful else grade, action=_trial_action(trial, harmful, grade), owner=MARKETING,
    )  # fmt: skip


def _trial_action(trial: Trial, harmful: bool, grade: Evidence) -> str:
    if not trial.runs:
        return "It has ended: evaluation says what it brought and whether it paid."
    if harmful:
        return "Stop it now: the test may be ended at any look."
    if grade == "shown":
        return "It may end now and be given to all, if what it brings pays for it."
    return "Let it run. A look on any day is allowed; it ends when the range leaves 1, or at its planned end."


def _looks(looks: int, unit: str = "weekly") -> str:
    if unit == "day":
        return "one day" if looks == 1 else f"{looks} days of looking"
    return "the one weekly look so far" if looks == 1 else f"all {looks} weekly looks"


def _signed(value: float, fmt: Formats) -> str:
    return f"{'+' if value > 0 else '−'}{fmt.exact_money(abs(value))}"


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in str(name).lower()).split()) or "other"
