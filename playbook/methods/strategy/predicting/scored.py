"""Scored: everything the scoring section tells, in one frozen value."""

from dataclasses import dataclass

import pandas as pd

from playbook.methods.strategy.predicting.asked import Asked
from playbook.methods.strategy.predicting.judge import Profit
from playbook.methods.strategy.predicting.learn import CHOICE, Learned
from playbook.result.formats import Formats

__all__ = ["Scored"]


@dataclass(frozen=True)
class Scored:
    """As in ``Scoring``; ``faithful``: share of the score's spread that the reasons account for, None where there
    are no reasons."""

    fmt: Formats
    asked: Asked
    learned: Learned
    profit: Profit | None
    listed: pd.DataFrame
    faithful: float | None
    importance: pd.DataFrame
    dependence: pd.DataFrame

    @property
    def choice(self) -> pd.Series:
        """The row of the comparison that judges the whole procedure."""
        table = self.learned.comparison
        return table[table["model"] == CHOICE].iloc[0]

    @property
    def pays(self) -> bool:
        """Whether working by the score brought more than working on everybody or nobody, beyond chance."""
        return self.profit is not None and self.profit.gain_low > 0

    @property
    def meant(self) -> str:
        return self.fmt.say("revenue") if self.asked.margin is None else self.fmt.say("gross margin")

    @property
    def nouns(self) -> dict[str, str]:
        """``many``, ``open`` and ``do``, as in ``Nouns.told``."""
        return self.asked.nouns.told(self.fmt)
