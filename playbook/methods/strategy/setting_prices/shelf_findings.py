"""Shelf findings: what the section on prices says of products: what changes, what stays and why, and what would settle it."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.setting_prices.price_lists import (
    OWNER,
    REASONS,
    evidence_of,
    products_words,
    review_weeks,
    weeks_words,
)
from playbook.methods.strategy.setting_prices.price_test import weeks_needed
from playbook.methods.strategy.setting_prices.shelf import Shelf
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
            return "Which prices should change cannot be told yet: how customers answer is not known"
        return f"No price should change yet: none of {products_words(count, fmt)} has a step that is sure to pay"
    rough = "" if shelf.costed else "roughly "
    amount = f"{rough}{fmt.money(shelf.gain[0])} more margin a year"
    return f"{fmt.count(len(changes))} of {fmt.count(count)} prices should change: {amount}"


def shelf_findings(shelf: Shelf, fmt: Formats) -> list[Finding]:
    """What should change, the largest change, what stays and why, competitors' answer, and the test."""
    found = [_total(shelf, fmt), _largest(shelf, fmt)] if len(shelf.changes) else []
    return [f for f in (*found, _stays(shelf, fmt), _reaction(shelf, fmt), _test(shelf, fmt)) if f]


def _total(shelf: Shelf, fmt: Formats) -> Finding:
    changes, (gain, low, high) = shelf.changes, shelf.gain
    up, down = changes[changes["step"] > 0], changes[changes["step"] < 0]
    parts = [
        f"{_prices(len(part), fmt)} should {verb} by {_steps(part, fmt)}"
        for part, verb in ((up, "rise"), (down, "fall"))
        if len(part)
    ]
    stated = changes[changes["stated"]]
    rough = "" if shelf.costed else "roughly "
    both = " and ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])])
    text = f"{both}; together that should bring {rough}{fmt.money(gain)} of margin a year."
    if not shelf.costed:
        text += f" For {products_words(len(changes) - len(stated), fmt)} no cost is stated: the client's gross margin stands in."
    weeks = review_weeks(shelf)
    halves = (changes["half"] == "second").any()
    action = "Change the first half now (it is drawn by lot)" if halves else "Change it now"
    return Finding(
        "pricing-total", text, gain, "money", low, high, len(changes),
        money=float(stated["gain"].sum()) if len(stated) else None, evidence=evidence_of(shelf),
        action=f"{action}{', the second half' if halves else ', and look again'} after {weeks_words(weeks, fmt)}"
        f"{', if the first has shown that it pays' if halves else ''}.",
        owner=OWNER,
    )  # fmt: skip


def _largest(shelf: Shelf, fmt: Formats) -> Finding:
    top = shelf.changes.iloc[0]
    text = (
        f"Most comes from {top['name']}: {_step_words(top, fmt)}, {fmt.share(abs(top['units_change']))}"
        f" {'fewer' if top['units_change'] < 0 else 'more'} units expected, {fmt.money(top['gain'])} more margin a year."
    )
    beside = []
    if pd.notna(top["cost_plus"]) and top["price"] >= CENT:
        beside.append(f"cost plus the usual margin would be {fmt.exact_money(top['cost_plus'])}")
    if pd.notna(top["rivals"]) and top["price"] >= CENT:
        beside.append(f"competitors ask {fmt.exact_money(top['rivals'])} (week of {fmt.day(top['seen'])})")
    if beside:
        text += f" {' and '.join(beside).capitalize()}." if len(beside) == 1 else f" {beside[0].capitalize()}; {beside[1]}."
    even, (gain, low, high) = top["break_even"], (float(top[c]) for c in ("gain", "gain_low", "gain_high"))
    action = (
        f"It pays as long as units fall by less than {fmt.share(-even)}."
        if top["step"] > 0
        else f"It pays when units rise by more than {fmt.share(even)}."
    )
    return Finding(
        "pricing-largest", text, gain, "money", low, high, int(top["n_weeks"]),
        money=gain if top["stated"] else None, evidence="likely" if top["stated"] else "indicative",
        action=action, owner=OWNER,
    )  # fmt: skip


