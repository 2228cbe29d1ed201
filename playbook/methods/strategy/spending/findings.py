"""Spending findings: what the budget brings, which channel money to move, claimed against caused, and the last unit of money."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.spending.allocation import allocate
from playbook.methods.strategy.spending.mix import OWNER, listed
from playbook.methods.strategy.spending.split import EDGES, NEXT, Split, sensitivity
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["caused_finding", "edge_finding", "headline", "mix_finding", "split_finding"]

NARROW = 3.0  # a range whose upper edge is less than this many times its lower


def headline(best: Split, meant: str, fmt: Formats) -> str:
    """What should be spent and what it brings, or why nothing can be said."""
    limit, spent, value = best.limit, best.spent, best.value
    if spent <= 0:
        return "There is no budget to spend" if limit == 0 else "No money should be spent: no action is expected to earn its cost"
    if limit is None and meant == "revenue":
        return "How much to spend cannot be said yet: the gross margin is missing"
    if limit is None:
        return f"Up to {fmt.money(spent)} a year can be spent well; the budget is yours to decide"
    if best.market and best.gain_over_today() > 0:
        better = fmt.money(best.gain_over_today())
        return f"Split anew, the budget of {fmt.money(limit)} should leave {better} more after cost than today's spending"
    if best.allocation.left > 0:
        return f"Spend {fmt.money(spent)} of the {fmt.money(limit)}: it should bring {fmt.money(value)} of {meant} a year"
    return f"The budget of {fmt.money(limit)} should bring {fmt.money(value)} of {meant} a year"


def split_finding(best: Split, meant: str, fmt: Formats) -> Finding | None:
    """What the whole split costs and brings, and where most of it goes; None when nothing is spent."""
    if best.spent <= 0:
        return None
    parts = []
    if best.funded:
        many = "one action" if len(best.funded) == 1 else f"{len(best.funded)} actions"
        parts.append(f"{fmt.money(sum(p.cost for p in best.funded))} on {many}")
    if best.market:
        channels = len(best.amounts) + len(best.market.curves.response.panel.small)
        parts.append(
            f"{fmt.money(best.amounts.sum() + best.aside)} on {'one channel' if channels == 1 else f'{channels} channels'}"
        )
    first = max(best.funded, key=lambda p: p.cost, default=None)
    most = f" Of the actions, {first.name} for {first.whom} takes most, {fmt.money(first.cost)}." if first else ""
    low, high = (sum(float(p.lines[c].sum()) for p in best.funded) for c in ("value_low", "value_high"))
    if best.market:
        edges = np.quantile(best.brought.sum(axis=1), EDGES)
        low, high = low + float(edges[0]), high + float(edges[1])
    stated = meant != "revenue"
    return Finding(
        "budget-split",
        f"{' and '.join(parts)} a year should bring {fmt.money(best.value)} of {meant}.{most}",
        best.value,
        "money",
        low,
        high,
        money=(best.gain_over_today() if best.market else best.value - best.spent) if stated else None,
        action="Release the amounts of the tables below, line by line.",
    )


def mix_finding(best: Split, channels: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding:
    """Which channel money to move, and what that leaves beyond today's spending."""
    low, gain, high = best.gain()
    n = len(best.market.curves.response.panel.weeks)
    if not best.moved:
        return Finding(
            "budget-mix",
            "Channel money lies where it brings most, within the range in which each channel's spend has been seen.",
            gain,
            "money",
            low,
            high,
            n,
            evidence="not shown",
            action="Leave the channels as they are, and vary one channel's spend on purpose to learn more.",
            owner=OWNER,
        )
    change = channels.sort_values("change", key=abs, ascending=False, kind="stable")
    down, up = change[change["change"] < 0], change[change["change"] > 0]
    words = [f"{fmt.money(-down['change'].sum())} less on {listed(down['channel'].tolist())}"] if len(down) else []
    words += [f"{fmt.money(up['change'].sum())} more on {listed(up['channel'].tolist())}"] if len(up) else []
    free = -float(change["change"].sum())
    freed = f", and frees {fmt.money(free)} for the actions" if free > 0 and best.funded and not best.allocation.left else ""
    if margin is None:
        more = float(change["more"].sum())
        brings = f"bring {fmt.money(abs(more))} {'more' if more > 0 else 'less'} revenue a year than today's spend"
        low, high = (float(v) for v in np.quantile((best.brought - best.before).sum(axis=1), EDGES))
        gain = more
    else:
        brings = f"leave {fmt.money(abs(gain))} a year {'more' if gain > 0 else 'less'} after cost than today's spend does"
    return Finding(
        "budget-mix",
        f"{' and '.join(words)} should {brings}{freed}.",
        gain,
        "money",
        low,
        high,
        n,
        money=None if margin is None else gain,
        evidence="likely" if low > 0 and margin is not None else "indicative",
        action="Move half now, watch orders for twelve weeks, then move the rest. Keep one region, or some weeks, as they are to"
        " compare with.",
        owner=OWNER,
    )


