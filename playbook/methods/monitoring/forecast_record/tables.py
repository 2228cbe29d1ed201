"""Tables of forecast tracking: how forecasts did by months ahead, every forecast beside what came; and what it rests on."""

import pandas as pd

from playbook.methods.monitoring.forecast_record.judge import Judgement
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["assumptions", "step_words", "tables"]

TESTS = {"bias": "Misses to one side", "range": "Ranges too narrow", "worse": "Worse of late"}
ADVICE = {"shown": "fit anew", "likely": "keep an eye on it", "not shown": "keep"}


def step_words(row) -> str:
    """Months ahead of a row of ``by_steps``: "1 month ahead", "4 to 6 months"."""
    first, last = int(row.first), int(row.last)
    return f"{first} month{'s' if first > 1 else ''}" if first == last else f"{first} to {last} months"


def tables(
    found: Judgement, steps: pd.DataFrame, record: pd.DataFrame, published: pd.DataFrame, source: str, fmt: Formats
) -> tuple[Table, ...]:
    """By months ahead; the tests behind the verdict; and forecasts of earlier reports where months have come due."""
    made = [
        Table(
            steps.assign(ahead=[step_words(row) for row in steps.itertuples()]),
            "Forecasts made at past days, by months ahead; a positive miss: more came than was forecast",
            source,
            {
                "ahead": ("Ahead", "text"),
                "cases": ("Values", "count"),
                "bias": ("Missed on average", "share"),
                "miss": ("Size of the errors", "share"),
                "signal": ("Tracking signal", "number"),
                "held": (f"Within the {fmt.share(LEVEL)} range", "share"),
            },
        )
    ]
    if found.reasons:
        tests = pd.DataFrame(
            [(TESTS[r.kind], r.chance, r.corrected, ADVICE[r.evidence]) for r in found.reasons],
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
        "actual": ("Came", "money"),
        "error": ("Missed by", "money"),
    }
    if len(published):
        made.append(
            Table(
                published, "What earlier reports first forecast of each month, beside what came", "earlier reports, orders", each
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
            f"The forecast was made anew at {days} past {'day' if days == 1 else 'days'} with what was known by then, by the "
            "method that makes it today. What people would have corrected by hand is not in it.",
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
