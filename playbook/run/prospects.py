"""Prospects: which questions can be asked of what a client has, told before anything is worked out."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from playbook.engagement import Engagement
from playbook.errors import EngagementError
from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import Tables, open_tables
from playbook.methods.evaluation.benchmarks import MIXED
from playbook.methods.evaluation.comparing.peers import FEWEST
from playbook.methods.market_research.grouping.rules import rule_problems
from playbook.methods.market_research.network.rules import network_problems
from playbook.methods.market_research.network.variables import driver_variables
from playbook.result.contract import Result
from playbook.run.archive import past_memory
from playbook.run.feedback import read_feedback
from playbook.run.kept import past_findings, past_plan
from playbook.run.peers import PeerReport, newest_peers, read_peers
from playbook.run.phases import PHASES, method_of

__all__ = ["Prospect", "prospects", "require_usable"]


@dataclass(frozen=True)
class Prospect:
    """One section: its phase, its question, and what is missing for it of tables, client.yml and reports; empty when all is
    there."""

    phase: str
    section: str
    question: str
    lacks: tuple[str, ...]


def prospects(engagement: Engagement, peers: Sequence[PeerReport] | None = None) -> tuple[Prospect, ...]:
    """All sections in order. What a method finds too thin on closer look (too few customers, too short a time) is not foreseen.

    ``peers`` are the reports of all clients; None reads them. Raises what ``open_tables`` raises.
    """
    tables = open_tables(engagement)
    beside = _beside_tables(engagement, tables, read_peers(engagement.root) if peers is None else peers)
    told = partial(_lacks, tables, beside)
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


def _beside_tables(engagement: Engagement, tables: Tables, peers: Sequence[PeerReport]) -> dict[str, tuple[str, ...]]:
    """What methods need beside tables and is not there, by their name: what each asks for first."""
    as_of, tried = tables.as_of, "interventions in client.yml (id, start, end, cost)"
    planned = not lacking(FRAMES["plan_targets"], tables) or any(goal.start for goal in engagement.objectives)
    alike = [peer for peer in newest_peers(peers, engagement.client, as_of) if peer.industry == engagement.industry]
    missing = {
        "impact": {tried: not engagement.interventions},
        "returns": {f"{tried} or an earlier report": not engagement.interventions and not past_memory(engagement, as_of)},
        "fairness": {"protected in client.yml (attributes that must not matter)": not engagement.protected},
        "plan_tracking": {
            "plan (period, kpi, target), objectives with a start in client.yml or an earlier report": not planned
            and not past_plan(engagement, as_of)
        },
        "since_last": {"a published report of an earlier day": not past_findings(engagement, as_of)},
        "benchmarks": {
            "industry in client.yml": engagement.industry == MIXED,
            f"reports of {FEWEST} other clients of the same industry": len(alike) < FEWEST,
        },
    }
    return {method: tuple(need for need, absent in needs.items() if absent) for method, needs in missing.items()}


def _lacks(tables: Tables, beside: Mapping[str, tuple[str, ...]], method: Callable[..., Result]) -> tuple[str, ...]:
    """What is missing for the frames and results that the method cannot do without, and beside tables."""
    missing = []
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.default is not parameter.empty:
            continue
        if name in FRAMES:
            missing += lacking(FRAMES[name], tables)
        elif (earlier := _method(name)) is not None:
            missing += _lacks(tables, beside, earlier)
    choice = [lacking(FRAMES[name], tables) for name in method.section.one_of]
    if choice and all(choice):
        missing.append(" or ".join(" and ".join(each) for each in choice))
    return tuple(dict.fromkeys([*missing, *beside.get(method.__name__, ())]))


def _method(name: str) -> Callable[..., Result] | None:
    """The method of that name; None for a value such as ``fmt``."""
    try:
        return method_of(name)
    except KeyError:
        return None
