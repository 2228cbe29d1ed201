"""Plan words: how the targets of a plan stand, counted, the rates that it takes to reach them, and what that rests on."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.plan_outlook import SEASON_KNOWN
from playbook.methods.monitoring.planned import Planned
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.result.contract import Assumption, Finding, Table
from playbook.result.formats import Formats

__all__ = ["STEP", "goals_finding", "plan_assumptions", "rates_table"]

_ORDER = ("reached", "on track", "open", "behind", "missed")
STEP = 0.05  # a chance is written in steps of this size: past errors tell no more
LOST = ("behind", "missed")


def goals_finding(status: pd.DataFrame) -> Finding:
    """How many targets stand how; its value is how many are behind or missed, its ``n`` how many there are."""
    counts, total = status["status"].value_counts(), len(status)
    parts = [f"{counts[s]} {'is' if counts[s] == 1 else 'are'} {s}" for s in _ORDER if s in counts]
    if total == 1:
        sentence = f"The plan's one target is {status['status'].iloc[0]}."
    elif len(parts) == 1:
        sentence = f"All {total} targets of the plan are {status['status'].iloc[0]}."
    else:
        sentence = f"Of the plan's {total} targets {', '.join(parts[:-1])} and {parts[-1]}."
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
        told = [
            "–" if np.isnan(v) else f"{fmt.value(v, kpi.unit)}{' a month' if flow else ''}"
            for v in (row.needed, foreseen, row.pace)
        ]
        rows.append((kpi.label.get(fmt.locale, kpi.label["en"]), *told, row.months_left))
    columns = {
        "kpi": ("What", "text"), "needed": ("Needed from now on", "text"), "foreseen": ("Foreseen", "text"),
        "pace": ("Last three months", "text"), "left": ("Months left", "count"),
    }  # fmt: skip
    return Table(
        pd.DataFrame(rows, columns=list(columns)), "What the plan takes from now on", "plan, orders", columns, aside=True
    )


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
        "The chance assumes that the forecast errs as it did in the past, upwards as often as downwards, and that nothing new is"
        f" done. Past errors are too few for more than steps of {fmt.share(STEP, 0)}.",
        "medium",
        "high",
    )
    season = Assumption(
        f"With less than {SEASON_KNOWN} months of history the forecast knows no season: where sales have one, the chance of a"
        " target can be far off.",
        "low",
        "high",
    )
    unknown = not status.loc[status["months_left"] > 0, "seasoned"].all()
    left_out = sorted({*plan.unknown, *untracked})
    named = f"The plan also names {', '.join(left_out)}, for which the data hold no measure; left out."
    return (origin, chance, *([season] if unknown else []), *([Assumption(named, "high", "low")] if left_out else []))
