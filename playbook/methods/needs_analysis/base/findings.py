"""Customer base findings: what the flow, the concentration, the cohorts and the silence mean, and what to do about it."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.market_research.grouping.habits import LOOK_BACK, QUIET, Slipping
from playbook.methods.needs_analysis.base.cohorts import Cohorts, Retention
from playbook.methods.needs_analysis.base.concentration import LARGEST, Concentration
from playbook.methods.needs_analysis.chance import evidence_of
from playbook.methods.needs_analysis.windows import Windows, earlier, later
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["concentration_finding", "flow_finding", "kept_finding", "largest_finding", "retention_finding", "risk_finding"]

OWNER = mark("head of customer marketing")
DEPENDENT = 0.20  # share of the ten largest from which losing one of them would be felt
FEW = 20  # customers of which ten are half of all
FEWEST = 30  # customers from which the mean change has a range
_CHANCE = {
    "shown": mark("more than chance would bring"),
    "likely": mark("probably more than chance would bring"),
    "not shown": mark("no more than chance would bring"),
}


def flow_finding(flow: pd.DataFrame, compared: Windows | None, parameters: Assumptions | None, fmt: Formats) -> Finding | None:
    """What the customers who left took away, against what new and regained ones brought."""
    if compared is None or not len(flow):
        return None
    rows = flow.set_index("group").reindex(["lost", "new", "regained"]).fillna({"customers": 0, "before": 0.0, "change": 0.0})
    lost, taken = int(rows.loc["lost", "customers"]), float(rows.loc["lost", "before"])
    if not lost:
        return None
    sentence = fmt.say_n(
        "{n} customer of {earlier} did not buy in {later}; it had brought {money}.",
        "{n} customers of {earlier} did not buy in {later}; they had brought {money}.",
        lost, earlier=earlier(compared, fmt), later=later(compared, fmt), money=fmt.money(taken),
    )  # fmt: skip
    cost = None
    if parameters is not None and parameters.acquisition_cost:
        each = parameters.acquisition_cost
        cost = fmt.say(
            "Winning as many new ones costs about {money}, at {each} each.", money=fmt.money(lost * each), each=fmt.money(each)
        )
    year = compared.whole_year
    return Finding(
        "customer-base-lost", fmt.sentences(sentence, _gains(rows, fmt), cost), value=taken, unit="money", n=lost,
        money=taken if year and taken > 0 else None, evidence="shown" if year else "indicative",
        action="Ask a sample of the lost customers why they stopped, the largest first, and win back those whose reason can be "
        "put right.",
        owner=OWNER,
    )  # fmt: skip


def _gains(rows: pd.DataFrame, fmt: Formats) -> str:
    """What new and regained customers brought."""
    came, back = int(rows.loc["new", "customers"]), int(rows.loc["regained", "customers"])
    brought, again = fmt.money(rows.loc["new", "change"]), fmt.money(rows.loc["regained", "change"])
    if came and back:
        return fmt.say(
            "New customers ({new}) brought {brought}, regained ones ({back}) {again}.",
            new=fmt.count(came), brought=brought, back=fmt.count(back), again=again,
        )  # fmt: skip
    if came:
        return fmt.say_n("{n} new customer brought {money}.", "{n} new customers brought {money}.", came, money=brought)
    if back:
        return fmt.say_n(
            "No new customer came, but {n} regained customer brought {money}.",
            "No new customer came, but {n} regained customers brought {money}.", back, money=again,
        )  # fmt: skip
    return fmt.say("No new customer came.")


def kept_finding(who: pd.DataFrame | None, compared: Windows | None, fmt: Formats) -> Finding | None:
    """How the revenue of the customers who stayed changed, with a range (normal, over customers)."""
    kept = who[who["group"] == "kept"] if who is not None else pd.DataFrame()
    if not len(kept) or compared is None:
        return None
    step = (kept["after"] - kept["before"]).to_numpy()
    total, before = float(step.sum()), float(kept["before"].sum())
    low = high = None
    evidence: Evidence = "indicative"
    if len(step) >= FEWEST and step.std() > 0:
        error = float(step.std(ddof=1) * np.sqrt(len(step)))
        z = norm.ppf((1 + LEVEL) / 2)
        low, high = total - z * error, total + z * error
        evidence = evidence_of(2 * float(norm.sf(abs(total) / error)))
    year = compared.whole_year
    if not year and evidence in ("shown", "likely"):
        evidence = "indicative"  # part of it is season
    size = fmt.money(abs(total))
    if before > 0:
        size = fmt.say("{money} ({change})", money=size, change=fmt.change(total / before))
    values = {"money": size, "earlier": earlier(compared, fmt)}
    if total >= 0:
        sentence = fmt.say_n(
            "The one customer who stayed brought {money} more than in {earlier}.",
            "The {n} customers who stayed brought {money} more than in {earlier}.", len(kept), **values,
        )  # fmt: skip
    else:
        sentence = fmt.say_n(
            "The one customer who stayed brought {money} less than in {earlier}.",
            "The {n} customers who stayed brought {money} less than in {earlier}.", len(kept), **values,
        )  # fmt: skip
    return Finding(
        "customer-base-kept", sentence, value=total, unit="money", low=low, high=high, n=len(kept),
        money=-total if year and total < 0 else None, evidence=evidence,
        action="Look at what the customers who now spend less no longer buy." if total < 0 else None, owner=OWNER,
    )  # fmt: skip


def concentration_finding(spread: Concentration | None, fmt: Formats) -> Finding | None:
    """What the best tenth brings, and whether that changed on the year before."""
    if spread is None:
        return None
    now, moved = spread.now, None
    sentence = fmt.say_n(
        "The best tenth of customers ({top} of {customers}) brings {share} of the revenue of the last twelve months; half of "
        "all revenue comes from {n} customer.",
        "The best tenth of customers ({top} of {customers}) brings {share} of the revenue of the last twelve months; half of "
        "all revenue comes from {n} customers.",
        now.half, top=fmt.count(now.top), customers=fmt.count(now.customers), share=fmt.share(now.top_share),
    )  # fmt: skip
    if spread.change is not None:
        chance = fmt.told(_CHANCE[evidence_of(spread.chance)])
        moved = fmt.say("That is {points} on the year before, {chance}.", points=fmt.points(spread.change), chance=chance)
    return Finding(
        "customer-base-concentration", fmt.sentences(sentence, moved), value=now.top_share, unit="share", low=spread.low,
        high=spread.high, n=now.customers, evidence="shown" if now.customers >= FEWEST else "indicative",
    )  # fmt: skip


def largest_finding(spread: Concentration | None, whole_year: bool, fmt: Formats) -> Finding | None:
    """What hangs on the ten largest customers; at stake only where they carry a good part of revenue, of a whole year."""
    if spread is None or spread.now.customers <= FEW:
        return None
    now = spread.now
    felt, one = now.largest_share >= DEPENDENT, now.largest / LARGEST
    if not felt:
        tail = fmt.say("No single customer decides the year.")
    elif whole_year:
        tail = fmt.say("Losing one of them costs {money} a year on average.", money=fmt.money(one))
    else:
        tail = fmt.say("One brings {money} on average.", money=fmt.money(one))
    sentence = fmt.say(
        "The ten largest customers bring {money}, {share} of revenue.",
        money=fmt.money(now.largest), share=fmt.share(now.largest_share),
    )  # fmt: skip
    return Finding(
        "customer-base-largest", fmt.sentences(sentence, tail), value=now.largest_share, unit="share", n=LARGEST,
        money=one if felt and whole_year else None, evidence="shown",
        action="Give each of the ten a named contact, and a deputy." if felt else None,
        owner=OWNER if felt else None,
    )  # fmt: skip


def retention_finding(found: Retention | None, grouped: Cohorts | None, fmt: Formats) -> Finding | None:
    """Whether the newest customers come back as often as those before them."""
    if found is None or grouped is None:
        return None
    evidence = evidence_of(found.chance)
    worse = found.difference < 0 and evidence != "not shown"
    values = {
        "newer": fmt.count(found.newer), "share": fmt.share(found.newer_share), "since": fmt.month(found.since),
        "older": fmt.count(found.older), "old": fmt.share(found.older_share), "points": fmt.points(found.difference),
        "chance": fmt.told(_CHANCE[evidence]),
    }  # fmt: skip
    if grouped.unit == "month":
        sentence = fmt.say(
            "{share} of the {newer} customers won since {since} ordered again in the month after their first order, against "
            "{old} of the {older} won before them: a difference of {points}, {chance}. The two groups came in different "
            "seasons.", **values,
        )  # fmt: skip
    else:
        sentence = fmt.say(
            "{share} of the {newer} customers won since {since} ordered again in the quarter after their first order, against "
            "{old} of the {older} won before them: a difference of {points}, {chance}. The two groups came in different "
            "seasons.", **values,
        )  # fmt: skip
    return Finding(
        "customer-base-retention", sentence, value=found.difference, unit="points", low=found.low, high=found.high,
        n=found.newer + found.older,
        # Halves of different seasons are compared, so that more than likely is not to be had.
        evidence="likely" if evidence == "shown" else evidence,
        action="Find out what the newer customers were promised, and welcome them with a reason for a second order."
        if worse else None, owner=OWNER if worse else None,
    )  # fmt: skip


def risk_finding(slip: Slipping, spread: Concentration | None, fmt: Formats) -> Finding | None:
    """What regular customers in unusual silence put at stake."""
    n, worth = len(slip.customers), slip.worth
    if not n or worth <= 0:
        return None
    sentence = fmt.say_n(
        "{n} regular customer of the last twelve months has been silent for more than {quiet} times its usual pause between "
        "orders; it brought {money} in its last active year.",
        "{n} regular customers of the last twelve months have been silent for more than {quiet} times their usual pause between "
        "orders; they brought {money} in their last active year.", n, quiet=fmt.count(QUIET), money=fmt.money(worth),
    )  # fmt: skip
    value = slip.at_risk if slip.told else worth
    return Finding(
        "customer-base-risk", fmt.sentences(sentence, _at_risk(slip, spread, fmt) if slip.told else None), value=value,
        unit="money", n=n, money=value if slip.told and value > 0 else None,
        evidence="likely" if slip.told else "indicative", action="Write to the largest of them this week, by name.", owner=OWNER,
    )  # fmt: skip


def _at_risk(slip: Slipping, spread: Concentration | None, fmt: Formats) -> str:
    values = {"days": fmt.count(LOOK_BACK), "back": fmt.share(slip.back), "money": fmt.money(slip.at_risk)}
    if spread is None:
        return fmt.say(
            "Of customers who were as silent {days} days ago, {back} came back; if no more do now, {money} a year is at risk.",
            **values,
        )
    return fmt.say(
        "Of customers who were as silent {days} days ago, {back} came back; if no more do now, {money} a year is at risk, "
        "{share} of revenue.", **values, share=fmt.share(slip.at_risk / spread.now.total),
    )  # fmt: skip
