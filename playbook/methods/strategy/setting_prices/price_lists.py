"""Price lists: the prices to change as a proposal with its list, and the prices to test, by group and product by product."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.setting_prices.price_test import weeks_needed
from playbook.methods.strategy.setting_prices.reasons import REASONS
from playbook.methods.strategy.setting_prices.shelf import Shelf
from playbook.methods.strategy.setting_prices.terms import group_names, products, weeks
from playbook.methods.strategy.setting_prices.today import YEAR
from playbook.result.contract import LINES, Evidence, Proposal, Worklist
from playbook.result.formats import LEVEL, Formats

__all__ = ["OWNER", "evidence_of", "group_tests", "price_proposal", "review_weeks", "test_list"]

OWNER = mark("head of pricing")
LEAD, LEAST_REVIEW, LONGEST_REVIEW = 14, 56, 182  # days
_SHOWN = {
    "product_id": ("Product", "text"),
    "name": ("Name", "text"),
    "category": ("Product group", "text"),
    "price": ("Price now", "unit_money"),
    "advised": ("New price", "unit_money"),
    "step": ("Price change", "share"),
    "start": ("Start", "text"),
    "units_change": ("Expected change of units", "share"),
    "break_even": ("Just pays at", "share"),
    "cost_plus": ("By cost", "unit_money"),
    "rivals": ("Competitors charge", "unit_money"),
    "value_low": ("Margin a year, at least", "money"),
    "value": ("Margin a year", "money"),
    "value_high": ("Margin a year, at most", "money"),
}
_TESTED = {
    "product_id": ("Product", "text"),
    "name": ("Name", "text"),
    "category": ("Product group", "text"),
    "why": ("Why a test", "text"),
    "price": ("Price now", "unit_money"),
    "test_price": ("Price to test", "unit_money"),
    "half": ("Half (drawn by lot)", "text"),
    "units": ("Units a week now", "number"),
}
_HALVES = {"first": mark("first half"), "second": mark("second half")}


def evidence_of(shelf: Shelf) -> Evidence:
    """Likely where costs are stated and the whole range of the gain is positive; never shown: prices were not set by chance."""
    return "likely" if shelf.costed and shelf.gain[1] > 0 else "indicative"


def review_weeks(shelf: Shelf) -> float:
    """Weeks after which the changes have shown whether they pay, between eight and half a year."""
    return float(np.clip(np.ceil(shelf.weeks), LEAST_REVIEW / 7, LONGEST_REVIEW / 7))


def group_tests(shelf: Shelf, fmt: Formats) -> pd.DataFrame:
    """By group and for all together: category, products, step (middle, up or down), weeks and units needed, of the products to be
    tested; without the groups that would take longer than a year on their own."""
    tests = shelf.tests.assign(
        step=lambda t: (t["test_price"] / t["price"] - 1).abs(), category=lambda t: group_names(t["category"], fmt)
    )
    rows = []
    for category, part in [*tests.groupby("category"), (fmt.say("all together"), tests)]:
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
    frame = shelf.changes.drop(columns=["units"]).rename(columns=values).reset_index(drop=True)
    frame = frame.assign(
        cost_unit=frame["cost"], cost=0.0, key=frame["product_id"], category=group_names(frame["category"], fmt),
        start=[_start(half, shelf, fmt) for half in frame["half"]],
    )  # fmt: skip
    action, how, stop_rule = _words(shelf, fmt)
    return Proposal(
        id="price-changes",
        name="price changes",
        action=action,
        whom=products(len(frame), fmt),
        owner=OWNER,
        kpi="margin a week of the products changed, against those not yet changed",
        stop_rule=stop_rule,
        pool="prices",
        lines=frame[list(LINES)],
        lead_days=LEAD,
        review_days=int(7 * review_weeks(shelf)),
        evidence=evidence_of(shelf),
        worklist=Worklist(
            "price-changes", "Prices to change", how, frame,
            {c: v for c, v in _SHOWN.items() if c != "rivals" or frame["rivals"].notna().any()}, "product_id",
        ),
        waits=False,
    )  # fmt: skip


def _start(half: str, shelf: Shelf, fmt: Formats) -> str:
    return fmt.say("after the first half's review") if shelf.halved and half == "second" else fmt.say("now")


def _words(shelf: Shelf, fmt: Formats) -> tuple[str, str, str]:
    """What to do, how to work with the list, and when to stop: with halves to compare, or without."""
    told = {"weeks": weeks(review_weeks(shelf), fmt), "level": fmt.share(LEVEL)}
    pays = fmt.say("“Just pays at” is the change in units at which the new price earns as much as the old.")
    back = fmt.say("Take a price back if, over {weeks}, its change in units falls below “just pays at” on the list.", **told)
    if not shelf.halved:
        action = fmt.say_n(
            "Change this price now, and look again after {weeks}.", "Change these prices now, and look again after {weeks}.",
            len(shelf.changes), **told,
        )  # fmt: skip
        return action, fmt.sentences(action, pays), back
    action = fmt.say("Change these prices: the first half now, the second after the review of the first.")
    lot = fmt.say("Which half a product is in was drawn by lot, so that the halves can be compared.")
    stop = fmt.say(
        "Stop if the whole {level} range of the first half's margin lies below that of the second.", **told
    )  # fmt: skip
    return action, fmt.sentences(action, lot, pays), fmt.sentences(back, stop)


def test_list(shelf: Shelf, fmt: Formats) -> Worklist | None:
    """Products whose price should be tested, with the price to try; None without one, or where a test takes more than a year."""
    if shelf.tests.empty or not shelf.testable:
        return None
    tests = shelf.tests
    frame = tests.assign(
        why=[fmt.told(REASONS[verdict][0]) for verdict in tests["verdict"]], units=tests["units"] / YEAR,
        category=group_names(tests["category"], fmt),
    )  # fmt: skip
    frame = frame.sort_values(["category", "half", "product_id"], ignore_index=True)
    return Worklist(
        "price-tests",
        "Prices to test",
        fmt.say(
            "Charge the test price to half of the customers or in half of the weeks, drawn by lot, first for the first"
            " half of the products, then for the second: {weeks} for all of them together. Do not change these prices"
            " before.",
            weeks=weeks(weeks_needed(tests["information"]), fmt),
        ),
        frame.assign(half=[fmt.told(_HALVES[half]) for half in frame["half"]]),
        _TESTED,
        "product_id",
    )
