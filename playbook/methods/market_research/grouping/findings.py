"""Segment findings: who brings the money, who is gone, who slips away, who moved; each with what is at stake."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.grouping.habits import LOOK_BACK, QUIET, YEAR, Slipping
from playbook.methods.market_research.grouping.migration import Moves, ago
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["AT_RISK", "best_finding", "lost_finding", "moved_finding", "slipping_finding"]

AT_RISK = "at-risk"
_GONE = (AT_RISK, "lapsed")
OWNER = mark("head of customer marketing")
SURE, FAIRLY = 0.05, 0.20  # chances below which a difference is shown, or likely


def best_finding(profiles: pd.DataFrame, words: str, fmt: Formats) -> Finding | None:
    """What the segment with the most revenue brings; ``words`` say who its customers are. None where none brought any lately."""
    top = profiles.iloc[0]
    if top["revenue_year"] <= 0:
        return None
    customers, brought = fmt.count(top["customers"]), fmt.money(top["revenue_year"])
    if len(profiles) == 1:
        return Finding(
            "segments-money",
            fmt.say(
                "All {customers} customers stand in one segment and brought {money} in the last twelve months.",
                customers=customers, money=brought,
            ),
            value=float(top["revenue_year"]), unit="money", n=int(top["customers"]), evidence="shown",
        )  # fmt: skip
    action = None
    if top["kind"] not in _GONE:
        action = fmt.say("Give the segment {segment} news first, and answer it at once.", segment=top["segment"])
    return Finding(
        "segments-money",
        fmt.say(
            "{segment} ({who}; {customers} in all) brought {money} in the last twelve months, {share} of all revenue from known "
            "customers.",
            segment=top["segment"], who=words, customers=customers, money=brought, share=fmt.share(top["revenue_share"]),
        ),
        value=float(top["revenue_share"]), unit="share", n=int(top["customers"]), evidence="shown",
        action=action, owner=OWNER if action else None,
    )  # fmt: skip


def lost_finding(customers: pd.DataFrame, fmt: Formats) -> Finding | None:
    """Who has gone quiet. Only those at risk are still at stake: the revenue of the lapsed is history."""
    gone = customers[customers["kind"].isin(_GONE)]
    worth, at_risk = (float(who["active_year"].sum()) for who in (gone, gone[gone["kind"] == AT_RISK]))
    if worth <= 0:
        return None
    sentence = fmt.say_n(
        "{n} customer has gone quiet, for {days}; in its last active year it brought {money}.",
        "{n} customers have gone quiet, half of them for {days} or more; in their last active year they brought {money}.",
        len(gone), days=fmt.days(round(gone["recency_days"].median())), money=fmt.money(worth),
    )  # fmt: skip
    return Finding(
        "segments-lost", sentence,
        value=worth, unit="money", n=len(gone), money=at_risk if at_risk > 0 else None, evidence="shown",
        action="Try to win back those who brought the most, one small group first, and keep a comparison group.",
        owner=OWNER,
    )  # fmt: skip


def slipping_finding(slip: Slipping, fmt: Formats) -> Finding | None:
    """Who is silent for longer than usual, and what that puts at stake: most such customers may well come back."""
    n, worth = len(slip.customers), slip.worth
    if worth <= 0:
        return None
    who = fmt.say_n(
        "{n} regular customer of the last twelve months has been silent for more than {quiet} times its usual pause.",
        "{n} regular customers of the last twelve months have been silent for more than {quiet} times their usual pause.",
        n, quiet=QUIET,
    )  # fmt: skip
    stake = (
        fmt.say(
            "Of customers just as silent {days} earlier, {back} bought again; if no more do so now, {money} a year is lost.",
            days=fmt.days(LOOK_BACK), back=fmt.share(slip.back), money=fmt.money(slip.at_risk),
        )
        if slip.told
        else fmt.say_n(
            "In its last active year it brought {money}.", "In their last active year they brought {money}.", n,
            money=fmt.money(worth),
        )
    )  # fmt: skip
    return Finding(
        "segments-slipping", fmt.sentences(who, stake), value=float(n), unit="count", n=n,
        money=(slip.at_risk or None) if slip.told else None, evidence="likely" if slip.told else "indicative",
        action="Write to them now, while they still remember why they bought.", owner=OWNER,
    )  # fmt: skip


def moved_finding(moved: Moves | None, back: int, fmt: Formats) -> Finding | None:
    """Who stands in a better or in a weaker segment than ``back`` days ago, and what that changed."""
    if moved is None or moved.up + moved.down == 0 or moved.revenue <= 0:
        return None
    net, year = moved.lost - moved.gained, back == YEAR
    evidence = "shown" if moved.chance < SURE else "likely" if moved.chance < FAIRLY else "not shown"
    return Finding(
        "segments-moved", fmt.sentences(_moved(moved, back, fmt), _fallen(moved, fmt)),
        value=float(moved.down), unit="count", n=moved.customers, money=net if year and net > 0 else None,
        evidence=evidence if year else "indicative",
        action="Ask those who slipped from the best segment why, one by one." if moved.best_fallen else None, owner=OWNER,
    )  # fmt: skip


def _moved(moved: Moves, back: int, fmt: Formats) -> str:
    figures = {
        "customers": fmt.count(moved.customers), "ago": ago(back, fmt),
        "same": fmt.count(moved.customers - moved.up - moved.down),
        "up": fmt.count(moved.up), "gained": fmt.signed_money(moved.gained),
        "down": fmt.count(moved.down), "lost": fmt.signed_money(-moved.lost),
    }  # fmt: skip
    if back == YEAR:
        return fmt.say(
            "Of the {customers} customers of {ago}, {same} are still in the same segment, {up} have moved to a better one "
            "({gained}) and {down} to a weaker one ({lost}). In brackets: their revenue of the last twelve months, against "
            "the twelve before.", **figures,
        )  # fmt: skip
    return fmt.say(
        "Of the {customers} customers of {ago}, {same} are still in the same segment, {up} have moved to a better one "
        "({gained}) and {down} to a weaker one ({lost}). In brackets: their revenue since then, against as many days before.",
        **figures,
    )  # fmt: skip


def _fallen(moved: Moves, fmt: Formats) -> str:
    if not moved.best_fallen:
        return ""
    return fmt.say(
        "Of the {n} who were in the segment {segment} then, {fallen} have slipped.",
        n=fmt.count(moved.best_then), segment=moved.best, fallen=fmt.count(moved.best_fallen),
    )  # fmt: skip
