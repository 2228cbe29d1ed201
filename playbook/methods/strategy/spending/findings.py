"""Spending findings: what the budget brings, which channel money to move, claimed against caused, and the last unit of money."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.spending.allocation import allocate
from playbook.methods.strategy.spending.mix import OWNER
from playbook.methods.strategy.spending.split import NEXT, Split, sensitivity
from playbook.result.contract import Finding
from playbook.result.formats import EDGES, Formats

__all__ = ["caused_finding", "edge_finding", "headline", "meant_of", "mix_finding", "split_finding"]

NARROW = 3.0  # a range whose upper edge is less than this many times its lower


def meant_of(margin: float | None, fmt: Formats) -> str:
    """What the money is that spending brings: gross margin where its share is stated, else revenue."""
    return fmt.say("revenue") if margin is None else fmt.say("gross margin")


def headline(best: Split, margin: float | None, fmt: Formats) -> str:
    """What should be spent and what it brings, or why nothing can be said."""
    limit, spent, meant = best.limit, best.spent, meant_of(margin, fmt)
    if spent <= 0:
        if limit == 0:
            return fmt.say("There is no budget to spend")
        return fmt.say("No money should be spent: no action is expected to earn its cost and the work it takes")
    if limit is None and margin is None:
        return fmt.say("How much to spend cannot be said yet: the gross margin is missing")
    if limit is None:
        return fmt.say("Up to {spent} a year can be spent well; the budget is yours to decide", spent=fmt.money(spent))
    budget, value = fmt.money(limit), fmt.money(best.value)
    if best.market and best.gain_over_today() > 0:
        return fmt.say(
            "Split anew, the budget of {budget} should leave {better} more a year after cost than today's spending",
            budget=budget,
            better=fmt.money(best.gain_over_today()),
        )
    if best.allocation.left > 0:
        return fmt.say(
            "Spend {spent} of the {budget}: it should bring {value} of {meant} a year",
            spent=fmt.money(spent), budget=budget, value=value, meant=meant,
        )  # fmt: skip
    return fmt.say("The budget of {budget} should bring {value} of {meant} a year", budget=budget, value=value, meant=meant)


def split_finding(best: Split, margin: float | None, fmt: Formats) -> Finding | None:
    """What the whole split costs and brings, and where most of it goes; None when nothing is spent."""
    if best.spent <= 0:
        return None
    low, high = (sum(float(p.lines[c].sum()) for p in best.funded) for c in ("value_low", "value_high"))
    if best.market:
        edges = np.quantile(best.brought.sum(axis=1), EDGES)
        low, high = low + float(edges[0]), high + float(edges[1])
    return Finding(
        "budget-split",
        fmt.sentences(_whole(best, margin, fmt), _first(best, fmt)),
        best.value,
        "money",
        low,
        high,
        money=None if margin is None else best.gain_over_today() if best.market else best.value - best.spent,
        action="Release the amounts in the tables below, line by line.",
    )


def _whole(best: Split, margin: float | None, fmt: Formats) -> str:
    """What all that is spent should bring."""
    brings = {"value": fmt.money(best.value), "meant": meant_of(margin, fmt)}
    actions = fmt.say_n("one action", "{n} actions", len(best.funded))
    paid = fmt.money(sum(p.cost for p in best.funded))
    if not best.market:
        return fmt.say("Spending {spent} a year on {what} should bring {value} of {meant}.", spent=paid, what=actions, **brings)
    many = len(best.amounts) + len(best.market.curves.response.panel.small)
    channels, spent = fmt.say_n("one channel", "{n} channels", many), fmt.money(best.amounts.sum() + best.aside)
    if not best.funded:
        return fmt.say("Spending {spent} a year on {what} should bring {value} of {meant}.", spent=spent, what=channels, **brings)
    return fmt.say(
        "Spending {paid} a year on {actions} and {spent} on {channels} should bring {value} of {meant}.",
        paid=paid, actions=actions, spent=spent, channels=channels, **brings,
    )  # fmt: skip


def _first(best: Split, fmt: Formats) -> str:
    """Which action takes most."""
    if not best.funded:
        return ""
    first = max(best.funded, key=lambda p: p.cost)
    if len(best.funded) == 1:
        return fmt.say("The action is “{action}” for {whom}.", action=first.name, whom=first.whom)
    return fmt.say(
        "Of the actions, “{action}” for {whom} takes most: {cost}.",
        action=first.name,
        whom=first.whom,
        cost=fmt.money(first.cost),
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
    if margin is None:
        gain = float(channels["more"].sum())
        low, high = (float(v) for v in np.quantile((best.brought - best.before).sum(axis=1), EDGES))
    free = -float(channels["change"].sum())
    frees = free > 0 and best.funded and not best.allocation.left
    return Finding(
        "budget-mix",
        fmt.sentences(
            _moves(channels, fmt),
            _effect(gain, margin, fmt),
            fmt.say("It frees {money} for the actions.", money=fmt.money(free)) if frees else "",
        ),
        gain,
        "money",
        low,
        high,
        n,
        money=None if margin is None else gain,
        evidence="likely" if low > 0 and margin is not None else "indicative",
        action="Move half now, watch orders for twelve weeks, then move the rest. Leave one region, or some weeks,"
        " unchanged to compare with.",
        owner=OWNER,
    )


def _moves(channels: pd.DataFrame, fmt: Formats) -> str:
    """Which channels should get less and which more, the largest change first."""
    change = channels.sort_values("change", key=abs, ascending=False, kind="stable")
    down, up = change[change["change"] < 0], change[change["change"] > 0]
    less, more = fmt.money(-down["change"].sum()), fmt.money(up["change"].sum())
    if up.empty:
        return fmt.say("Spend {less} a year less on {down}.", less=less, down=fmt.listed(down["channel"]))
    if down.empty:
        return fmt.say("Spend {more} a year more on {up}.", more=more, up=fmt.listed(up["channel"]))
    return fmt.say(
        "Spend {less} a year less on {down}, and {more} more on {up}.",
        less=less, down=fmt.listed(down["channel"]), more=more, up=fmt.listed(up["channel"]),
    )  # fmt: skip


def _effect(gain: float, margin: float | None, fmt: Formats) -> str:
    """What the move should change in a year: revenue without a margin, else what is left after cost."""
    size = fmt.money(abs(gain))
    if margin is None and gain > 0:
        return fmt.say("That should bring {gain} more revenue a year than today's spend.", gain=size)
    if margin is None:
        return fmt.say("That should bring {loss} less revenue a year than today's spend.", loss=size)
    if gain > 0:
        return fmt.say("That should leave {gain} a year more after cost than today's spend does.", gain=size)
    return fmt.say("That should leave {loss} a year less after cost than today's spend does.", loss=size)


def caused_finding(best: Split, channels: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding:
    """Orders that the channels claim against those that the weeks show they cause, and which of them may not earn their cost."""
    orders = best.before.sum(axis=1) / best.market.worth
    low, caused, high = float(np.quantile(orders, EDGES[0])), float(orders.mean()), float(np.quantile(orders, EDGES[1]))
    unsure = channels[(channels["back_low"] < 1) & (channels["back_high"] > 1)] if margin is not None else channels.head(0)
    claims = (channels["claimed"] * channels["today"]).sum() / best.market.worth if "claimed" in channels else None
    told = {"n": fmt.count(caused), "low": fmt.count(low), "high": fmt.count(high)}
    if claims:
        seen = fmt.say(
            "The channels claim {claims} orders in the last year; judged by the weekly figures they caused {n} ({low} to"
            " {high}).",
            claims=fmt.count(claims), **told,
        )  # fmt: skip
    else:
        seen = fmt.say("Judged by the weekly figures, the channels caused {n} orders in the last year ({low} to {high}).", **told)
    doubt = fmt.say_n(
        "Whether {channels} earns its cost is not sure.", "Whether {channels} earn their cost is not sure.", len(unsure),
        channels=fmt.listed(unsure["channel"]),
    )  # fmt: skip
    first = (unsure if len(unsure) else channels)["channel"].iloc[0]
    return Finding(
        "budget-caused",
        fmt.sentences(seen, doubt if len(unsure) else ""),
        caused,
        "count",
        low,
        high,
        n=len(best.market.curves.response.panel.weeks),
        evidence="likely" if high < NARROW * low else "indicative",
        action=fmt.say(
            "Switch {channel} off in some regions or for some weeks: nothing else narrows the range as fast.", channel=first
        ),
        owner=OWNER,
    )


def edge_finding(best: Split, margin: float | None, fmt: Formats) -> Finding | None:
    """What the end of the money means: no budget named, money left, or what more would bring."""
    if best.limit is None:
        return _undecided(best, margin, fmt)
    if best.allocation.left > 0:
        left = max(best.limit - best.spent, 0.0)
        return Finding(
            "budget-unspent",
            fmt.sentences(
                fmt.say("{left} of the {budget} would stay unspent.", left=fmt.money(left), budget=fmt.money(best.limit)),
                _why_left(best, fmt),
            ),
            left,
            "money",
            action="Keep it in reserve, or test new actions with a small part of it.",
        )
    if best.spent <= 0:
        return None
    price, meant = best.allocation.price, meant_of(margin, fmt)
    last = fmt.say("{one} more would bring {value} of {meant}.", one=fmt.money(1), value=fmt.money(price), meant=meant)
    more = sensitivity(best).set_index("case")["value"].get("more")
    further = "" if more is None else fmt.say(
        "{share} more budget would bring {value} more.", share=fmt.share(NEXT, 0), value=fmt.money(more - best.value)
    )  # fmt: skip
    return Finding(
        "budget-last",
        fmt.sentences(last, further),
        price,
        "number",
        action="Ask for more money as long as this figure is above what the money could earn elsewhere.",
    )


def _undecided(best: Split, margin: float | None, fmt: Formats) -> Finding:
    if margin is None:
        sentence = fmt.say("No budget is named in client.yml, and what makes sense cannot be said without the gross margin.")
        action = fmt.say("Decide how much may be spent in a year and write it and the gross margin into client.yml.")
    else:
        sentence = fmt.say(
            "No budget is named in client.yml; {spent} a year is the most that makes sense.", spent=fmt.money(best.spent)
        )
        action = fmt.say("Decide how much may be spent in a year and write it into client.yml.")
    return Finding("budget-decide", sentence, best.spent, "money", action=action)


def _why_left(best: Split, fmt: Formats) -> str:
    """Why money stays in the budget."""
    if allocate(best.options).total > best.allocation.total * (1 + 1e-6):
        return fmt.say("The next step, or the next action that is taken as a whole, costs more than that.")
    if not best.market and not best.proposals:
        return fmt.say("No action would leave enough to be worth the work.")
    if not best.market and sum(p.cost for p in best.funded) >= sum(p.cost for p in best.proposals) * (1 - 1e-9):
        return fmt.say("Every action then reaches everyone with whom it pays.")
    if not best.market:
        return fmt.say("Nothing else on the list would earn back its cost.")
    if best.market.limits:
        return fmt.say(
            "Within the spend that has been seen and that client.yml allows, nothing else on the list would earn back its cost."
        )
    return fmt.say("Within the spend that has been seen, nothing else on the list would earn back its cost.")
