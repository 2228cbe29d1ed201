"""Recommendations findings: how good the lists are, what they should bring, what is bought again, what is new."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.engagement import Assumptions
from playbook.methods.needs_analysis.chance import evidence_of
from playbook.methods.strategy.recommending.lists import CAUSED, YEAR
from playbook.methods.strategy.recommending.trial import BLEND, POPULAR, Chosen
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["Offered", "findings", "headline"]

MANY_REPEATS = 0.3  # share of repeats from which reminding is a list of its own
OWNER = "e-mail marketing manager"


@dataclass(frozen=True)
class Offered:
    """Everything the page tells. ``offers``: customer_id, place, item, name, because, chance, brings; ``kept_back``: items by the
    rule that keeps them back; ``left_out``: items with too few buyers; ``repeats``: share of what is bought again; ``days`` of a
    period; ``segments``: segment by customer id; ``fresh``: see ``fresh_items``; ``bundles``: of the baskets section."""

    fmt: Formats
    parameters: Assumptions
    chosen: Chosen
    offers: pd.DataFrame
    kept_back: dict[str, int]
    left_out: int
    repeats: float
    days: int
    segments: pd.Series | None
    fresh: pd.DataFrame
    bundles: pd.DataFrame | None

    @property
    def meant(self) -> str:
        return "revenue" if self.parameters.gross_margin is None else "gross margin"

    @property
    def gains(self) -> pd.DataFrame:
        """By customer id: cost, value_low, value, value_high a year; what naming products brings beyond what comes anyway."""
        brings = self.offers.groupby("customer_id", sort=True)["brings"].sum()
        cost = 0.0 if self.parameters.contact_cost is None else self.parameters.contact_cost * YEAR / self.days
        return pd.DataFrame({"cost": cost, **{edge: brings * share for edge, share in CAUSED.items()}})

    @property
    def lead(self) -> Evidence:
        """How surely the blend names what is bought better than bestsellers do, by nDCG over the same customers."""
        ahead = self.chosen.rankings[BLEND].ndcg - self.chosen.rankings[POPULAR].ndcg
        error = ahead.std(ddof=1) / np.sqrt(len(ahead))
        surely = evidence_of(float(2 * norm.sf(abs(ahead.mean()) / error))) if error > 0 else "not shown"
        return surely if ahead.mean() > 0 and surely in ("shown", "likely") else "not shown"


def headline(told: Offered) -> str:
    """How often a list of ten holds what the customer then buys."""
    table, fmt = told.chosen.table.set_index("way"), told.fmt
    hit, alone = (fmt.share(table.loc[way, "hit"]) for way in (BLEND, POPULAR))
    if told.lead == "not shown":
        return f"Bestsellers serve as well as a list of one's own: ten of them hold what {alone} of returning customers buy next"
    return f"Ten products named hold what {hit} of returning customers buy next; bestsellers alone {alone}"


def findings(told: Offered) -> tuple[Finding, ...]:
    """Up to five."""
    return tuple(f for f in (_quality(told), _gain(told), _again(told), _fresh(told), _kept_back(told)) if f)


def _quality(told: Offered) -> Finding:
    fmt, rankings, lead = told.fmt, told.chosen.rankings, told.lead
    better = "no better than" if lead == "not shown" else "better than"
    hits = (rankings[BLEND].hit.mean(), rankings[POPULAR].hit.mean())
    share = told.chosen.settings.shares
    mix = ", ".join(f"{way} {fmt.share(s / sum(share.values()), 0)}" for way, s in share.items() if s)
    return Finding(
        "recommendations-quality",
        f"On a period it had not seen, the blend ({mix}) was {better} naming bestsellers: of ten products at least one was bought"
        f" by {fmt.share(hits[0])} of the customers against {fmt.share(hits[1])}.",
        float(hits[0]),
        "share",
        n=len(rankings[BLEND].ndcg),
        evidence=lead,
        action="Name bestsellers not bought yet, and look again when the range has grown."
        if lead == "not shown"
        else "Put the list into mails and into the basket page, and keep one customer in ten on bestsellers to measure it.",
        owner=OWNER,
    )


def _gain(told: Offered) -> Finding | None:
    gains, fmt = told.gains, told.fmt
    pays = gains[gains["value"] > gains["cost"]]
    if pays.empty or told.lead == "not shown":
        return None
    value, cost = pays["value"].sum(), pays["cost"].sum()
    after = "" if not cost else f" The contacts cost {fmt.money(cost)}."
    few = (
        "" if len(pays) == len(gains) else f" For {fmt.count(len(gains) - len(pays))} others a contact costs more than it brings."
    )
    return Finding(
        "recommendations-gain",
        f"Naming three new products to {fmt.count(len(pays))} customers should bring {fmt.money(value)} of {told.meant} a year"
        f" that would not come anyway.{after}{few}",
        value,
        "money",
        pays["value_low"].sum(),
        pays["value_high"].sum(),
        len(pays),
        money=value - cost if told.parameters.gross_margin is not None else None,
        evidence="indicative",
        action="Start with the customers at the top of the list.",
        owner=OWNER,
    )


def _again(told: Offered) -> Finding | None:
    if told.repeats < MANY_REPEATS:
        return None
    return Finding(
        "recommendations-again",
        f"{told.fmt.share(told.repeats)} of what is bought was bought before by the same customer. Such products are not on the"
        " lists: a reminder at the usual interval serves them better.",
        told.repeats,
        "share",
        evidence="shown",
        action="Offer a standing order or a reminder for what is bought again, and keep the lists for what is new.",
        owner=OWNER,
    )


def _fresh(told: Offered) -> Finding | None:
    tried, fmt = told.chosen.fallback, told.fmt
    if tried is None:
        return None
    better = "does better than" if tried["found"] > tried["chance"] else "does no better than"
    count = told.fresh["item"].nunique()
    waits = "product waits" if count == 1 else "products wait"
    waiting = f" {fmt.count(count)} such {waits} on the list." if count else ""
    return Finding(
        "recommendations-new",
        f"For products that nobody has bought yet, their description {better} chance: of {fmt.count(tried['customers'])} buyers"
        f" of products hidden from it, {fmt.share(tried['found'])} were named the right one, against {fmt.share(tried['chance'])}"
        f" by chance.{waiting}",
        tried["found"],
        "share",
        n=int(tried["customers"]),
        evidence="indicative",
        action="Describe new products as fully as old ones; show them first to the customers on the list." if count else None,
        owner="product management" if count else None,
    )


def _kept_back(told: Offered) -> Finding | None:
    if not told.kept_back:
        return None
    count, fmt = sum(told.kept_back.values()), told.fmt
    why = ", ".join(f"{fmt.count(n)} {rule}" for rule, n in told.kept_back.items())
    return Finding(
        "recommendations-kept-back",
        f"{fmt.count(count)} {'product is' if count == 1 else 'products are'} not offered: {why}.",
        float(count),
        "count",
        evidence="shown",
    )
