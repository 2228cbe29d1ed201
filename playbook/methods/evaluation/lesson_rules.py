"""Lesson rules: what to do after an intervention, and how a kept or broken promise reads, from ``lesson_rules.yml``.

decide(verdict="shown", payoff="always")    the first rule whose conditions all hold
"""

from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from playbook.methods.evaluation.measuring.effect import Effect
from playbook.result.contract import Evidence
from playbook.result.formats import Formats

__all__ = ["Rule", "Words", "decide", "load_rules", "words_for"]

NextStep = Literal["scale", "repeat", "test again", "retire"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Frozen):
    """One sentence in every language of the reports, with names in braces to be filled in."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def fill(self, fmt: Formats, **values: str) -> str:
        """The sentence for the reader of ``fmt``; raises KeyError for a name that ``values`` lacks."""
        return (self.zh if fmt.language == "zh" else self.en).format_map(values)


class Rule(_Frozen):
    """Conditions (each key: any of its values), and what follows when they hold."""

    id: str
    when: dict[str, tuple[str, ...]]
    next_step: NextStep
    sentence: Words
    action: Words | None = None
    verdict: Evidence | None = None

    def holds(self, facts: dict[str, str]) -> bool:
        """Whether every condition is met."""
        return all(facts.get(key) in values for key, values in self.when.items())


class _Rules(_Frozen):
    rules: tuple[Rule, ...]
    promises: tuple[Rule, ...]


@lru_cache(maxsize=1)
def load_rules() -> _Rules:
    """All rules, checked; raises pydantic's ValidationError for a file that cannot be used."""
    text = files(__package__).joinpath("lesson_rules.yml").read_text(encoding="utf-8")
    return _Rules.model_validate(YAML(typ="safe", pure=True).load(text))


def decide(rules: tuple[Rule, ...] | None = None, **facts: str) -> Rule | None:
    """The first rule that holds for the facts (by default of the rules for interventions), or None."""
    return next((rule for rule in (load_rules().rules if rules is None else rules) if rule.holds(facts)), None)


def words_for(effect: Effect, fmt: Formats) -> dict[str, str]:
    """What the sentences on an intervention may name: its label and its cost."""
    return {"label": effect.label, "cost": fmt.money(effect.cost)}
