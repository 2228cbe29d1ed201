"""Shelf findings: what the section on prices says of products: what changes, what stays and why, and what would settle it."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.setting_prices.price_lists import OWNER, evidence_of, review_weeks
from playbook.methods.strategy.setting_prices.price_test import weeks_needed
from playbook.methods.strategy.setting_prices.reasons import REASONS, counted
from playbook.methods.strategy.setting_prices.shelf import Shelf
from playbook.methods.strategy.setting_prices.terms import amount, products, weeks
from playbook.methods.strategy.setting_prices.today import YEAR
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["CENT", "shelf_findings", "shelf_headline"]

CENT = 0.01  # prices below (a millilitre, a gram) are not shown
MOST_NAMED = 3


def shelf_headline(shelf: Shelf, fmt: Formats) -> str:
    """How many prices should change, and what that should bring."""
    changes, count = shelf.changes, len(shelf.sheet)
    if changes.empty:
        if shelf.sheet["elasticity"].isna().all():
            return fmt.say("Which prices should change cannot be said yet: how customers respond is not known")
        return fmt.say_n(
            "The price of the one product should not change yet: no step is sure to pay",
            "No price should change yet: none of {n} products has a step that is sure to pay", count,
        )  # fmt: skip
    told = {"gain": amount(shelf.gain[0], not shelf.costed, fmt), "all": fmt.count(count)}
    if count == 1:
        return fmt.say("The price of the one product should change: {gain} more margin a year", **told)
    return fmt.say_n(
        "One of {all} prices should change: {gain} more margin a year",
        "{n} of {all} prices should change: {gain} more margin a year", len(changes), **told,
    )  # fmt: skip


def shelf_findings(shelf: Shelf, fmt: Formats) -> list[Finding]:
    """What should change, the largest change, what stays and why, competitors' answer, and the test."""
    found = [_total(shelf, fmt), _largest(shelf, fmt)] if len(shelf.changes) else []
    return [f for f in (*found, _stays(shelf, fmt), _reaction(shelf, fmt), _test(shelf, fmt)) if f]


def _total(shelf: Shelf, fmt: Formats) -> Finding:
    changes, (gain, low, high) = shelf.changes, shelf.gain
    up, down = changes[changes["step"] > 0], changes[changes["step"] < 0]
    rise = fmt.say_n("One price should rise by {step}.", "{n} prices should rise by {step}.", len(up), step=_steps(up, fmt))
    fall = fmt.say_n("One price should fall by {step}.", "{n} prices should fall by {step}.", len(down), step=_steps(down, fmt))
    brings = fmt.say_n(
        "That should bring {gain} of margin a year.", "Together that should bring {gain} of margin a year.", len(changes),
        gain=amount(gain, not shelf.costed, fmt),
    )  # fmt: skip
    stated, unstated = changes[changes["stated"]], int((~changes["stated"]).sum())
    stand_in = fmt.say("For {products} no cost is stated: the client's gross margin stands in.", products=products(unstated, fmt))
    text = fmt.sentences(
        rise if len(up) else "", fall if len(down) else "", brings, "" if shelf.costed else stand_in
    )  # fmt: skip
    return Finding(
        "pricing-total", text, gain, "money", low, high, len(changes),
        money=float(stated["gain"].sum()) if len(stated) else None, evidence=evidence_of(shelf), action=_begin(shelf, fmt),
        owner=OWNER,
    )  # fmt: skip


def _begin(shelf: Shelf, fmt: Formats) -> str:
    count, told = len(shelf.changes), {"weeks": weeks(review_weeks(shelf), fmt)}
    if shelf.halved:
        return fmt.say(
            "Change the first half now (drawn by lot) and the second half after {weeks}, if the first has shown that it pays.",
            **told,
        )
    return fmt.say_n(
        "Change it now, and look again after {weeks}.", "Change them now, and look again after {weeks}.", count, **told
    )


def _largest(shelf: Shelf, fmt: Formats) -> Finding:
    top = shelf.changes.iloc[0]
    told = {
        "name": top["name"], "step": _step_words(top, fmt), "units": fmt.share(abs(top["units_change"])),
        "gain": fmt.money(top["gain"]),
    }  # fmt: skip
    text = (
        fmt.say("Most comes from {name}: {step}, should sell {units} fewer units and bring {gain} more margin a year.", **told)
        if top["units_change"] < 0
        else fmt.say(
            "Most comes from {name}: {step}, should sell {units} more units and bring {gain} more margin a year.", **told
        )
    )
    even, (gain, low, high) = top["break_even"], (float(top[c]) for c in ("gain", "gain_low", "gain_high"))
    action = (
        fmt.say("It pays as long as units fall by less than {share}.", share=fmt.share(-even))
        if top["step"] > 0
        else fmt.say("It pays when units rise by more than {share}.", share=fmt.share(even))
    )
    return Finding(
        "pricing-largest", fmt.sentences(text, *_beside(top, fmt)), gain, "money", low, high, int(top["n_weeks"]),
        money=gain if top["stated"] else None, evidence="likely" if top["stated"] else "indicative",
        action=action, owner=OWNER,
    )  # fmt: skip


