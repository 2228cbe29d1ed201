"""Findings: what may be lost, who slips, whom to contact, and whom an action persuades, in sentences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.keeping.at_risk import FALL_DAYS
from playbook.methods.strategy.keeping.churn import Churn
from playbook.methods.strategy.keeping.persuasion import Persuasion
from playbook.methods.strategy.keeping.qini import WIDTH
from playbook.methods.strategy.keeping.save_list import KEEPS, break_even
from playbook.methods.strategy.keeping.trials import feature_label
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = [
    "persuasion_finding",
    "risk_finding",
    "same_finding",
    "save_finding",
    "slipping_finding",
    "unranked_finding",
    "untested_finding",
]

_OWNER, _MARKETING = mark("customer service lead"), mark("marketing")
FEW = 3  # trials that are named one by one


def _risk_range(risk: pd.DataFrame, miss: float) -> tuple[float, float]:
    """Range of the value at risk: customers leave or stay, each on its own, and the forecast may be off as it was before."""
    q = np.divide(risk["at_risk"], risk["stays"], out=np.zeros(len(risk)), where=(risk["stays"] > 0).to_numpy()).clip(0, 1)
    total = float(risk["at_risk"].sum())
    scatter = np.hypot(float(np.sqrt((risk["stays"] ** 2 * q * (1 - q)).sum())), total * abs(miss) if np.isfinite(miss) else 0.0)
    return max(total - WIDTH * float(scatter), 0.0), total + WIDTH * float(scatter)


def risk_finding(
    risk: pd.DataFrame, saves: pd.DataFrame, miss: float, churn: Churn | None, contracts: bool, meant: str, fmt: Formats
) -> Finding:
    """What a year brings if all stay, and what of it may be lost; ``churn`` only where its score ranks."""
    here = risk[risk["state"] != "gone"]
    total, (low, high) = float(here["at_risk"].sum()), _risk_range(here, miss)
    words = {"stays": fmt.money(here["stays"].sum()), "meant": meant}
    if contracts:
        brings = fmt.say_n(
            "1 running contract would bring {stays} of {meant} in the next twelve months if it ran on.",
            "{n} running contracts would bring {stays} of {meant} in the next twelve months if all ran on.", len(here), **words,
        )  # fmt: skip
        at_risk = fmt.say("Of that, {money} is at risk, because some will end.", money=fmt.money(total))
    else:
        brings = fmt.say_n(
            "1 customer who may still be active would bring {stays} of {meant} in the next twelve months by staying.",
            "{n} customers who may still be active would bring {stays} of {meant} in the next twelve months if all stayed.",
            len(here), **words,
        )  # fmt: skip
        at_risk = fmt.say(
            "Of that, {money} is at risk, because some will leave or have already left unnoticed.", money=fmt.money(total)
        )
    leaving = fmt.count((1 - here["alive"]).sum()) if churn else ""
    soon = fmt.say("About {n} should end within {days}.", n=leaving, days=fmt.days(churn.horizon)) if churn else ""
    return Finding(
        "retention-risk", fmt.sentences(brings, at_risk, soon),
        total, "money", low, high, len(here), total, "likely" if low > 0 else "indicative",
        action="Keep this figure in view month by month; the save list says where to begin." if len(saves)
        else "Keep this figure in view month by month.", owner=_OWNER,
    )  # fmt: skip


def slipping_finding(risk: pd.DataFrame, saves: pd.DataFrame, churn: Churn | None, meant: str, fmt: Formats) -> Finding | None:
    """Who became doubtful lately, or is most likely to end a contract; None where nobody is."""
    own = risk[risk["state"] == "slipping"]
    if own.empty:
        return None
    total, low, high = float(own["at_risk"].sum()), *_risk_range(own, 0.0)
    if churn:
        text = _likeliest(own, own["at_risk"].sum() / max(risk["at_risk"].sum(), 1e-9), churn, fmt)
    else:
        text = fmt.sentences(
            fmt.say_n(
                "1 customer is slipping away: silent for longer than their usual rhythm explains.",
                "{n} customers are slipping away: silent for longer than their usual rhythm explains.", len(own),
            ),
            fmt.say(
                "Over the last {days} their chance of still being active fell from {before} to {now} on average; {money}"
                " of {meant} a year is at risk with them.", days=fmt.days(FALL_DAYS), before=fmt.share(own["before"].mean()),
                now=fmt.share(own["alive"].mean()), money=fmt.money(total), meant=meant,
            ),
        )  # fmt: skip
    listed = int(own["customer_id"].isin(saves["customer_id"]).sum()) if len(saves) else 0
    action = _first(listed, len(own), churn is not None, fmt)
    return Finding("retention-slipping", text, total, "money", low, high, len(own), total, "indicative", action, _OWNER)


def _likeliest(own: pd.DataFrame, share: float, churn: Churn, fmt: Formats) -> str:
    """What the contracts most likely to leave hold of all that is at risk."""
    held = fmt.say_n(
        "The tenth of contracts most likely to end (1 contract) accounts for {share} of the value at risk, {money}.",
        "The tenth of contracts most likely to end ({n} contracts) accounts for {share} of the value at risk, {money}.",
        len(own), share=fmt.share(share), money=fmt.money(own["at_risk"].sum()),
    )  # fmt: skip
    ends = fmt.say(
        "Of these, {share} are expected to end within {days}.",
        share=fmt.share(1 - own["alive"].mean()), days=fmt.days(churn.horizon),
    )  # fmt: skip
    return fmt.sentences(held, ends, fmt.say(_TESTED[churn.learned.by_time], share=fmt.share(churn.area["auc"])))


def _first(listed: int, many: int, contracts: bool, fmt: Formats) -> str:
    """What to do about those who slip, of whom so many are on the save list."""
    if not listed:
        return fmt.say(
            "Contacting them is not expected to pay: ask a few of them why they went quiet, and look for"
            " something that costs less."
        )
    if listed == many:
        if contracts:
            return fmt.say("Contact them first, before the contract ends.")
        return fmt.say("Contact them first: the longer the silence, the fewer come back.")
    if contracts:
        return fmt.say_n(
            "First contact the one of them who is on the save list, before the contract ends.",
            "First contact the {n} of them who are on the save list, before the contract ends.", listed,
        )  # fmt: skip
    return fmt.say_n(
        "First contact the one of them who is on the save list: the longer the silence, the fewer come back.",
        "First contact the {n} of them who are on the save list: the longer the silence, the fewer come back.", listed,
    )  # fmt: skip


def unranked_finding(churn: Churn, fmt: Formats) -> Finding:
    """That the score of who leaves is no better than chance, and is not used."""
    return Finding(
        "retention-score",
        fmt.sentences(
            fmt.say("Nothing known about the contracts tells which will end."),
            fmt.say(_TESTED[churn.learned.by_time], share=fmt.share(churn.area["auc"])),
            fmt.say("That is no better than chance, so the score is not used: contracts of one kind are all given the"
                    " same chance of ending."),
        ),
        float(churn.area["auc"]), "share", float(churn.area["auc_low"]), float(churn.area["auc_high"]),
        len(churn.learned.held_out), evidence="not shown",
        action="Record more of what comes before the end of a contract: use, complaints, contacts, changes of price.",
        owner=_OWNER,
    )  # fmt: skip


_TESTED = {  # how well the score told who leaves, whether contracts were judged by earlier ones or not
    True: mark("Tested on later contracts, the score ranked those that ended above those that ran on in {share} of pairs."),
    False: mark(
        "Tested on contracts it had not seen, the score ranked those that ended above those that ran on in {share} of pairs."
    ),
}


def save_finding(listed: pd.DataFrame, meant: str, fmt: Formats) -> Finding:
    """How many are worth a contact, what that costs and should keep, and from which part kept it pays."""
    if listed.empty:
        return Finding(
            "retention-save",
            fmt.say(
                "A contact that keeps {share} of the value at risk would not earn its cost with any customer.",
                share=fmt.share(KEEPS["value"], 0),
            ),
            n=0, action="Spend nothing on keeping customers for now; test whether a contact keeps more than assumed.",
        )  # fmt: skip
    cost, low, value, high = (float(listed[c].sum()) for c in ("cost", "value_low", "value", "value_high"))
    return Finding(
        "retention-save",
        fmt.sentences(
            fmt.say_n(
                "1 customer is worth contacting, at a cost of {cost}.",
                "{n} customers are worth contacting, at a cost of {cost} in all.", len(listed), cost=fmt.money(cost),
            ),
            fmt.say(
                "If that keeps {share} of the value at risk with them, it keeps {value} of {meant}. It breaks even at"
                " {least}.",
                share=fmt.share(KEEPS["value"], 0), value=fmt.money(value), meant=meant, least=fmt.share(break_even(listed)),
            ),
        ),
        value - cost, "money", low - cost, high - cost, len(listed), value - cost, "indicative",
        action="Work down the save list, but leave out one in five, drawn by lot: what a contact keeps has not been"
               " measured yet.",
        owner=_OWNER,
    )  # fmt: skip


def persuasion_finding(found: Persuasion, listed: pd.DataFrame, meant: str, fmt: Formats) -> Finding:
    """The trial in which customers differ, who they are, and what choosing is worth."""
    trial, groups, qini = found.trial, found.groups, found.uplift.qini
    more, less = (_effect_words(groups["effect"].iloc[place], trial.unit, fmt) for place in (0, -1))
    told = fmt.say(
        "{label} persuades some customers and not others: {more} in the quarter expected to respond most, {less} in the"
        " last quarter.",
        label=trial.label, more=more, less=less,
    )  # fmt: skip
    sums = (
        {c: float(listed[c].sum() - listed["cost"].sum()) for c in ("value_low", "value", "value_high")} if len(listed) else None
    )
    value, unit, low, high = (
        (sums["value"], "money", sums["value_low"], sums["value_high"])
        if sums
        else (qini.value, "number", None, None)  # its range stands in the table, where it has a name
    )
    return Finding(
        f"retention-uplift-{trial.id}", fmt.sentences(told, _who(found, fmt), _choosing(found, fmt)), value, unit, low, high,
        len(trial.treated), sums and sums["value"], found.evidence, _again(found, listed, meant, fmt), _MARKETING,
    )  # fmt: skip


def _choosing(found: Persuasion, fmt: Formats) -> str:
    """What addressing only those worth the cost would have left in the test; nothing where money is not known."""
    if not np.isfinite(found.choosing):
        return ""
    if found.choosing - WIDTH * found.choosing_error > 0:
        return fmt.say(
            "In the test, addressing only those worth the cost would have left {money} more than addressing all.",
            money=fmt.money(found.choosing),
        )
    return fmt.say(
        "Whether addressing only those worth the cost would have left more than addressing all, the test does not show."
    )


def _again(found: Persuasion, listed: pd.DataFrame, meant: str, fmt: Formats) -> str | None:
    """To repeat the action for those whom it pays to address."""
    if listed.empty:
        if found.trial.cost is not None:
            return None
        return fmt.say(
            "State what a contact costs (contact_cost in client.yml): without it nobody can say whom it pays to address."
        )
    words = {"money": fmt.money(listed["gain"].sum()), "meant": meant}
    if found.trial.unit == "yes":
        return fmt.say_n(
            "Repeat it once for the one case on its list: it should leave {money} of {meant} after cost.",
            "Repeat it once for the {n} cases on its list: it should leave {money} of {meant} after cost.", len(listed), **words,
        )  # fmt: skip
    return fmt.say_n(
        "Repeat it once for the one customer on its list: it should leave {money} of {meant} after cost.",
        "Repeat it once for the {n} customers on its list: it should leave {money} of {meant} after cost.", len(listed), **words,
    )  # fmt: skip


def _who(found: Persuasion, fmt: Formats) -> str:
    """What sets the first quarter apart from the last, by the feature in which they differ most."""
    name = found.told[0] if found.told else None
    if name is None or not pd.api.types.is_numeric_dtype(found.groups[name]):
        return ""
    first, last = (fmt.number(found.groups[name].iloc[place], 0 if found.groups[name].max() >= 10 else 1) for place in (0, -1))
    return fmt.say(
        "{feature}: {first} on average in the first quarter, {last} in the last.",
        feature=fmt.told(feature_label(name)), first=first, last=last,
    )  # fmt: skip


def same_finding(same: Sequence[Persuasion], fmt: Formats) -> Finding:
    """Trials in which nobody can be told apart."""
    one = same[0]
    names = fmt.listed(p.trial.label for p in same[:FEW])
    return Finding(
        "retention-same",
        fmt.sentences(
            fmt.say("{names}: the data cannot tell whom it persuades.", names=names) if len(same) == 1
            else fmt.say("{names}: the data cannot tell whom they persuade.", names=names) if len(same) <= FEW
            else fmt.say("For {n} trials, the data cannot tell whom they persuade.", n=fmt.count(len(same))),
            fmt.say("Treating everybody or nobody is as good as choosing among customers."),
        ),
        one.uplift.qini.value if len(same) == 1 else None, "number",
        n=sum(len(p.trial.treated) for p in same), evidence="not shown",
        action="Decide by what it brought overall (see the evaluation), not customer by customer.", owner=_MARKETING,
    )  # fmt: skip


def untested_finding() -> Finding:
    """That nothing was tested yet, and how the next campaign would be."""
    return Finding(
        "retention-untested",
        "No action had a control group drawn by lot, so it cannot be said whom it persuades and who would have bought anyway.",
        action="In the next campaign, leave out one customer in ten, drawn by lot, and list both groups in the"
        " interventions table.",
        owner=_MARKETING,
    )


def _effect_words(effect: float, unit: str, fmt: Formats) -> str:
    """An effect of a trial in words: +0.61 orders a customer, or +4.5 points."""
    if unit == "yes":
        return fmt.points(effect)
    number = fmt.number(effect)
    return fmt.say("{n} orders per customer", n=f"+{number}" if round(effect, 2) > 0 else number)
