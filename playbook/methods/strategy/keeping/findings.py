"""Findings: what may be lost, who slips, whom to contact, and whom an action persuades, in sentences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from playbook.methods.strategy.keeping.at_risk import FALL_DAYS
from playbook.methods.strategy.keeping.churn import Churn
from playbook.methods.strategy.keeping.persuasion import Persuasion
from playbook.methods.strategy.keeping.qini import WIDTH
from playbook.methods.strategy.keeping.save_list import KEEPS, break_even
from playbook.methods.strategy.keeping.trials import feature_label
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = [
    "effect_words",
    "persuasion_finding",
    "risk_finding",
    "risk_range",
    "same_finding",
    "save_finding",
    "slipping_finding",
    "unranked_finding",
    "untested_finding",
]

_OWNER = "customer service lead"


def risk_range(risk: pd.DataFrame, miss: float) -> tuple[float, float]:
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
    total, (low, high) = float(here["at_risk"].sum()), risk_range(here, miss)
    who = (
        _many(len(here), "running contract") if contracts else _many(len(here), "customer not gone yet", "customers not gone yet")
    )
    why = "some will leave" if contracts else "some will leave or have left already"
    if churn:
        why += f", about {fmt.count((1 - here['alive']).sum())} of them within {churn.horizon} days"
    begin = "; the save list says where to begin" if len(saves) else ""
    return Finding(
        "retention-risk",
        f"{who} would bring {fmt.money(here['stays'].sum())} of {meant} in the next twelve months if all stayed;"
        f" {fmt.money(total)} of it is at risk because {why}.",
        total, "money", low, high, len(here), total, "likely" if low > 0 else "indicative",
        f"Keep this figure in view month by month{begin}.", _OWNER,
    )  # fmt: skip


def slipping_finding(risk: pd.DataFrame, saves: pd.DataFrame, churn: Churn | None, meant: str, fmt: Formats) -> Finding | None:
    """Who became doubtful lately, or is most likely to end a contract; None where nobody is."""
    own = risk[risk["state"] == "slipping"]
    if own.empty:
        return None
    total, low, high = float(own["at_risk"].sum()), *risk_range(own, 0.0)
    if churn:
        share = own["at_risk"].sum() / max(risk["at_risk"].sum(), 1e-9)
        text = (
            f"The tenth most likely to leave ({_many(len(own), 'contract')}) holds {fmt.share(share)} of what is at risk,"
            f" {fmt.money(total)}; {fmt.share(1 - own['alive'].mean())} of them are expected to end within {churn.horizon}"
            f" days. Tested on {_pairs(churn, fmt)}."
        )
    else:
        verb = "is" if len(own) == 1 else "are"
        text = (
            f"{_many(len(own), 'customer')} {verb} slipping now: the silence is long for the rhythm before. Within {FALL_DAYS}"
            f" days the chance to be still active fell from {fmt.share(own['before'].mean())} to {fmt.share(own['alive'].mean())}"
            f" on average, and {fmt.money(total)} of {meant} a year is at risk with them."
        )
    listed = int(own["customer_id"].isin(saves["customer_id"]).sum()) if len(saves) else 0
    action = "No contact to them is expected to pay: ask a few of them why, and look for something that costs less."
    if listed:
        whom = "them" if listed == len(own) else f"the {fmt.count(listed)} of them on the save list"
        when = ", before the contract ends" if churn else ": the longer the silence, the fewer come back"
        action = f"Contact {whom} first{when}."
    return Finding("retention-slipping", text, total, "money", low, high, len(own), total, "indicative", action, _OWNER)


def unranked_finding(churn: Churn, fmt: Formats) -> Finding:
    """That the score of who leaves is no better than chance, and is not used."""
    return Finding(
        "retention-score",
        f"Nothing that is known of contracts tells which will end: on {_pairs(churn, fmt)}, no better than chance. The score is"
        " not used; all contracts of a kind are taken to leave alike.",
        float(churn.area["auc"]), "share", float(churn.area["auc_low"]), float(churn.area["auc_high"]),
        len(churn.learned.held_out), evidence="not shown",
        action="Record more of what comes before the end of a contract: use, complaints, contacts, changes of price.",
        owner=_OWNER,
    )  # fmt: skip


def _pairs(churn: Churn, fmt: Formats) -> str:
    """How well the score told who leaves, judged on contracts that the models had not seen."""
    judged = "later contracts" if churn.learned.by_time else "contracts it had not seen"
    return f"{judged}, the score put those that ended above those that ran on in {fmt.share(churn.area['auc'])} of pairs"


def save_finding(listed: pd.DataFrame, meant: str, fmt: Formats) -> Finding:
    """How many are worth a contact, what that costs and should keep, and from which part kept it pays."""
    if listed.empty:
        return Finding(
            "retention-save",
            f"A contact that keeps {fmt.share(KEEPS['value'])} of what is at risk would not earn its cost with anybody.",
            n=0, action="Spend nothing on keeping customers for now; test whether a contact keeps more than assumed.",
        )  # fmt: skip
    cost, low, value, high = (float(listed[c].sum()) for c in ("cost", "value_low", "value", "value_high"))
    who = "1 customer is" if len(listed) == 1 else f"{fmt.count(len(listed))} customers are"
    return Finding(
        "retention-save",
        f"{who} worth a contact: {'it costs' if len(listed) == 1 else 'together they cost'} {fmt.money(cost)}, and if"
        f" {fmt.share(KEEPS['value'], 0)} of what is at risk with them is kept, that is {fmt.money(value)} of {meant}. It pays"
        f" from {fmt.share(break_even(listed))} kept.",
        value - cost, "money", low - cost, high - cost, len(listed), value - cost, "indicative",
        "Work down the save list, and leave out one in five by lot: what a contact keeps has not been measured yet.", _OWNER,
    )  # fmt: skip


def persuasion_finding(found: Persuasion, listed: pd.DataFrame, meant: str, fmt: Formats) -> Finding:
    """The trial in which customers differ, who they are, and what choosing is worth."""
    trial, groups = found.trial, found.groups
    first, last, qini = groups.iloc[0], groups.iloc[-1], found.uplift.qini
    more, less = (effect_words(row["effect"], trial.unit, fmt) for row in (first, last))
    sentence = (
        f"{trial.label} persuades some and not others: {more} in the quarter expected to answer most, {less} in the"
        f" last{_who(found, fmt)}."
    )
    choosing, half = found.choosing, WIDTH * found.choosing_error
    if np.isfinite(choosing) and choosing - half > 0:
        sentence += (
            f" Addressing only those worth the cost would have left {fmt.money(choosing)} more in the test than addressing all."
        )
    elif np.isfinite(choosing):
        sentence += " To leave out those not worth the cost is not shown to have left more in the test than addressing all."
    action = None
    if len(listed):
        who = _many(len(listed), "case" if trial.unit == "yes" else "customer")
        action = (
            f"Repeat it once for the {who} on its list: it should leave {fmt.money(listed['gain'].sum())} of {meant} after cost."
        )
    elif trial.cost is None:
        action = "State what a contact costs (contact_cost in client.yml): without it nobody can say whom it pays to address."
    sums = (
        {c: float(listed[c].sum() - listed["cost"].sum()) for c in ("value_low", "value", "value_high")} if len(listed) else None
    )
    value, unit, low, high = (
        (sums["value"], "money", sums["value_low"], sums["value_high"]) if sums else (qini.value, "number", qini.low, qini.high)
    )
    return Finding(
        f"retention-uplift-{trial.id}", sentence, value, unit, low, high, len(trial.treated), sums and sums["value"],
        found.evidence, action, "marketing",
    )  # fmt: skip


def _who(found: Persuasion, fmt: Formats) -> str:
    """What sets the first quarter apart from the last, by the feature in which they differ most."""
    name = found.told[0] if found.told else None
    if name is None or not pd.api.types.is_numeric_dtype(found.groups[name]):
        return ""
    first, last = (fmt.number(found.groups[name].iloc[place], 0 if found.groups[name].max() >= 10 else 1) for place in (0, -1))
    label = feature_label(name)
    return f" ({label[0].lower() + label[1:]}: {first} against {last} on average)"


def same_finding(same: Sequence[Persuasion], fmt: Formats) -> Finding:
    """Trials in which nobody can be told apart."""
    names = " and ".join(p.trial.label for p in same) if len(same) < 3 else f"{len(same)} trials"
    one = same[0]
    return Finding(
        "retention-same",
        f"{names}: the data cannot tell whom {'it persuades' if len(same) == 1 else 'they persuade'}. To treat everybody or"
        " nobody is as good as any choice among customers.",
        one.uplift.qini.value if len(same) == 1 else None, "number",
        one.uplift.qini.low if len(same) == 1 else None, one.uplift.qini.high if len(same) == 1 else None,
        sum(len(p.trial.treated) for p in same), evidence="not shown",
        action="Decide by what it brought on the whole (see the evaluation), not by customer.", owner="marketing",
    )  # fmt: skip


def untested_finding(fmt: Formats) -> Finding:
    """That nothing was tested yet, and how the next campaign would be."""
    return Finding(
        "retention-untested",
        "No action had a control group drawn by lot, so nobody can say whom it persuades and who would have bought anyway.",
        action="Leave out one customer in ten by lot in the next campaign and list both groups in the interventions table.",
        owner="marketing",
    )  # fmt: skip


def effect_words(effect: float, unit: str, fmt: Formats) -> str:
    """An effect of a trial in words: +0.61 orders a customer, or +4.5 points."""
    if unit == "yes":
        return fmt.points(effect)
    sign = "+" if round(effect, 2) > 0 else ""
    return f"{sign}{fmt.number(effect)} orders a customer"


def _many(count: int, one: str, more: str | None = None) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {more or one + 's'}"