def caused_finding(best: Split, channels: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding:
    """Orders that the channels claim against those that the weeks show they cause, and which of them may not earn their cost."""
    orders = best.before.sum(axis=1) / best.market.worth
    low, caused, high = float(np.quantile(orders, EDGES[0])), float(orders.mean()), float(np.quantile(orders, EDGES[1]))
    unsure = channels[(channels["back_low"] < 1) & (channels["back_high"] > 1)] if margin is not None else channels.head(0)
    told = (
        f" Whether {listed(unsure['channel'].tolist())} earn{'s its' if len(unsure) == 1 else ' their'} cost is not sure."
        if len(unsure)
        else ""
    )
    claims = (channels["claimed"] * channels["today"]).sum() / best.market.worth if "claimed" in channels else None
    claimed = f"The channels claim {fmt.count(claims)} orders in the last year. " if claims else ""
    they = "they" if claims else "the channels"
    first = (unsure if len(unsure) else channels)["channel"].iloc[0]
    return Finding(
        "budget-caused",
        f"{claimed}The weeks show that {they} caused {fmt.count(caused)} orders ({fmt.count(low)} to {fmt.count(high)}).{told}",
        caused,
        "count",
        low,
        high,
        n=len(best.market.curves.response.panel.weeks),
        evidence="likely" if high < NARROW * low else "indicative",
        action=f"Switch {first} off in some regions or for some weeks: no other way narrows the range as fast.",
        owner=OWNER,
    )


def edge_finding(best: Split, meant: str, fmt: Formats) -> Finding | None:
    """What the end of the money means: no budget named, money left, or what more would bring."""
    limit, spent = best.limit, best.spent
    if limit is None:
        stated = meant != "revenue"
        end = (
            f"{fmt.money(spent)} a year is the most that makes sense"
            if stated
            else "What makes sense cannot be said without the gross margin"
        )
        return Finding(
            "budget-decide",
            f"No budget is named in client.yml. {end}.",
            spent,
            "money",
            action=f"Decide how much may be spent in a year and write {'it' if stated else 'it and the gross margin'} into"
            " client.yml.",
        )
    left = max(limit - spent, 0.0)
    if best.allocation.left > 0:
        if allocate(best.options).total > best.allocation.total * (1 + 1e-6):
            why = "the next step, or the next action that is taken as a whole, costs more than that"
        elif sum(p.cost for p in best.funded) >= sum(p.cost for p in best.proposals) * (1 - 1e-9) and not best.market:
            why = "every action then reaches all for whom it pays"
        else:
            why = "nothing more on the list would bring back what it costs"
            if best.market:
                why += f", within the spend that has been seen{' and client.yml allows' if best.market.limits else ''}"
        return Finding(
            "budget-unspent",
            f"{fmt.money(left)} of the {fmt.money(limit)} stays unspent: {why}.",
            left,
            "money",
            action="Keep it in reserve, or test new actions with a small part of it.",
        )
    if spent <= 0:
        return None
    more = sensitivity(best).set_index("case")["value"].get(f"{NEXT:.0%} more budget")
    further = f" {fmt.share(NEXT, 0)} more budget would bring {fmt.money(more - best.value)} more." if more is not None else ""
    return Finding(
        "budget-last",
        f"One {fmt.currency} more would bring {fmt.number(best.allocation.price)} {fmt.currency} of {meant}.{further}",
        best.allocation.price,
        "number",
        action="Ask for more money as long as this figure is above what the money could earn elsewhere.",
    )