def _beside(row: pd.Series, fmt: Formats) -> list[str]:
    """What the other ways would ask for a product, as far as they are known."""
    if row["price"] < CENT:
        return []
    beside = []
    if pd.notna(row["cost_plus"]):
        beside.append(fmt.say("Cost plus the usual margin would be {price}.", price=fmt.exact_money(row["cost_plus"])))
    if pd.notna(row["rivals"]):
        seen = {"price": fmt.exact_money(row["rivals"]), "day": fmt.day(row["seen"])}
        beside.append(fmt.say("Competitors charge {price} (week of {day}).", **seen))
    return beside


def _stays(shelf: Shelf, fmt: Formats) -> Finding | None:
    counts = shelf.sheet.loc[shelf.sheet["verdict"].isin(list(REASONS)), "verdict"].value_counts()
    if counts.empty:
        return None
    shown = [counted(verdict, int(n), fmt) for verdict, n in counts.head(MOST_NAMED).items()]
    if rest := int(counts.iloc[MOST_NAMED:].sum()):
        shown.append(fmt.say_n("one has another reason", "{n} have other reasons", rest))
    total = int(counts.sum())
    text = (
        fmt.say_n(
            "One price stays as it is. {why}.",
            "{n} prices stay as they are. {why}.",
            total,
            why=fmt.told(REASONS[counts.index[0]][0]),
        )
        if len(counts) == 1
        else fmt.say("{n} prices stay as they are: {reasons}.", n=fmt.count(total), reasons=fmt.listed(shown))
    )
    return Finding(
        "pricing-stay", text, float(total), "count", n=len(shelf.sheet), owner=OWNER,
        action="Leave them unless a test says otherwise." if len(shelf.tests) and shelf.testable else "Leave them.",
    )  # fmt: skip


def _reaction(shelf: Shelf, fmt: Formats) -> Finding | None:
    count = len(shelf.changes)
    if not count:
        return None
    by = shelf.reactions.set_index("follows")
    none, full = by.loc["none"], by.loc["full"]
    brings = fmt.say_n(
        "If competitors follow the step in full, the change brings {full} a year instead of {none}.",
        "If competitors follow every step in full, the changes bring {full} a year instead of {none}.",
        count, full=fmt.money(full["gain"]), none=fmt.money(none["gain"]),
    )  # fmt: skip
    failing = count - int(full["paying"])
    pays = fmt.say_n("It still pays.", "Each of them still pays.", count)
    fails = fmt.say_n("One price would then not pay.", "{n} prices would then not pay.", failing)
    basis = (
        fmt.say("How customers respond to competitors' prices was measured.")
        if shelf.rivals_measured
        else fmt.say(
            "How customers respond to competitors' prices has not been measured: half the response to the own price is assumed."
        )
    )
    return Finding(
        "pricing-reaction", fmt.sentences(brings, fails if failing else pays, basis), float(full["gain"]), "money",
        float(full["gain_low"]), float(full["gain_high"]), count, evidence="indicative",
        action="Look at competitors' prices every week while the changes run.", owner=OWNER,
    )  # fmt: skip


def _test(shelf: Shelf, fmt: Formats) -> Finding | None:
    tests = shelf.tests
    if tests.empty:
        return None
    if not shelf.testable:
        text = fmt.say_n(
            "No test within a year would settle whether the price of one product should change: too little is sold for"
            " the response to show.",
            "No test within a year would settle whether the prices of {n} products should change: too little is sold for"
            " the response to show.",
            len(tests),
        )  # fmt: skip
        return Finding(
            "pricing-test", text, n=len(tests), evidence="not shown",
            action="Leave them, unless they can be tried on more customers at once.", owner=OWNER,
        )  # fmt: skip
    length, sold = weeks_needed(tests["information"]), float(tests["units"].sum()) / YEAR
    step = float((tests["test_price"] / tests["price"] - 1).abs().median())
    text = fmt.say_n(
        "A test would settle whether the price of one product should change: for {weeks}, charge a price that differs"
        " from today's by about {step} in half of the weeks or to half of the customers, drawn by lot ({units} units in"
        " all).",
        "A test would settle whether the prices of {n} products, taken together, should change: for {weeks}, charge"
        " prices that differ from today's by about {step} in half of the weeks or to half of the customers, drawn by lot"
        " ({units} units in all).",
        len(tests), step=fmt.share(step, 0), weeks=weeks(length, fmt), units=fmt.count(length * sold),
    )  # fmt: skip
    return Finding(
        "pricing-test", text, float(np.ceil(length)), "number", n=len(tests),
        action="Test it as the list says." if len(tests) == 1
        else "Test all of them together, as the list says; one product alone would take far longer.",
        owner=OWNER,
    )  # fmt: skip


def _step_words(row: pd.Series, fmt: Formats) -> str:
    step = fmt.share(abs(row["step"]))
    if row["price"] < CENT:
        return fmt.say("{step} higher", step=step) if row["step"] > 0 else fmt.say("{step} lower", step=step)
    told = {"step": step, "price": fmt.exact_money(row["price"]), "new_price": fmt.exact_money(row["advised"])}
    if row["step"] > 0:
        return fmt.say("from {price} to {new_price} ({step} higher)", **told)
    return fmt.say("from {price} to {new_price} ({step} lower)", **told)


def _steps(part: pd.DataFrame, fmt: Formats) -> str:
    least, most = part["step"].abs().min(), part["step"].abs().max()
    if not most - least >= 0.005:
        return fmt.share(most, 0)
    return fmt.say("{low} to {high}", low=fmt.share(least, 0), high=fmt.share(most, 0))
