"""Stepped: everything the section tells, in one frozen value."""

from dataclasses import dataclass

import pandas as pd

from playbook.methods.strategy.stepping.policy import Advice
from playbook.methods.strategy.stepping.ways import Ways
from playbook.result.formats import Formats

__all__ = ["Stepped"]


@dataclass(frozen=True)
class Stepped:
    """``choices`` and ``keys`` as in ``NextStep``; ``sale`` what one brings, ``known`` whether that is known; ``priced``: actions
    have a cost; ``deals``: ways are closed deals and not journeys."""

    fmt: Formats
    ways: Ways
    advice: Advice | None
    choices: pd.DataFrame
    keys: pd.DataFrame
    sale: float
    known: bool
    priced: bool
    margin: float | None
    deals: bool

    @property
    def meant(self) -> str:
        return "revenue" if self.margin is None else "gross margin"

    @property
    def cases(self) -> str:
        return "deals" if self.deals else "journeys"

    @property
    def many(self) -> float:
        """Cases of a year."""
        return float(self.ways.cases.sum())

    @property
    def changes(self) -> pd.DataFrame:
        """The choices advised that are not what is done everywhere already and that should bring more than today's mix."""
        if self.advice is None:
            return self.choices
        return self.choices[self.choices["advised"] & (self.choices["share"] < 1) & (self.choices["better"] > 0)]
