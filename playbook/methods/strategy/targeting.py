"""Targeting: which action for which segment, what it costs and what it should bring in a year."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from playbook.engagement import Assumptions, Industry, Intervention
from playbook.methods.market_research.segments import Segments
from playbook.methods.strategy.action_bars import action_bars, largest
from playbook.methods.strategy.advising.action_value import COLUMNS, action_value
from playbook.methods.strategy.advising.advice import Advice, Learned, fitting, learn, load_advice
from playbook.methods.strategy.advising.offers import offer
from playbook.methods.strategy.advising.own_tests import lesson_findings, lesson_table, measured
from playbook.result.contract import Assumption, Figure, Finding, Lesson, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.remembered import Remembered
from playbook.result.section import section

__all__ = ["Targeting", "ranges", "targeting"]

SOURCE = "segments of this report; effects and prices from the playbook's advice list"

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
) -> Targeting | Locked:
    """Match every segment with the advice for its kind and price each action.

    Expected value a year = customers x basis x lift x gross margin; cost a year = customers x (contact x an average
    customer's revenue + reward x basis). The basis is the segment's yearly revenue per customer, its order value, or the average
    customer's yearly revenue (``advice.yml``). Locked when the segments bought nothing in the last 12 months.
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
    known = load_advice()
    pairs = [
        (row, advice, learn(advice, past_lessons, interventions, past_memory))
        for row in profiles.to_dict("records")
        for advice in fitting(known, row["kind"], industry)
    ]
    average, margin = revenue / customers, parameters.gross_margin
    rows = [action_value(*pair, average, margin, fmt.locale) for pair in pairs if not pair[2].withdrawn]
    actions = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(
        ["profit", "value"], ascending=False, kind="stable", ignore_index=True
    )
    without = tuple(row["segment"] for row in profiles.to_dict("records") if row["kind"] not in known)
    advised = [pair[1:] for pair in pairs]
    return Targeting(
        fmt=fmt,
        headline=_headline(actions, margin, fmt),
        findings=(*_findings(actions, margin, fmt), *lesson_findings(advised, fmt.locale)),
        tables=_tables(actions, advised, margin, fmt),
        assumptions=_assumptions(without, margin, fmt),
        actions=actions,
        proposals=tuple(offer(action, _members(segments, action), fmt) for action in actions.to_dict("records")),
        withdrawn=tuple(advice.id for _, advice, learned in pairs if learned.withdrawn),
        margin=margin,
    )


def _members(segments: Segments, action: dict) -> pd.DataFrame:
    members = segments.assignments[segments.assignments["segment"] == action["segment"]]
    return members.rename(columns={"revenue_year": "bought"})[["customer_id", "segment", "recency_days", "bought"]]


def ranges(actions: pd.DataFrame, fmt: Formats) -> list[str]:
    """``value_low`` to ``value_high`` of each action in words, one column of a table instead of two."""
    edges = zip(actions["value_low"], actions["value_high"], strict=True)
    return [f"{fmt.money(low)} to {fmt.money(high)}" for low, high in edges]


def _headline(actions: pd.DataFrame, margin: float | None, fmt: Formats) -> str:
    if actions.empty:
        return "No action of the advice list fits these segments"
    if margin is None:
        return f"{len(actions)} actions aim at {fmt.money(actions['value'].sum())} more revenue a year; the margin is missing"
    paying = actions[actions["profit"] > 0]
    if paying.empty:
        return f"None of the {len(actions)} actions is expected to earn its cost"
    left = fmt.money(paying["profit"].sum())
    return f"{len(paying)} of {len(actions)} actions should pay for whole segments: {left} a year after cost"


def _findings(actions: pd.DataFrame, margin: float | None, fmt: Formats) -> list[Finding]:
    if actions.empty:
        return []
    if margin is None:
        top = actions.iloc[0]
        sentence = (
            f"The largest gain in sight is {top['name']} for {top['segment']}: {fmt.money(top['value'])} more revenue a year for"
            f" {fmt.money(top['cost'])}. Whether it pays cannot be said, because the gross margin is not known."
        )
        return [
            Finding(
                "targeting-revenue",
                sentence,
                top["value"],
                "money",
                top["value_low"],
                top["value_high"],
                int(top["customers"]),
                action="State the gross margin in client.yml, so that value after cost can be worked out.",
            )
        ]
    findings, paying = [], actions[actions["profit"] > 0]
    if len(paying) > 1:
        spent, low, high = paying["cost"].sum(), paying["value_low"].sum(), paying["value_high"].sum()
        findings.append(
            Finding(
                "targeting-total",
                f"The {len(paying)} actions that pay cost {fmt.money(spent)} a year and should bring"
                f" {fmt.money(paying['value'].sum())} of gross margin: {fmt.money(paying['profit'].sum())} is left.",
                paying["profit"].sum(),
                "money",
                low - spent,
                high - spent,
                int(paying.groupby("segment")["customers"].first().sum()),
                paying["profit"].sum(),
                action="Start with these and keep a control group, so that the next report measures instead of assuming.",
            )
        )
    if len(paying):
        top = paying.iloc[0]
        findings.append(
            Finding(
                "targeting-best",
                f"Most should come from {top['name']} for {top['segment']}: {fmt.money(top['profit'])} a year after a cost of"
                f" {fmt.money(top['cost'])}.",
                top["profit"],
                "money",
                top["value_low"] - top["cost"],
                top["value_high"] - top["cost"],
                int(top["customers"]),
                top["profit"],
                evidence="likely" if measured(top) and top["value_low"] > top["cost"] else "indicative",
                action=top["action"],
                owner=top["owner"],
            )
        )
    losing = actions[actions["profit"] <= 0]
    if len(losing):
        worst = losing.iloc[-1]
        findings.append(
            Finding(
                "targeting-unpaid",
                f"{'One action does' if len(losing) == 1 else f'{len(losing)} actions do'} not earn the cost for everybody, least"
                f" of all {worst['name']} for {worst['segment']}: {fmt.money(worst['value'])} for {fmt.money(worst['cost'])}.",
                worst["profit"],
                "money",
                worst["value_low"] - worst["cost"],
                worst["value_high"] - worst["cost"],
                int(worst["customers"]),
                action="Leave it, or limit it to the customers most likely to respond (see the budget).",
            )
        )
    return findings


def _tables(actions: pd.DataFrame, pairs: list[tuple[Advice, Learned]], margin: float | None, fmt: Formats) -> tuple[Table, ...]:
    shown = {**_SHOWN, "range": (f"{fmt.share(LEVEL)} range", "text")}
    if margin is None:
        shown["value"] = ("Extra revenue a year", "money")
        del shown["profit"]
    meant = "revenue, because the margin is not known" if margin is None else f"gross margin at {fmt.share(margin)} of revenue"
    tables = [
        Table(actions.assign(range=ranges(actions, fmt)), f"Actions by segment; an action brings {meant}.", SOURCE, shown),
        Table(actions, "What to do, why and who.", SOURCE, _WHY),
    ]
    if tested := lesson_table(pairs, fmt.locale):
        tables.append(tested)
    return tuple(tables)


def _assumptions(without: tuple[str, ...], margin: float | None, fmt: Formats) -> tuple[Assumption, ...]:
    stated = [
        Assumption(
            "Expected effects come from published tests or from our judgement, as the table says for each. Only those that name"
            " your own test are measured on your customers.",
            "low",
            "high",
        ),
        Assumption("Effects of two actions on the same segment add up. In practice they overlap a little.", "low", "medium"),
        Assumption(
            "The range of a sum of actions takes all of them as too hopeful or too careful together: it is the widest it can be.",
            "medium",
            "medium",
        ),
        Assumption(
            "Costs per customer are our planning figures, as shares of what an average customer buys in a year.", "low", "medium"
        ),
    ]
    if margin is None:
        stated.append(
            Assumption("No gross margin is given in client.yml, so every value is revenue and not profit.", "high", "high")
        )
    else:
        stated.append(
            Assumption(
                f"The gross margin of {fmt.share(margin)} stated in client.yml holds for the extra sales.", "medium", "high"
            )
        )
    if without:
        stated.append(Assumption(f"There is no advice yet for: {', '.join(without)}.", "high", "low"))
    return tuple(stated)


def _returns_figure(result: Targeting) -> Figure:
    fmt, meant, one = result.fmt, "revenue" if result.margin is None else "gross margin", f"1 {result.fmt.currency}"
    ranked = result.actions[result.actions["cost"] > 0]
    ratios = ranked[["value_low", "value", "value_high"]].div(ranked["cost"], axis=0).set_axis(["low", "value", "high"], axis=1)
    data = largest(ranked[["segment", "name"]].join(ratios))
    line = None if result.margin is None else (1, "just pays")
    best, least = data.iloc[-1], data.iloc[0]
    return Figure(
        svg=action_bars(data, lambda v: fmt.number(v), f"{meant} for each {one} spent", line=line),
        source=SOURCE,
        caption=f"What {one} brings in {meant} when the whole segment is addressed. The line is the range of the assumption.",
        alt=f"Bar chart of {len(data)} actions. {best['name']} for {best['segment']} brings {fmt.number(best['value'])} for"
        f" each {one}, {least['name']} for {least['segment']} {fmt.number(least['value'])}.",
        data=Table(
            data[::-1],
            f"{meant.capitalize()} for each {one} spent.",
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
