"""Notes: the headline of retention, what stands where orders tell of nobody who left, and what its figures rest on."""

import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.strategy.keeping.at_risk import GONE
from playbook.methods.strategy.keeping.churn import Churn
from playbook.methods.strategy.keeping.persuasion import Persuasion
from playbook.methods.strategy.keeping.save_list import KEEPS
from playbook.result.contract import Assumption, Finding
from playbook.result.formats import Formats

__all__ = ["UNSEEN", "assumptions", "headline", "unseen_finding"]

UNSEEN = mark("The orders give no sign of who has left: go by the churn of the scorecard")


def headline(risk: pd.DataFrame, saves: pd.DataFrame, told: list[Persuasion], meant: str, fmt: Formats) -> str:
    """What is at risk and with how many a contact should pay; without lifetime value, what the trials tell."""
    if risk.empty:
        if told:
            return fmt.say("{label} persuades some customers and not others", label=told[0].trial.label)
        return fmt.say("The trials do not tell whom an action persuades")
    at_risk = {"money": fmt.money(risk["at_risk"].sum()), "meant": meant}
    if saves.empty:
        return fmt.say("{money} of a year's {meant} is at risk, and no customer is worth contacting yet", **at_risk)
    return fmt.say_n(
        "{money} of a year's {meant} is at risk; contacting 1 customer should pay",
        "{money} of a year's {meant} is at risk; contacting {n} customers should pay", len(saves), **at_risk,
    )  # fmt: skip


def unseen_finding(risk: pd.DataFrame, fmt: Formats) -> Finding:
    """That no value at risk can be told, because the model of buying sees nobody leave; and what to go by instead."""
    sentence = fmt.say(
        "The orders give no sign of who has left: by their rhythm, all {n} customers may still be active. What leaving may cost "
        "cannot be told from them.", n=fmt.count(len(risk)),
    )  # fmt: skip
    return Finding(
        "retention-unseen", sentence, n=len(risk), evidence="not shown", owner="customer service lead",
        action="Go by the churn of the scorecard, which counts the customers of one period who did not buy in the next.",
    )  # fmt: skip


def assumptions(
    parameters: Assumptions,
    valued: bool,
    bound: bool,
    churn: Churn | None,
    ranks: Churn | None,
    found: list[Persuasion],
    fmt: Formats,
) -> tuple[Assumption, ...]:
    """What value at risk rests on (``valued``: it could be told, ``bound``: of contracts), its score, and the trials."""
    stated = [
        *(_valued(parameters, bound, fmt) if valued else ()),
        *(_scored(ranks, fmt) if ranks is not None else ()),
        *(_bound(churn) if bound else ()),
        *(_tried(found, fmt) if found else ()),
    ]
    if not parameters.gross_margin:
        stated.append(Assumption("No gross margin is stated: every value is revenue and not profit.", "high", "high"))
    return tuple(stated)


def _valued(parameters: Assumptions, bound: bool, fmt: Formats) -> list[Assumption]:
    low, middle, high = (fmt.share(KEEPS[c], 0) for c in ("value_low", "value", "value_high"))
    text = fmt.say(
        "A contact keeps {middle} ({low} to {high}) of the value at risk. This has not been measured yet.",
        low=low, middle=middle, high=high,
    )  # fmt: skip
    stated = [Assumption(text, "low", "high")]
    if parameters.contact_cost is None:
        text = mark("No contact_cost is stated in client.yml, so a contact is priced as in our advice list.")
        stated.append(Assumption(text, "low", "medium"))
    if not bound:
        text = fmt.say(
            "Customers go on ordering at their own pace as long as they stay; whoever has left with a chance of {share}"
            " or more is left alone.",
            share=fmt.share(1 - GONE, 0),
        )
        stated.append(Assumption(text, "medium", "medium"))
    return stated


def _scored(ranks: Churn, fmt: Formats) -> list[Assumption]:
    stated = [
        Assumption(
            "The customers table holds today's state only: where a column changes shortly before a contract ends, the test"
            " flatters the score. Columns that give the end away are left out.", "medium", "medium",
        ),
        Assumption(
            fmt.say(
                "Contracts end as their score says within {days}, evenly spread, and after that like others of their kind.",
                days=fmt.days(ranks.horizon),
            ), "medium", "medium",
        ),
    ]  # fmt: skip
    if ranks.shifted is not None:
        text = fmt.say(
            "Today's contracts look unlike earlier ones: by their state {share} would end. Their order is kept, but as"
            " many are taken to end as before. Check whether the data of the last months are right.",
            share=fmt.share(ranks.shifted),
        )  # fmt: skip
        stated.append(Assumption(text, "low", "high"))
    return stated


def _bound(churn: Churn | None) -> list[Assumption]:
    fees = mark("A contract brings its fees or, where orders show more, what its customer bought last year.")
    stated = [Assumption(fees, "medium", "high")]
    if churn is None:
        text = mark(
            "Too few contracts have ended to learn who leaves: contracts of one kind are all given the same chance of ending."
        )
        stated.append(Assumption(text, "high", "high"))
    return stated


def _tried(found: list[Persuasion], fmt: Formats) -> list[Assumption]:
    stated = [
        Assumption(
            "An action repeated does what it did in its test, and orders gained are not missing later.", "medium", "medium"
        )
    ]
    if others := [p.trial.label for p in found if not p.trial.by_lot]:
        text = fmt.say(
            "Groups that differed from the start by more than chance were not drawn by lot: {labels}.", labels=fmt.listed(others)
        )
        stated.append(Assumption(text, "high", "high"))
    if len(found) > 1:
        stated.append(Assumption("With several trials, the evidence allows for having looked at all of them.", "high", "low"))
    return stated
