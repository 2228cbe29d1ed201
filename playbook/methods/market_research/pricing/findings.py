"""Price findings: how customers react to prices, group by group, and to promotions; each only where its figures allow it."""

import numpy as np
import pandas as pd
from scipy import stats

from playbook.intake.frames.products import NO_GROUP
from playbook.locale import mark
from playbook.methods.market_research.pricing.elasticity import Response
from playbook.methods.market_research.pricing.naming import group_name
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import LEVEL, Formats

__all__ = [
    "NARROW",
    "OWNER",
    "TEN",
    "evidence_of",
    "fewer_sold",
    "promotion_finding",
    "reaction_findings",
    "told_groups",
]

TEN = 0.10  # the step of a price in which reactions are told
CLEAR = 1.5  # half the width of a group's range (elasticity) above which the range tells nothing
NARROW = 0.10  # a range of changes within this on both sides of 0 says that there is hardly an effect
OWNER = mark("head of pricing")


def fewer_sold(elasticity):
    """Relative change of units when a price rises by 10 percent: -0.13 is 13 percent fewer."""
    return (1 + TEN) ** np.asarray(elasticity, dtype=float) - 1


def evidence_of(value: float, error: float) -> Evidence:
    """How sure it is that a value with that standard error is not zero."""
    z = abs(value) / error if error > 0 else np.inf
    return "shown" if z >= stats.norm.ppf(0.975) else "likely" if z >= stats.norm.ppf((1 + LEVEL) / 2) else "not shown"


def told_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """The named groups with a range narrow enough to tell, the strongest reaction first."""
    told = groups[(groups["high"] - groups["low"] <= 2 * CLEAR) & (groups["category"] != NO_GROUP)]
    return told.sort_values(["elasticity", "category"], ignore_index=True)


def reaction_findings(response: Response, fmt: Formats) -> list[Finding]:
    """Which group's customers react most to its prices, and which least."""
    told = told_groups(response.groups)
    if told.empty:
        return []
    first, last = told.iloc[0], told.iloc[-1]
    if last["low"] <= first["high"]:  # the two may well react alike
        return [_reaction("prices-strongest", first, "", fmt)]
    return [_reaction("prices-strongest", first, "most", fmt), _reaction("prices-weakest", last, "least", fmt)]


def _reaction(id: str, row: pd.Series, place: str, fmt: Formats) -> Finding:
    change, low, high = (float(fewer_sold(row[c])) for c in ("elasticity", "low", "high"))
    evidence = evidence_of(row["elasticity"], row["error"]) if row["elasticity"] < 0 else "not shown"
    action = None
    if evidence != "not shown" and row["high"] < -1:
        action = mark("Keep these prices sharp: at a higher price they lose revenue.")
    elif evidence != "not shown" and row["low"] > -1:
        action = mark("Try a higher price on one product of this group before giving any discount in it.")
    return Finding(
        id, _reacting(row["category"], change, place, evidence, fmt), value=change, unit="share", low=low, high=high,
        n=int(row["n_weeks"]), evidence=evidence, action=action, owner=OWNER if action else None,
    )  # fmt: skip


def _reacting(category: str, change: float, place: str, evidence: Evidence, fmt: Formats) -> str:
    """How customers answer to the prices of one group."""
    values = {
        "group": group_name(category, fmt),
        "up": fmt.share(TEN, 0),
        "fewer": fmt.share(-change),
        "change": fmt.change(change),
    }
    if evidence == "not shown":
        return fmt.say(
            "{group}: no reaction to prices is shown; at a price {up} higher, units change by about {change}.", **values
        )
    if place == "most":
        return fmt.say(
            "Customers react most to prices of {group}: at a price {up} higher, {fewer} fewer units are sold.", **values
        )
    if place == "least":
        return fmt.say(
            "Customers react least to prices of {group}: at a price {up} higher, {fewer} fewer units are sold.", **values
        )
    return fmt.say("Customers react to prices of {group}: at a price {up} higher, {fewer} fewer units are sold.", **values)


def promotion_finding(response: Response, fmt: Formats) -> Finding | None:
    """What a week of promotion brings beyond its lower price."""
    value, error = response.promotion, response.promotion_error
    if not (np.isfinite(value) and np.isfinite(error) and error > 0):
        return None
    reach = stats.norm.ppf((1 + LEVEL) / 2) * error
    lift, low, high = (float(np.expm1(v)) for v in (value, value - reach, value + reach))
    evidence, action, far = evidence_of(value, error), None, fmt.share(abs(lift))
    if evidence != "not shown" and lift > 0:
        text = fmt.say("A product on promotion is bought {far} more often than its lower price alone explains.", far=far)
        action = mark("Go on announcing promotions: being seen counts as well as the price.")
    elif evidence != "not shown":
        text = fmt.say("A product on promotion is bought {far} less often than its lower price alone explains.", far=far)
        action = mark("Ask what else differs in weeks of promotion, for example stock or placement.")
    elif max(abs(low), abs(high)) < NARROW:
        text = fmt.say(
            "A product on promotion is bought about as often as its lower price explains: the promotion itself adds little."
        )
        action = mark("Judge each promotion by its discount alone: what it costs in margin, and what the lower price brings.")
    else:
        text = fmt.say("Whether a promotion brings more than its lower price explains cannot be told from these data.")
    return Finding(
        "prices-promotions", text, value=lift, unit="share", low=low, high=high, n=response.promoted, evidence=evidence,
        action=action, owner="head of marketing" if action else None,
    )  # fmt: skip
