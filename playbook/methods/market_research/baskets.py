"""Baskets: which products are bought together, which to offer together, and what that may add to an order."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.intake.frames.baskets import MOST_ITEMS, MOST_PAIRS
from playbook.methods.market_research.pairing.figures import rules_figure
from playbook.methods.market_research.pairing.rules import FALSE_SHARE, pair_rules, seldom_together
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Baskets", "baskets"]

FEWEST_BASKETS = 200  # with two products or more; fewer show no pair that would last
FEWEST_DAYS = 90  # before counts are carried to a year
TIED = 1.5  # times as often as chance, lower end of the range: closer pairs only are worth an offer
MOST_BUNDLES, TOLD = 10, 15
YEAR = 365
OWNER = "head of sales"
SOURCE = "orders, without returns"


@dataclass(frozen=True, kw_only=True)
class Baskets(Result):
    """What is bought together, and what to offer together.

    ``rules``: every rule antecedent -> consequent (ids and names) with both, support, confidence, lift and its range (low, high),
    leverage, conviction, customers, chance (baskets by chance), times (both / chance) with range, p, q, shown; the surest first.
    ``bundles``: lead, addon (ids, names), both_year, confidence, target (confidence with the offer), extra_orders, extra_revenue
    and extra_margin a year (margin NaN where unknown). ``seldom``: pairs of one product group that hardly anybody buys at once.
    ``compared``: items compared; ``order_value``: mean value of a basket in the last year.
    """

    rules: pd.DataFrame = field(repr=False)
    bundles: pd.DataFrame = field(repr=False)
    seldom: pd.DataFrame = field(repr=False)
    compared: int
    order_value: float

    def figures(self) -> tuple[Figure, ...]:
        best = _one_way(self.rules)
        return (rules_figure(best, self.fmt, SOURCE),) if len(best) else ()


@section(
    "baskets",
    "What is bought together, and what should be offered together?",
    promise="pairs of products bought together more often than chance, what to bundle, and the order value it may add",
)
def baskets(
    item_pairs: pd.DataFrame, fmt: Formats, parameters: Assumptions | None = None, *, uplift: float = 0.25
) -> Baskets | Locked:
    """Rules between pairs of products, and the bundles worth an offer.

    A pair is shown when both stand in one basket more often than independence and than the size of baskets explain, after a
    correction for every pair that could have been found (see ``pair_rules``). A bundle offers the cheaper product of a close pair
    with the dearer one; ``uplift`` is what the offer is supposed to add to the baskets that hold both beyond chance today: an
    assumption to plan with, not a measurement. Each product is offered with one lead only, so that bundles add up.
    """
    several = int(item_pairs["several"].max()) if len(item_pairs) else 0
    if several < FEWEST_BASKETS:
        need = f"orders of at least {FEWEST_BASKETS} baskets with two products or more, some of them the same two"
        return Locked(
            fmt=fmt, headline="Not answered yet: what is bought together?", promise=baskets.section.promise,
            unlock=(f"{need} ({several} so far)" if several else need,),
        )  # fmt: skip
    rules = pair_rules(item_pairs)
    bundles = _bundles(rules, item_pairs, parameters.gross_margin if parameters else None, uplift)
    seldom, whole = seldom_together(item_pairs, rules), item_pairs.iloc[0]
    closest = _one_way(rules)
    return Baskets(
        fmt=fmt,
        headline=_headline(closest, bundles, len(item_pairs) >= MOST_PAIRS, fmt),
        findings=tuple(
            f
            for f in (
                _pairs(closest, whole, len(item_pairs) >= MOST_PAIRS, fmt),
                _worth(bundles, whole, uplift, fmt),
                _first(bundles, fmt),
            )
            if f
        ),
        tables=_tables(closest, bundles, seldom),
        assumptions=_assumptions(whole, bundles, uplift, fmt),
        rules=rules,
        bundles=bundles,
        seldom=seldom,
        compared=int(whole["items"]),
        order_value=float(whole["order_value"]),
    )


def _one_way(rules: pd.DataFrame) -> pd.DataFrame:
    """Of every shown pair the direction that tells more."""
    return rules[rules["shown"]].drop_duplicates("pair").reset_index(drop=True)


def _bundles(rules: pd.DataFrame, pairs: pd.DataFrame, margin: float | None, uplift: float) -> pd.DataFrame:
    """Offers of the cheaper with the dearer product, by what they may bring a year, the most first."""
    pairs = pairs.reset_index(drop=True)
    dearer = np.where(pairs["price_a"] >= pairs["price_b"], "a", "b")
    lead = pd.Series(np.where(dearer == "a", pairs["product_a"], pairs["product_b"]))
    kept = rules[rules["shown"] & (rules["times_low"] >= TIED)]
    kept = kept[kept["antecedent"].to_numpy() == lead[kept["pair"]].to_numpy()]
    row = pairs.iloc[kept["pair"]].reset_index(drop=True)
    first = (dearer == "a")[kept["pair"]]
    year = YEAR / row["days"].clip(lower=1)
    both, without = row["both_year"] * year, (np.where(first, row["a_year"], row["b_year"]) - row["both_year"]) * year
    extra = np.minimum(uplift * both * (1 - 1 / kept["times"].to_numpy()), without)
    price = np.where(first, row["price_b"], row["price_a"])
    frame = pd.DataFrame(
        {
            "lead": kept["antecedent"].to_numpy(), "addon": kept["consequent"].to_numpy(),
            "lead_name": kept["antecedent_name"].to_numpy(), "addon_name": kept["consequent_name"].to_numpy(),
            "both_year": both, "confidence": both / (both + without), "target": (both + extra) / (both + without),
            "price": price, "extra_orders": extra, "extra_revenue": extra * price,
        }
    )  # fmt: skip
    frame["extra_margin"] = frame["extra_revenue"] * (np.nan if margin is None else margin)
    frame = frame[(row["days"] >= FEWEST_DAYS) & (frame["extra_orders"] >= 1)]
    best = frame.sort_values(["extra_revenue", "lead", "addon"], ascending=[False, True, True]).drop_duplicates("addon")
    return best.head(MOST_BUNDLES).reset_index(drop=True)


def _headline(closest: pd.DataFrame, bundles: pd.DataFrame, capped: bool, fmt: Formats) -> str:
    if closest.empty:
        return "No two products are bought together more often than chance"
    one = len(closest) == 1
    pairs = "One pair of products" if one else f"{'At least ' if capped else ''}{fmt.count(len(closest))} pairs of products"
    if bundles.empty:
        return f"{pairs} {'is' if one else 'are'} bought together more often than chance"
    offers = "one offer" if len(bundles) == 1 else f"{fmt.count(len(bundles))} offers"
    return f"{pairs} belong{'s' if one else ''} together; {offers} could add {fmt.money(bundles['extra_revenue'].sum())} a year"


def _pairs(closest: pd.DataFrame, whole: pd.Series, capped: bool, fmt: Formats) -> Finding:
    possible = whole["items"] * (whole["items"] - 1) // 2
    compared = f"the {fmt.count(possible)} pairs that {fmt.count(whole['items'])} products form"
    if closest.empty:
        return Finding(
            "baskets-pairs",
            f"{f'Of {compared}, none is' if possible > 1 else 'The two products that can be compared are not'} in one basket "
            "more often than chance and the size of baskets explain.",
            value=0.0, unit="count", n=int(whole["baskets"]), evidence="not shown",
        )  # fmt: skip
    top = closest.iloc[0]
    are = "one is" if len(closest) == 1 else f"{'at least ' if capped else ''}{fmt.count(len(closest))} are"
    told = f"Of {compared}, {are}" if possible > 1 else "The two products that can be compared are"
    return Finding(
        "baskets-pairs",
        f"{told} in one basket more often than chance and the size of baskets explain. The closest: {top['antecedent_name']} "
        f"and {top['consequent_name']}, together in {fmt.count(top['both'])} baskets, {fmt.number(top['times'], 1)} times as "
        "often as chance.",
        value=float(len(closest)), unit="count", n=int(whole["baskets"]), evidence="shown",
        action="Show such products next to each other, on the shelf, on the page and in the offer.", owner=OWNER,
    )  # fmt: skip


def _worth(bundles: pd.DataFrame, whole: pd.Series, uplift: float, fmt: Formats) -> Finding | None:
    if bundles.empty:
        return None
    revenue, margin = float(bundles["extra_revenue"].sum()), float(bundles["extra_margin"].sum(min_count=1))
    orders = whole["baskets_year"] * YEAR / whole["days"]
    offers = "one offer" if len(bundles) == 1 else f"{fmt.count(len(bundles))} offers of the cheaper product with the dearer one"
    profit = "" if np.isnan(margin) else f", {fmt.money(margin)} of it margin"
    return Finding(
        "baskets-worth",
        f"If {offers} made what is bought together beyond chance {fmt.share(uplift)} more, that would add "
        f"{fmt.money(revenue)} of sales a year{profit}: {fmt.money(revenue / orders)} to the average order of "
        f"{fmt.money(whole['order_value'])}.",
        value=revenue, unit="money", n=round(float(bundles["both_year"].sum())),
        money=revenue if np.isnan(margin) else margin, evidence="indicative",
        action="Make the first offer to half of the customers for four weeks, and compare the two halves.", owner=OWNER,
    )  # fmt: skip


def _first(bundles: pd.DataFrame, fmt: Formats) -> Finding | None:
    if bundles.empty:
        return None
    top = bundles.iloc[0]
    return Finding(
        "baskets-first",
        f"Of the baskets with {top['lead_name']}, {fmt.share(top['confidence'])} also hold {top['addon_name']} "
        f"({fmt.money(top['price'])} a basket). At {fmt.share(top['target'])} this pair alone would add "
        f"{fmt.money(top['extra_revenue'])} of sales a year.",
        value=float(top["confidence"]), unit="share", n=round(float(top["both_year"])), evidence="indicative",
        action=f"Offer {top['addon_name']} to everybody who takes {top['lead_name']}.", owner=OWNER,
    )  # fmt: skip


def _tables(closest: pd.DataFrame, bundles: pd.DataFrame, seldom: pd.DataFrame) -> tuple[Table, ...]:
    rules = Table(
        closest.head(TOLD),
        "Products bought together more often than chance, the surest first.",
        SOURCE,
        {
            "antecedent_name": ("Who buys", "text"), "consequent_name": ("also takes", "text"),
            "confidence": ("Taken along in", "share"),
            "both": ("Baskets with both", "count"), "chance": ("By chance", "count"), "times": ("Times as often", "number"),
        },
    )  # fmt: skip
    offers = Table(
        bundles,
        "What to offer together, by what it may add a year.",
        SOURCE,
        {
            "lead_name": ("With", "text"), "addon_name": ("offer", "text"), "confidence": ("Taken along today", "share"),
            "target": ("With the offer", "share"), "extra_orders": ("More baskets a year", "count"),
            "extra_revenue": ("Sales a year", "money"),
            **({"extra_margin": ("Margin a year", "money")} if bundles["extra_margin"].notna().any() else {}),
        },
    )  # fmt: skip
    apart = Table(
        seldom.head(TOLD),
        "Seldom in one basket though of the same product group: hardly anybody wants both at once, so do not bundle them.",
        SOURCE,
        {
            "name_a": ("Product", "text"), "name_b": ("and", "text"), "category": ("Product group", "text"),
            "both": ("Baskets with both", "count"), "chance": ("By chance", "count"),
        },
    )  # fmt: skip
    return tuple(table for table in (rules, offers, apart) if len(table.frame))


def _assumptions(whole: pd.Series, bundles: pd.DataFrame, uplift: float, fmt: Formats) -> tuple[Assumption, ...]:
    notes = []
    if len(bundles):
        notes.append(
            Assumption(
                f"An offer lifts what is bought together beyond chance by {fmt.share(uplift)}, without a discount, and nobody "
                "would have bought the second product later anyway. No figure of the client supports it yet: a test will.",
                "low", "high",
            )
        )  # fmt: skip
    what = "kinds of goods (products of the same name count as one)" if whole["item"] == "name" else "products"
    found = "most often" if whole["items"] >= MOST_ITEMS else "in at least five baskets and in one of a thousand"
    return (
        *notes,
        Assumption(
            f"Compared are the {fmt.count(whole['items'])} {what} found {found}. Of the pairs "
            f"called more frequent than chance, at most {fmt.share(FALSE_SHARE, 0)} are expected to be chance after all; a "
            "customer who repeats a basket is counted once in that verdict.",
            "high", "low",
        ),
        Assumption(
            "Products may share baskets because they share a season or a promotion, not because one calls for the other.",
            "medium", "medium",
        ),
    )  # fmt: skip
