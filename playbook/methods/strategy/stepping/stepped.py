"""Stepped: everything the section tells, in one frozen value."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from playbook.methods.strategy.stepping.policy import Advice
from playbook.methods.strategy.stepping.ways import Ways, called
from playbook.result.formats import Formats

__all__ = ["Stepped"]

Missing = Literal["actions", "value", "both"]


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
        """What money is counted in, within a sentence."""
        return self.fmt.say("revenue" if self.margin is None else "gross margin")

    @property
    def cases(self) -> str:
        """What is counted, within a sentence."""
        return self.fmt.say("deals" if self.deals else "journeys")

    def name(self, step_or_action: str) -> str:
        """A step or an action in the reader's words."""
        return called(step_or_action, self.fmt)

    @property
    def many(self) -> float:
        """Cases of a year in which there was something to choose."""
        return float(self.ways.chosen.sum() * self.times)

    @property
    def direct(self) -> float:
        """Cases of a year that begin with the sale."""
        return float(self.ways.cases.sum() * self.times) - self.many

    @property
    def missing(self) -> Missing:
        """What has to be known for actions to be weighed, and is not: "actions", "value" of a sale, or "both"."""
        return "value" if len(self.ways.actions) > 1 else "actions" if self.known else "both"

    @property
    def changes(self) -> pd.DataFrame:
        """The choices advised that are not what is done everywhere already and that should bring more than today's mix."""
        if self.advice is None:
            return self.choices
        return self.choices[self.choices["advised"] & (self.choices["share"] < 1) & (self.choices["better"] > 0)]
