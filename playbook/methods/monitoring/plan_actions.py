"""Plan actions: the actions of the last published plan, and how far each has come."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from playbook.engagement import Intervention
from playbook.locale import mark
from playbook.methods.monitoring.plan_pace import PACE, action_pace
from playbook.result.contract import Finding, Table
from playbook.result.formats import Formats

__all__ = ["action_finding", "action_states", "action_table", "pace_table"]

LATE, REVIEW, RUNNING = mark("late"), mark("review due"), mark("under way")
ENDED, AHEAD = mark("ended"), mark("not due yet")
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
        begun = fmt.say_n(
            "The one action of the last plan that was due has begun.",
            "All {n} actions of the last plan that were due have begun.",
            len(due),
        )
        waiting = fmt.say_n(
            "One is due for review: {names}.", "{n} are due for review: {names}.", len(review), names=_names(review, fmt)
        )
        return Finding(
            "plan-tracking-actions",
            fmt.sentences(begun, "" if review.empty else waiting),
            0.0,
            "count",
            n=len(due),
            evidence="shown",
            action=None if review.empty else "Hold them against their control groups and decide by the stop rule.",
        )
    told = {"day": fmt.day(as_of), "names": _names(late, fmt)}
    if len(due) == 1:
        sentence = fmt.say("The one action of the last plan that was due by {day} has not begun: {names}.", **told)
    else:
        sentence = fmt.say_n(
            "{n} of {due} actions of the last plan that were due by {day} has not begun: {names}.",
            "{n} of {due} actions of the last plan that were due by {day} have not begun: {names}.",
            len(late), due=len(due), **told,
        )  # fmt: skip
    return Finding(
        "plan-tracking-actions",
        sentence,
        float(len(late)),
        "count",
        n=len(due),
        money=float(late["value"].sum()),
        evidence="shown",
        action="Begin them or strike them off the plan. Enter one that has begun under interventions in client.yml, with its id.",
    )


def action_table(states: pd.DataFrame, fmt: Formats) -> Table:
    """All actions of the last plan with their state."""
    columns = {
        "name": ("What", "text"),
        "whom": ("For whom", "text"),
        "owner": ("Who", "text"),
        "start": ("Was to start", "date"),
        "review": ("Review", "date"),
        "state": ("State", "text"),
    }
    shown = states.assign(state=[fmt.told(state) for state in states["state"]])
    return Table(shown, "Actions of the last plan, and how far they have come", "the last published plan; interventions", columns)


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
    return Table(
        states, "Actions of the last plan: what was due, and what they can bring at the promised rate",
        "the last published plan; interventions", columns, aside=True,
    )  # fmt: skip


def _names(actions: pd.DataFrame, fmt: Formats) -> str:
    first, more = actions.head(MOST_NAMED), len(actions) - MOST_NAMED
    named = [fmt.say("{name} for {whom}", name=name, whom=whom) for name, whom in zip(first["name"], first["whom"], strict=True)]
    return fmt.listed([*named, *([fmt.say("{count} more", count=more)] if more > 0 else [])])
