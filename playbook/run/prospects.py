"""Prospects: which questions a client's tables can answer, told before anything is worked out."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from playbook.engagement import Engagement
from playbook.errors import EngagementError
from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import Tables, open_tables
from playbook.methods.market_research.grouping.rules import rule_problems
from playbook.methods.market_research.network.rules import network_problems
from playbook.methods.market_research.network.variables import driver_variables
from playbook.result.contract import Result
from playbook.run.feedback import read_feedback
from playbook.run.phases import PHASES, method_of

__all__ = ["Prospect", "prospects", "require_usable"]


@dataclass(frozen=True)
class Prospect:
    """One section: its phase, its question, and what the client would have to send for it (empty when all is there)."""

    phase: str
    section: str
    question: str
    lacks: tuple[str, ...]


def prospects(engagement: Engagement) -> tuple[Prospect, ...]:
    """All sections in order. What a method finds too thin on closer look (too few customers, too short a time) is not foreseen.

    Raises what ``open_tables`` raises.
    """
    told = partial(_lacks, open_tables(engagement))
    return tuple(
        Prospect(phase.title, name, method.section.question, told(method))
        for phase in PHASES
        for name in phase.sections
        for method in (method_of(name.replace("-", "_")),)
    )


def require_usable(engagement: Engagement) -> None:
    """Raise EngagementError with all that is wrong in the parts of client.yml that only a method can judge.

    And IntakeError where the feedback on automatic answers cannot be read.
    """
    tiers = {name: variable.tier for name, variable in driver_variables().items()}
    problems = [*rule_problems(engagement.segment_rules), *network_problems(engagement.network, tiers)]
    if problems:
        raise EngagementError(f"data/{engagement.client}/client.yml cannot be used:", problems)
    read_feedback(engagement)


def _lacks(tables: Tables, method: Callable[..., Result]) -> tuple[str, ...]:
    """What is missing for the frames and results that the method cannot do without."""
    missing = []
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.default is not parameter.empty:
            continue
        if name in FRAMES:
            missing += lacking(FRAMES[name], tables)
        elif (earlier := _method(name)) is not None:
            missing += _lacks(tables, earlier)
    choice = [lacking(FRAMES[name], tables) for name in method.section.one_of]
    if choice and all(choice):
        missing.append(" or ".join(" and ".join(each) for each in choice))
    return tuple(dict.fromkeys(missing))


def _method(name: str) -> Callable[..., Result] | None:
    """The method of that name; None for a value such as ``fmt``."""
    try:
        return method_of(name)
    except KeyError:
        return None
