"""Negotiation: the guide to discounts by size and product, the list of open deals, and what they propose."""

import numpy as np
import pandas as pd
from scipy import stats

from playbook.locale import mark
from playbook.methods.strategy.setting_prices.discounts import FEWEST, OTHERS, Discounts
from playbook.methods.strategy.setting_prices.price_test import CERTAIN, POWER
from playbook.result.contract import LINES, Proposal, Table, Worklist
from playbook.result.formats import EDGES, LEVEL, Formats

__all__ = ["DEALS", "OWNER", "deal_proposals", "deal_tables", "deals_needed"]

DEALS = mark("closed and open deals of the pipeline")
SIZES = ("small deals", "middle deals", "large deals")  # the keys of a proposal's lines, by band
OWNER = mark("head of sales")
LEAD, REVIEW = 7, 90  # days
_OPEN = {
    "opportunity_id": ("Deal", "text"),
    "product": ("Product", "text"),
    "owner": ("Owner", "text"),
    "list_price": ("List price", "money"),
    "offered": ("Offered so far", "share"),
    "target": ("Worth giving", "share"),
    "walk_away": ("Walk away above", "share"),
    "chance": ("Chance of winning now", "share"),
    "chance_target": ("Chance at that discount", "share"),
    "value_low": ("Extra margin, at least", "money"),
    "value": ("Extra margin", "money"),
    "value_high": ("Extra margin, at most", "money"),
}


def deals_needed(first: float, second: float) -> int:
    """Deals of each half for a test to tell two chances to win apart (two-sided at 95 percent, in four of five cases)."""
    z = stats.norm.ppf((1 + CERTAIN) / 2) + stats.norm.ppf(POWER)
    gap = (first - second) ** 2
    return int(np.ceil(z**2 * (first * (1 - first) + second * (1 - second)) / gap)) if gap > 0 else 0


def _label(band: int, edges: tuple[float, ...], fmt: Formats) -> str:
    low, high = fmt.money(edges[0]), fmt.money(edges[-1])
    below, between = fmt.say("up to {high}", high=low), fmt.say("{low} to {high}", low=low, high=high)
    return (below, between, fmt.say("above {low}", low=high))[band]


def deal_tables(found: Discounts, fmt: Formats) -> tuple[Table, ...]:
    """The guide by size of deal and by product."""
    names = [
        _label(int(r.band), found.edges, fmt) if r.kind == "size" else fmt.say("all others") if r.product == OTHERS else r.product
        for r in found.guide.itertuples()
    ]
    ranges = [fmt.say("{low} to {high}", low=fmt.share(r.low), high=fmt.share(r.high)) for r in found.guide.itertuples()]
    columns = {
        "deals_of": ("Deals", "text"), "deals": ("Closed", "count"), "won": ("Won", "share"),
        "given": ("Discount given", "share"), "target": ("Worth giving", "share"),
        "range": (fmt.say("{level} range", level=fmt.share(LEVEL)), "text"), "walk_away": ("Walk away above", "share"),
    }  # fmt: skip
    return (
        Table(
            found.guide.assign(deals_of=names, range=ranges),
            "A guide for negotiations, by list price and by product: the discount that should earn most, and the one"
            " above which a deal is not worth winning.",
            DEALS, columns,
        ),
    )  # fmt: skip


def deal_proposals(found: Discounts, fmt: Formats) -> list[Proposal]:
    """The guide for new deals, a line for each size, and the open deals; each only where its gain survives what is not known."""
    proposals = []
    low, high = np.quantile(found.gains, EDGES, axis=1)
    if np.quantile(found.gains.sum(axis=0), EDGES[0]) > 0:
        values = {"cost": 0.0, "value_low": low, "value": found.gains.mean(axis=1), "value_high": high}
        proposals.append(
            _proposal(
                "discount-guide", mark("discounts by the guide"),
                mark("Offer new deals the discount worth giving by size and product, and walk away above the limit."),
                mark("new deals"), pd.DataFrame({"key": SIZES} | values)[list(LINES)], None, found, fmt,
            )
        )  # fmt: skip
    if found.open_gain[1] > 0:
        values = {"gain_low": "value_low", "gain": "value", "gain_high": "value_high"}
        frame = found.open.drop(columns="cost").rename(columns=values).assign(cost=0.0)
        worklist = Worklist(
            "open-deals", "Discounts for open deals",
            "Where the discount worth giving is above the one offered, go up to it; elsewhere hold what was offered."
            " Beyond the walk-away limit, a deal does not leave the margin it has to.",
            frame, {c: told for c, told in _OPEN.items() if c in frame}, "opportunity_id",
        )  # fmt: skip
        lines = frame.rename(columns={"opportunity_id": "key"})[list(LINES)]
        proposals.append(
            _proposal(
                "open-deals", mark("Discounts for open deals"),
                mark("Offer the discount worth giving in those open deals that deserve more."),
                fmt.say_n("one open deal", "{n} open deals", len(frame)), lines, worklist, found, fmt,
            )
        )  # fmt: skip
    return proposals


def _proposal(id, name, action, whom, lines, worklist, found: Discounts, fmt: Formats) -> Proposal:
    n = deals_needed(found.effect[2], found.effect[3])
    judged = min(2 * n or FEWEST, max(found.closed, FEWEST))  # nobody waits for more than a year's deals
    stop = fmt.say(
        "Stop if, over {n} deals or more, those that follow the guide earn less per deal offered than the others, across"
        " the whole {level} range.",
        n=fmt.count(judged), level=fmt.share(LEVEL),
    )  # fmt: skip
    return Proposal(
        id=id, name=name, action=action, whom=whom, owner=OWNER, kpi="margin won per deal offered, by discount", stop_rule=stop,
        pool="prices", lines=lines, lead_days=LEAD, review_days=REVIEW, evidence="indicative", worklist=worklist, waits=False,
    )  # fmt: skip
