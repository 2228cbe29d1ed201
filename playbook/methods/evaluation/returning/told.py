"""Told: everything the section on returns tells, in one frozen value."""

from dataclasses import dataclass

import pandas as pd

from playbook.methods.evaluation.returning.earnings import Total
from playbook.result.contract import Result
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered

__all__ = ["Told"]


@dataclass(frozen=True, kw_only=True)
class Told:
    """Frames as their makers describe them (``earnings``, ``baseline_parts``, ``worth_by_group``, ``worth_since``,
    ``before_and_after``, ``plan_kept``, ``forecasts_kept``); ``stated``: interventions in client.yml; ``doubtful``: labels of
    those whose comparison is in doubt; ``bridge``: the result of that name; ``begun``: labels of interventions that the last
    report could not know of; ``buyers``: promised and came; ``again``: promises that this
    report has measured again, with today's value."""

    fmt: Formats
    stated: int
    doubtful: tuple[str, ...]
    margin: float | None
    earned: pd.DataFrame
    total: Total | None
    parts: pd.DataFrame
    bridge: Result | None
    worth: pd.DataFrame
    since: pd.DataFrame
    felt: pd.DataFrame
    plan: pd.DataFrame
    forecasts: pd.DataFrame
    begun: tuple[str, ...] = ()
    buyers: tuple[Remembered, int] | None
    again: tuple[tuple[Remembered, float], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell: no intervention that counts, and no promise whose time is over."""
        return self.total is None and self.forecasts.empty and self.buyers is None and self.since.empty and not self.again

    @property
    def shared(self) -> pd.DataFrame:
        """Rows of ``earned`` that are credited with less than was measured for them, because others are part of it."""
        return self.earned[(self.earned["share"] < 1) | self.earned["less"].map(bool)] if self.total is not None else self.earned
