"""Recommendations: what to offer to whom next, by which way of choosing, and what naming it should bring."""

from dataclasses import dataclass, field

import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.market_research.baskets import Baskets
from playbook.methods.market_research.segments import Segments
from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.strategy.recommending.figures import ways_figure
from playbook.methods.strategy.recommending.findings import Offered, findings, headline
from playbook.methods.strategy.recommending.lists import fresh_items, offers, rates
from playbook.methods.strategy.recommending.proposal import proposal, worklists
from playbook.methods.strategy.recommending.rules import FEWEST_BUYERS, offered, texts, worth
from playbook.methods.strategy.recommending.tables import assumptions, tables
from playbook.methods.strategy.recommending.tastes import tastes
from playbook.methods.strategy.recommending.trial import BLEND, Chosen, try_ways
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Recommendations", "recommendations"]

FEWEST_JUDGED = 50  # customers who bought something new in the last period, below which no way can be told from another


@dataclass(frozen=True, kw_only=True)
class Recommendations(Result):
    """``ways``: way, ndcg (with ndcg_low and ndcg_high), recall, hit, coverage, novelty, on a period that no way had seen;
    ``chosen`` the trial behind it; ``offers``: customer_id, place, item, name, because (name of the item that speaks for it),
    chance (to buy it within a year), brings (gross margin from that, or revenue where no margin is known)."""

    ways: pd.DataFrame
    chosen: Chosen = field(repr=False)
    offers: pd.DataFrame = field(repr=False)

    @property
    def right(self) -> tuple[float, float, float]:
        """Share of the customers judged for whom one of ten products named by the blend was right, with Wilson's range."""
        hit, judged = float(self.ways.set_index("way").loc[BLEND, "hit"]), len(self.chosen.judged)
        return hit, *share_range(round(hit * judged), judged)

    def figures(self) -> tuple[Figure, ...]:
        """How well each way named what customers then bought."""
        return (ways_figure(self.ways, len(self.chosen.judged), self.fmt),)


@section(
    "recommendations",
    "What should be offered to whom next?",
    promise="products that each customer and segment has not bought yet, with the reason and the expected margin",
)
def recommendations(
    purchases: pd.DataFrame,
    offer_items: pd.DataFrame,
    parameters: Assumptions,
    fmt: Formats,
    segments: Segments | None = None,
    baskets: Baskets | None = None,
) -> Recommendations | Locked:
    """Choose items by who bought what (item-kNN, EASE), by their words, and by popularity; blend; judge on the last period.

    Tuned and blended on the period before the last, judged on the last (see ``try_ways``); then learnt from everything. Items
    gone from the list, out of stock or without a margin are not offered, nor what a customer has bought before. Locked with
    fewer than 50 customers who bought something new in the last period.
    """
    known = offer_items[offer_items["buyers"] >= FEWEST_BUYERS].reset_index(drop=True)
    taste = tastes(purchases, known["item"].to_numpy(dtype=object))
    said = texts(known)
    chosen = try_ways(taste, said) if len(known) > 1 else None
    if chosen is None or len(chosen.judged) < FEWEST_JUDGED:
        return Locked(
            fmt=fmt,
            headline="No product can be recommended yet: too few customers came back for something new",
            unlock=(
                fmt.say(
                    "orders (customer_id, product_id) of {n} customers or more who buy something new within a period",
                    n=FEWEST_JUDGED,
                ),
            ),
            promise=recommendations.section.promise,
        )
    brings = worth(known, parameters.gross_margin)
    free, kept_back = offered(known, brings)
    rate, days = rates(taste, chosen), int(purchases["days"].iloc[0])
    listed = offers(taste, chosen, said, free, brings.fillna(0.0).to_numpy(), rate, days)
    names = known["name"].fillna(known["item"]) if "name" in known else known["item"]
    because = names.reindex(listed["because"]).to_numpy()
    listed = listed.assign(
        name=names.reindex(listed["item"]).to_numpy(), because=because, item=known["item"].reindex(listed["item"]).to_numpy()
    )
    rare = offer_items[(offer_items["buyers"] < FEWEST_BUYERS) & offer_items.get("listed", True)]
    rare = rare[[bool(t) for t in texts(rare)]].head(10).reset_index(drop=True)
    told = Offered(
        fmt=fmt,
        parameters=parameters,
        chosen=chosen,
        offers=listed,
        kept_back=kept_back,
        left_out=int((offer_items["buyers"] < FEWEST_BUYERS).sum()),
        repeats=_repeats(purchases),
        days=days,
        segments=None if segments is None else segments.assignments.set_index("customer_id")["segment"],
        fresh=fresh_items(taste, known, rare, said, texts(rare)),
        bundles=None if baskets is None else baskets.bundles,
    )
    return Recommendations(
        fmt=fmt,
        headline=headline(told),
        findings=findings(told),
        tables=tables(told),
        assumptions=assumptions(told),
        proposals=proposal(told),
        worklists=worklists(told),
        ways=chosen.table,
        chosen=chosen,
        offers=listed,
    )


def _repeats(purchases: pd.DataFrame) -> float:
    """Share of the orders of items in the last period whose customer had bought the item before; items that are bought again
    within the period count once more."""
    late = purchases["late"].sum()
    again = purchases.loc[purchases["early"] + purchases["middle"] > 0, "late"].sum()
    return float(again / late) if late else 0.0
