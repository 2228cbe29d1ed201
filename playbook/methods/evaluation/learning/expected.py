"""Expected: how the lifts that strategy will plan with are told: assumed before, after the client's own tests."""

import pandas as pd

from playbook.result.contract import Finding, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["LIFT_NOTE", "lift_finding", "lift_table"]

LIFT_NOTE = (
    "An assumed effect is taken to hold evenly over the year. It and the client's own tests are weighed by how sure each is;"
    " where they contradict each other, the assumption loses weight."
)


def lift_finding(lifts: pd.DataFrame, fmt: Formats) -> tuple[Finding, ...]:
    """The action whose expected effect moved most; empty without any (``lifts`` has the columns of ``lift_frame``)."""
    if lifts.empty:
        return ()
    most = lifts.loc[(lifts["lift"] - lifts["assumed"]).abs().idxmax()]
    more = len(lifts) - 1
    others = "One other action is" if more == 1 else f"{more} others are"
    also = f" {others} planned anew, too." if more else ""
    return (
        Finding(
            "lessons-expected",
            f"From now on {most['name']} is planned with {fmt.change(most['lift'])} of revenue for {fmt.count(most['days'])} days"
            f" a year, as tested, instead of {fmt.change(most['assumed'])} all year, as assumed.{also}",
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
    caption = f"Change of revenue while an action runs, with {fmt.share(LEVEL)} ranges."
    return (Table(told, caption, "interventions; the playbook's advice list", columns),)


def _ranged(value: float, low: float, high: float, fmt: Formats) -> str:
    return f"{fmt.change(value)} ({fmt.change(low)} to {fmt.change(high)})"
