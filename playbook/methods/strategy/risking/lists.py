"""Risk lists: events and applications to look at, as lists to work from and as proposals; nothing is turned down by a list."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.strategy.risking.findings import OWNER, Risky, events_words, told_events
from playbook.methods.strategy.risking.screen import RECENT_DAYS, Screen, unusual
from playbook.result.contract import LINES, Proposal, Worklist
from playbook.result.formats import Formats

__all__ = ["FOUND", "proposals", "review_list", "worklists"]

# Of the losses looked at, fraud or credits not paid back, the part that a look stops: our judgement.
FOUND = {"value_low": 0.5, "value": 0.8, "value_high": 1.0}
MOST, ODD = 200, 0.995  # rows of a list without prices; share of events less unusual, from which one is listed without labels
_COLUMNS = {
    "key": ("Payment or order", "text"),
    "what": ("Kind", "text"),
    "at": ("When", "date"),
    "amount": ("Amount", "money"),
    "chance": ("Chance of fraud", "share"),
    "loss": ("Expected loss", "money"),
    "why": ("What is unusual", "text"),
}


def review_list(screens: Sequence[Screen], as_of: date, parameters: Assumptions, fmt: Formats) -> pd.DataFrame:
    """Events of the last 90 days that nobody has judged and that are worth a look: key, what ("payment" or "order"), at, amount,
    chance, loss, cost, why (in words).

    Worth it is an expected loss above the cost of a look; without that cost, the 200 most likely. An order costs the shop its
    goods, a payment its amount.
    """
    parts = []
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    for one in screens:
        goods = 1 - parameters.gross_margin if one.what == "orders" and parameters.gross_margin else 1.0
        recent = one.events[(one.events["at"] >= end - pd.Timedelta(days=RECENT_DAYS)) & (one.events["at"] < end)]
        recent = recent[~recent["known"] & ~recent["cleared"]]
        recent = recent.assign(what=one.what.removesuffix("s"), loss=recent["chance"] * recent["amount"] * goods)
        if not one.learnt:
            recent = recent[recent["odd"] >= ODD]
        elif parameters.review_cost is not None:
            recent = recent[recent["loss"] > parameters.review_cost]
        else:
            recent = recent.nlargest(MOST, "loss")
        parts.append(recent)
    columns = ["key", "what", "at", "amount", "chance", "loss", "rules", "odd"]
    table = pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)
    table["why"] = [unusual(rules, fmt) for rules in table.pop("rules")]
    table = table.assign(cost=np.nan if parameters.review_cost is None else parameters.review_cost)
    return table.sort_values(["loss", "odd", "key"], ascending=[False, False, True], kind="stable", ignore_index=True)


def proposals(told: Risky) -> tuple[Proposal, ...]:
    """Look at the events listed, and at applications that are likely to lose money."""
    found, cost = [], told.parameters.review_cost
    priced = told.reviews.dropna(subset=["loss"]).drop_duplicates("key")
    if cost is not None and len(priced):
        lines = pd.DataFrame({"key": priced["key"], "cost": cost} | {e: priced["loss"] * share for e, share in FOUND.items()})
        found.append(
            _proposal(
                "fraud-review",
                mark("fraud review"),
                mark("Check each of these before money or goods leave, largest expected loss first."),
                events_words(priced, told.fmt),
                lines,
                Worklist(
                    "fraud-review",
                    "To check: fraud",
                    "Payments and orders of the last 90 days whose expected loss exceeds the cost of a check. Some will"
                    " be honest: ask before refusing.",
                    told_events(priced, told.fmt),
                    _COLUMNS,
                    "key",
                ),
            )
        )
    if told.credit is not None and told.credit.limit is not None and told.credit.works:
        rows = told.credit.open
        rows = rows[(rows["loss"] - rows["earns"]) * FOUND["value"] > (cost or 0.0)].reset_index(drop=True)
        if len(rows):
            saved = rows["loss"] - rows["earns"]
            lines = pd.DataFrame(
                {"key": rows["application_id"], "cost": 0.0 if cost is None else cost} | {e: saved * f for e, f in FOUND.items()}
            )
            found.append(
                _proposal(
                    "credit-review",
                    mark("credit review"),
                    mark(
                        "Check these applications closely: by the scorecard they should lose more than they earn. A"
                        " person decides."
                    ),
                    told.fmt.say_n("one open application", "{n} open applications", len(rows)),
                    lines,
                    Worklist(
                        "credit-review",
                        "To check: loans",
                        "Open applications whose expected loss exceeds what they should earn by enough for a check to pay.",
                        rows.assign(value=lines["value"]),
                        _APPLICATIONS | {"value": ("A check should save", "money")},
                        "application_id",
                    ),
                )
            )
    return tuple(found)


_APPLICATIONS = {
    "application_id": ("Application", "text"),
    "amount": ("Amount", "money"),
    "score": ("Score", "count"),
    "chance": ("Chance of default", "share"),
    "loss": ("Expected loss", "money"),
    "earns": ("Expected to earn", "money"),
    "reasons": ("What costs the most points", "text"),
}


def worklists(told: Risky) -> tuple[Worklist, ...]:
    """All open applications with score and suggestion, where the card tells something, and events that have no price."""
    found = []
    if told.credit is not None and told.credit.works and len(told.credit.open):
        found.append(
            Worklist(
                "credit-scores",
                "Open applications",
                "Every open application with its points. The advice is a suggestion: a person decides and records why.",
                told.credit.open.assign(advice=[told.fmt.told(advice) for advice in told.credit.open["advice"]]),
                _APPLICATIONS | {"advice": ("Suggestion", "text")},
                "application_id",
            )
        )
    rest = told.reviews if told.parameters.review_cost is None else told.reviews[told.reviews["loss"].isna()]
    if len(rest):
        found.append(
            Worklist(
                "fraud-review-list",
                "To check: unusual",
                "The most unusual payments and orders of the last 90 days.",
                told_events(rest.drop_duplicates("key"), told.fmt),
                _COLUMNS,
                "key",
            )
        )
    return tuple(found)


def _proposal(id: str, name: str, action: str, whom: str, lines: pd.DataFrame, listed: Worklist) -> Proposal:
    return Proposal(
        id=id,
        name=name,
        action=action,
        whom=whom,
        owner=OWNER,
        kpi="losses found against the cost of checking",
        stop_rule="Stop if a hundred checks save less than they cost.",
        pool="losses",
        lines=lines[list(LINES)].reset_index(drop=True),
        lead_days=1,
        review_days=91,
        evidence="indicative",
        worklist=listed,
        waits=False,
    )
