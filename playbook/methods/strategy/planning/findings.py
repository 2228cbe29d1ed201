"""Plan findings: what the plan costs and brings, what begins first, what is left out, and how it stands to the goal."""

from collections.abc import Sequence

import pandas as pd

from playbook.methods.needs_analysis.needs import Needs
from playbook.methods.strategy.counting import LEAST, counted_once, worthwhile
from playbook.methods.strategy.planning.merged import together
from playbook.methods.strategy.spending.mix import CHANNEL_MIX
from playbook.result.contract import Finding, Proposal
from playbook.result.formats import Formats

__all__ = ["findings", "headline", "meant_of"]

SELLING = frozenset({"purchases", "new customers"})  # pools whose gain is gross margin of additional revenue
MOST_NAMED = 4


def meant_of(actions: pd.DataFrame, margin: float | None, fmt: Formats) -> str:
    """What the actions' money is: gross margin; without a stated margin revenue, and what prices and savings earn beside it."""
    if margin is not None:
        return fmt.say("gross margin")
    return fmt.say("revenue") if actions["pool"].isin(SELLING).all() else fmt.say("revenue, price gains and savings")


def headline(actions: pd.DataFrame, left_out: Sequence[Proposal], meant: str, fmt: Formats) -> str:
    """How many actions, what they cost, what they should bring."""
    if actions.empty and _small(left_out):
        return fmt.say("No action is worth a plan yet: none would leave {least} a year", least=fmt.money(LEAST))
    if actions.empty:
        return fmt.say("No action is worth starting with what we know today")
    return fmt.say_n(
        "One action should bring {value} of {meant} a year, for {cost}",
        "{n} actions should bring {value} of {meant} a year, for {cost}",
        len(actions),
        cost=fmt.money(actions["cost"].sum()), value=fmt.money(together(actions)[1]), meant=meant,
    )  # fmt: skip


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
    day = fmt.day(first["start"].iloc[0])
    return Finding(
        "plan-total",
        fmt.sentences(
            fmt.say(
                "The plan costs {cost} and should bring {value} of {meant} a year.",
                cost=fmt.money(cost),
                value=fmt.money(total),
                meant=meant,
            ),
            fmt.say("It starts on {day} with “{action}”.", day=day, action=first["name"].iloc[0])
            if len(first) == 1
            else fmt.say("It starts on {day} with {n} actions.", day=day, n=fmt.count(len(first))),
        ),
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
        fmt.say(
            "Most should come from “{action}” for {whom}, starting on {day}: {what}",
            action=main["name"],
            whom=main["whom"],
            day=fmt.day(main["start"]),
            what=main["action"],
        ),
        main["value"],
        "money",
        main["value_low"],
        main["value_high"],
        money=None if margin is None else main["value"] - main["cost"],
        evidence=main["evidence"],
        action=fmt.say("On {day}, decide by the stop rule in the table whether it goes on.", day=fmt.day(main["review"])),
        owner=main["owner"],
    )


def _small(left_out: Sequence[Proposal]) -> list[Proposal]:
    """Those that earn their cost, but too little for the work."""
    return [p for p in left_out if (pays := counted_once([p])) and not worthwhile(*pays)]


def _left_out(left_out: Sequence[Proposal], fmt: Formats) -> Finding | None:
    if not left_out:
        return None
    small = _small(left_out)
    others = [p for p in left_out if p not in small]
    return Finding(
        "plan-left-out",
        fmt.sentences(_elsewhere(others, fmt) if others else "", _too_little(len(small), fmt) if small else ""),
        float(len(left_out)),
        "count",
        evidence="indicative",
        action="Reconsider them when prices or measured effects change.",
    )


def _elsewhere(others: Sequence[Proposal], fmt: Formats) -> str:
    """What gives way to better actions or does not pay."""
    named = [fmt.say("“{action}” for {whom}", action=p.name, whom=p.whom) for p in others[:MOST_NAMED]]
    rest = len(others) - MOST_NAMED
    named += [fmt.say_n("one more", "{n} more", rest)] if rest > 0 else []
    return fmt.say(
        "Not in the plan, because the money or the customers bring more elsewhere or the action does not earn its"
        " cost: {actions}.",
        actions=fmt.listed(named),
    )


def _too_little(n: int, fmt: Formats) -> str:
    """How many are not worth the work."""
    return fmt.say_n(
        "One action would leave less than {least} a year, too little for the work it makes, and is left out.",
        "{n} actions would leave less than {least} a year each, too little for the work they make, and are left out.",
        n,
        least=fmt.money(LEAST),
    )


def _against_gap(needs: Needs | None, actions: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding | None:
    """The plan beside the gap to the revenue goal. The gap is revenue, so the margin of what is sold more is turned back into it.

    A higher price may earn more on less revenue, and channel money moved may earn by what it saves: neither is counted.
    """
    gap = next((n.money for n in needs.ranked if n.kind == "outcome" and n.money), None) if needs is not None else None
    selling = actions[actions["pool"].isin(SELLING) & (actions["action_id"] != CHANNEL_MIX)]
    others = actions["pool"].eq("prices").any() or actions["action_id"].eq(CHANNEL_MIX).any()
    if not gap or selling.empty:
        return None
    low, revenue, high = (amount / (margin or 1.0) for amount in together(selling))
    return Finding(
        "plan-gap",
        fmt.sentences(
            fmt.say("Today's revenue falls {gap} a year short of its goal.", gap=fmt.money(gap)),
            fmt.say(
                "By selling more, the plan should add {revenue}: {share} of the gap.",
                revenue=fmt.money(revenue),
                share=fmt.share(revenue / gap),
            ),
            fmt.say("What price changes and the shift of channel spend bring is not counted.") if others else "",
        ),
        revenue,
        "money",
        low,
        high,
        evidence="indicative",
        action="Decide now what closes the rest: more budget, a lower goal or a later date." if gap > revenue else None,
    )
