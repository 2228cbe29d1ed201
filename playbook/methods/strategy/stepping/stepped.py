"""Stepped: everything the section tells, in one frozen value."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.strategy.stepping.policy import Advice
from playbook.methods.strategy.stepping.ways import Ways
from playbook.result.formats import Formats

__all__ = ["Stepped"]


@dataclass(frozen=True)
class Stepped:
    """``choices`` and ``keys`` as in ``NextStep``; ``sale`` what one brings (of deals: by step and action), ``known`` whether
    that is known; ``priced``: actions have a cost; ``deals``: ways are closed deals and not journeys; ``times``: cases of the
    year that each one counted stands for."""

    fmt: Formats
    ways: Ways
    advice: Advice | None
    choices: pd.DataFrame
    keys: pd.DataFrame
    sale: float | np.ndarray
    known: bool
    priced: bool
    margin: float | None
    deals: bool
    times: float

    @property
    def meant(self) -> str:
        return "revenue" if self.margin is None else "gross margin"

    @property
    def cases(self) -> str:
        return "deals" if self.deals else "journeys"

    @property
    def many(self) -> float:
        """Cases of a year in which there was something to choose."""
        return float(self.ways.chosen.sum() * self.times)

    @property
    def direct(self) -> float:
        """Cases of a year that begin with the sale."""
        return float(self.ways.cases.sum() * self.times) - self.many

    @property
    def missing(self) -> str:
        """What has to be known for actions to be weighed, and is not."""
        lacks = [] if len(self.ways.actions) > 1 else ["what was done at each step"]
        return " and ".join([*lacks, *([] if self.known else ["what a sale brings"])])

    @property
    def changes(self) -> pd.DataFrame:
        """The choices advised that are not what is done everywhere already and that should bring more than today's mix."""
        if self.advice is None:
            return self.choices
        return self.choices[self.choices["advised"] & (self.choices["share"] < 1) & (self.choices["better"] > 0)]
