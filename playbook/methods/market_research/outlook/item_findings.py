"""Item findings: which product groups and products will grow or fall, which sell seldom, and which have stopped."""

from collections.abc import Iterator

import pandas as pd
from scipy.stats import norm

from playbook.methods.market_research.forecasting.sparse import INTERMITTENT
from playbook.methods.market_research.outlook.spans import base, named, next_months
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["growing_and_falling", "item_findings"]

YEAR = 12
WORTH_TELLING = 0.005  # of all revenue: smaller changes of a group are left to the table
NAMED = 3


def item_findings(items: pd.DataFrame, months: int, fmt: Formats) -> tuple[Finding, ...]:
    """All sentences on groups and products; ``items`` as in ``Outlook`` with label and change."""
    return (
        *growing_and_falling(items, months, fmt),
        *_products(items, months, fmt),
        *_seldom(items, fmt),
        *_stopped(items, months, fmt),
    )


def growing_and_falling(items: pd.DataFrame, months: int, fmt: Formats) -> Iterator[Finding]:
    """The group that grows most and the one that falls most, in money."""
    groups = items[(items["level"] == "group") & ~items["young"] & (items["before"] > 0)]
    if groups.empty:
        return
    floor = WORTH_TELLING * abs(items["expected"].iloc[0])
    # The largest of many changes is large by chance as well: its range is widened as for so many looks at the data.
    wider = norm.ppf(1 - (1 - LEVEL) / 2 / len(groups)) / norm.ppf(1 - (1 - LEVEL) / 2)
    for name, up, group in (
        ("demand-group-up", True, groups.loc[groups["change"].idxmax()]),
        ("demand-group-down", False, groups.loc[groups["change"].idxmin()]),
    ):
        change = float(group["change"])
        if (change > 0) is not up or abs(change) < floor:
            continue
        sure = abs(change) > wider * (group["high"] - group["expected"])
        values = {
            "group": group["label"],
            "amount": fmt.money(abs(change)),
            "change": fmt.change(change / group["before"]),
            "expected": fmt.money(group["expected"]),
            "span": next_months(months, fmt),
            "base": base(group["against"], months, fmt),
        }
        yield Finding(
            name,
            fmt.say(
                "Of all product groups, {group} should grow most in money: by {amount} ({change}) to {expected} in {span},"
                " compared with {base}."
                if up
                else "Of all product groups, {group} should fall most in money: by {amount} ({change}) to {expected} in {span},"
                " compared with {base}.",
                **values,
            ),
            value=change,
            unit="money",
            low=float(group["low"] - group["before"]),
            high=float(group["high"] - group["before"]),
            money=-change * YEAR / months if sure and not up else None,
            evidence="likely" if sure else "indicative",
            action="Make sure that supply and staff can keep up with it."
            if up
            else "Find out why before planning for it: customers, prices, or products that have had their day.",
            owner="head of purchasing",
        )


def _products(items: pd.DataFrame, months: int, fmt: Formats) -> Iterator[Finding]:
    """Products whose range says that they will rise, or fall."""
    products = items[(items["level"] == "product") & ~items["rest"] & ~items["young"] & (items["before"] > 0)]
    products = products[products["kind"] != "stopped"]
    up = products[products["low"] > products["before"]].sort_values("change", ascending=False, kind="stable")
    down = products[products["high"] < products["before"]].sort_values("change", kind="stable")
    for name, some, rise in (("demand-products-up", up, True), ("demand-products-down", down, False)):
        if some.empty:
            continue
        change = float(some["change"].sum())
        yield Finding(
            name,
            fmt.sentences(
                _moving(len(some), len(products), rise, base(some.iloc[0]["against"], months, fmt), fmt), _by_how_much(some, fmt)
            ),
            value=change,
            unit="money",
            n=len(some),
            money=None if change > 0 else -change * YEAR / months,
            evidence="likely" if len(some) > (1 - LEVEL) / 2 * len(products) + 1 else "indicative",
            action="Check first whether supply of these can follow."
            if rise
            else "Plan for less of these, and decide which still earn their place.",
            owner="head of purchasing",
        )


def _moving(n: int, known: int, rise: bool, compared: str, fmt: Formats) -> str:
    """How many of the largest products will rise, or fall."""
    values = {"all": fmt.count(known), "base": compared}
    if rise:
        if known == 1:
            return fmt.say(
                "The largest product is expected to rise by more than the forecast usually misses, compared with {base}.",
                **values,
            )
        return fmt.say_n(
            "One of the {all} largest products is expected to rise by more than the forecast usually misses, compared with "
            "{base}.",
            "{n} of the {all} largest products are expected to rise by more than the forecast usually misses, compared "
            "with {base}.",
            n,
            **values,
        )
    if known == 1:
        return fmt.say(
            "The largest product is expected to fall by more than the forecast usually misses, compared with {base}.",
            **values,
        )
    return fmt.say_n(
        "One of the {all} largest products is expected to fall by more than the forecast usually misses, compared with {base}.",
        "{n} of the {all} largest products are expected to fall by more than the forecast usually misses, compared with {base}.",
        n,
        **values,
    )


def _by_how_much(some: pd.DataFrame, fmt: Formats) -> str:
    """The products that move most, in money."""
    each = [
        fmt.say("{product} by {amount}", product=p.label, amount=fmt.money(abs(p.change))) for p in some.head(NAMED).itertuples()
    ]
    if len(some) > NAMED:
        return fmt.say("The largest changes: {products}.", products=fmt.listed(each))
    return fmt.say("In money: {products}.", products=fmt.listed(each))


def _seldom(items: pd.DataFrame, fmt: Formats) -> Iterator[Finding]:
    products = items[(items["level"] == "product") & ~items["rest"]]
    seldom = products[products["kind"].isin(INTERMITTENT)]
    if seldom.empty:
        return
    yield Finding(
        "demand-seldom",
        fmt.say_n(
            "One of the {all} largest products sells in some months only: {named}. For it, the forecast is an average rate "
            "a month, not what a single month will bring.",
            "{n} of the {all} largest products sell in some months only: {named}. For these, the forecast is an average "
            "rate a month, not what a single month will bring.",
            len(seldom),
            all=fmt.count(len(products)),
            named=named(seldom["label"].tolist(), NAMED, fmt),
        ),
        value=float(len(seldom)),
        unit="count",
        n=len(products),
        evidence="shown",
        action="Keep a minimum stock of these, or order them on demand; do not plan them month by month.",
        owner="head of purchasing",
    )


def _stopped(items: pd.DataFrame, months: int, fmt: Formats) -> Iterator[Finding]:
    """Products that have sold nothing for long."""
    products = items[(items["level"] == "product") & ~items["rest"]]
    over = products[products["kind"] == "stopped"]
    if over.empty or (items["kind"].iloc[0] == "stopped"):
        return
    brought = float(over["before"].clip(lower=0).sum()) * YEAR / months
    yield Finding(
        "demand-stopped",
        fmt.say_n(
            "One of the {all} largest products has stopped selling: {named}. The forecast counts on nothing from it.",
            "{n} of the {all} largest products have stopped selling: {named}. The forecast counts on nothing from them.",
            len(over),
            all=fmt.count(len(products)),
            named=named(over["label"].tolist(), NAMED, fmt),
        ),
        value=float(len(over)),
        unit="count",
        n=len(products),
        money=brought or None,
        evidence="likely",
        action="Tell whether they were taken off the list or ran out; what ran out can be ordered again.",
        owner="head of purchasing",
    )
