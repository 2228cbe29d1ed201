"""Scored list: the open cases with chance, worth and reasons, as a list to work from and as a proposal."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.predicting.asked import Asked
from playbook.methods.strategy.predicting.reasons import Reasons
from playbook.methods.strategy.predicting.scored import Scored
from playbook.result.contract import LINES, Proposal, Worklist

__all__ = ["proposals", "scored_list", "worklists"]

LEAD_DAYS, REVIEW_DAYS = 14, 91
STOP = 50  # worked on without earning their cost
OWNER = mark("head of sales")


def scored_list(asked: Asked, chance: np.ndarray, told: Reasons | None) -> pd.DataFrame:
    """One row per open case, the largest gain first (the highest chance where no gain is known): key, the columns of ``shown``,
    chance, cost, value_low, value, value_high (what working on it should bring), gain (value less cost), why, but."""
    waiting = ~asked.closed
    table = asked.shown[waiting].reset_index(drop=True)
    table.insert(0, "key", asked.keys[waiting].astype(str).to_numpy())
    table["chance"] = chance
    table["cost"] = asked.cost[waiting]
    for edge, share in zip(("value_low", "value", "value_high"), asked.caused, strict=True):
        table[edge] = chance * asked.value[waiting] * share
    table["gain"] = table["value"] - table["cost"].fillna(0.0)
    table["why"] = told.up if told is not None else ""
    table["but"] = told.down if told is not None else ""
    table = table.sort_values(["gain", "chance", "key"], ascending=[False, False, True], kind="stable")
    return table.drop_duplicates("key", ignore_index=True)


def proposals(scored: Scored) -> tuple[Proposal, ...]:
    """Work on those open cases with which that should bring more than it costs; empty where worth or cost is not known."""
    pays = _paying(scored)
    if pays.empty:
        return ()
    asked, fmt, nouns = scored.asked, scored.fmt, scored.nouns
    return (
        Proposal(
            id="scored-list",
            name="follow-up by score",
            action=fmt.say("Follow up these {many} in the order of the list; leave out one in ten, drawn by lot.", **nouns),
            whom=fmt.say("{many} with a good chance", **nouns),
            owner=OWNER,
            kpi=fmt.say("share of the {many} followed up that {do}, against those left out", **nouns),
            stop_rule=fmt.say("Stop if the first {n} {many} followed up bring less than they cost.", n=STOP, **nouns),
            pool="purchases" if asked.kind == "customers" else "new customers",
            lines=pays[list(LINES)],
            lead_days=LEAD_DAYS,
            review_days=REVIEW_DAYS,
            evidence="likely" if asked.measured and asked.caused[0] > 0 and scored.pays else "indicative",
            worklist=_worklist(scored, pays),
        ),
    )


def worklists(scored: Scored) -> tuple[Worklist, ...]:
    """The whole list where it is no proposal for want of a price."""
    if scored.listed.empty or len(_paying(scored)):
        return ()
    return (_worklist(scored, scored.listed),)


def _paying(scored: Scored) -> pd.DataFrame:
    listed = scored.listed
    return listed[(listed["value"] > listed["cost"]) & listed["cost"].notna() & listed["value"].notna()].reset_index(drop=True)


def _worklist(scored: Scored, listed: pd.DataFrame) -> Worklist:
    asked, fmt, nouns = scored.asked, scored.fmt, scored.nouns
    named = {
        "customer_id": ("Customer", "text"), "subject": ("About", "text"), "opened_on": ("Opened", "date"),
        "product": ("Product", "text"), "owner": ("Sales person", "text"), "stage": ("Stage", "text"),
        "created_on": ("Opened", "date"), "recency_days": ("Days since the last order", "count"),
        "revenue_365": ("Bought in 12 months", "money"),
    }  # fmt: skip
    columns = {"key": (asked.nouns.one, "text")}
    columns |= {c: label for c, label in named.items() if c in listed and not (c == "customer_id" and asked.kind == "customers")}
    columns |= {"chance": ("Chance", "share"), "value": ("Should bring", "money"), "cost": ("Costs", "money")}
    columns |= {"why": ("In favour", "text"), "but": ("Against", "text")}
    if listed["value"].isna().all():
        del columns["value"]
    if listed["cost"].isna().all():
        del columns["cost"]
    how = fmt.say("The list ranks {open} by what following them up should bring.", **nouns)
    if scored.learned.works:
        meant = fmt.say("The chance is calibrated: of ten with {share}, about three {do}.", share=fmt.share(0.3), **nouns)
    else:
        meant = fmt.say("No score can tell them apart: all have the same chance, and the order is by value.")
    title = fmt.say("Follow up first: {many}", **nouns)
    return Worklist("scored-list", title, fmt.sentences(how, meant), listed, columns, "key")
