"""Expected: how the lifts that strategy will plan with are told: assumed before, after the client's own tests."""

import pandas as pd

from playbook.locale import mark
from playbook.result.contract import Finding, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["LIFT_NOTE", "lift_finding", "lift_table"]

LIFT_NOTE = mark(
    "An assumed effect is taken to hold evenly over the year. It and the client's own tests are weighed by how sure each is;"
    " where they contradict each other, the assumption loses weight."
)


def lift_finding(lifts: pd.DataFrame, fmt: Formats) -> tuple[Finding, ...]:
    """The action whose expected effect moved most; empty without any (``lifts`` has the columns of ``lift_frame``)."""
    if lifts.empty:
        return ()
    most = lifts.loc[(lifts["lift"] - lifts["assumed"]).abs().idxmax()]
    first = fmt.say(
        "From now on we plan “{name}” with {lift} of revenue on {days} days a year, as tested, instead of {assumed} all year, as"
        " assumed so far.",
        name=most["name"],
        lift=fmt.change(most["lift"]),
        days=fmt.count(most["days"]),
        assumed=fmt.change(most["assumed"]),
    )
    more = len(lifts) - 1
    also = fmt.say_n("One other action is re-planned as well.", "{n} other actions are re-planned as well.", more) if more else ""
    return (
        Finding(
            "lessons-expected",
            fmt.sentences(first, also),
            float(most["lift"]),
            "share",
            float(most["low"]),
            float(most["high"]),
            evidence="likely" if most["low"] > 0 or most["high"] < 0 else "not shown",
        ),
    )


def lift_table(lifts: pd.DataFrame, fmt: Formats) -> tuple[Table, ...]:
    """What each kind of action was assumed to bring, and what it is planned with from now on."""
    if lifts.empty:
        return ()
    told = lifts.assign(
        before=[_ranged(row.assumed, row.assumed_low, row.assumed_high, fmt) for row in lifts.itertuples()],
        after=[_ranged(row.lift, row.low, row.high, fmt) for row in lifts.itertuples()],
    )
    columns = {
        "name": ("Kind of action", "text"),
        "before": ("Assumed", "text"),
        "tests": ("Own tests", "count"),
        "weight": ("Weight of the last test", "share"),
        "after": ("Planned with from now on", "text"),
    }
    caption = fmt.say("Change of revenue while an action runs, with {level} ranges.", level=fmt.share(LEVEL))
    return (Table(told, caption, "interventions; the playbook's advice list", columns),)


def _ranged(value: float, low: float, high: float, fmt: Formats) -> str:
    return fmt.say("{value} ({low} to {high})", value=fmt.change(value), low=fmt.change(low), high=fmt.change(high))
