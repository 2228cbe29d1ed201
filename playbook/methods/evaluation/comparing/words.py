"""Words of benchmarks: rounded figures, and where a client stands among others."""

import numpy as np

from playbook.result.formats import Formats, Unit

__all__ = ["SOURCE", "where", "written"]

SOURCE = "scorecard of this report; last reports of other clients, without names"


def written(value: float, unit: Unit, fmt: Formats) -> str:
    """A rounded figure without digits that it does not have; a dash where it may not be shown."""
    if np.isnan(value):
        return "–"
    if unit == "share":
        return fmt.share(value, 1 if abs(value) < 0.0995 and round(value * 100) != round(value * 100, 1) else 0)
    return fmt.value(value, unit)


def where(row) -> str:
    """Where a row of ``compared`` stands, in words."""
    if not np.isnan(row.place):
        return f"above about {row.place:.0f} of 100"
    if np.isnan(row.lower):
        return "above the middle" if row.own > row.middle else "below the middle" if row.own < row.middle else "in the middle"
    return "among the highest quarter" if row.own > row.upper else "among the lowest quarter"
