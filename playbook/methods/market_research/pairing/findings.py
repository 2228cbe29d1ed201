"""Basket findings: how many pairs belong together, what offers of them may add, and which to make first."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["findings", "headline"]

YEAR = 365
OWNER = mark("head of sales")


def headline(closest: pd.DataFrame, bundles: pd.DataFrame, capped: bool, fmt: Formats) -> str:
    """How many pairs belong together and what offers of them could add; ``capped``: there may be more pairs than were counted."""
    n, offers = len(closest), len(bundles)
    if closest.empty:
        return fmt.say("No two products are bought together more often than chance")
    if bundles.empty and capped:
        return fmt.say("At least {n} pairs of products are bought together more often than chance", n=fmt.count(n))
    if bundles.empty:
        return fmt.say_n(
            "One pair of products is bought together more often than chance",
            "{n} pairs of products are bought together more often than chance", n,
        )  # fmt: skip
    money, pairs = fmt.money(bundles["extra_revenue"].sum()), fmt.count(n)
    if n == 1:
        return fmt.say("One pair of products belongs together; one offer could add {money} a year", money=money)
    if capped:
        return fmt.say_n(
            "At least {pairs} pairs of products belong together; one offer could add {money} a year",
            "At least {pairs} pairs of products belong together; {n} offers could add {money} a year",
            offers, pairs=pairs, money=money,
        )  # fmt: skip
    return fmt.say_n(
        "{pairs} pairs of products belong together; one offer could add {money} a year",
        "{pairs} pairs of products belong together; {n} offers could add {money} a year",
        offers, pairs=pairs, money=money,
    )  # fmt: skip


def findings(
    closest: pd.DataFrame, bundles: pd.DataFrame, whole: pd.Series, uplift: float, capped: bool, fmt: Formats
) -> tuple[Finding, ...]:
    """baskets-pairs; and where there is something to offer, baskets-worth and baskets-first.

    ``closest``: rules shown, one a pair; ``bundles``: see ``Baskets``; ``whole``: the counts of all baskets.
    """
    pairs = _pairs(closest, whole, capped, fmt)
    if bundles.empty:
        return (pairs,)
    return pairs, _worth(bundles, whole, uplift, fmt), _first(bundles.iloc[0], fmt)


def _pairs(closest: pd.DataFrame, whole: pd.Series, capped: bool, fmt: Formats) -> Finding:
    sentence = _found(len(closest), whole, capped, fmt)
    if closest.empty:
        return Finding(
            "baskets-pairs", sentence, value=0.0, unit="count", n=int(whole["baskets"]), evidence="not shown"
        )  # fmt: skip
    top = closest.iloc[0]
    nearest = fmt.say(
        "The closest: {first} and {second}, together in {both} orders, {times} times as often as chance.",
        first=top["antecedent_name"], second=top["consequent_name"], both=fmt.count(top["both"]),
        times=fmt.number(top["times"], 1),
    )  # fmt: skip
    return Finding(
        "baskets-pairs", fmt.sentences(sentence, nearest),
        value=float(len(closest)), unit="count", n=int(whole["baskets"]), evidence="shown",
        action="Show and offer such products side by side.", owner=OWNER,
    )  # fmt: skip


def _found(n: int, whole: pd.Series, capped: bool, fmt: Formats) -> str:
    """How many of all pairs are closer than chance and the size of baskets explain."""
    possible = whole["items"] * (whole["items"] - 1) // 2
    if possible == 1 and n:
        return fmt.say(
            "The two products that can be compared are ordered together more often than chance and order size explain."
        )
    if possible == 1:
        return fmt.say(
            "The two products that can be compared are not ordered together more often than chance and order size explain."
        )
    of = {"possible": fmt.count(possible), "items": fmt.count(whole["items"])}
    if not n:
        return fmt.say(
            "Of the {possible} pairs that {items} products form, none is ordered together more often than chance and "
            "order size explain.", **of,
        )  # fmt: skip
    if capped:
        return fmt.say(
            "Of the {possible} pairs that {items} products form, at least {n} are ordered together more often than "
            "chance and order size explain.", n=fmt.count(n), **of,
        )  # fmt: skip
    return fmt.say_n(
        "Of the {possible} pairs that {items} products form, one is ordered together more often than chance and order "
        "size explain.",
        "Of the {possible} pairs that {items} products form, {n} are ordered together more often than chance and order "
        "size explain.", n, **of,
    )  # fmt: skip


def _worth(bundles: pd.DataFrame, whole: pd.Series, uplift: float, fmt: Formats) -> Finding:
    revenue, margin = float(bundles["extra_revenue"].sum()), float(bundles["extra_margin"].sum(min_count=1))
    orders = whole["baskets_year"] * YEAR / whole["days"]
    would = fmt.say_n(
        "Offering the cheaper product with the dearer one for one pair would add {revenue} of sales a year, {each} on the "
        "average order of {order}, if it lifted joint purchases beyond chance by {uplift}.",
        "Offering the cheaper product with the dearer one for {n} pairs would add {revenue} of sales a year, {each} on the "
        "average order of {order}, if it lifted joint purchases beyond chance by {uplift}.",
        len(bundles), uplift=fmt.share(uplift), revenue=fmt.money(revenue), each=fmt.money(revenue / orders),
        order=fmt.money(whole["order_value"]),
    )  # fmt: skip
    kept = "" if np.isnan(margin) else fmt.say("Of these sales, {margin} is margin.", margin=fmt.money(margin))
    return Finding(
        "baskets-worth", fmt.sentences(would, kept),
        value=revenue, unit="money", n=round(float(bundles["both_year"].sum())),
        money=revenue if np.isnan(margin) else margin, evidence="indicative",
        action="Make the first offer to half of the customers for four weeks, and compare the two halves.", owner=OWNER,
    )  # fmt: skip


def _first(top: pd.Series, fmt: Formats) -> Finding:
    today = fmt.say(
        "Of the orders with {lead}, {confidence} also hold {addon} ({price} an order).",
        lead=top["lead_name"], addon=top["addon_name"], confidence=fmt.share(top["confidence"]), price=fmt.money(top["price"]),
    )  # fmt: skip
    then = fmt.say(
        "At {target} this pair alone would add {revenue} of sales a year.",
        target=fmt.share(top["target"]), revenue=fmt.money(top["extra_revenue"]),
    )  # fmt: skip
    action = fmt.say("Offer {addon} to everybody who takes {lead}.", addon=top["addon_name"], lead=top["lead_name"])
    return Finding(
        "baskets-first", fmt.sentences(today, then), value=float(top["confidence"]), unit="share",
        n=round(float(top["both_year"])), evidence="indicative", action=action, owner=OWNER,
    )  # fmt: skip
