"""Risk findings: what the card is worth and where it would draw the line, what is open, and what is worth a look."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.strategy.risking.credit import Credit
from playbook.methods.strategy.risking.screen import Screen
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["OWNER", "Risky", "findings", "headline"]

OWNER = "head of risk"


@dataclass(frozen=True)
class Risky:
    """As in ``Risk``."""

    fmt: Formats
    credit: Credit | None
    screens: tuple[Screen, ...]
    reviews: pd.DataFrame
    parameters: Assumptions


def headline(told: Risky) -> str:
    """How many need a look, and what that should save."""
    fmt, count = told.fmt, len(told.reviews)
    if not told.screens:
        return f"The card puts the riskier of two credits first in {fmt.share(told.credit.ranks.value)} of the pairs"
    if not count:
        return "Nothing of the last 90 days is unusual enough for a look to pay"
    loss = told.reviews["loss"].sum()
    at_stake = f" to keep {fmt.money(loss)} of expected loss" if loss > 0 else ""
    return f"{fmt.count(count)} {'event needs' if count == 1 else 'events need'} a look{at_stake}"


def findings(told: Risky) -> tuple[Finding, ...]:
    """Up to five."""
    found = [_reviews(told), *(_screen(one, told) for one in told.screens)]
    if told.credit is not None:
        found += [_card(told), _policy(told), _open(told)]
    return tuple(f for f in found if f)[:5]


def _reviews(told: Risky) -> Finding | None:
    if not told.screens or told.reviews.empty:
        return None
    fmt, loss, cost = told.fmt, told.reviews["loss"].sum(), told.parameters.review_cost
    if cost is None or not loss > 0:
        return Finding(
            "risk-reviews",
            f"{fmt.count(len(told.reviews))} events of the last 90 days are unusual enough to be listed; without the cost of a"
            " look nobody can say how many looks pay.",
            float(len(told.reviews)),
            "count",
            n=len(told.reviews),
            evidence="indicative",
            action="State review_cost in client.yml.",
            owner=OWNER,
        )
    looks = cost * len(told.reviews)
    return Finding(
        "risk-reviews",
        f"A look at {fmt.count(len(told.reviews))} events of the last 90 days costs {fmt.money(looks)} and stands against"
        f" {fmt.money(loss)} of expected loss. Most of them are honest: ask, do not refuse.",
        float(loss),
        "money",
        money=float(loss - looks),
        n=len(told.reviews),
        evidence="indicative",
        action="Work through the list, the dearest first, and write down what each look found: the screen learns from it.",
        owner=OWNER,
    )


def _screen(one: Screen, told: Risky) -> Finding:
    fmt, known = told.fmt, int(one.events["known"].sum())
    if not one.learnt:
        return Finding(
            f"risk-{one.what}",
            f"Too few {one.what} are known to be fraud to learn from ({known}); the list rests on what is unusual.",
            float(known),
            "count",
            n=len(one.events),
            evidence="not shown",
            action=f"Mark the {one.what} that turned out to be fraud.",
            owner=OWNER,
        )
    order = one.events.sort_values("chance", ascending=False, kind="stable")
    first = float(order["known"].head(known).mean())
    times = one.precision / one.base if one.base > 0 else np.nan
    return Finding(
        f"risk-{one.what}",
        f"Of the {fmt.count(known)} {one.what} that look most like fraud, {fmt.share(first)} are known to be; in no order it"
        f" would be {fmt.share(one.base)}. The area under precision and recall is {fmt.number(one.precision)}, {fmt.count(times)}"
        f" times what chance gives; what is unusual alone reaches {fmt.number(one.alone)}.",
        one.precision,
        "number",
        n=len(one.events),
        evidence="shown" if times >= 3 else "likely" if times >= 1.5 else "not shown",
    )


def _card(told: Risky) -> Finding:
    credit, fmt = told.credit, told.fmt
    gini, low, high = (2 * v - 1 for v in (credit.ranks.value, credit.ranks.low, credit.ranks.high))
    return Finding(
        "risk-card",
        f"On credits it had not seen, the card has a Gini of {fmt.number(gini)}: it puts the riskier of two first in"
        f" {fmt.share(credit.ranks.value)} of the pairs (Kolmogorov-Smirnov {fmt.number(credit.ks)}). Chances stated and seen"
        f" differ by {fmt.share(credit.ece)}.",
        gini,
        "number",
        low,
        high,
        len(credit.closed),
        evidence="shown" if low > 0.1 else "likely" if low > 0 else "not shown",
    )


def _policy(told: Risky) -> Finding | None:
    credit, fmt = told.credit, told.fmt
    if credit.limit is None:
        return Finding(
            "risk-policy",
            "From which chance on a credit loses money cannot be said: what a credit earns or loses is not known.",
            evidence="not shown",
            action="State credit_margin and loss_given_default in client.yml.",
            owner=OWNER,
        )
    closed = credit.closed.dropna(subset=["profit"])
    if closed.empty:
        return None
    refused = closed[closed["chance"] > credit.limit]
    gain = -float(refused["profit"].sum())
    return Finding(
        "risk-policy",
        f"A credit loses money from a chance of {fmt.share(credit.limit)} on not to be paid back. Of the past credits"
        f" {fmt.share(len(refused) / len(closed))} lay above; without them {fmt.money(abs(gain))}"
        f" {'more' if gain > 0 else 'less'} would have been left.",
        gain,
        "money",
        n=len(closed),
        money=gain if gain > 0 else None,
        evidence="indicative",
        action="Look at applications above that line; let a person decide, and record why.",
        owner=OWNER,
    )


def _open(told: Risky) -> Finding | None:
    rows, fmt = told.credit.open, told.fmt
    if rows.empty:
        return None
    bad = float(rows["chance"].sum())
    return Finding(
        "risk-open",
        f"{fmt.count(len(rows))} applications are open; about {fmt.count(bad)} of them would not be paid back as agreed.",
        bad,
        "count",
        n=len(rows),
        evidence="likely",
        action="Begin with the lowest scores; each line names what cost most points.",
        owner=OWNER,
    )
