"""Lesson rules: what to do after an intervention, and how a kept or broken promise reads, from ``lesson_rules.yml``.

decide(verdict="shown", payoff="always")    the first rule whose conditions all hold
"""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from playbook.locale.data import data_file
from playbook.methods.evaluation.measuring.effect import Effect
from playbook.result.contract import Evidence
from playbook.result.formats import Formats

__all__ = ["Rule", "decide", "load_rules", "words_for"]

NextStep = Literal["scale", "repeat", "test again", "retire"]
Sentence = Annotated[str, Field(min_length=1)]  # a key of the catalogues, with names in braces to be filled in


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Frozen):
    """Conditions (each key: any of its values), and what follows when they hold."""

    id: str
    when: dict[str, tuple[str, ...]]
    next_step: NextStep
    sentence: Sentence
    action: Sentence | None = None
    verdict: Evidence | None = None

    def holds(self, facts: dict[str, str]) -> bool:
        """Whether every condition is met."""
        return all(facts.get(key) in values for key, values in self.when.items())


class _Rules(_Frozen):
    rules: tuple[Rule, ...]
    promises: tuple[Rule, ...]


_ROWS = data_file(__package__, "lesson_rules.yml")


@lru_cache(maxsize=1)
def load_rules() -> _Rules:
    """All rules, checked; raises pydantic's ValidationError for a file that cannot be used."""
    return _Rules.model_validate(_ROWS)


def decide(rules: tuple[Rule, ...] | None = None, **facts: str) -> Rule | None:
    """The first rule that holds for the facts (by default of the rules for interventions), or None."""
    return next((rule for rule in (load_rules().rules if rules is None else rules) if rule.holds(facts)), None)


def words_for(effect: Effect, fmt: Formats) -> dict[str, str]:
    """What the sentences on an intervention may name: its label and its cost."""
    return {"label": effect.label, "cost": fmt.money(effect.cost)}