def _stays(shelf: Shelf, fmt: Formats) -> Finding | None:
    counts = shelf.sheet.loc[shelf.sheet["verdict"].isin(list(REASONS)), "verdict"].value_counts()
    if counts.empty:
        return None
    shown = [f"{fmt.count(n)} {REASONS[verdict][n > 1]}" for verdict, n in counts.head(MOST_NAMED).items()]
    rest = int(counts.iloc[MOST_NAMED:].sum())
    shown += [f"{fmt.count(rest)} for other reasons"] if rest else []
    lead = "One price stays" if counts.sum() == 1 else f"{fmt.count(int(counts.sum()))} prices stay as they are"
    action = "Leave them until a test says otherwise." if len(shelf.tests) and shelf.testable else "Leave them."
    return Finding(
        "pricing-stay", f"{lead}: {_list(shown)}.", float(counts.sum()), "count", n=len(shelf.sheet), action=action, owner=OWNER
    )


def _reaction(shelf: Shelf, fmt: Formats) -> Finding | None:
    if shelf.changes.empty:
        return None
    by = shelf.reactions.set_index("follows")
    none, full = by.loc["none"], by.loc["full"]
    text = (
        f"If competitors follow every step in full, the changes bring {fmt.money(full['gain'])} a year instead of"
        f" {fmt.money(none['gain'])}."
    )
    failing = int(len(shelf.changes) - full["paying"])
    text += f" {_prices(failing, fmt)} would then not pay." if failing else " Each of them still pays."
    basis = "as measured" if shelf.rivals_measured else "taken to be half as strong as that to the own price: nobody measured it"
    return Finding(
        "pricing-reaction", f"{text} (Customers' answer to competitors' prices is {basis}.)", float(full["gain"]), "money",
        float(full["gain_low"]), float(full["gain_high"]), len(shelf.changes),
        evidence="indicative",
        action="Look at competitors' prices every week while the changes run.", owner=OWNER,
    )  # fmt: skip


def _test(shelf: Shelf, fmt: Formats) -> Finding | None:
    tests = shelf.tests
    if tests.empty:
        return None
    if not shelf.testable:
        count = products_words(len(tests), fmt)
        return Finding(
            "pricing-test",
            f"No test within a year would settle whether {count} should change: too little is sold for its answer to show.",
            n=len(tests), evidence="not shown", action="Leave them, unless they can be tried in more shops at once.", owner=OWNER,
        )  # fmt: skip
    weeks, units = weeks_needed(tests["information"]), float(tests["units"].sum()) / YEAR
    step = fmt.share(float((tests["test_price"] / tests["price"] - 1).abs().median()), 0)
    return Finding(
        "pricing-test",
        f"A test would settle whether {products_words(len(tests), fmt)} should change, taken together: a price about {step} from"
        f" that of now for half of the weeks or of the customers, drawn by lot, for {weeks_words(weeks, fmt)}"
        f" ({fmt.count(weeks * units)} units in all).",
        float(np.ceil(weeks)), "number", n=len(tests),
        action="Test all of them together, as the list says; one product alone would take far longer.", owner=OWNER,
    )  # fmt: skip


def _step_words(row: pd.Series, fmt: Formats) -> str:
    step = f"{fmt.share(abs(row['step']))} {'higher' if row['step'] > 0 else 'lower'}"
    return step if row["price"] < CENT else f"from {fmt.exact_money(row['price'])} to {fmt.exact_money(row['advised'])}, {step}"


def _steps(part: pd.DataFrame, fmt: Formats) -> str:
    least, most = part["step"].abs().min(), part["step"].abs().max()
    return fmt.share(most, 0) if most - least < 0.005 else f"{fmt.share(least, 0)} to {fmt.share(most, 0)}"


def _prices(count: int, fmt: Formats) -> str:
    return "One price" if count == 1 else f"{fmt.count(count)} prices"


def _list(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
