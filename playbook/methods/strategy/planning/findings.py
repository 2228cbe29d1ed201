"""Plan findings: what the plan costs and brings, what begins first, what is left out, and how it stands to the goal."""

from collections.abc import Sequence

import pandas as pd

from playbook.methods.needs_analysis.needs import Needs
from playbook.methods.strategy.planning.merged import together
from playbook.methods.strategy.spending.mix import CHANNEL_MIX
from playbook.result.contract import Finding, Proposal
from playbook.result.formats import Formats

__all__ = ["findings", "headline", "meant_of"]

SELLING = frozenset({"purchases", "new customers"})  # pools whose gain is gross margin of additional revenue
MOST_NAMED = 4


def meant_of(actions: pd.DataFrame, margin: float | None) -> str:
    """What the actions' money is: gross margin; without a stated margin revenue, and what prices and savings earn beside it."""
    if margin is not None:
        return "gross margin"
    return "revenue" if actions["pool"].isin(SELLING).all() else "revenue, price gains and savings"


def headline(actions: pd.DataFrame, meant: str, fmt: Formats) -> str:
    """How many actions, what they cost, what they should bring."""
    if actions.empty:
        return "No action is worth starting with what we know today"
    many = "One action" if len(actions) == 1 else f"{len(actions)} actions"
    return f"{many} for {fmt.money(actions['cost'].sum())} should bring {fmt.money(together(actions)[1])} of {meant} a year"


def findings(
    actions: pd.DataFrame,
    left_out: Sequence[Proposal],
    margin: float | None,
    meant: str,
    needs: Needs | None,
    review: Finding | None,
    fmt: Formats,
) -> tuple[Finding, ...]:
    """Up to five, the sum first."""
    found = [_total(actions, margin, meant, fmt), _main(actions, margin, fmt)] if len(actions) else []
    return tuple(f for f in (*found, _against_gap(needs, actions, margin, fmt), review, _left_out(left_out, fmt)) if f)


def _total(actions: pd.DataFrame, margin: float | None, meant: str, fmt: Formats) -> Finding:
    cost, (low, total, high) = actions["cost"].sum(), together(actions)
    first = actions[actions["start"] == actions["start"].min()]
    begins = first["name"].iloc[0] if len(first) == 1 else f"{len(first)} actions"
    return Finding(
        "plan-total",
        f"The plan costs {fmt.money(cost)} and should bring {fmt.money(total)} of {meant} in a year. It begins on"
        f" {fmt.day(actions['start'].min())} with {begins}.",
        total,
        "money",
        low,
        high,
        money=None if margin is None else total - cost,
        evidence="likely" if low > cost and (actions["evidence"] != "indicative").all() else "indicative",
        action="Name the people behind the roles and release the first amounts.",
    )


def _main(actions: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding:
    main = actions.loc[actions["value"].idxmax()]
    return Finding(
        "plan-main",
        f"Most should come from {main['name']} for {main['whom']}, from {fmt.day(main['start'])} on: {main['action']}",
        main["value"],
        "money",
        main["value_low"],
        main["value_high"],
        money=None if margin is None else main["value"] - main["cost"],
        evidence=main["evidence"],
        action=f"Decide on {fmt.day(main['review'])}, by the stop rule in the table, whether it goes on.",
        owner=main["owner"],
    )


def _left_out(left_out: Sequence[Proposal], fmt: Formats) -> Finding | None:
    if not left_out:
        return None
    names = "; ".join(f"{p.name} for {p.whom}" for p in left_out[:MOST_NAMED])
    rest = len(left_out) - MOST_NAMED
    return Finding(
        "plan-left-out",
        f"Not in the plan, because the money or the customers bring more elsewhere, or it does not earn its cost: {names}"
        + (f"; and {rest} more." if rest > 0 else "."),
        float(len(left_out)),
        "count",
        evidence="indicative",
        action="Look at them again when prices or measured effects change.",
    )


def _against_gap(needs: Needs | None, actions: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding | None:
    """The plan beside the gap to the revenue goal. The gap is revenue, so the margin of what is sold more is turned back into it.

    A higher price may earn more on less revenue, and channel money moved may earn by what it saves: neither is counted.
    """
    gap = next((n.money for n in needs.ranked if n.kind == "outcome" and n.money), None) if needs is not None else None
    selling = actions[actions["pool"].isin(SELLING) & (actions["action_id"] != CHANNEL_MIX)]
    others = actions["pool"].eq("prices").any() or actions["action_id"].eq(CHANNEL_MIX).any()
    aside = "; what prices and moved channel money change is not counted" if others else ""
    if not gap or selling.empty:
        return None
    low, revenue, high = (amount / (margin or 1.0) for amount in together(selling))
    return Finding(
        "plan-gap",
        f"Today's revenue is {fmt.money(gap)} a year short of its goal. By selling more the plan should add {fmt.money(revenue)},"
        f" {fmt.share(revenue / gap)} of that{aside}.",
        revenue,
        "money",
        low,
        high,
        evidence="indicative",
        action="Decide now what closes the rest: more budget, a lower goal or a later date." if gap > revenue else None,
    )
