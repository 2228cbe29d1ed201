"""Plan: who does what for whom from when, what it may cost, what it should bring, and when to stop."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from playbook.methods.action_bars import action_bars, largest
from playbook.methods.budget import Budget
from playbook.methods.targeting import Targeting
from playbook.result.contract import Assumption, Figure, Finding, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Plan", "next_monday", "plan"]

SOURCE = "targeting and budget sections"

_COLUMNS = {
    "action": ("What", "text"),
    "segment": ("For whom", "text"),
    "owner": ("Who", "text"),
    "start": ("Start", "date"),
    "review": ("Review", "date"),
    "cost": ("May cost a year", "money"),
    "value_low": ("at least", "money"),
    "value": ("Should bring a year", "money"),
    "value_high": ("at most", "money"),
}
_CONTROL = {
    "action": ("What", "text"),
    "segment": ("For whom", "text"),
    "kpi": ("What will show it", "text"),
    "stop_rule": ("When to stop", "text"),
}


@dataclass(frozen=True, kw_only=True)
class Plan(Result):
    """``actions``: action_id, name, action, segment, owner, start, review, cost, value_low, value, value_high, kpi,
    stop_rule; in order of start. Dates are days, money is a year's: gross margin, or revenue where ``margin`` is None.
    """

    actions: pd.DataFrame
    margin: float | None

    def figures(self) -> tuple[Figure, ...]:
        """What each action of the plan should bring, with its range, beside what it may cost."""
        return (_value_figure(self),) if len(self.actions) else ()


def next_monday(day: date) -> date:
    """The first Monday on or after ``day``."""
    return day + timedelta(days=-day.weekday() % 7)


@section(
    "plan",
    "What happens next, by whom and until when?",
    promise="dated actions with owner, budget, expected value, the KPI that will show it and a stop rule",
)
def plan(targeting: Targeting, budget: Budget, as_of: date, fmt: Formats, needs: Result | None = None) -> Plan:
    """Turn the funded actions into a dated plan.

    An action starts on the first Monday after ``as_of`` plus its lead time and is reviewed after its review time. The stop rule
    names the smallest gain over a control group at which the action earns what it costs: cost / (customers x basis x margin).
    """
    funded = budget.allocations[budget.allocations["amount"] > 0]
    details = targeting.actions.drop(columns=["value_low", "value", "value_high", "cost"])
    rows = funded.merge(details, on=["action_id", "segment", "name"], how="left", validate="one_to_one").to_dict("records")
    dated = [_dated(row, as_of, fmt) for row in rows]
    actions = pd.DataFrame(dated, columns=_FIELDS).sort_values(
        ["start", "value"], ascending=[True, False], kind="stable", ignore_index=True
    )
    left_out = budget.allocations.loc[budget.allocations["amount"] == 0, ["segment", "name"]]
    meant = "revenue" if targeting.margin is None else "gross margin"
    return Plan(
        fmt=fmt,
        headline=_headline(actions, meant, fmt),
        findings=_findings(actions, left_out, targeting.margin, meant, needs, fmt),
        tables=(
            ()
            if actions.empty
            else (
                Table(actions, f"The plan. What an action should bring is {meant}.", SOURCE, _COLUMNS),
                Table(actions, "How each action is judged.", SOURCE, _CONTROL),
            )
        ),
        assumptions=(
            Assumption("Lead times hold: people, texts and systems are ready on the start date.", "medium", "medium"),
            Assumption(
                "One customer in ten of each segment is left alone as a control group, drawn by lot. Without it no effect can be"
                " measured.",
                "high",
                "high",
            ),
            Assumption("A year of effect is counted, from the start of each action.", "medium", "medium"),
        ),
        actions=actions,
        margin=targeting.margin,
    )


_FIELDS = [
    "action_id",
    "name",
    "action",
    "segment",
    "owner",
    "start",
    "review",
    "cost",
    "value_low",
    "value",
    "value_high",
    "kpi",
    "stop_rule",
]


def _dated(row: dict, as_of: date, fmt: Formats) -> dict:
    # the day after the report at the earliest: nobody starts on the day the data end
    start = next_monday(as_of + timedelta(days=max(row["lead_days"], 1)))
    review = next_monday(start + timedelta(days=row["review_days"]))
    return {
        **{c: row[c] for c in ("action_id", "name", "action", "segment", "owner", "kpi", "value_low", "value", "value_high")},
        "cost": row["amount"],
        "start": pd.Timestamp(start),
        "review": pd.Timestamp(review),
        "stop_rule": _stop_rule(row, review, fmt),
    }


def _stop_rule(row: dict, review: date, fmt: Formats) -> str:
    least, by = row["break_even"], fmt.day(review)
    if pd.isna(least):
        return f"Stop unless the customers addressed buy more than the control group by {by}."
    if row["basis"] == "order":
        gain = (
            f"the customers addressed place at least {fmt.number(least * 100, 2)} more orders per 100 customers and year than the"
            " control group"
        )
    elif row["basis"] == "average":
        gain = f"new customers bring at least {fmt.money(least * row['basis_value'])} of revenue a year for each customer asked"
    else:
        gain = f"the customers addressed buy at least {fmt.share(least, 1)} more than the control group"
    return f"Stop unless {gain} by {by}: below that it does not earn its cost."


def _headline(actions: pd.DataFrame, meant: str, fmt: Formats) -> str:
    if actions.empty:
        return "No action is worth starting with what we know today"
    many = "One action" if len(actions) == 1 else f"{len(actions)} actions"
    return f"{many} for {fmt.money(actions['cost'].sum())} should bring {fmt.money(actions['value'].sum())} of {meant} a year"


def _findings(
    actions: pd.DataFrame, left_out: pd.DataFrame, margin: float | None, meant: str, needs: Result | None, fmt: Formats
) -> tuple[Finding, ...]:
    findings = []
    if len(actions):
        cost, total = actions["cost"].sum(), actions["value"].sum()
        findings.append(
            Finding(
                "plan-total",
                f"The plan costs {fmt.money(cost)} and should bring {fmt.money(total)} of {meant} in a year. The first action"
                f" starts on {fmt.day(actions['start'].min())}.",
                total,
                "money",
                actions["value_low"].sum(),
                actions["value_high"].sum(),
                money=None if margin is None else total - cost,
                action="Name the people behind the roles and release the first amounts.",
            )
        )
        first = actions.iloc[0]
        findings.append(
            Finding(
                "plan-first",
                f"First comes {first['name']} for {first['segment']}, on {fmt.day(first['start'])}: {first['action']}",
                first["value"],
                "money",
                first["value_low"],
                first["value_high"],
                money=None if margin is None else first["value"] - first["cost"],
                action=f"Decide on {fmt.day(first['review'])}, by the stop rule in the table, whether it goes on.",
                owner=first["owner"],
            )
        )
    if len(left_out):
        names = "; ".join(f"{r['name']} for {r['segment']}" for r in left_out.to_dict("records"))
        findings.append(
            Finding(
                "plan-left-out",
                f"Not in the plan, because the money brings more elsewhere or the action does not earn its cost: {names}.",
                float(len(left_out)),
                "count",
                action="Look at them again when prices or measured effects change.",
            )
        )
    if needs is not None and needs.findings and len(actions):
        findings.append(_against_need(needs.findings[0], actions, margin, fmt))
    return tuple(findings)


def _against_need(need: Finding, actions: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding:
    """The plan beside the largest need. A need is stated in revenue, so margin is turned back into revenue."""
    revenue = actions["value"].sum() / (margin or 1.0)
    sentence = f"The largest need was: {need.sentence.rstrip('.')}. The plan should add {fmt.money(revenue)} of revenue a year"
    if need.money and need.money > 0:
        sentence += f", {fmt.share(revenue / need.money)} of the {fmt.money(need.money)} at stake there"
    scale = 1 / (margin or 1.0)
    return Finding(
        "plan-need",
        f"{sentence}.",
        revenue,
        "money",
        actions["value_low"].sum() * scale,
        actions["value_high"].sum() * scale,
        action=(
            "Treat what the plan does not cover with the other phases' actions." if need.money and need.money > revenue else None
        ),
    )


def _value_figure(result: Plan) -> Figure:
    fmt, meant = result.fmt, "revenue" if result.margin is None else "gross margin"
    data = largest(result.actions.rename(columns={"value_low": "low", "value_high": "high"}))
    top = data.iloc[-1]
    return Figure(
        svg=action_bars(data, fmt.money, f"{meant} a year", mark="cost"),
        source=SOURCE,
        caption=f"What each action should bring in {meant} a year. The line is the range of the assumption, the mark the cost.",
        alt=f"Bar chart of {len(data)} actions. {top['name']} for {top['segment']} should bring most,"
        f" {fmt.money(top['value'])} for {fmt.money(top['cost'])}.",
        data=Table(data[::-1], f"Expected {meant} and cost a year.", SOURCE, {
            "segment": ("Segment", "text"), "name": ("Action", "text"), "cost": ("Cost", "money"),
            "low": ("at least", "money"), "value": ("Expected", "money"), "high": ("at most", "money"),
        }),
    )
