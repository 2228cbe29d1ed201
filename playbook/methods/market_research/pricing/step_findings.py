"""Step findings: where a step of a price would pay, up or down, and whether competitors' prices agree."""

import pandas as pd

from playbook.methods.market_research.pricing.findings import OWNER
from playbook.methods.market_research.pricing.position import Position
from playbook.methods.market_research.pricing.rival_findings import CLOSE
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["step_findings"]

TOP = 5  # products to start with
WORTH_TELLING = 0.001  # steps that bring less than this share of the products' margin are left to the table


def step_findings(steps: pd.DataFrame, names: pd.Series, position: Position | None, fmt: Formats) -> list[Finding]:
    """Where a step of the price would pay: up (under-priced) and down (over-priced), with what it would bring a year."""
    least = WORTH_TELLING * float((steps["margin"] * steps["revenue_year"]).sum()) if len(steps) else 0.0
    found = []
    for verdict, up in (("could cost more", True), ("costs too much", False)):
        part = steps[steps["verdict"] == verdict]
        top = part.head(TOP)
        if len(top) and float(top["gain"].sum()) >= least:
            found.append(_step(len(part), top, up, names, position, fmt))
    return found


def _step(count: int, top: pd.DataFrame, up: bool, names: pd.Series, position: Position | None, fmt: Formats) -> Finding:
    gain, low, high = (float(top[c].sum()) for c in ("gain", "gain_low", "gain_high"))
    stated = bool(top["stated"].all())
    parts = (_paying(count, gain, stated, top, up, names, fmt), _agreed(top, position, up, fmt))
    return Finding(
        "prices-under" if up else "prices-over", fmt.sentences(*parts), value=gain, unit="money", low=low, high=high, n=len(top),
        money=gain if stated else None,  # by the margin of the whole client the order of products is told, not a sum
        evidence="likely" if stated else "indicative", owner=OWNER,
        action="Raise one of these prices at a time, within the prices already seen, and watch units for eight weeks."
        if up
        else "Lower one of these prices at a time and watch for eight weeks whether units rise as expected.",
    )  # fmt: skip


def _paying(count: int, gain: float, stated: bool, top: pd.DataFrame, up: bool, names: pd.Series, fmt: Formats) -> str:
    """How many products cost too little or too much, and what a step would bring."""
    least, most = top["step"].abs().min(), top["step"].abs().max()
    low, high = fmt.share(least, 0), fmt.share(most, 0)
    amount = fmt.money(gain) if stated else fmt.say("roughly {money}", money=fmt.money(gain))
    values = {
        "products": fmt.listed(str(names.get(p, p)) for p in top["product_id"]),
        "amount": amount,
        "size": high if most - least < 0.005 else fmt.say("{low} to {high}", low=low, high=high),
        "top": fmt.count(len(top)),
    }
    if count == 1:
        return fmt.say(
            "One product could cost more: {products} would bring {amount} more margin a year at a price {size} higher."
            if up
            else "One product costs too much: {products} would bring {amount} more margin a year at a price {size} lower.",
            **values,
        )
    many = fmt.count(count)
    told = fmt.say("{n} products could cost more." if up else "{n} products cost too much.", n=many)
    if count > len(top):
        brought = fmt.say(
            "The {top} with most to gain, {products}, would bring {amount} more margin a year at prices {size} higher."
            if up
            else "The {top} with most to gain, {products}, would bring {amount} more margin a year at prices {size} lower.",
            **values,
        )
    else:
        brought = fmt.say(
            "Together, {products} would bring {amount} more margin a year at prices {size} higher."
            if up
            else "Together, {products} would bring {amount} more margin a year at prices {size} lower.",
            **values,
        )
    return fmt.sentences(told, brought)


def _agreed(top: pd.DataFrame, position: Position | None, up: bool, fmt: Formats) -> str:
    """Which of them competitors' prices confirm; nothing where they do not."""
    if position is None:
        return ""
    against = position.products.set_index("product_id")["against"].reindex(top["product_id"]).dropna()
    agree = int((against < 1 - CLOSE).sum() if up else (against > 1 + CLOSE).sum())
    if not agree:
        return ""
    if len(top) == 1:
        return fmt.say("Its price is below the mean of competitors." if up else "Its price is above the mean of competitors.")
    if up:
        return fmt.say_n(
            "One of them is priced below the mean of competitors.",
            "{n} of them are priced below the mean of competitors.",
            agree,
        )
    return fmt.say_n(
        "One of them is priced above the mean of competitors.", "{n} of them are priced above the mean of competitors.", agree
    )
