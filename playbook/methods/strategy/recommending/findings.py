"""Recommendations findings: how good the lists are, what they should bring, what is bought again, what is new."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.needs_analysis.chance import evidence_of
from playbook.methods.strategy.recommending.lists import CAUSED, YEAR
from playbook.methods.strategy.recommending.rules import RULES
from playbook.methods.strategy.recommending.trial import BLEND, POPULAR, Chosen
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["OWNER", "Offered", "findings", "headline"]

MANY_REPEATS = 0.3  # share of repeats from which reminding is a list of its own
OWNER = mark("e-mail marketing manager")


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
        return self.fmt.say("revenue") if self.parameters.gross_margin is None else self.fmt.say("gross margin")

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
        return fmt.say(
            "Bestsellers do as well as a personal list: ten of them include a next purchase of {alone} of returning customers",
            alone=alone,
        )
    return fmt.say(
        "Ten products picked for each customer include a next purchase of {hit} of returning customers; ten bestsellers,"
        " of {alone}",
        hit=hit,
        alone=alone,
    )


def findings(told: Offered) -> tuple[Finding, ...]:
    """Up to five."""
    return tuple(f for f in (_quality(told), _gain(told), _again(told), _fresh(told), _kept_back(told)) if f)


def _quality(told: Offered) -> Finding:
    fmt, rankings, lead = told.fmt, told.chosen.rankings, told.lead
    hits = (rankings[BLEND].hit.mean(), rankings[POPULAR].hit.mean())
    share = told.chosen.settings.shares
    mix = fmt.listed(
        fmt.say("{way} {share}", way=fmt.told(way), share=fmt.share(s / sum(share.values()), 0)) for way, s in share.items() if s
    )
    return Finding(
        "recommendations-quality",
        fmt.sentences(
            fmt.say(
                "Tested on a period it had not seen, the blend ({mix}) did no better than bestsellers." if lead == "not shown"
                else "Tested on a period it had not seen, the blend ({mix}) did better than bestsellers.", mix=mix,
            ),
            fmt.say(
                "Of its ten products, {hit} of the customers bought at least one; of ten bestsellers, {alone} did.",
                hit=fmt.share(hits[0]), alone=fmt.share(hits[1]),
            ),
        ),
        float(hits[0]),
        "share",
        n=len(rankings[BLEND].ndcg),
        evidence=lead,
        action="Recommend bestsellers that the customer has not bought yet, and look again when the range has grown."
        if lead == "not shown"
        else "Use the list in mails, on the website and in sales talks, and keep one customer in ten on bestsellers to"
             " measure it.",
        owner=OWNER,
    )  # fmt: skip


def _gain(told: Offered) -> Finding | None:
    gains, fmt = told.gains, told.fmt
    pays = gains[gains["value"] > gains["cost"]]
    if pays.empty or told.lead == "not shown":
        return None
    value, cost, others = pays["value"].sum(), pays["cost"].sum(), len(gains) - len(pays)
    return Finding(
        "recommendations-gain",
        fmt.sentences(
            fmt.say_n(
                "Recommending three new products to 1 customer should bring {value} of {meant} a year that would not"
                " come anyway.",
                "Recommending three new products each to {n} customers should bring {value} of {meant} a year that would"
                " not come anyway.",
                len(pays), value=fmt.money(value), meant=told.meant,
            ),
            fmt.say("The contacts cost {cost}.", cost=fmt.money(cost)) if cost else "",
            fmt.say_n(
                "With one other customer a contact would cost more than it brings.",
                "With {n} others a contact would cost more than it brings.", others,
            ) if others else "",
        ),
        value,
        "money",
        pays["value_low"].sum(),
        pays["value_high"].sum(),
        len(pays),
        money=value - cost if told.parameters.gross_margin is not None else None,
        evidence="indicative",
        action="Start with the customers at the top of the list.",
        owner=OWNER,
    )  # fmt: skip


def _again(told: Offered) -> Finding | None:
    if told.repeats < MANY_REPEATS:
        return None
    return Finding(
        "recommendations-again",
        told.fmt.say(
            "{share} of what customers buy they have bought before. Such products are not on the lists: a reminder at"
            " the usual interval serves them better.", share=told.fmt.share(told.repeats),
        ),
        told.repeats,
        "share",
        evidence="shown",
        action="Offer a standing order or a reminder for repeat purchases, and keep the lists for what is new.",
        owner=OWNER,
    )  # fmt: skip


def _fresh(told: Offered) -> Finding | None:
    tried, fmt = told.chosen.fallback, told.fmt
    if tried is None:
        return None
    count, worse = told.fresh["item"].nunique(), not tried["found"] > tried["chance"]
    return Finding(
        "recommendations-new",
        fmt.sentences(
            fmt.say(
                "For products that nobody has bought yet, choosing buyers by description does no better than chance." if worse
                else "For products that nobody has bought yet, choosing buyers by description does better than chance."
            ),
            fmt.say(
                "In a test with products hidden from it, it named the right one for {found} of {n} buyers; chance would"
                " for {chance}.",
                n=fmt.count(tried["customers"]), found=fmt.share(tried["found"]), chance=fmt.share(tried["chance"]),
            ),
            fmt.say_n("One such product is on the list.", "{n} such products are on the list.", count) if count else "",
        ),
        tried["found"],
        "share",
        n=int(tried["customers"]),
        evidence="indicative",
        action="Describe new products as fully as old ones; show them first to the customers on the list." if count else None,
        owner="product management" if count else None,
    )  # fmt: skip


def _kept_back(told: Offered) -> Finding | None:
    if not told.kept_back:
        return None
    count, fmt = sum(told.kept_back.values()), told.fmt
    why = fmt.listed(fmt.say(RULES[rule], n=fmt.count(n)) for rule, n in told.kept_back.items())
    return Finding(
        "recommendations-kept-back",
        fmt.say_n("1 product is not offered: {why}.", "{n} products are not offered: {why}.", count, why=why),
        float(count),
        "count",
        evidence="shown",
    )
