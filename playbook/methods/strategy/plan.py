"""Plan: who does what for whom from when, what it may cost, what it should bring, and when to stop."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from playbook.methods.market_research.segments import Segments
from playbook.methods.needs_analysis.needs import Needs
from playbook.methods.strategy.action_bars import action_bars, largest
from playbook.methods.strategy.budget import Budget
from playbook.methods.strategy.planning.plan_review import CONTROL, next_monday, review_finding, stop_rule
from playbook.methods.strategy.targeting import Targeting, ranges
from playbook.result.contract import Assumption, Figure, Finding, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Plan", "plan"]

SOURCE = "targeting and budget sections"
WHOLE = 0.995  # share of a segment's cost from which everybody is reached

_COLUMNS = {
    "action": ("What", "text"),
    "whom": ("For whom", "text"),
    "owner": ("Who", "text"),
    "start": ("Start", "date"),
    "review": ("Review", "date"),
    "cost": ("May cost a year", "money"),
    "worth": ("Should bring a year", "text"),
}
_JUDGED = {
    "name": ("What", "text"),
    "segment": ("For whom", "text"),
    "kpi": ("What will show it", "text"),
    "stop_rule": ("When to stop", "text"),
}


@dataclass(frozen=True, kw_only=True)
class Plan(Result):
    """``actions``: action_id, name, action, segment, whom (segment and the part that is reached), owner, start, review, cost,
    value_low, value, value_high, kpi, stop_rule; in order of start. Dates are days, money is a year's: gross margin, or revenue
    where ``margin`` is None.
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
    targeting: Targeting,
    budget: Budget,
    as_of: date,
    fmt: Formats,
    needs: Needs | None = None,
    segments: Segments | None = None,
) -> Plan:
    """Turn the funded actions into a dated plan.

    An action starts on the first Monday after ``as_of`` plus its lead time and is reviewed after its review time, never between
    the years. The stop rule names the smallest gain over a control group at which the action earns what it costs: cost /
    (customers x basis x margin). With ``segments`` the plan says how large a gain its control groups can show at all.
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
    review = review_finding(rows, segments.assignments, fmt) if segments is not None else None
    return Plan(
        fmt=fmt,
        headline=_headline(actions, meant, fmt),
        findings=_findings(actions, left_out, targeting.margin, meant, needs, review, fmt),
        tables=(
            ()
            if actions.empty
            else (
                Table(actions.assign(worth=_worth(actions, fmt)), f"The plan; an action brings {meant}.", SOURCE, _COLUMNS),
                Table(actions, "How each action is judged.", SOURCE, _JUDGED),
            )
        ),
        assumptions=(
            Assumption("Lead times hold: people, texts and systems are ready on the start date.", "medium", "medium"),
            Assumption(
                f"{fmt.share(CONTROL)} of the customers of each action are left alone as a control group, drawn by lot. Without"
                " it no effect can be measured; until the review, costs and gains are lower by that part.",
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
    "whom",
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
        "whom": row["segment"] + ("" if row["reach"] >= WHOLE else f" (the {fmt.share(row['reach'])} likeliest to respond)"),
        "cost": row["amount"],
        "start": pd.Timestamp(start),
        "review": pd.Timestamp(review),
        "stop_rule": stop_rule(row, review, fmt),
    }


def _worth(actions: pd.DataFrame, fmt: Formats) -> list[str]:
    return [f"{fmt.money(v)} ({r})" for v, r in zip(actions["value"], ranges(actions, fmt), strict=True)]


def _headline(actions: pd.DataFrame, meant: str, fmt: Formats) -> str:
    if actions.empty:
        return "No action is worth starting with what we know today"
    many = "One action" if len(actions) == 1 else f"{len(actions)} actions"
    return f"{many} for {fmt.money(actions['cost'].sum())} should bring {fmt.money(actions['value'].sum())} of {meant} a year"


def _findings(
    actions: pd.DataFrame,
    left_out: pd.DataFrame,
    margin: float | None,
    meant: str,
    needs: Needs | None,
    review: Finding | None,
    fmt: Formats,
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
        main = actions.loc[actions["value"].idxmax()]
        findings.append(
            Finding(
                "plan-main",
                f"Most should come from {main['name']} for {main['whom']}, from {fmt.day(main['start'])} on: {main['action']}",
                main["value"],
                "money",
                main["value_low"],
                main["value_high"],
                money=None if margin is None else main["value"] - main["cost"],
                action=f"Decide on {fmt.day(main['review'])}, by the stop rule in the table, whether it goes on.",
                owner=main["owner"],
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
    gap = next((n.money for n in needs.ranked if n.kind == "outcome" and n.money), None) if needs is not None else None
    if gap and len(actions):
        findings.append(_against_gap(gap, actions, margin, fmt))
    return tuple(f for f in (*findings, review) if f)


def _against_gap(gap: float, actions: pd.DataFrame, margin: float | None, fmt: Formats) -> Finding:
    """The plan beside the gap to the revenue goal. The gap is revenue, so margin is turned back into revenue."""
    low, revenue, high = (actions[c].sum() / (margin or 1.0) for c in ("value_low", "value", "value_high"))
    return Finding(
        "plan-gap",
        f"Revenue is {fmt.money(gap)} a year short of its goal. The plan should add {fmt.money(revenue)} of revenue a year,"
        f" {fmt.share(revenue / gap)} of that.",
        revenue,
        "money",
        low,
        high,
        action="Treat what the plan does not cover with the other phases' actions." if gap > revenue else None,
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
        data=Table(
            data[::-1],
            f"Expected {meant} and cost a year.",
            SOURCE,
            {
                "segment": ("Segment", "text"),
                "name": ("Action", "text"),
                "cost": ("Cost", "money"),
                "low": ("at least", "money"),
                "value": ("Expected", "money"),
                "high": ("at most", "money"),
            },
        ),
    )
