"""Targeting: which action for which segment, what it costs and what it should bring in a year."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from playbook.engagement import Assumptions, Industry, Intervention
from playbook.locale import mark
from playbook.methods.market_research.baskets import Baskets
from playbook.methods.market_research.segments import Segments
from playbook.methods.strategy.action_bars import action_bars, largest
from playbook.methods.strategy.advising.action_value import COLUMNS, action_value
from playbook.methods.strategy.advising.advice import Advice, Learned, fitting, learn, load_advice
from playbook.methods.strategy.advising.findings import findings, headline
from playbook.methods.strategy.advising.offers import offer
from playbook.methods.strategy.advising.own_tests import lesson_findings, lesson_table
from playbook.methods.strategy.recommendations import Recommendations
from playbook.result.contract import Assumption, Figure, Lesson, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.remembered import Remembered
from playbook.result.section import section

__all__ = ["Targeting", "targeting"]

SOURCE = mark("segments of this report; effects and prices from the playbook's advice list")

_SHOWN = {
    "segment": ("Segment", "text"),
    "name": ("Action", "text"),
    "customers": ("Customers", "count"),
    "cost": ("Cost a year", "money"),
    "value": ("Should bring a year", "money"),
    "range": ("Range", "text"),
    "profit": ("Left after cost", "money"),
}
_WHY = {
    "segment": ("Segment", "text"),
    "action": ("What to do", "text"),
    "reason": ("Why for them", "text"),
    "owner": ("Who", "text"),
    "source": ("Where the expected effect comes from", "text"),
}


@dataclass(frozen=True, kw_only=True)
class Targeting(Result):
    """``actions``: one row per segment and action, with the columns ``advising.action_value.COLUMNS``.

    Money is the client's currency a year. ``value`` is gross margin where ``margin`` is known, else revenue; then profit and
    break_even (the lift at which the action just pays) are NaN. ``withdrawn`` are actions that own tests speak against.
    """

    actions: pd.DataFrame
    withdrawn: tuple[str, ...]
    margin: float | None

    def figures(self) -> tuple[Figure, ...]:
        """What one unit of money brings, per action, with the range of the assumption and the point where it just pays."""
        return (_returns_figure(self),) if len(self.actions) else ()


@section(
    "targeting",
    "Whom to serve with what, and does it pay?",
    promise="an action for each customer segment with its cost, its expected value and its reason",
)
def targeting(
    segments: Segments,
    parameters: Assumptions,
    fmt: Formats,
    industry: Industry = "other",
    past_lessons: Sequence[Lesson] = (),
    interventions: Sequence[Intervention] = (),
    past_memory: Sequence[Remembered] = (),
    baskets: Baskets | None = None,
    recommendations: Recommendations | None = None,
) -> Targeting | Locked:
    """Match every segment with the advice for its kind and price each action.

    Expected value a year = customers x basis x lift x gross margin; cost a year = customers x (contact x an average
    customer's revenue + reward x basis). The basis is the segment's yearly revenue per customer, its order value, or the average
    customer's yearly revenue (``advice.yml``). An action that sends a chosen product is only proposed where ``baskets`` or
    ``recommendations`` name one. Locked when the segments bought nothing in the last 12 months.
    """
    profiles = segments.profiles
    customers, revenue = profiles["customers"].sum(), profiles["revenue_year"].sum()
    if customers == 0 or revenue <= 0:
        return Locked(
            fmt=fmt,
            headline="No action can be priced yet: there is no revenue in the last 12 months",
            unlock=("orders of the last 12 months",),
            promise="an action for each segment with its cost and expected value",
        )
    known, chosen = load_advice(), _products_chosen(baskets, recommendations)
    fits = [(row, advice) for row in profiles.to_dict("records") for advice in fitting(known, row["kind"], industry)]
    undone = tuple(dict.fromkeys(advice.name for _, advice in fits if advice.names_product and not chosen))
    pairs = [
        (row, advice, learn(advice, past_lessons, interventions, past_memory))
        for row, advice in fits
        if advice.name not in undone
    ]
    average, margin = revenue / customers, parameters.gross_margin
    rows = [action_value(*pair, average, margin, fmt) for pair in pairs if not pair[2].withdrawn]
    actions = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(
        ["profit", "value"], ascending=False, kind="stable", ignore_index=True
    )
    without = tuple(row["segment"] for row in profiles.to_dict("records") if row["kind"] not in known)
    advised = [pair[1:] for pair in pairs]
    return Targeting(
        fmt=fmt,
        headline=headline(actions, margin, fmt),
        findings=(*findings(actions, margin, fmt), *lesson_findings(advised, fmt)),
        tables=_tables(actions, advised, margin, fmt),
        assumptions=_assumptions(without, undone, margin, fmt),
        actions=actions,
        proposals=tuple(offer(action, _members(segments, action), fmt) for action in actions.to_dict("records")),
        withdrawn=tuple(advice.id for _, advice, learned in pairs if learned.withdrawn),
        margin=margin,
    )


def _products_chosen(baskets: Baskets | None, recommendations: Recommendations | None) -> bool:
    """Whether any section says which product goes with another, or to whom."""
    pairs = baskets is not None and bool(baskets.rules["shown"].any())
    return pairs or (recommendations is not None and len(recommendations.offers) > 0)


def _members(segments: Segments, action: dict) -> pd.DataFrame:
    members = segments.assignments[segments.assignments["segment"] == action["segment"]]
    return members.rename(columns={"revenue_year": "bought"})[["customer_id", "segment", "recency_days", "bought"]]


def _ranges(actions: pd.DataFrame, fmt: Formats) -> list[str]:
    """``value_low`` to ``value_high`` of each action in words, one column of a table instead of two."""
    edges = zip(actions["value_low"], actions["value_high"], strict=True)
    return [fmt.say("{low} to {high}", low=fmt.money(low), high=fmt.money(high)) for low, high in edges]


def _tables(actions: pd.DataFrame, pairs: list[tuple[Advice, Learned]], margin: float | None, fmt: Formats) -> tuple[Table, ...]:
    shown = {**_SHOWN, "range": (fmt.say("{level} range", level=fmt.share(LEVEL)), "text")}
    if margin is None:
        shown["value"] = ("Extra revenue a year", "money")
        del shown["profit"]
    if margin is None:
        caption = fmt.say("Actions by segment; an action brings revenue, because the margin is not known.")
    else:
        caption = fmt.say("Actions by segment; an action brings gross margin at {share} of revenue.", share=fmt.share(margin))
    tables = [
        Table(actions.assign(range=_ranges(actions, fmt)), caption, SOURCE, shown),
        Table(actions, "What to do, why and who.", SOURCE, _WHY),
    ]
    if tested := lesson_table(pairs, fmt):
        tables.append(tested)
    return tuple(tables)


def _assumptions(without: tuple[str, ...], undone: tuple[str, ...], margin: float | None, fmt: Formats) -> tuple[Assumption, ...]:
    stated = [
        Assumption(
            "Expected effects come from published tests or from our judgement, as the table says for each. Only those that name"
            " your own test are measured on your customers.",
            "low",
            "high",
        ),
        Assumption("The effects of two actions on the same segment add up. In practice they overlap a little.", "low", "medium"),
        Assumption(
            "The range of a sum of actions takes all of them as too hopeful, or all as too cautious: it is as wide as it can be.",
            "medium",
            "medium",
        ),
        Assumption(
            "Costs per customer are our planning figures, set as shares of what an average customer buys in a year.",
            "low",
            "medium",
        ),
    ]
    if margin is None:
        stated.append(
            Assumption("No gross margin is given in client.yml, so every value is revenue and not profit.", "high", "high")
        )
    else:
        stated.append(
            Assumption(
                fmt.say(
                    "The gross margin of {share} stated in client.yml also holds for the extra sales.", share=fmt.share(margin)
                ),
                "medium",
                "high",
            )
        )
    if without:
        text = fmt.say("There is no advice yet for {segments}.", segments=fmt.listed(without))
        stated.append(Assumption(text, "high", "low"))
    for name in undone:
        text = fmt.say("“{action}” is not proposed: the data do not tell yet which product goes to whom.", action=fmt.told(name))
        stated.append(Assumption(text, "high", "low"))
    return tuple(stated)


def _returns_figure(result: Targeting) -> Figure:
    fmt, one = result.fmt, result.fmt.money(1)
    ranked = result.actions[result.actions["cost"] > 0]
    ratios = ranked[["value_low", "value", "value_high"]].div(ranked["cost"], axis=0).set_axis(["low", "value", "high"], axis=1)
    data = largest(ranked[["segment", "name"]].join(ratios))
    best, least = data.iloc[-1], data.iloc[0]
    if result.margin is None:
        line, title = None, fmt.say("revenue for each {one} spent", one=one)
        told = fmt.say("What {one} spent brings in revenue when the whole segment is addressed.", one=one)
    else:
        line, title = (1, fmt.say("just pays")), fmt.say("gross margin for each {one} spent", one=one)
        told = fmt.say("What {one} spent brings in gross margin when the whole segment is addressed.", one=one)
    return Figure(
        svg=action_bars(data, fmt, title, unit="number", line=line),
        source=SOURCE,
        caption=fmt.sentences(told, fmt.say("The line is the range of the assumption.")),
        alt=fmt.sentences(
            fmt.say_n("Bar chart of one action.", "Bar chart of {n} actions.", len(data)),
            fmt.say(
                "Most comes from “{action}” for {whom}: {value} for each {one}.",
                action=best["name"],
                whom=best["segment"],
                value=fmt.number(best["value"]),
                one=one,
            ),
            fmt.say(
                "Least comes from “{action}” for {whom}: {value}.",
                action=least["name"],
                whom=least["segment"],
                value=fmt.number(least["value"]),
            )
            if len(data) > 1
            else "",
        ),
        data=Table(
            data[::-1],
            told,
            SOURCE,
            {
                "segment": ("Segment", "text"),
                "name": ("Action", "text"),
                "low": ("at least", "number"),
                "value": ("Expected", "number"),
                "high": ("at most", "number"),
            },
        ),
    )
