"""Market findings: how large the market is, how the client stands in it, where share was lost and where most is to be had."""

import numpy as np
import pandas as pd
from scipy import stats

from playbook.locale import mark
from playbook.methods.market_research.share.course import ALL, Course, yearly_growth
from playbook.methods.market_research.share.moves import STILL, of_own, of_the_market
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["OWNER", "best_finding", "lost_finding", "size_finding", "standing_finding"]

TOLD = 3
OWNER = mark("head of sales")


def size_finding(groups: pd.DataFrame, whole: pd.Series, course: Course, months: int, fmt: Formats) -> Finding:
    """What all suppliers sold in the last ``months`` months, what the client sold of it, and how the market moved by the year."""
    size = float(groups.loc[groups["category"] != ALL, "size"].sum())
    return Finding(
        "market-size",
        fmt.sentences(_sold(groups, whole, size, course, months, fmt), _yearly(course, fmt)),
        value=size, unit="money", n=int(groups["category"].ne(ALL).sum()),
        evidence="indicative" if (groups["share"] > 1).any() else "likely",
    )  # fmt: skip


def _sold(groups: pd.DataFrame, whole: pd.Series, size: float, course: Course, months: int, fmt: Formats) -> str:
    last = fmt.month(course.last_day)
    span = fmt.say_n("{month}", "the {n} months to {month}", months, month=last)
    values = {"size": fmt.money(size), "span": span, "own": fmt.money(whole["own"]), "share": fmt.share(whole["share"])}
    if np.isnan(whole["share"]):
        return fmt.say("All suppliers together sold {size} in {span}.", **values)
    if groups.loc[groups["category"] != ALL, "own"].isna().any():
        return fmt.say(
            "All suppliers together sold {size} in {span}; where own sales are known, the client sold {own} of {known}, {share}.",
            known=fmt.money(whole["size"]),
            **values,
        )
    return fmt.say("All suppliers together sold {size} in {span}; the client sold {own} of it, {share}.", **values)


def _yearly(course: Course, fmt: Formats) -> str:
    """Between which rates the market changed in the last years; empty where only one is known."""
    years = yearly_growth(course)
    if len(years) < 2:
        return ""
    low, high = fmt.change(min(years)), fmt.change(max(years))
    return fmt.say("In the last {n} years it changed by {low} to {high} a year.", n=fmt.count(len(years)), low=low, high=high)


def standing_finding(whole: pd.Series, fmt: Formats) -> Finding | None:
    """How the share moved on a year before, and what that is worth; None where that is not known."""
    points = whole["points"]
    if np.isnan(points):
        return None
    values = {
        "market": of_the_market(whole["growth"], fmt),
        "own": of_own(whole, fmt),
        "share": fmt.share(whole["share"]),
        "from_": fmt.share(whole["share_before"], 1),
        "to": fmt.share(whole["share"], 1),
        "worth": fmt.money(abs(points) * whole["size"]),
    }
    if abs(points) < STILL:
        sentence = fmt.say("Compared with a year before, {market} and {own}: the share stayed at {share}.", **values)
    else:
        sentence = fmt.say(
            "Compared with a year before, {market} and {own}: the share went from {from_} to {to}, {worth} a year more than "
            "at the old share."
            if points > 0
            else "Compared with a year before, {market} and {own}: the share went from {from_} to {to}, {worth} a year less than "
            "at the old share.",
            **values,
        )
    return Finding(
        "market-standing", sentence,
        value=float(points), unit="points", low=_number(whole["low"]), high=_number(whole["high"]), evidence=whole["evidence"],
        action=None if points > -STILL else "Find out where the lost customers buy now, before prices are touched.", owner=OWNER,
    )  # fmt: skip


def lost_finding(groups: pd.DataFrame, fmt: Formats) -> Finding | None:
    """Groups that lost share, those in growing markets named first. Of many groups some swing far by chance: of those named, at
    most one in five is expected to (Benjamini and Hochberg 1995); where nothing tells how sure a change is, all count."""
    each = groups[groups["category"] != ALL].assign(named=True)
    known = each["chance"].notna()
    each.loc[known, "named"] = stats.false_discovery_control(each.loc[known, "chance"]) <= 1 - LEVEL if known.any() else True
    lost = each[(each["points"] < -STILL) & each["named"]]
    if lost.empty:
        return None
    lost = lost.assign(grows=lost["growth"] > STILL).sort_values(["grows", "lost"], ascending=False)
    named = [
        fmt.say(
            "{group} ({market}, {own})", group=row["category"], market=of_the_market(row["growth"], fmt), own=of_own(row, fmt)
        )
        for _, row in lost.head(TOLD).iterrows()
    ]
    if len(lost) > TOLD:
        named.append(fmt.say("{n} more", n=fmt.count(len(lost) - TOLD)))
    money = float(lost["lost"].sum())
    sentence = fmt.say_n(
        "In one product group the client lost share: {named}. At the share of a year before it would bring {money} more a year.",
        "In {n} product groups the client lost share: {named}. At the shares of a year before they would bring {money} more a"
        " year.",
        len(lost),
        named=fmt.listed(named),
        money=fmt.money(money),
    )
    action = fmt.say(
        "Begin with {group}: compare range, price and service with those who gained.", group=lost.iloc[0]["category"]
    )
    return Finding(
        "market-lost", sentence, value=money, unit="money", n=len(lost), money=money,
        evidence="indicative" if lost["low"].isna().any() else "likely", action=action, owner=OWNER,
    )  # fmt: skip


def best_finding(groups: pd.DataFrame, fmt: Formats) -> Finding | None:
    """The group in which most is to be had; None where fewer than two can be compared."""
    known = groups[(groups["category"] != ALL) & (groups["opportunity"] > 0)]
    if len(known) < 2:
        return None
    top = known.iloc[0]
    values = {"hold": fmt.money(top["hold"]), "lost": fmt.money(top["lost"])}
    if top["lost"] <= 0:
        worth = fmt.say("A further year of such growth is worth {hold} at the present share.", **values)
    elif top["hold"] > 0:
        worth = fmt.say(
            "A further year of such growth is worth {hold} at the present share; winning back the share of a year before,"
            " {lost}.",
            **values,
        )
    else:
        worth = fmt.say("Winning back the share of a year before is worth {lost} a year.", **values)
    place = fmt.say(
        "The greatest opportunity is {group}, a market worth {size}: {market} in a year.",
        group=top["category"],
        size=fmt.money(top["size"]),
        market=of_the_market(top["growth"], fmt),
    )
    return Finding(
        "market-opportunity", fmt.sentences(place, worth),
        value=float(top["opportunity"]), unit="money", evidence="indicative", owner=OWNER,
        action=fmt.say("Put {group} first when range, capacity and advertising are shared out.", group=top["category"]),
    )  # fmt: skip


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
