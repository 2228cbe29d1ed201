"""Price lists: the prices to change as a proposal with its list, and the prices to test, by group and product by product."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.setting_prices.price_test import weeks_needed
from playbook.methods.strategy.setting_prices.shelf import Shelf
from playbook.methods.strategy.setting_prices.today import YEAR
from playbook.result.contract import LINES, Evidence, Proposal, Worklist
from playbook.result.formats import LEVEL, Formats

__all__ = [
    "OWNER", "REASONS", "evidence_of", "group_tests", "price_proposal", "products_words", "review_weeks", "test_list",
    "weeks_words",
]  # fmt: skip

OWNER = "head of pricing"
LEAD, LEAST_REVIEW, LONGEST_REVIEW = 14, 56, 182  # days
# verdict: why a price stays (one product in a sentence, several, in the table), and what to do
REASONS = {
    "about right": ("is about right", "are about right", "The price is about right", "Leave it."),
    "no room": (
        "would have to leave the prices seen", "would have to leave the prices seen",
        "The best price seems to lie beyond those seen", "Test it before changing it.",
    ),
    "unclear": (
        "might lose as well as gain by a change", "might lose as well as gain by a change",
        "A change might lose as well as gain", "Test it; do not change it yet.",
    ),
    "price war": (
        "would lose if competitors followed it down", "would lose if competitors followed them down",
        "A lower price would lose if competitors followed", "Do not begin it.",
    ),
    "floor": (
        "leaves too little margin at every price seen", "leave too little margin at every price seen",
        "No price seen leaves the least margin", "Ask the supplier for a better price, or drop it.",
    ),
    "no cost": ("has no known cost", "have no known cost", "The cost is not known", "State the cost in the product list."),
    "no answer": (
        "has no known answer of customers", "have no known answer of customers",
        "How customers answer is not known", "Test it.",
    ),
    "no unit price": (
        "has no price per unit", "have no price per unit",
        "No price per unit (weighed goods, mixed sizes)", "Send sizes or weights.",
    ),
    "fixed": (
        "has a price that others set", "have prices that others set",
        "The price is not the client's to set", "Leave it: so says client.yml.",
    ),
}  # fmt: skip
_SHOWN = {
    "product_id": ("Product", "text"),
    "name": ("Name", "text"),
    "category": ("Group", "text"),
    "price": ("Price now", "unit_money"),
    "advised": ("New price", "unit_money"),
    "step": ("Step", "share"),
    "start": ("Start", "text"),
    "units_change": ("Expected change of units", "share"),
    "break_even": ("Just pays at a change of", "share"),
    "cost_plus": ("By cost", "unit_money"),
    "rivals": ("Competitors ask", "unit_money"),
    "value_low": ("Margin a year, at least", "money"),
    "value": ("Margin a year", "money"),
    "value_high": ("At most", "money"),
}
_TESTED = {
    "product_id": ("Product", "text"),
    "name": ("Name", "text"),
    "category": ("Group", "text"),
    "why": ("Why a test", "text"),
    "price": ("Price now", "unit_money"),
    "test_price": ("Price to test", "unit_money"),
    "half": ("Half", "text"),
    "units": ("Units a week now", "number"),
}
_STARTS = {"first": "now", "second": "after the first half's review"}


def evidence_of(shelf: Shelf) -> Evidence:
    """Likely where costs are stated and the whole range of the gain is positive; never shown: prices were not set by chance."""
    return "likely" if shelf.costed and shelf.gain[1] > 0 else "indicative"


def review_weeks(shelf: Shelf) -> float:
    """Weeks after which the changes have shown whether they pay, between eight and half a year."""
    return float(np.clip(np.ceil(shelf.weeks), LEAST_REVIEW / 7, LONGEST_REVIEW / 7))


def group_tests(shelf: Shelf) -> pd.DataFrame:
    """By group and for all together: category, products, step (middle, up or down), weeks and units needed, of the products to be
    tested; without the groups that would take longer than a year on their own."""
    tests = shelf.tests.assign(step=lambda t: (t["test_price"] / t["price"] - 1).abs())
    rows = []
    for category, part in [*tests.groupby("category"), ("all together", tests)]:
        weeks = weeks_needed(part["information"])
        if weeks > YEAR:
            continue
        rows.append((category, len(part), float(part["step"].median()), weeks, weeks * float(part["units"].sum()) / YEAR))
    table = pd.DataFrame(rows, columns=["category", "products", "step", "weeks", "units"])
    return table if tests["category"].nunique() > 1 else table.tail(1)


def price_proposal(shelf: Shelf, fmt: Formats) -> Proposal | None:
    """The changes that survive what is not known, with their list; None without one."""
    if shelf.changes.empty:
        return None
    values = {"gain_low": "value_low", "gain": "value", "gain_high": "value_high"}
    rows = shelf.changes.drop(columns=["units"]).rename(columns=values)
    rows = rows.assign(cost_unit=rows["cost"], start=rows["half"].map(_STARTS).fillna("now")).assign(cost=0.0)
    shown = {c: v for c, v in _SHOWN.items() if c != "rivals" or rows["rivals"].notna().any()}
    frame = rows.assign(key=rows["product_id"])
    weeks = review_weeks(shelf)
    action = "Change these prices, the first half now and the second after its review."
    return Proposal(
        id="price-changes",
        name="price changes",
        action=action,
        whom="one product" if len(rows) == 1 else f"{fmt.count(len(rows))} products",
        owner=OWNER,
        kpi="margin a week of the products changed, against those not yet changed",
        stop_rule=f"Take a price back when, over {weeks_words(weeks, fmt)}, its units end up below 'just pays at' of the list. "
        f"Stop if the whole {fmt.share(LEVEL)} range of the first half's margin lies below that of the second.",
        pool="prices",
        lines=frame[list(LINES)].reset_index(drop=True),
        lead_days=LEAD,
        review_days=int(7 * weeks),
        evidence=evidence_of(shelf),
        worklist=Worklist(
            "price-changes",
            "Prices to change",
            f"{action} Which half a product is in was drawn by lot, so that the halves can be compared. 'Just pays at' is the"
            " change of units at which the new price earns as much as the old.",
            frame.reset_index(drop=True),
            shown,
            "product_id",
        ),
        waits=False,
    )


def test_list(shelf: Shelf, fmt: Formats) -> Worklist | None:
    """Products whose price should be tested, with the price to try; None without one, or where a test takes more than a year."""
    if shelf.tests.empty or not shelf.testable:
        return None
    why = shelf.tests["verdict"].map(lambda v: REASONS[v][2])
    frame = shelf.tests.assign(why=why, units=shelf.tests["units"] / YEAR)
    weeks = weeks_needed(shelf.tests["information"])
    return Worklist(
        "price-tests",
        "Prices to test",
        "Ask the price to test from half of the customers or in every other week, drawn by lot, first for the first half of the"
        f" products, then for the second; {weeks_words(weeks, fmt)} for all of them together. Do not change these prices before.",
        frame.sort_values(["category", "half", "product_id"], ignore_index=True),
        _TESTED,
        "product_id",
    )


def weeks_words(weeks: float, fmt: Formats) -> str:
    """Weeks in words."""
    whole = max(1, int(np.ceil(weeks)))
    return "one week" if whole == 1 else f"{fmt.count(whole)} weeks"


def products_words(count: int, fmt: Formats) -> str:
    """How many products, in words."""
    return "one product" if count == 1 else f"{fmt.count(count)} products"
