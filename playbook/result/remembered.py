"""Remembered: one figure that a report leaves for later ones: what was measured, what was promised, where a KPI stood."""

from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Literal

from playbook.result.contract import Evidence
from playbook.result.formats import Unit

__all__ = ["Kind", "Remembered", "one_of_kind"]

Kind = Literal["kpi", "forecast", "promise", "worth", "test", "lift"]


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """``kind`` and ``id`` together are unique in a report; ``low`` and ``high`` bound ``value`` at the report's one level.

    ``since`` and ``until`` are the days that the figure speaks of: the data behind a measurement, the time a promise is for;
    ``made`` is the day of the report that left it.
    Raises ValueError for a value or a bound that is no number: what is not known is not remembered.
    """

    kind: Kind
    id: str
    label: str
    value: float
    low: float | None = None
    high: float | None = None
    unit: Unit = "number"
    evidence: Evidence = "indicative"
    n: int | None = None
    since: date | None = None
    until: date | None = None
    made: date | None = field(default=None, compare=False)

    def __post_init__(self):
        if not all(isfinite(x) for x in (self.value, self.low, self.high) if x is not None):
            raise ValueError(f"{self.kind} {self.id}: {self.value}, {self.low}, {self.high} are no figures to remember")

    @property
    def ranged(self) -> bool:
        """Whether its range is known."""
        return self.low is not None and self.high is not None

    @property
    def days(self) -> int | None:
        """How many days it speaks of; None where they are not known."""
        return None if self.since is None or self.until is None else (self.until - self.since).days + 1


def one_of_kind(remembered: tuple[Remembered, ...], kind: Kind) -> dict[str, Remembered]:
    """The figures of one kind by id, in their order."""
    return {one.id: one for one in remembered if one.kind == kind}
