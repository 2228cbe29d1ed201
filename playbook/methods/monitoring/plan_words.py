"""Plan words: how the targets of a plan stand, counted, the rates that it takes to reach them, and what that rests on."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.plan_outlook import SEASON_KNOWN
from playbook.methods.monitoring.planned import Planned
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE, Indicator
from playbook.result.contract import Assumption, Finding, Table
from playbook.result.formats import Formats

__all__ = ["STATUS", "STEP", "goals_finding", "kpi_name", "number_of", "plan_assumptions", "rates_table"]

STATUS = {
    "reached": mark("reached"), "on track": mark("on track"), "open": mark("undecided"), "behind": mark("behind"),
    "missed": mark("missed"),
}  # fmt: skip
PLURAL = frozenset({"orders", "customers"})
STEP = 0.05  # a chance is written in steps of this size: past errors tell no more
LOST = ("behind", "missed")


def kpi_name(kpi: str, fmt: Formats) -> str:
    """A KPI as the reader calls it."""
    return fmt.told(CATALOGUE[kpi].label)


def number_of(kpi: str) -> int:
    """Its grammatical number, for ``say_n``: revenue is, orders are."""
    return 2 if kpi in PLURAL else 1


def goals_finding(status: pd.DataFrame, fmt: Formats) -> Finding:
    """How many targets stand how; its value is how many are behind or missed, its ``n`` how many there are."""
    counts, total = status["status"].value_counts(), len(status)
    first = fmt.told(STATUS[status["status"].iloc[0]])
    if len(counts) == 1:
        sentence = fmt.say_n(
            "The plan's one target is {status}.", "All {n} targets of the plan are {status}.", total, status=first
        )
    else:
        parts = [
            fmt.say_n("{n} is {status}", "{n} are {status}", int(counts[code]), status=fmt.told(word))
            for code, word in STATUS.items()
            if code in counts
        ]
        sentence = fmt.say("Of the plan's {total} targets, {parts}.", total=total, parts=fmt.listed(parts))
    lost = int(status["status"].isin(LOST).sum())
    return Finding("plan-tracking-goals", sentence, float(lost), "count", n=total, evidence="shown")


def rates_table(status: pd.DataFrame, fmt: Formats) -> Table:
    """What each target needs from now on beside what is foreseen and what the last three months were: of sums a month, else the
    level at the end."""
    rows = []
    for row in status.itertuples():
        kpi = CATALOGUE[row.kpi]
        flow, left = kpi.kind == "flow", max(row.months_left, 1)
        foreseen = (row.forecast - row.actual) / left if flow else row.forecast
        rates = [_rate(value, kpi, fmt) for value in (row.needed, foreseen, row.pace)]
        rows.append((kpi_name(row.kpi, fmt), *rates, row.months_left))
    columns = {
        "kpi": ("What", "text"), "needed": ("Needed from now on", "text"), "foreseen": ("Forecast", "text"),
        "pace": ("Last three months", "text"), "left": ("Months left", "count"),
    }  # fmt: skip
    return Table(
        pd.DataFrame(rows, columns=list(columns)), "What the plan takes from now on", "plan, orders", columns, aside=True
    )


def _rate(value: float, kpi: Indicator, fmt: Formats) -> str:
    written = fmt.value(value, kpi.unit)
    return fmt.say("{value} a month", value=written) if kpi.kind == "flow" and not np.isnan(value) else written


def plan_assumptions(plan: Planned, untracked: set[str], status: pd.DataFrame, fmt: Formats) -> tuple[Assumption, ...]:
    """What the tracking of targets rests on; ``untracked``: KPIs of the plan without a measure in the data."""
    origin = (
        Assumption(
            "Revenue and orders are summed over the period of the plan; other measures are those of the latest complete month.",
            "high",
            "low",
        )
        if plan.origin == "plan"
        else Assumption(
            "There is no plan table: the plan is a straight line from the three months before each goal's start to its "
            "target. It knows no season; monthly targets would be fairer.",
            "low",
            "high",
        )
    )
    chance = Assumption(
        fmt.say(
            "The chance assumes that the forecast errs as it did in the past, upwards as often as downwards, and that nothing new"
            " is done. Past errors are too few for more than steps of {step}.",
            step=fmt.share(STEP, 0),
        ),
        "medium",
        "high",
    )
    season = Assumption(
        fmt.say(
            "With less than {months} months of history the forecast knows no season: where sales have one, the chance of a target"
            " can be far off.",
            months=SEASON_KNOWN,
        ),
        "low",
        "high",
    )
    unknown = not status.loc[status["months_left"] > 0, "seasoned"].all()
    left_out = sorted({*plan.unknown, *untracked})
    named = fmt.say("The plan also names {names}, for which the data hold no measure; left out.", names=fmt.listed(left_out))
    return (origin, chance, *([season] if unknown else []), *([Assumption(named, "high", "low")] if left_out else []))
