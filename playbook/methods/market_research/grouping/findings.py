"""Segment findings: who brings the money, who is gone, who slips away, who moved; each with what is at stake."""

import pandas as pd

from playbook.methods.market_research.grouping.habits import LOOK_BACK, QUIET, Slipping
from playbook.methods.market_research.grouping.migration import Moves
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["AT_RISK", "best_finding", "lost_finding", "moved_finding", "slipping_finding"]

AT_RISK = "at-risk"
_GONE = (AT_RISK, "lapsed")
OWNER = "head of customer marketing"
SURE, FAIRLY = 0.05, 0.20  # chances below which a difference is shown, or likely


def best_finding(profiles: pd.DataFrame, words: str, fmt: Formats) -> Finding | None:
    """What the segment with the most revenue brings; ``words`` follow "customers". None where none brought any lately."""
    top = profiles.iloc[0]
    if top["revenue_year"] <= 0:
        return None
    if len(profiles) == 1:
        return Finding(
            "segments-money",
            f"All {fmt.count(top['customers'])} customers stand in one segment and brought {fmt.money(top['revenue_year'])} "
            "in the last twelve months.",
            value=float(top["revenue_year"]), unit="money", n=int(top["customers"]), evidence="shown",
        )  # fmt: skip
    heard = f"Make sure that the segment {top['segment']} hears first of news and never waits for an answer."
    action = None if top["kind"] in _GONE else heard
    return Finding(
        "segments-money",
        f"{top['segment']} (customers {words}; {fmt.count(top['customers'])} in all) brought "
        f"{fmt.money(top['revenue_year'])} in the last twelve months, {fmt.share(top['revenue_share'])} of all revenue from "
        "known customers.",
        value=float(top["revenue_share"]), unit="share", n=int(top["customers"]), evidence="shown",
        action=action, owner=OWNER if action else None,
    )  # fmt: skip


def lost_finding(customers: pd.DataFrame, fmt: Formats) -> Finding | None:
    """Who has gone quiet. Only those at risk are still at stake: the revenue of the lapsed is history."""
    gone = customers[customers["kind"].isin(_GONE)]
    worth, at_risk = (float(who["active_year"].sum()) for who in (gone, gone[gone["kind"] == AT_RISK]))
    if worth <= 0:
        return None
    who = "1 customer has" if len(gone) == 1 else f"{fmt.count(len(gone))} customers have"
    return Finding(
        "segments-lost",
        f"{who} gone quiet, half of them for {fmt.count(gone['recency_days'].median())} days or "
        f"more; in their last active year they brought {fmt.money(worth)}."
        if len(gone) > 1
        else f"{who} gone quiet, for {fmt.count(gone['recency_days'].median())} days; in its last active year it brought "
        f"{fmt.money(worth)}.",
        value=worth, unit="money", n=len(gone), money=at_risk if at_risk > 0 else None, evidence="shown",
        action="Try to win back those who brought the most, one small group first, and keep a comparison group.",
        owner=OWNER,
    )  # fmt: skip


def slipping_finding(slip: Slipping, fmt: Formats) -> Finding | None:
    """Who is silent for longer than usual, and what that puts at stake: most such customers may well come back."""
    n, worth = len(slip.customers), slip.worth
    if worth <= 0:
        return None
    who = f"{fmt.count(n)} regular customer{'' if n == 1 else 's'} of the last twelve months"
    who += f" {'is' if n == 1 else 'are'} silent for more than {QUIET} times {'its' if n == 1 else 'their'} usual pause"
    sentence = (
        f"{who}. Of customers as silent {LOOK_BACK} days earlier, {fmt.share(slip.back)} bought again; "
        f"if no more do now, {fmt.money(slip.at_risk)} a year is lost."
        if slip.told
        else f"{who}; in {'its' if n == 1 else 'their'} last active year {'it' if n == 1 else 'they'} brought {fmt.money(worth)}."
    )
    return Finding(
        "segments-slipping", sentence, value=float(n), unit="count", n=n, money=(slip.at_risk or None) if slip.told else None,
        evidence="likely" if slip.told else "indicative", action="Write to them now, while they still remember why they bought.",
        owner=OWNER,
    )  # fmt: skip


def moved_finding(moved: Moves | None, ago: str, year: bool, fmt: Formats) -> Finding | None:
    """Who stands in a better or in a weaker segment than then, and what that changed."""
    if moved is None or moved.up + moved.down == 0 or moved.revenue <= 0:
        return None
    span = "twelve months" if year else "days since then"
    told = f"revenue of the last {span} against the twelve before" if year else f"revenue of the {span} against as many before"
    sides = [(moved.up, "better", moved.gained), (moved.down, "weaker", -moved.lost)]
    better, weaker = (f"{fmt.count(n)} in a {word} one ({fmt.signed_money(money)})" for n, word, money in sides)
    fallen = (
        f" Of the {fmt.count(moved.best_then)} {moved.best} of then, {fmt.count(moved.best_fallen)} fell."
        if moved.best_fallen
        else ""
    )
    net = moved.lost - moved.gained
    evidence = "shown" if moved.chance < SURE else "likely" if moved.chance < FAIRLY else "not shown"
    return Finding(
        "segments-moved",
        f"Of the {fmt.count(moved.customers)} customers of {ago}, {fmt.count(moved.customers - moved.up - moved.down)} are in "
        f"the same segment, {better} and {weaker}: {told}.{fallen}",
        value=float(moved.down), unit="count", n=moved.customers, money=net if year and net > 0 else None,
        evidence=evidence if year else "indicative",
        action="Ask those who fell from the best segment why, one by one." if moved.best_fallen else None, owner=OWNER,
    )  # fmt: skip
