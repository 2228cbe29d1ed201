"""Advice: which action suits which kind of segment, with its price and its expected effect, read from ``advice.yml``.

load_advice()["champions"]      the actions for champions, in order of preference
learn(advice, lessons, ...)     the same action, with what the client's own tests say in place of the assumption
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playbook.engagement import Industry, Intervention
from playbook.locale.data import data_file
from playbook.result.contract import Evidence, Lesson
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered

__all__ = ["Advice", "Cost", "Learned", "Lift", "fitting", "learn", "load_advice", "speaks_of"]

DAYS_A_YEAR = 365
SUPPORT = MappingProxyType({"shown": "high", "likely": "medium"})  # of a lift, by the evidence of the test behind it

Basis = Literal["year", "order", "average"]
Origin = Literal["assumed", "measured", "weighed"]
Text = Annotated[str, Field(min_length=1)]  # a key of the catalogues, told when it is shown


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lift(_Frozen):
    """Expected gain as a share of the basis; ``low`` to ``high`` holds four chances in five. ``source`` is the advice list's."""

    low: float
    expected: float
    high: float = Field(le=1)
    source: Text
    support: Literal["low", "medium", "high"]

    @model_validator(mode="after")
    def _ordered(self):
        if not self.low <= self.expected <= self.high:
            raise ValueError("low, expected and high must rise")
        return self


class Cost(_Frozen):
    """Cost a year per customer addressed: ``contact`` as a share of an average customer's revenue, ``reward`` of the basis."""

    contact: float = Field(ge=0, le=1)
    reward: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _not_free(self):
        if self.contact + self.reward == 0:
            raise ValueError("an action that costs nothing cannot be budgeted")
        return self


class Advice(_Frozen):
    """One action for one kind of segment."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name: Text
    action: Text
    reason: Text
    owner: Text
    kpi: Text
    lead_days: int = Field(ge=0, description="days from the decision to the start")
    review_days: int = Field(gt=0, description="days from the start to the review")
    basis: Basis
    lift: Lift
    cost: Cost
    industries: tuple[Industry, ...] = ()  # empty: all
    evidence_from: tuple[str, ...] = ()
    names_product: bool = False  # it cannot be done where no section says which product goes to whom


@dataclass(frozen=True)
class Learned:
    """An action seen in the light of this client's own tests: the lift to plan with, and the lesson that speaks of it.

    ``origin``: the lift is the advice list's, one that the client measured, or both weighed. ``days`` of a year for which both
    the lift and the cost are counted.
    """

    lift: Lift
    lesson: Lesson | None = None
    origin: Origin = "assumed"
    withdrawn: bool = False
    days: int = DAYS_A_YEAR

    @property
    def running(self) -> float:
        """The same as a share of a year."""
        return _year(self.days)

    @property
    def measured(self) -> bool:
        """Whether the client's own measurement took the place of the assumption."""
        return self.origin != "assumed"

    def source(self, fmt: Formats) -> str:
        """Where the lift comes from, for readers."""
        if self.origin == "weighed":
            return fmt.say("your own test, weighed with the assumption")
        return fmt.say("your own test") if self.measured else fmt.told(self.lift.source)

    def use(self, fmt: Formats) -> str:
        """How the lesson is used, for readers."""
        if self.withdrawn:
            return fmt.say("action withdrawn")
        if self.origin == "weighed":
            return fmt.say("assumption and test weighed by how sure each is, for as many days as were tested")
        if self.measured:
            return fmt.say("measured effect used, for as many days as were tested")
        return fmt.say("assumption kept, shown for comparison")


_ROWS = data_file(__package__, "advice.yml")


@lru_cache(maxsize=1)
def load_advice() -> Mapping[str, tuple[Advice, ...]]:
    """Actions by kind of segment, as they stand in ``advice.yml``.

    Raises pydantic's ValidationError for a field that does not fit and ValueError for an id used twice.
    """
    advice = {kind: tuple(Advice.model_validate(entry) for entry in entries) for kind, entries in _ROWS.items()}
    ids = [a.id for actions in advice.values() for a in actions]
    if len(ids) > len(set(ids)):
        raise ValueError(f"advice.yml uses an id twice: {sorted(i for i in set(ids) if ids.count(i) > 1)}")
    return MappingProxyType(advice)


def fitting(known: Mapping[str, tuple[Advice, ...]], kind: str, industry: Industry) -> tuple[Advice, ...]:
    """The actions for one kind of segment that suit the industry."""
    return tuple(a for a in known.get(kind, ()) if not a.industries or industry in a.industries)


def speaks_of(id: str, advice: Advice) -> bool:
    """Whether the intervention or lesson of that id speaks of the action: a word of it stands in ``evidence_from``."""
    return bool(set(re.split(r"[^a-z0-9]+", id.lower())) & set(advice.evidence_from))


def learn(
    advice: Advice, lessons: Sequence[Lesson], interventions: Sequence[Intervention], past_memory: Sequence[Remembered] = ()
) -> Learned:
    """What this client's own tests say about an action.

    A lesson speaks of the action when a word of its id stands in ``evidence_from``; of several, the one measured last
    counts (``Lesson.until``), for reports list the strongest first.
    A test that harmed, or is to be retired, withdraws the action. A test with a visible effect replaces the assumed
    lift where the lift is a share of yearly revenue and the test's days are known: an effect of 8 percent over 73 days is
    1.6 percent of a year, and the action is then charged for 73 days too. Where the last report has weighed assumption and
    tests (a ``lift`` of ``past_memory``), that lift is used in the same way, whatever the test showed. In every other case the
    assumption stays and the lesson is shown beside it.
    """
    spoken = [x for x in lessons if speaks_of(x.id, advice)]
    lesson = max(spoken, key=lambda x: x.until or "", default=None)  # without a day: of a report from before days were kept
    if lesson is not None and (lesson.verdict == "harmful" or lesson.next_step == "retire"):
        return Learned(advice.lift, lesson, withdrawn=True)
    weighed = next((one for one in past_memory if one.kind == "lift" and one.id == advice.id), None)
    if weighed is not None and weighed.ranged and weighed.days and advice.basis == "year":
        shares = (weighed.low, weighed.value, weighed.high)
        lift = _for_days(advice.lift, weighed.evidence, weighed.days, *shares)
        return Learned(lift, lesson, "weighed", days=min(weighed.days, DAYS_A_YEAR))
    test = next((i for i in interventions if lesson is not None and i.id == lesson.id and i.end is not None), None)
    seen = test is not None and lesson.verdict in SUPPORT and None not in (lesson.effect, lesson.low, lesson.high)
    if not seen or advice.basis != "year":
        return Learned(advice.lift, lesson)
    days = (test.end - test.start).days + 1
    shares = (lesson.low, lesson.effect, lesson.high)
    return Learned(_for_days(advice.lift, lesson.verdict, days, *shares), lesson, "measured", days=min(days, DAYS_A_YEAR))


def _for_days(assumed: Lift, evidence: Evidence, days: int, *shares: float) -> Lift:
    """``shares`` (low, expected, high) of revenue while the action runs, as shares of a year for so many days of it."""
    low, expected, high = (min(share * _year(days), 1.0) for share in shares)
    return Lift(low=low, expected=expected, high=high, source=assumed.source, support=SUPPORT.get(evidence, "low"))


def _year(days: int) -> float:
    return min(days / DAYS_A_YEAR, 1.0)
