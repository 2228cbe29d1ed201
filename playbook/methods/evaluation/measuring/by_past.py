"""By the past: it was for everybody, so what the weeks before led to expect is all there is to compare with."""

from datetime import date

import pandas as pd

from playbook.locale import mark, said
from playbook.methods.evaluation.measuring.effect import judge
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.methods.evaluation.measuring.interrupted import level_shift
from playbook.methods.evaluation.measuring.saying import sentences

__all__ = ["against_past"]

EVERYBODY = mark("It was for everybody, so only the weeks before can serve as the comparison: the weakest there is.")


def against_past(weeks: pd.DataFrame, start: date, end: date, why: str = EVERYBODY) -> dict:
    """Fields of ``Effect`` from the weekly course; ``why`` no better comparison was to be had."""
    found = level_shift(weeks, start, end)
    if found is None:
        return {
            "design": "own past",
            "why": why,
            "verdict": "too little data",
            "note": said("Needs twelve weeks with orders before the start and a whole week since."),
        }
    note = sentences(
        said("No comparison group: whatever else changed in these weeks is counted in."),
        ""
        if found.seasonal
        else said("Less than two years of weeks, so the season cannot be told apart: the true range is wider."),
    )
    # Whatever else happened in these weeks is no part of the range, so the weakest comparison has to pass the stricter test.
    doubtful = not found.seasonal or found.log.p >= 1 - CERTAIN
    came = float(found.course.loc[found.course["during"], "actual"].sum())
    return {
        "design": "own past",
        "why": why,
        "effect": found.effect,
        "low": found.low,
        "high": found.high,
        "revenue": found.total,
        "revenue_low": found.total_low,
        "revenue_high": found.total_high,
        "expected_revenue": came - found.total,
        "detectable": found.detectable,
        "weeks": found.weeks_during,
        "note": note,
        "course": found.course,
        "verdict": judge(found.low, found.high, found.log.p, doubtful=doubtful, at_most_likely=True),
    }
