"""Tables of forecast tracking: how forecasts did by months ahead, every forecast beside what came; and what it rests on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.forecast_record.judge import Judgement
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["assumptions", "step_words", "tables"]

TESTS = {"bias": mark("Misses to one side"), "range": mark("Ranges too narrow"), "worse": mark("Worse of late")}
ADVICE = {"shown": mark("fit anew"), "likely": mark("keep an eye on it"), "not shown": mark("keep")}


def step_words(row, fmt: Formats) -> str:
    """Months ahead of a row of ``by_steps``: "1 month", "4 to 6 months"."""
    first, last = int(row.first), int(row.last)
    if first == last:
        return fmt.say_n("{n} month", "{n} months", first)
    return fmt.say("{first} to {last} months", first=first, last=last)


def tables(
    found: Judgement, steps: pd.DataFrame, record: pd.DataFrame, published: pd.DataFrame, source: str, fmt: Formats
) -> tuple[Table, ...]:
    """By months ahead; the tests behind the verdict; and forecasts of earlier reports where months have come due."""
    made = [
        Table(
            steps.assign(ahead=[step_words(row, fmt) for row in steps.itertuples()]),
            "Forecasts made at past days, by months ahead; a positive miss: the forecast was too low",
            source,
            {
                "ahead": ("Ahead", "text"),
                "cases": ("Values", "count"),
                "bias": ("Missed on average", "share"),
                "miss": ("Size of the errors", "share"),
                "signal": ("Tracking signal", "number"),
                "held": (fmt.say("Within the {level} range", level=fmt.share(LEVEL)), "share"),
            },
        )
    ]
    if found.reasons:
        tests = pd.DataFrame(
            [(fmt.told(TESTS[r.kind]), r.chance, r.corrected, fmt.told(ADVICE[r.evidence])) for r in found.reasons],
            columns=["test", "chance", "corrected", "advice"],
        )
        columns = {
            "test": ("What was tested", "text"),
            "chance": ("Chance of so much in a sound forecast", "share"),
            "corrected": ("The same, as one of several tests", "share"),
            "advice": ("Advice", "text"),
        }
        made.append(Table(tests, "What the verdict rests on", source, columns, aside=True))
    each = {
        "month": ("Month", "month"),
        "forecast": ("Forecast", "money"),
        "low": ("Low", "money"),
        "high": ("High", "money"),
        "actual": ("Actual", "money"),
        "error": ("Missed by", "money"),
    }
    if len(published):
        made.append(
            Table(
                published,
                "What earlier reports first forecast for each month, beside the actual figure",
                "earlier reports, orders",
                each,
            )
        )
    near = record[record["step"] == 1]
    if len(near):
        made.append(Table(near, "One month ahead, month by month", source, each, aside=True))
    return tuple(made)


def assumptions(record: pd.DataFrame, published: pd.DataFrame, fmt: Formats) -> tuple[Assumption, ...]:
    """What the record is and is not."""
    days = record["origin"].nunique()
    return (
        Assumption(
            fmt.say_n(
                "The forecast was made anew at {n} past day with what was known by then, by the method that makes it today. What"
                " people would have corrected by hand is not in it.",
                "The forecast was made anew at {n} past days with what was known by then, by the method that makes it today. What"
                " people would have corrected by hand is not in it.",
                days,
            ),
            "high",
            "medium",
        ),
        Assumption(
            "Errors one month ahead are independent of each other in a sound forecast, and as likely above as below. Forecasts "
            "of more months overlap: their figures are told, and no verdict rests on them.",
            "medium",
            "medium",
        ),
        *(
            ()
            if len(published)
            else (
                Assumption(
                    "No month of an earlier report's forecast has come due yet; from the next report on it counts too.",
                    "high",
                    "low",
                ),
            )
        ),
    )
