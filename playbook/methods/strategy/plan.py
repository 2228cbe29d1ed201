"""Plan: who does what for whom from when, what it may cost, what it should bring, and when to stop."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.market_research.segments import Segments
from playbook.methods.needs_analysis.needs import Needs
from playbook.methods.strategy.action_bars import action_bars, largest
from playbook.methods.strategy.budget import Budget
from playbook.methods.strategy.counting import worthwhile
from playbook.methods.strategy.planning.findings import findings, headline, meant_of
from playbook.methods.strategy.planning.merged import dated, lists, merged
from playbook.methods.strategy.planning.plan_review import CONTROL, review_finding
from playbook.result.contract import Assumption, Figure, Result, Table, Worklist
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Plan", "plan"]

SOURCE = mark("proposals of all sections of this report")

_COLUMNS = {
    "name": ("Action", "text"),
    "whom": ("For whom", "text"),
    "start": ("Start", "date"),
    "cost": ("Budget a year", "money"),
    "value": ("Should bring a year", "money"),
    "worth": ("Range", "text"),
    "evidence": ("How sure", "text"),
}
_BRIEF = {
    "name": ("Action", "text"),
    "whom": ("For whom", "text"),
    "owner": ("Who", "text"),
    "start": ("Start", "date"),
    "cost": ("Budget a year", "money"),
    "value": ("Should bring a year", "money"),
    "evidence": ("How sure", "text"),
}
MOST_BRIEF = 6
_DONE = {
    "name": ("Action", "text"),
    "owner": ("Who", "text"),
    "action": ("What to do", "text"),
    "kpi": ("Measured by", "text"),
    "review": ("Review", "date"),
    "stop_rule": ("When to stop", "text"),
}
_LISTED = {
    "name": ("Action", "text"),
    "whom": ("For whom", "text"),
    "action": ("What to do", "text"),
    "owner": ("Who", "text"),
    "start": ("Start", "date"),
    "review": ("Review", "date"),
    "days": ("Days run in a year", "count"),
    "keys": ("Customers, products or deals", "count"),
    "cost": ("Budget a year", "money"),
    "value_low": ("Should bring at least", "money"),
    "value": ("Should bring a year", "money"),
    "value_high": ("Should bring at most", "money"),
    "evidence": ("How sure", "text"),
    "kpi": ("Measured by", "text"),
    "stop_rule": ("When to stop", "text"),
    "action_id": ("Id for interventions", "text"),
}


@dataclass(frozen=True, kw_only=True)
class Plan(Result):
    """``actions``: one row per action with the columns of ``playbook.methods.strategy.planning.merged.COLUMNS``, in order of
    start. Dates are days, money is a year's: gross margin, or revenue where ``margin`` is None. ``worklists``: the plan itself,
    then the list of each action with the rows it is for.
    """

    actions: pd.DataFrame
    margin: float | None

    def figures(self) -> tuple[Figure, ...]:
        """What each action of the plan should bring, with its range, beside what it may cost."""
        return (_value_figure(self),) if len(self.actions) else ()


@section(
    "plan",
    "What happens next, by whom and until when?",
    promise="dated actions with owner, budget, expected value, the KPI that will show it and a stop rule",
)
def plan(
    as_of: date,
    parameters: Assumptions,
    fmt: Formats,
    budget: Budget | None = None,
    targeting: Result | None = None,
    scoring: Result | None = None,
    retention: Result | None = None,
    next_step: Result | None = None,
    recommendations: Result | None = None,
    pricing: Result | None = None,
    stock: Result | None = None,
    risk: Result | None = None,
    service: Result | None = None,
    needs: Needs | None = None,
    segments: Segments | None = None,
) -> Plan:
    """Merge the proposals of all sections into one dated plan in which no gain is counted twice.

    Proposals that need money come from ``budget`` as far as it funds them (``Budget.funded``); those that need none are taken
    as they are. Of two that draw on the same gain of a customer, product or deal, the one that leaves more after cost is kept;
    what then leaves less than ``counting.LEAST`` is not worth a plan.
    With ``segments`` the plan says how large a gain its control groups can show at all.
    """
    answered = (targeting, scoring, retention, next_step, recommendations, pricing, stock, risk, service, budget)
    proposed = tuple(p for result in answered if result is not None for p in result.proposals)
    kept = tuple(p for p in merged(proposed, budget.funded if budget is not None else ()) if worthwhile(p))
    actions = dated(kept, proposed, as_of, fmt)
    left_out = [p for p in proposed if p.id not in set(actions["action_id"])]
    margin = parameters.gross_margin
    meant = meant_of(actions, margin, fmt)
    bought = segments.assignments.set_index("customer_id")["revenue_year"] if segments is not None else pd.Series(dtype=float)
    return Plan(
        fmt=fmt,
        headline=headline(actions, left_out, meant, fmt),
        findings=findings(actions, left_out, margin, meant, needs, review_finding(kept, bought, margin, fmt), fmt),
        tables=_tables(actions, meant, fmt) if len(actions) else (),
        assumptions=_assumptions(fmt) if len(actions) else (),
        worklists=(_listed(_told(actions, fmt)), *lists(kept)) if len(actions) else (),
        actions=actions,
        margin=margin,
        brief=_brief(actions, meant, fmt) if len(actions) else None,
    )


def _brief(actions: pd.DataFrame, meant: str, fmt: Formats) -> Table:
    """The actions that should bring most, in order of start."""
    first = _told(actions, fmt).nlargest(MOST_BRIEF, "value").sort_values(["start", "name"], kind="stable")
    caption = fmt.say("The most valuable actions, in order of start. What they bring is {meant}.", meant=meant)
    return Table(first, caption, SOURCE, _BRIEF)


def _tables(actions: pd.DataFrame, meant: str, fmt: Formats) -> tuple[Table, ...]:
    edges = zip(actions["value_low"], actions["value_high"], strict=True)
    worth = [fmt.say("{low} to {high}", low=fmt.money(low), high=fmt.money(high)) for low, high in edges]
    caption = fmt.say("The plan. What the actions bring is {meant}.", meant=meant)
    return (
        Table(_told(actions, fmt).assign(worth=worth), caption, SOURCE, _COLUMNS),
        Table(actions, "What is done, and how it is judged.", SOURCE, _DONE),
    )


def _told(actions: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    """The actions as they are shown: the strength of the evidence in the reader's words."""
    return actions.assign(evidence=[fmt.told(e) for e in actions["evidence"]])


