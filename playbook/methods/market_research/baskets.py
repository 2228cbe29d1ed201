"""Baskets: which products are bought together, which to offer together, and what that may add to an order."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.intake.frames.baskets import MOST_ITEMS, MOST_PAIRS
from playbook.locale import mark
from playbook.methods.market_research.pairing.figures import rules_figure
from playbook.methods.market_research.pairing.findings import findings, headline
from playbook.methods.market_research.pairing.rules import FALSE_SHARE, pair_rules, seldom_together
from playbook.result.contract import Assumption, Figure, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Baskets", "baskets"]

FEWEST_BASKETS = 200  # with two products or more; fewer show no pair that would last
FEWEST_DAYS = 90  # before counts are carried to a year
TIED = 1.5  # times as often as chance, lower end of the range: closer pairs only are worth an offer
MOST_BUNDLES, TOLD = 10, 15
YEAR = 365
SOURCE = mark("orders, without returns")


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
        return Locked(
            fmt=fmt, headline="Not answered yet: What is bought together?", promise=baskets.section.promise,
            unlock=(_need(several, fmt),),
        )  # fmt: skip
    rules = pair_rules(item_pairs)
    bundles = _bundles(rules, item_pairs, parameters.gross_margin if parameters else None, uplift)
    seldom, whole = seldom_together(item_pairs, rules), item_pairs.iloc[0]
    closest, capped = _one_way(rules), len(item_pairs) >= MOST_PAIRS
    return Baskets(
        fmt=fmt,
        headline=headline(closest, bundles, capped, fmt),
        findings=findings(closest, bundles, whole, uplift, capped, fmt),
        tables=_tables(closest, bundles, seldom),
        assumptions=_assumptions(whole, bundles, uplift, fmt),
        rules=rules,
        bundles=bundles,
        seldom=seldom,
        compared=int(whole["items"]),
        order_value=float(whole["order_value"]),
    )


def _need(several: int, fmt: Formats) -> str:
    fewest = fmt.count(FEWEST_BASKETS)
    if not several:
        return fmt.say("at least {fewest} orders with two products or more, some of them the same two", fewest=fewest)
    return fmt.say(
        "at least {fewest} orders with two products or more, some of them the same two ({n} so far)",
        fewest=fewest, n=fmt.count(several),
    )  # fmt: skip


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


def _tables(closest: pd.DataFrame, bundles: pd.DataFrame, seldom: pd.DataFrame) -> tuple[Table, ...]:
    rules = Table(
        closest.head(TOLD),
        "Products bought together more often than chance, the surest first.",
        SOURCE,
        {
            "antecedent_name": ("Who buys", "text"), "consequent_name": ("also takes", "text"),
            "confidence": ("Taken along in", "share"),
            "both": ("Orders with both", "count"), "chance": ("Expected by chance", "count"),
            "times": ("Times as often", "number"),
        },
    )  # fmt: skip
    offers = Table(
        bundles,
        "What to offer together, by what it may add a year.",
        SOURCE,
        {
            "lead_name": ("Who buys", "text"), "addon_name": ("is offered", "text"), "confidence": ("Taken along today", "share"),
            "target": ("With the offer", "share"), "extra_orders": ("More such orders a year", "count"),
            "extra_revenue": ("Sales a year", "money"),
            **({"extra_margin": ("Margin a year", "money")} if bundles["extra_margin"].notna().any() else {}),
        },
    )  # fmt: skip
    apart = Table(
        seldom.head(TOLD),
        "Seldom ordered together though of the same product group: hardly anybody wants both at once, so do not bundle them.",
        SOURCE,
        {
            "name_a": ("First product", "text"), "name_b": ("Second product", "text"), "category": ("Product group", "text"),
            "both": ("Orders with both", "count"), "chance": ("Expected by chance", "count"),
        },
    )  # fmt: skip
    return tuple(table for table in (rules, offers, apart) if len(table.frame))


def _assumptions(whole: pd.Series, bundles: pd.DataFrame, uplift: float, fmt: Formats) -> tuple[Assumption, ...]:
    notes = []
    if len(bundles):
        lifted = fmt.say(
            "An offer lifts what is bought together beyond chance by {uplift}, without a discount, and nobody would have bought "
            "the second product later anyway. No figure of the client supports it yet: a test will.",
            uplift=fmt.share(uplift),
        )
        notes.append(Assumption(lifted, "low", "high"))
    verdict = fmt.say(
        "Of the pairs called more frequent than chance, at most {false} are expected to be chance after all; a customer "
        "who repeats an order is counted once in that verdict.",
        false=fmt.share(FALSE_SHARE, 0),
    )
    return (
        *notes,
        Assumption(fmt.sentences(_compared(whole, fmt), verdict), "high", "low"),
        Assumption(
            "Products may share an order because they share a season or a promotion, not because one calls for the other.",
            "medium", "medium",
        ),
    )  # fmt: skip


def _compared(whole: pd.Series, fmt: Formats) -> str:
    """What was compared: where products are as many as can be, those found most often."""
    n, most = fmt.count(whole["items"]), whole["items"] >= MOST_ITEMS
    if whole["item"] == "name" and most:
        return fmt.say("Compared are the {n} kinds of goods found most often; products of the same name count as one.", n=n)
    if whole["item"] == "name":
        return fmt.say(
            "Compared are the {n} kinds of goods found in at least five orders and in one of a thousand; products of the "
            "same name count as one.", n=n,
        )  # fmt: skip
    if most:
        return fmt.say("Compared are the {n} products found most often.", n=n)
    return fmt.say("Compared are the {n} products found in at least five orders and in one of a thousand.", n=n)
