"""Save list: whom to contact so that they stay, where what that should keep is worth more than it costs."""

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.strategy.advising.advice import load_advice
from playbook.methods.strategy.keeping.at_risk import IN_DOUBT
from playbook.result.contract import LINES, Proposal, Worklist
from playbook.result.formats import Formats

__all__ = ["KEEPS", "break_even", "save_list", "save_proposal"]

# The part of what would be lost that one contact keeps: a planning assumption with its range. A first test replaces it.
KEEPS = {"value_low": 0.02, "value": 0.05, "value_high": 0.10}
REVIEW_DAYS = 91

_ORDERS = {
    "customer_id": ("Customer", "text"), "segment": ("Segment", "text"), "alive": ("Chance of still being active", "share"),
    "before": ("Three months ago", "share"), "recency_days": ("Days since the last order", "count"),
    "gap_days": ("Usual days between orders", "count"), "stays": ("Brings a year by staying", "money"),
    "at_risk": ("At risk a year", "money"), "cost": ("Costs", "money"), "value": ("Should keep", "money"),
    "reason": ("Why", "text"),
}  # fmt: skip
_CONTRACTS = {
    "customer_id": ("Customer", "text"), "segment": ("Segment", "text"), "leaves": ("Chance of leaving", "share"),
    "expected": ("Brings a year", "money"), "at_risk": ("At risk a year", "money"), "cost": ("Costs", "money"),
    "value": ("Should keep", "money"), "reason": ("Why", "text"),
}  # fmt: skip


def save_list(
    risk: pd.DataFrame,
    parameters: Assumptions,
    contracts: bool,
    states: pd.DataFrame | None,
    fmt: Formats,
    why: pd.Series | None = None,
) -> pd.DataFrame:
    """Customers of ``risk`` (see ``at_risk``) for whom a contact should keep more than it costs, the largest gain first.

    Adds cost, the columns of KEEPS, gain, leaves and reason, and of ``states`` recency_days and gap_days. A contact costs what
    client.yml states; without that, and for the offer that goes with it, the prices of the advice list for customers at risk:
    shares of what the average customer, and the customer itself, buys in a year. ``why`` says in words why a contract may end,
    by customer_id. Of customers without a contract only
    those in doubt: a contact today cannot hold who leaves some day.
    """
    price = load_advice()["at-risk"][0].cost
    revenue = risk["stays"] / (parameters.gross_margin or 1.0)
    contact = parameters.contact_cost if parameters.contact_cost is not None else price.contact * revenue.mean()
    table = risk.assign(cost=contact + price.reward * revenue, leaves=1 - risk["alive"])
    table = table.assign(**{name: share * table["at_risk"] for name, share in KEEPS.items()})
    table["gain"] = table["value"] - table["cost"]
    chosen = table["gain"] > 0
    if not contracts:
        chosen &= table["state"].isin(IN_DOUBT)
    table = table[chosen].sort_values(["gain", "customer_id"], ascending=[False, True], kind="stable", ignore_index=True)
    for column in ("recency_days", "gap_days"):
        table[column] = np.nan if states is None else table["customer_id"].map(states[column])
    if why is not None:
        table["reason"] = table["customer_id"].map(why).fillna("")
    else:
        table["reason"] = [_reason(row, contracts, fmt) for row in table.to_dict("records")]
    return table


def break_even(listed: pd.DataFrame) -> float:
    """The part of the value at risk that has to be kept for the list to pay."""
    at_risk = listed["at_risk"].sum()
    return float(listed["cost"].sum() / at_risk) if at_risk > 0 else float("nan")


def save_proposal(listed: pd.DataFrame, contracts: bool, horizon: int | None, fmt: Formats) -> Proposal:
    """The list as a proposal with a line for each customer, and the list that people work from."""
    how = fmt.sentences(
        fmt.say(
            "Contact from the top down, in person where it is worth it. Leave out one in five, drawn by lot: only that"
            " will show what a contact keeps. The value at risk is what leaving may take of the next twelve months."
        ),
        fmt.say("The chance of leaving is for the next {days}.", days=fmt.days(horizon)) if contracts and horizon else "",
    )
    title = mark("Save list: contracts") if contracts else mark("Save list: silent customers")
    columns = _CONTRACTS if contracts and listed["leaves"].notna().any() and horizon else _ORDERS
    if contracts and not horizon:
        columns = {name: label for name, label in _CONTRACTS.items() if name != "leaves"}
    return Proposal(
        id="save-list",
        name="save list",
        action="Contact each customer on the list, ask what is missing and make an offer that fits; leave out one in"
               " five, drawn by lot.",
        whom="contracts that may end" if contracts else "customers who have fallen silent",
        owner="customer service lead",
        kpi="share of the customers contacted who stay, against those left out",
        stop_rule=fmt.say(
            "It breaks even once {share} of the value at risk is kept. Stop if the whole range of what it keeps, against"
            " those left out, lies below that.", share=fmt.share(break_even(listed)),
        ),
        pool="purchases",
        lines=listed.rename(columns={"customer_id": "key"})[list(LINES)],
        lead_days=7,
        review_days=REVIEW_DAYS,
        worklist=Worklist("save-list", title, how, listed, columns, "customer_id"),
    )  # fmt: skip


def _reason(row: dict, contracts: bool, fmt: Formats) -> str:
    if contracts:
        return fmt.say("{segment}; brings {money} a year", segment=row["segment"], money=fmt.money(row["expected"]))
    silent, fell = fmt.days(row["recency_days"]), row["state"] == "slipping"
    words = {"silent": silent, "before": fmt.share(row["before"]), "now": fmt.share(row["alive"])}
    if not row["gap_days"] > 0:
        return fmt.say(_SILENT_FELL if fell else _SILENT, **words)
    gap = round(max(row["gap_days"], 1))
    if gap == 1:
        return fmt.say(_DAILY_FELL if fell else _DAILY, **words)
    return fmt.say(_RHYTHM_FELL if fell else _RHYTHM, gap=fmt.days(gap), **words)


_SILENT, _SILENT_FELL = mark("silent for {silent}"), mark("silent for {silent}; chance fell from {before} to {now}")
_DAILY = mark("silent for {silent}; used to order every day")
_DAILY_FELL = mark("silent for {silent}; used to order every day; chance fell from {before} to {now}")
_RHYTHM = mark("silent for {silent}; used to order every {gap}")
_RHYTHM_FELL = mark("silent for {silent}; used to order every {gap}; chance fell from {before} to {now}")
