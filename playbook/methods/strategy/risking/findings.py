"""Risk findings: what the card is worth and where it would draw the line, what is open, and what is worth a look."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.strategy.predicting.wording import column_name
from playbook.methods.strategy.risking.credit import Credit
from playbook.methods.strategy.risking.scorecard import gini
from playbook.methods.strategy.risking.screen import Screen
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["OWNER", "Risky", "events_words", "findings", "headline", "told_events"]

OWNER = mark("head of risk")
_EVENTS = {"payment": mark("payment"), "order": mark("order")}
_BETTER = mark("Of the past loans, {share} were above it; without them the result would have been {money} better.")
_WORSE = mark("Of the past loans, {share} were above it; without them the result would have been {money} worse.")
_MANY = {"payments": mark("payments"), "orders": mark("orders")}


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
    payments, orders = (int((reviews["what"] == what).sum()) for what in ("payment", "order"))
    parts = [
        fmt.say_n("one payment", "{n} payments", payments) if payments else "",
        fmt.say_n("one order", "{n} orders", orders) if orders else "",
    ]
    return fmt.listed(filter(None, parts))


def told_events(reviews: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    """``reviews`` as they are shown: what an event is, in words."""
    return reviews.assign(what=[fmt.told(_EVENTS[what]) for what in reviews["what"]]).reset_index(drop=True)


def headline(told: Risky) -> str:
    """How many need a look, and what that should save."""
    fmt, count = told.fmt, len(told.reviews)
    if not told.screens and not told.credit.works:
        return fmt.say("The scorecard predicts no better than chance which loans are repaid")
    if not told.screens:
        share = fmt.share(told.credit.ranks.value)
        return fmt.say("The scorecard ranks the riskier of two loans first in {share} of pairs", share=share)
    if not count:
        return fmt.say("Nothing in the last 90 days is unusual enough for a check to pay")
    loss = told.reviews["loss"].sum()
    if loss > 0:
        return fmt.say_n(
            "1 payment or order needs checking, with {loss} of expected loss",
            "{n} payments or orders need checking, with {loss} of expected loss",
            count, loss=fmt.money(loss),
        )  # fmt: skip
    return fmt.say_n("1 payment or order needs checking", "{n} payments or orders need checking", count)


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
    words, many = events_words(told.reviews, fmt), len(told.reviews)
    if cost is None or not loss > 0:
        listed = fmt.say_n(
            "From the last 90 days, {events} is unusual enough to be listed.",
            "From the last 90 days, {events} are unusual enough to be listed.", many, events=words,
        )  # fmt: skip
        lacks = (
            fmt.say("Without the cost of a check it cannot be said how many checks pay.") if cost is None
            else fmt.say("Without known fraud to learn from, it cannot be said how many checks pay.")
        )  # fmt: skip
        return Finding(
            "risk-reviews",
            fmt.sentences(listed, lacks),
            float(many),
            "count",
            n=many,
            evidence="indicative",
            action="State review_cost in client.yml." if cost is None else "Record what each check found.",
            owner=OWNER,
        )
    looks = cost * many
    return Finding(
        "risk-reviews",
        fmt.sentences(
            fmt.say(
                "Checking {events} from the last 90 days costs {cost}, against an expected loss of {loss}.",
                events=words, cost=fmt.money(looks), loss=fmt.money(loss),
            ),
            fmt.say_n("It may well be honest: ask before refusing.", "Some of them will be honest: ask before refusing.", many),
        ),
        float(loss),
        "money",
        money=float(loss - looks),
        n=many,
        evidence="indicative",
        action="Work through the list, largest expected loss first, and record what each check found: the next screening"
               " learns from it.",
        owner=OWNER,
    )  # fmt: skip


def _screen(one: Screen, told: Risky) -> Finding:
    fmt, known = told.fmt, int(one.events["known"].sum())
    events = fmt.told(_MANY[one.what])
    if not one.learnt:
        return Finding(
            f"risk-{one.what}",
            fmt.say(
                "Too few {events} are known to be fraud ({n}) to learn from; the list rests on what is unusual.",
                events=events, n=fmt.count(known),
            ),
            float(known),
            "count",
            n=len(one.events),
            evidence="not shown",
            action=fmt.say("Mark the {events} that turned out to be fraud.", events=events),
            owner=OWNER,
        )  # fmt: skip
    order = one.events.sort_values("chance", ascending=False, kind="stable")
    first = float(order["known"].head(known).mean())
    times = one.precision / one.base if one.base > 0 else np.nan
    return Finding(
        f"risk-{one.what}",
        fmt.sentences(
            fmt.say(
                "Of the {n} most suspicious {events}, {share} are known to be fraud; among {events} drawn at random it"
                " would be {base}.",
                n=fmt.count(known), events=events, share=fmt.share(first), base=fmt.share(one.base),
            ),
            fmt.say(
                "The area under the precision-recall curve is {area}, {times} times what chance gives; unusualness alone"
                " reaches {alone}.", area=fmt.number(one.precision), times=fmt.number(times, 0 if times >= 10 else 1),
                alone=fmt.number(one.alone),
            ),
        ),
        one.precision,
        "number",
        n=len(one.events),
        evidence="shown" if times >= 3 else "likely" if times >= 1.5 else "not shown",
    )  # fmt: skip


def _card(told: Risky) -> Finding:
    credit, fmt = told.credit, told.fmt
    value, low, high = gini(credit.ranks)
    names = [fmt.told(column_name(c)) for c in credit.dropped["column"]]
    words = {"gini": fmt.number(value), "share": fmt.share(credit.ranks.value), "ks": fmt.number(credit.ks)}
    return Finding(
        "risk-card",
        fmt.sentences(
            fmt.say(
                "On later loans than those it was learnt from, the scorecard reaches a Gini of {gini}: it ranks the"
                " riskier of two first in {share} of pairs (Kolmogorov-Smirnov {ks})." if credit.by_time else
                "On loans it had not seen, the scorecard reaches a Gini of {gini}: it ranks the riskier of two first in"
                " {share} of pairs (Kolmogorov-Smirnov {ks}).", **words,
            ),
            fmt.say("Predicted chances and actual shares differ by {n} points on average.", n=fmt.number(credit.ece * 100, 1)),
            fmt.say_n(
                "Left out, because it gives the outcome away: {columns}.",
                "Left out, because they give the outcome away: {columns}.",
                len(names), columns=fmt.listed(names),
            ) if names else "",
        ),
        value,
        "number",
        low,
        high,
        len(credit.closed),
        evidence="shown" if low > 0.1 else "likely" if low > 0 else "not shown",
    )  # fmt: skip


def _policy(told: Risky) -> Finding | None:
    credit, fmt = told.credit, told.fmt
    if credit.limit is None:
        return Finding(
            "risk-policy",
            "At which chance of default a loan starts to lose money cannot be said: what a loan earns or loses is not known.",
            evidence="not shown",
            action="State credit_margin and loss_given_default in client.yml.",
            owner=OWNER,
        )
    closed, limit = credit.closed.dropna(subset=["profit"]), fmt.share(credit.limit)
    if closed.empty:
        return None
    if not credit.works:
        return Finding(
            "risk-policy",
            fmt.say(
                "A loan loses money once the chance of default exceeds {limit}, but the scorecard tells no better than"
                " chance which loans these are, so no line is drawn.", limit=limit,
            ),
            n=len(closed),
            evidence="not shown",
            action="Decide as before, and keep more of what applicants state.",
            owner=OWNER,
        )  # fmt: skip
    refused = closed[closed["chance"] > credit.limit]
    gain = -float(refused["profit"].sum())
    words = {"limit": limit, "share": fmt.share(len(refused) / len(closed)), "money": fmt.money(abs(gain))}
    return Finding(
        "risk-policy",
        fmt.sentences(
            fmt.say("A loan loses money once the chance of default exceeds {limit}.", **words),
            fmt.say("None of the past loans was above it.") if refused.empty
            else fmt.say(_BETTER if gain > 0 else _WORSE, **words),
        ),
        gain,
        "money",
        n=len(closed),
        money=gain if gain > 0 else None,
        evidence="indicative",
        action="Have a person check and decide the applications above that line, and record why.",
        owner=OWNER,
    )  # fmt: skip


def _open(told: Risky) -> Finding | None:
    rows, fmt = told.credit.open, told.fmt
    if rows.empty:
        return None
    bad = float(rows["chance"].sum())
    return Finding(
        "risk-open",
        fmt.say_n(
            "One application is open; the chance that it would not be repaid as agreed is {chance}.",
            "{n} applications are open; if all were granted, about {bad} would not be repaid as agreed.",
            len(rows), bad=fmt.count(bad), chance=fmt.share(bad),
        ),
        bad,
        "count",
        n=len(rows),
        evidence="likely",
        action="Begin with the lowest scores; each line names what cost the most points." if told.credit.works else None,
        owner=OWNER,
    )  # fmt: skip
