"""Plan review: the day an action is looked at, the rule it is judged by, and how large a gain a control group can show."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["CONTROL", "detectable", "next_monday", "review_finding", "stop_rule"]

CONTROL = 0.10  # share of the customers that is left alone
CERTAIN, POWER = 0.95, 0.80  # a gain is seen when a two-sided test at 95 percent finds it in four of five cases
BREAK_FROM, BREAK_TO = (12, 21), (1, 3)  # (month, day): between the years nobody starts or reviews anything


def next_monday(day: date) -> date:
    """The first Monday on or after ``day`` that does not lie between the years."""
    monday = day + timedelta(days=-day.weekday() % 7)
    while (monday.month, monday.day) >= BREAK_FROM or (monday.month, monday.day) <= BREAK_TO:
        monday += timedelta(days=7)
    return monday


def stop_rule(action: Mapping, review: date, fmt: Formats) -> str:
    """When to stop, for a row of ``Targeting.actions``: the gain at which it pays, judged by a range and not by one figure.

    Stopping at the first figure below that gain would end half of the actions that just pay, by chance alone.
    """
    least, by = action["break_even"], fmt.day(review)
    if pd.isna(least):
        return f"Stop on {by} if the customers addressed buy less than the control group, beyond what chance explains."
    gain = {
        "year": f"{fmt.share(least, 1)} more revenue than in the control group",
        "order": f"{fmt.number(least * 100)} more orders per 100 customers and year than in the control group",
        "average": f"{fmt.money(least * action['basis_value'])} of revenue a year from new customers for each customer asked",
    }[action["basis"]]
    return (
        f"It pays from {gain}. Stop on {by} if the whole {fmt.share(LEVEL)} range of the gain lies below that; if only a part of"
        " it does, keep the control group and look again."
    )


def detectable(revenue: pd.Series, control: float = CONTROL) -> float:
    """Smallest relative gain in mean ``revenue`` per customer that a control group of this share can tell from chance.

    (z(0.975) + z(0.80)) x coefficient of variation x sqrt(1 / treated + 1 / control): Bloom 1995, Evaluation Review 19. Infinite
    where nobody is left for one of the groups or nothing was bought.
    """
    mean, held = revenue.mean(), len(revenue) * control
    if held < 1 or not mean > 0:
        return float("inf")
    error = revenue.std(ddof=0) / mean * np.sqrt(1 / (len(revenue) - held) + 1 / held)
    return float((norm.ppf((1 + CERTAIN) / 2) + norm.ppf(POWER)) * error)


def review_finding(rows: list[dict], assignments: pd.DataFrame, fmt: Formats) -> Finding | None:
    """Whether the reviews can show that actions pay: ``rows`` of the plan (segment, name, basis, break_even, reach, amount).

    ``assignments``: segment and revenue per customer, as in ``Segments``. None where every gain that pays can be seen, or where
    no action is measured by the revenue of the customers addressed.
    """
    found = []
    for row in rows:
        if row["basis"] == "year" and pd.notna(row["break_even"]):
            revenue = assignments.loc[assignments["segment"] == row["segment"], "revenue"]
            revenue = revenue.sort_values(ascending=False).head(round(len(revenue) * row["reach"]))
            found.append({**row, "seen": detectable(revenue), "halved": detectable(revenue, 0.5)})
    hidden = [row for row in found if np.isfinite(row["seen"]) and row["seen"] > row["break_even"]]
    if not hidden:
        return None
    largest = max(hidden, key=lambda row: row["amount"])
    return Finding(
        "plan-review",
        f"With one customer in ten left alone, the review of {largest['name']} for {largest['segment']} can only show a gain of"
        f" {fmt.share(largest['seen'])} or more; it pays from {fmt.share(largest['break_even'])}."
        + (f" The same holds for {len(hidden) - 1} more." if len(hidden) > 1 else ""),
        largest["seen"],
        "share",
        n=len(found),
        evidence="likely",
        action=f"Start it with half of the customers, drawn by lot: then {fmt.share(largest['halved'])} can be seen. Where that"
        " is still too coarse, judge several reviews together.",
    )
