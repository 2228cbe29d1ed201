"""Plan words: how the targets of a plan stand, counted, and the rates that it takes to reach them."""

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.result.contract import Finding, Table
from playbook.result.formats import Formats

__all__ = ["goals_finding", "rates_table"]

_ORDER = ("reached", "on track", "open", "behind", "missed")
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
