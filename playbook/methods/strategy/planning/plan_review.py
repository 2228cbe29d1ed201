"""Plan review: the day an action is looked at, and how large a gain a control group can show."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.result.contract import Finding, Proposal
from playbook.result.formats import Formats

__all__ = ["CONTROL", "detectable", "next_monday", "review_finding"]

CONTROL = 0.10  # share of the customers that is left alone
YEAR = 365  # days that ``bought`` was bought in
CERTAIN, POWER = 0.95, 0.80  # a gain is seen when a two-sided test at 95 percent finds it in four of five cases
BREAK_FROM, BREAK_TO = (12, 21), (1, 3)  # (month, day): between the years nobody starts or reviews anything


def next_monday(day: date) -> date:
    """The first Monday on or after ``day`` that does not lie between the years."""
    monday = day + timedelta(days=-day.weekday() % 7)
    while (monday.month, monday.day) >= BREAK_FROM or (monday.month, monday.day) <= BREAK_TO:
        monday += timedelta(days=7)
    return monday


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


def review_finding(kept: Sequence[Proposal], bought: pd.Series, margin: float | None, fmt: Formats) -> Finding | None:
    """Whether the reviews can show that actions pay for what customers buy (pool 'purchases').

    ``bought``: revenue of the last year by customer id. An action pays from cost / (margin x revenue of its customers in the days
    it runs). None without a margin, or where every gain that pays can be seen by a control group; what can be seen is that of a
    whole year, in fewer days it is less.
    """
    if not margin:
        return None
    found = []
    for p in kept:
        revenue = bought.reindex(p.lines["key"]).fillna(0.0) if p.pool == "purchases" and p.cost > 0 else pd.Series(dtype=float)
        if revenue.sum() > 0:
            found.append((p, p.cost / (margin * revenue.sum() * p.days / YEAR), detectable(revenue), detectable(revenue, 0.5)))
    hidden = [each for each in found if np.isfinite(each[2]) and each[2] > each[1]]
    if not hidden:
        return None
    largest, pays, seen, halved = max(hidden, key=lambda each: each[0].cost)
    others = len(hidden) - 1
    return Finding(
        "plan-review",
        fmt.sentences(
            fmt.say(
                "With {left} of the customers left alone, the review of “{action}” for {whom} can only detect a gain of"
                " {seen} or more, though it already pays at {pays}.",
                left=fmt.share(CONTROL),
                action=largest.name,
                whom=largest.whom,
                seen=fmt.share(seen),
                pays=fmt.share(pays),
            ),
            fmt.say_n("The same holds for one more action.", "The same holds for {n} more actions.", others) if others else "",
        ),
        seen,
        "share",
        n=len(found),
        evidence="likely",
        action=fmt.say(
            "Start it with half of the customers, drawn by lot: a gain of {gain} can then be detected. Where that is"
            " still too coarse, judge several reviews together.",
            gain=fmt.share(halved),
        ),
    )
