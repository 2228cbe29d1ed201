"""Baseline: from revenue before to revenue now, what the interventions brought and all the rest."""

import numpy as np
import pandas as pd

from playbook.methods.evaluation.returning.earnings import SIDES, SURE
from playbook.methods.needs_analysis.windows import Windows
from playbook.result.formats import Formats

__all__ = ["baseline_parts", "baseline_sum"]

MOST_NAMED = 5
DAY = pd.Timedelta(days=1)


def _inside(table: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    """Share of each intervention's days that lies from ``start`` to ``end`` (both included)."""
    first, last = table["start"].clip(lower=start), table["end"].clip(upper=end)
    days = ((last - first) / DAY + 1).clip(lower=0)
    return days / ((table["end"] - table["start"]) / DAY + 1)


def baseline_sum(table: pd.DataFrame, span: Windows) -> tuple[float, float, float]:
    """What all interventions brought more in the later window than in the earlier one, and its range (independent tests)."""
    part = _part(table, span)
    middle, low, high = (table[f"revenue{side}"] * part for side in SIDES)
    down, up = np.hypot.reduce(middle - low), np.hypot.reduce(high - middle)
    return float(middle.sum()), float(middle.sum() - down), float(middle.sum() + up)


def _part(table: pd.DataFrame, span: Windows) -> pd.Series:
    return _inside(table, span.middle, span.end) - _inside(table, span.start, span.middle - DAY)


def baseline_parts(table: pd.DataFrame, span: Windows, before: float, after: float, fmt: Formats) -> pd.DataFrame:
    """label, change: what sure interventions brought more in the later window than in the earlier one (the largest named), those
    whose effect may be chance in one row, and everything else; adds up to ``after`` - ``before`` to the cent.

    ``table`` as from ``earnings``; an effect is spread evenly over its days.
    """
    changed = (table["revenue"] * _part(table, span)).round(2)
    sure = table["verdict"].isin(SURE)
    named = changed[sure & (changed != 0)].sort_values(key=abs, ascending=False, kind="stable")
    rows = [(table.loc[i, "label"], change) for i, change in named.head(MOST_NAMED).items()]
    if len(named) > MOST_NAMED:
        more = len(named) - MOST_NAMED
        label = fmt.say_n("One other intervention", "{n} other interventions", more)
        rows.append((label, named.iloc[MOST_NAMED:].sum()))
    if (changed[~sure] != 0).any():
        rows.append((fmt.say("Interventions that may be chance"), changed[~sure].sum()))
    told = pd.DataFrame(rows, columns=["label", "change"])
    rest = round(after - before - told["change"].sum(), 2)
    return pd.concat([told, pd.DataFrame([(fmt.say("Everything else"), rest)], columns=told.columns)], ignore_index=True).round(2)
