"""Risk findings: what the card is worth and where it would draw the line, what is open, and what is worth a look."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.strategy.predicting.wording import column_name
from playbook.methods.strategy.risking.credit import Credit
from playbook.methods.strategy.risking.scorecard import gini
from playbook.methods.strategy.risking.screen import Screen
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["OWNER", "Risky", "events_words", "findings", "headline"]

OWNER = "head of risk"


@dataclass(frozen=True)
class Risky:
    """As in ``Risk``."""

    fmt: Formats
    credit: Credit | None
    screens: tuple[Screen, ...]
    reviews: pd.DataFrame
    parameters: Assumptions


def events_words(reviews: pd.DataFrame, fmt: Formats) -> str:
    """How many payments and orders, in words: "one payment and 3 orders"."""
    parts = []
    for what in ("payment", "order"):
        count = int((reviews["what"] == what).sum())
        parts += [f"one {what}" if count == 1 else f"{fmt.count(count)} {what}s"] if count else []
    return " and ".join(parts)


def headline(told: Risky) -> str:
    """How many need a look, and what that should save."""
    fmt, count = told.fmt, len(told.reviews)
    if not told.screens and not told.credit.works:
        return "The card does not tell better than chance which credits are paid back"
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
    words = events_words(told.reviews, fmt)
    if cost is None or not loss > 0:
        lacks = "the cost of a look" if cost is None else "known fraud to learn from"
        return Finding(
            "risk-reviews",
            f"Of the last 90 days, {words} {'is' if len(told.reviews) == 1 else 'are'} unusual enough to be listed; without"
            f" {lacks} nobody can say how many looks pay.",
            float(len(told.reviews)),
            "count",
            n=len(told.reviews),
            evidence="indicative",
            action="State review_cost in client.yml." if cost is None else "Write down what each look found.",
            owner=OWNER,
        )
    looks = cost * len(told.reviews)
    honest = "It may well be honest" if len(told.reviews) == 1 else "Most of them are honest"
    return Finding(
        "risk-reviews",
        f"A look at {words} of the last 90 days costs {fmt.money(looks)} and stands against"
        f" {fmt.money(loss)} of expected loss. {honest}: ask, do not refuse.",
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
    value, low, high = gini(credit.ranks)
    seen = "On credits later than those it was learnt from" if credit.by_time else "On credits it had not seen"
    names = ", ".join(column_name(c) for c in credit.dropped["column"])
    left = f" Left out, as {'it gives' if len(credit.dropped) == 1 else 'they give'} the end away: {names}." if names else ""
    return Finding(
        "risk-card",
        f"{seen}, the card has a Gini of {fmt.number(value)}: it puts the riskier of two first in"
        f" {fmt.share(credit.ranks.value)} of the pairs (Kolmogorov-Smirnov {fmt.number(credit.ks)}). Chances stated and seen"
        f" differ by {fmt.share(credit.ece)}.{left}",
        value,
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
    if not credit.works:
        return Finding(
            "risk-policy",
            f"A credit loses money from a chance of {fmt.share(credit.limit)} on not to be paid back, but the card does not tell"
            " better than chance which credits these are: no line is drawn.",
            n=len(closed),
            evidence="not shown",
            action="Decide as before, and keep more of what applicants state.",
            owner=OWNER,
        )
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
    applications = "One application is" if len(rows) == 1 else f"{fmt.count(len(rows))} applications are"
    return Finding(
        "risk-open",
        f"{applications} open; if all were granted, about {fmt.count(bad)} would not be paid back as agreed.",
        bad,
        "count",
        n=len(rows),
        evidence="likely",
        action="Begin with the lowest scores; each line names what cost most points." if told.credit.works else None,
        owner=OWNER,
    )
