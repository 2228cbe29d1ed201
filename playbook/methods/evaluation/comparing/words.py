"""Words of benchmarks: rounded figures, and where a client stands among others."""

import numpy as np

from playbook.locale import mark
from playbook.result.formats import Formats, Unit

__all__ = ["SOURCE", "where", "written"]

SOURCE = mark("scorecard of this report; last reports of other clients, without names")


def written(value: float, unit: Unit, fmt: Formats) -> str:
    """A rounded figure without digits that it does not have; a dash where it may not be shown."""
    if np.isnan(value):
        return "–"
    if unit == "share":
        return fmt.share(value, 1 if abs(value) < 0.0995 and round(value * 100) != round(value * 100, 1) else 0)
    return fmt.value(value, unit)


def where(row, fmt: Formats) -> str:
    """Where a row of ``compared`` stands, in words."""
    if not np.isnan(row.place):
        return fmt.say("above about {n} of 100", n=fmt.count(row.place))
    if not np.isnan(row.lower):
        return fmt.say("in the highest quarter") if row.own > row.upper else fmt.say("in the lowest quarter")
    if row.own == row.middle:
        return fmt.say("in the middle")
    return fmt.say("above the middle") if row.own > row.middle else fmt.say("below the middle")
