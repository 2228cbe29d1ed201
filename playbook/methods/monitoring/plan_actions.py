"""Plan actions: the actions of the last published plan, and how far each has come."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from playbook.engagement import Intervention
from playbook.methods.monitoring.plan_pace import PACE, action_pace
from playbook.result.contract import Finding, Table
from playbook.result.formats import Formats

__all__ = ["action_finding", "action_states", "action_table", "pace_table"]

LATE, REVIEW, RUNNING, ENDED, AHEAD = "late", "review due", "under way", "ended", "not due yet"
MOST_NAMED = 3


def action_states(past_plan: Sequence[dict], interventions: Sequence[Intervention], as_of: date) -> pd.DataFrame:
    """action_id, name, whom, owner, start, review, value, state and ``PACE`` of each planned action, in the plan's order.

    An action has begun once an intervention of client.yml carries its id: late (due, and not begun), under way, review due (under
    way past its review day), ended, not due yet.
    """
    begun, today, rows = {i.id: i for i in interventions}, pd.Timestamp(as_of), []
    for action in past_plan:
        start, review, known = pd.Timestamp(action["start"]), pd.Timestamp(action["review"]), begun.get(action["action_id"])
        if known is None or pd.Timestamp(known.start) > today:
            state = LATE if start <= today else AHEAD
        elif known.end is not None and pd.Timestamp(known.end) <= today:
            state = ENDED
        else:
            state = REVIEW if review <= today else RUNNING
        told = {name: action[name] for name in ("action_id", "name", "whom", "owner", "value")}
        begins = None if known is None or pd.Timestamp(known.start) > today else pd.Timestamp(known.start)
        ends = None if begins is None or known.end is None else pd.Timestamp(known.end)
        pace = action_pace(action, begins, ends, today)
        rows.append({**told, "start": start, "review": review, "state": state, **pace})
    return pd.DataFrame(rows, columns=["action_id", "name", "whom", "owner", "start", "review", "value", "state", *PACE])


def action_finding(states: pd.DataFrame, as_of: date, fmt: Formats) -> Finding | None:
    """How many actions should have begun and have not, and what they were to bring; None before the first is due."""
    due = states[states["state"] != AHEAD]
    if due.empty:
        return None
    late, review = due[due["state"] == LATE], due[due["state"] == REVIEW]
    if late.empty:
        waiting = "" if review.empty else f" {_many(len(review))} for review: {_names(review)}."
        return Finding(
            "plan-tracking-actions",
            f"All {len(due)} actions of the last plan that were due have begun.{waiting}"
            if len(due) > 1
            else f"The one action of the last plan that was due has begun.{waiting}",
            0.0,
            "count",
            n=len(due),
            evidence="shown",
            action=None if review.empty else "Hold them against their control groups and decide by the stop rule.",
        )
    verb = "has" if len(late) == 1 else "have"
    return Finding(
        "plan-tracking-actions",
        f"{len(late)} of {len(due)} actions of the last plan that were due by {fmt.day(as_of)} {verb} not begun: {_names(late)}.",
        float(len(late)),
        "count",
        n=len(due),
        money=float(late["value"].sum()),
        evidence="shown",
        action="Begin them or strike them off the plan. Enter one that has begun under interventions in client.yml, with its id.",
    )


def action_table(states: pd.DataFrame) -> Table:
    """All actions of the last plan with their state."""
    columns = {
        "name": ("What", "text"),
        "whom": ("For whom", "text"),
        "owner": ("Who", "text"),
        "start": ("Was to start", "date"),
        "review": ("Review", "date"),
        "state": ("State", "text"),
    }
    return Table(
        states, "Actions of the last plan, and how far they have come.", "the last published plan; interventions", columns
    )


def pace_table(states: pd.DataFrame) -> Table:
    """What each action was to bring by now and can still bring, if it brings what was promised from the day it began."""
    columns = {
        "name": ("What", "text"),
        "value": ("Promised within a year", "money"),
        "due": ("Due by now", "money"),
        "so_far": ("Can have brought", "money"),
        "ahead": ("Within the year", "money"),
        "chance": ("Chance of all of it", "share"),
        "needed": ("Needed a month", "money"),
    }
    caption = "Actions of the last plan: what was due, and what they can bring at the promised rate"
    return Table(states, caption, "the last published plan; interventions", columns, aside=True)


def _many(count: int) -> str:
    return "One is due" if count == 1 else f"{count} are due"


def _names(actions: pd.DataFrame) -> str:
    named = "; ".join(f"{r.name_} for {r.whom}" for r in actions.rename(columns={"name": "name_"}).head(MOST_NAMED).itertuples())
    more = len(actions) - MOST_NAMED
    return f"{named}; and {more} more" if more > 0 else named