def _listed(actions: pd.DataFrame) -> Worklist:
    return Worklist(
        "plan",
        "Plan",
        "All actions in order of start. Put names to the roles; once an action has begun, enter it under interventions"
        " in client.yml.",
        actions,
        _LISTED,
        "action_id",
    )


def _assumptions(fmt: Formats) -> tuple[Assumption, ...]:
    return (
        Assumption(
            "Preparations are finished in time: people, texts and systems are ready on the start date.", "medium", "medium"
        ),
        Assumption(
            fmt.say(
                "{share} of the customers of each action are left alone as a control group, drawn by lot. Without it no"
                " effect can be measured. Until the review, costs and gains are lower by that share.",
                share=fmt.share(CONTROL),
            ),
            "high",
            "high",
        ),
        Assumption(
            "A customer, product or deal counts in one action only. Gains of different kinds (more purchases, better prices, less"
            " stock, fewer losses, cheaper service) add up.",
            "medium",
            "medium",
        ),
        Assumption(
            "Each action counts for a year from its start; where your own test was shorter, for as many days as were tested.",
            "medium",
            "medium",
        ),
    )


def _value_figure(result: Plan) -> Figure:
    fmt, meant = result.fmt, meant_of(result.actions, result.margin, result.fmt)
    data = largest(result.actions.rename(columns={"value_low": "low", "value_high": "high", "whom": "segment"}))
    data = data[["segment", "name", "low", "value", "high", "cost"]]
    top = data.iloc[-1]
    return Figure(
        svg=action_bars(data, fmt, fmt.say("{meant} a year", meant=meant), tick=("cost", fmt.say("cost"))),
        source=SOURCE,
        caption=fmt.say(
            "What each action should bring in {meant} a year. The line is its range, the mark its cost.", meant=meant
        ),
        alt=fmt.sentences(
            fmt.say_n("Bar chart of one action.", "Bar chart of {n} actions.", len(data)),
            fmt.say(
                "Most should come from “{action}” for {whom}: {value} for a cost of {cost}.",
                action=top["name"],
                whom=top["segment"],
                value=fmt.money(top["value"]),
                cost=fmt.money(top["cost"]),
            ),
        ),
        data=Table(
            data[::-1],
            fmt.say("Expected {meant} and cost a year.", meant=meant),
            SOURCE,
            {
                "segment": ("For whom", "text"),
                "name": ("Action", "text"),
                "cost": ("Cost", "money"),
                "low": ("at least", "money"),
                "value": ("Expected", "money"),
                "high": ("at most", "money"),
            },
        ),
    )
